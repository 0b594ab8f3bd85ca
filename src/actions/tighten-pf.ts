// Tighten on pf: shorter timeouts of states, one or a preset, without touching rules. pf has no pin for single states,
// so what would end at once is counted and said.

import { unixMs } from '../core/brand.ts';
import { formatDuration } from '../core/duration.ts';
import { whyNoFirewall } from '../core/host-system.ts';
import { command, type Proof } from '../core/plan.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { formatCount } from '../core/units.ts';
import { statesNow } from '../firewall/pf/cut.ts';
import { ASK_SYSTEM, systemNamed } from '../firewall/pf/system.ts';
import {
  afterChange,
  looksAt,
  lostOptions,
  PF_CONF,
  PF_TIMEOUTS,
  type PfWay,
  planPfChange,
  readWay,
  timeoutsOf,
} from '../firewall/pf/timeouts.ts';
import type { TimeoutFacts } from '../firewall/timeouts.ts';
import type { Host } from '../host/host.ts';
import {
  type ActContext,
  type DraftOf,
  failed,
  type Gathered,
  type Move,
  type Performed,
  refused,
  stepsOf,
} from './action.ts';
import { ASK_INFO, findStates } from './flows/pf.ts';
import { presetValue, timeoutNamed } from './timeout-values.ts';

export type PfReading = Readonly<{ way: PfWay; rules: string }>;
export type PfValue = Readonly<{ timeout: TimeoutFacts; before: number; wanted: number }>;

/** Is pf what keeps the flows here? */
export async function hasPf(host: Host): Promise<boolean> {
  return whyNoFirewall(host.system) === undefined && (await host.which('pfctl')) !== undefined;
}

const LIST_RULES = command(['pfctl', '-s', 'rules'], { privileged: true, outputMaxBytes: 2 ** 26 });
const NOT_UNDERSTOOD = problem(
  'unreadable',
  'not all options of pf were understood: changing one would lose others',
  {
    hint: 'compare `pfctl -s timeouts`, `pfctl -v -s Interfaces` and `pfctl -v -v -s info`',
  },
);

/** Everything that a change must say again. */
export async function readPf(host: Host): Promise<Result<PfReading>> {
  const asked = await host.run(ASK_SYSTEM);
  if (!asked.ok) return asked;
  const system = systemNamed(asked.value.stdout);
  if (system === undefined)
    return fail(
      problem('refused', `pf of ${sanitise(asked.value.stdout.trim(), 60)} is not known`, {
        hint: 'timeouts are changed on FreeBSD and OpenBSD',
      }),
    );
  const outputs: string[] = [];
  for (const look of looksAt(system)) {
    const seen = await host.run(look);
    if (!seen.ok) return seen;
    outputs.push(seen.value.stdout);
  }
  const rules = await host.run(LIST_RULES);
  if (!rules.ok) return rules;
  const conf = await host.read(PF_CONF);
  if (!conf.ok && system === 'openbsd') return fail(conf.problem);
  const way = readWay(system, outputs, conf.ok ? conf.value.toString('latin1') : '');
  return way === undefined ? fail(NOT_UNDERSTOOD) : ok({ way, rules: rules.value.stdout });
}

export async function tightenPf(draft: DraftOf<'tighten'>, context: ActContext): Promise<Gathered> {
  const { change } = draft;
  const wanted = 'preset' in change ? ok(undefined) : timeoutNamed(PF_TIMEOUTS, change, 'pf');
  if (!wanted.ok) return failed(wanted.problem);
  const read = await readPf(context.host);
  if (!read.ok) return failed(read.problem);
  const now = timeoutsOf(read.value.way);
  const one = wanted.value;
  const values = (one === undefined ? PF_TIMEOUTS : [one]).flatMap((timeout): PfValue[] => {
    const before = now.get(timeout.name);
    if (before === undefined) return [];
    if (!('preset' in change)) return [{ timeout, before, wanted: change.seconds }];
    const aim = presetValue(timeout, change.preset);
    // modest and siege never loosen what someone has set tighter by hand.
    return [{ timeout, before, wanted: change.preset === 'default' ? aim : Math.min(before, aim) }];
  });
  if (one !== undefined && values.length === 0)
    return failed(problem('not-found', `pf has no timeout ${one.name} here`));
  const changes = values.filter(({ before, wanted: aim }) => aim !== before);
  if (changes.length === 0) return refused(safe('all of these timeouts have these values already'));
  const words = 'preset' in change ? `set ${changes.length} timeouts of pf to ${change.preset}` : undefined;
  return assemble(changes, { reading: read.value, words, context });
}

type Ground = Readonly<{ reading: PfReading; words: string | undefined; context: ActContext }>;

async function assemble(changes: readonly PfValue[], { reading, words, context }: Ground): Promise<Gathered> {
  const moves = pfMoves(reading.way, changes);
  const below = changes.filter(({ timeout, wanted }) => wanted < timeout.siege);
  const [first] = below;
  const reloads = reading.way.kind === 'include';
  const typed = first === undefined ? (reloads ? 'reload' : undefined) : String(first.wanted);
  const ending = await endingNotes(changes, context);
  const [only] = changes;
  return {
    kind: 'ready',
    prepared: {
      plan: {
        action: 'tighten',
        summary: sanitise(words ?? (only === undefined ? '' : `set ${printPfValue(only)}`), 200),
        ...stepsOf(moves, unixMs(0)),
        notes: [...ending, ...wayNotes(reading.way), ...changes.flatMap(hazardOf)],
        risk: typed === undefined && ending.length === 0 ? 'reversible' : 'disruptive',
      },
      moves,
      guarded: [],
      ...(typed === undefined ? {} : { typed }),
      reason: '',
      facts: {
        kind: 'tighten',
        values: changes.map(({ timeout, before, wanted }) => [timeout.name, before, wanted] as const),
        pinned: [],
      },
      canUndo: true,
      prove: (performed) => provePf(performed, reading, changes),
    },
  };
}

/** The change is one load: when it fails nothing has changed, and the dry run has nothing to take back. */
export function pfMoves(way: PfWay, changes: readonly PfValue[]): readonly Move[] {
  const names = (pick: (value: PfValue) => number): ReadonlyMap<string, number> =>
    new Map(changes.map((value) => [value.timeout.name, pick(value)]));
  const wrote = names(({ wanted }) => wanted);
  const [check, load] = planPfChange(way, wrote);
  if (check === undefined || load === undefined) return [];
  const back = (): readonly ReturnType<typeof planPfChange>[number][] =>
    planPfChange(
      afterChange(way, wrote),
      names(({ before }) => before),
    ).slice(1);
  return [
    { step: check, atomic: true, reverse: () => [] },
    { step: load, atomic: true, reverse: back },
  ];
}

export function wayNotes(way: PfWay): readonly SafeText[] {
  if (way.kind === 'include')
    return [
      safe(
        `OpenBSD has no way to change a timeout alone: ${PF_CONF} is loaded again, with these behind it; what was changed in it since takes effect`,
      ),
      safe('the next plain `pfctl -f /etc/pf.conf` undoes it'),
    ];
  const again = [...way.found.skip.map((name) => `skip on ${name}`), way.found.syncookies].filter(
    (word) => word !== '',
  );
  const notes = [safe('rules, tables and states are not touched (-O -m)')];
  if (again.length > 0)
    notes.push(sanitise(`said again, because pf forgets them otherwise: ${again.join(', ')}`, 240));
  if (way.found.keepCounters !== true)
    notes.push(
      safe(`\`set keepcounters\` is not in ${PF_CONF}: if other rules set it, it is off afterwards`),
    );
  return notes;
}

/** Silent time = what a state started with minus what it has left. */
async function endingNotes(
  changes: readonly PfValue[],
  { host, signal }: ActContext,
): Promise<readonly SafeText[]> {
  const change = changes.find(({ timeout }) => timeout.name === 'tcp.established');
  if (change === undefined || change.wanted >= change.before) return [];
  const info = await host.run(ASK_INFO, signal);
  const size = info.ok ? statesNow(info.value.stdout) : undefined;
  if (size === undefined || size > STATES_MAX)
    return [safe('connections that are silent for longer end at once: how many was not counted')];
  const states = await findStates(host, undefined, signal);
  if (!states.ok) return [sanitise(`idle connections could not be counted: ${states.problem.summary}`, 200)];
  const idle = states.value.filter(
    ({ states: pair, expires }) =>
      pair === 'ESTABLISHED:ESTABLISHED' && expires !== undefined && change.before - expires > change.wanted,
  ).length;
  if (idle === 0) return [];
  return [
    sanitise(
      `${formatCount(idle)} established connection${idle === 1 ? ' is' : 's are'} silent for longer and end${idle === 1 ? 's' : ''} at once, ssh among them: pf cannot pin single ones`,
    ),
  ];
}

const STATES_MAX = 20_000;

function hazardOf({ timeout, before, wanted }: PfValue): readonly SafeText[] {
  if (wanted < timeout.siege)
    return [
      sanitise(
        `${timeout.name} ${wanted} s is under the recommended floor of ${timeout.siege} s: ${timeout.hazard}`,
        240,
      ),
    ];
  if (wanted >= before) return [];
  return [sanitise(`${printPfValue({ timeout, before, wanted })}: ${timeout.hazard}`, 240)];
}

const printPfValue = ({ timeout, before, wanted }: PfValue): string =>
  `${timeout.name} ${formatDuration(before)} → ${formatDuration(wanted)}`;

/** The timeouts are as wished, and nothing beside them has changed: neither options nor rules. */
export async function provePf(
  { host }: Performed,
  before: PfReading,
  changes: readonly PfValue[],
): Promise<Proof> {
  const now = await readPf(host);
  if (!now.ok) return { kind: 'unproved', missing: [sanitise(now.problem.summary)] };
  const values = timeoutsOf(now.value.way);
  const missing = changes
    .filter(({ timeout, wanted }) => values.get(timeout.name) !== wanted)
    .map(({ timeout, wanted }) =>
      sanitise(`${timeout.name} is ${values.get(timeout.name) ?? 'gone'}, not ${wanted} s`),
    );
  for (const words of lostOptions(before.way, now.value.way)) missing.push(sanitise(words, 200));
  if (now.value.rules !== before.rules)
    missing.push(safe('the rules are others than before: compare `pfctl -s rules` with /etc/pf.conf'));
  if (missing.length > 0) return { kind: 'unproved', missing };
  const [first] = changes;
  const what =
    changes.length === 1 && first !== undefined ? printPfValue(first) : `${changes.length} timeouts set`;
  return { kind: 'proved', says: sanitise(`${what} · rules and options as before`) };
}
