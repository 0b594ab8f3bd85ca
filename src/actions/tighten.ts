// Tighten: shorter conntrack timeouts (those of pf: tighten-pf.ts), one or a preset, with the effect and the hazard in words. Live ssh sessions are
// pinned first, so that lowering the timeout of established flows cannot end them.

import { unixMs } from '../core/brand.ts';
import { formatDuration } from '../core/duration.ts';
import { whyNoFirewall } from '../core/host-system.ts';
import type { Proof } from '../core/plan.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { planPins, planTimeouts, TIMEOUTS } from '../firewall/timeouts.ts';
import type { Host } from '../host/host.ts';
import {
  type ActContext,
  type Action,
  type DraftOf,
  failed,
  type Gathered,
  type Move,
  type Performed,
  refused,
  stepsOf,
} from './action.ts';
import { findSshFlows, type TrackedSession } from './flows/ssh-flows.ts';
import { findSshSessions } from './safe/sessions.ts';
import { hasPf, tightenPf } from './tighten-pf.ts';
import { presetValue, shortName, timeoutNamed } from './timeout-values.ts';

type Facts = (typeof TIMEOUTS)[number];
export type Change = Readonly<{ timeout: Facts; before: number; wanted: number }>;

const ESTABLISHED = 'nf_conntrack_tcp_timeout_established';

export const tighten: Action<'tighten'> = {
  id: 'tighten',
  async prepare(draft, context): Promise<Gathered> {
    const { host } = context;
    const why = whyNoFirewall(host.system);
    if (why !== undefined) return refused(safe(why));
    if (await hasPf(host)) return tightenPf(draft, context);
    const wanted = wantedValues(draft.change);
    if (!wanted.ok) return failed(wanted.problem);
    const changes: Change[] = [];
    for (const { timeout, seconds, onlyLower } of wanted.value) {
      const before = await readTimeout(host, timeout.name);
      // Kernels without this protocol have no such timeout: a preset goes on without it.
      if (!before.ok) {
        if (wanted.value.length > 1 && before.problem.code === 'not-found') continue;
        return failed(before.problem);
      }
      const target = onlyLower ? Math.min(before.value, seconds) : seconds;
      if (target !== before.value) changes.push({ timeout, before: before.value, wanted: target });
    }
    if (changes.length === 0) return refused(safe('all of these timeouts have these values already'));
    return assemble(draft, changes, context);
  },
};

type Wanted = Readonly<{ timeout: Facts; seconds: number; onlyLower: boolean }>;

function wantedValues(change: DraftOf<'tighten'>['change']): Result<readonly Wanted[]> {
  if ('preset' in change) {
    const { preset } = change;
    // modest and siege never loosen what someone has set tighter by hand.
    return ok(
      TIMEOUTS.map((timeout) => ({
        timeout,
        seconds: presetValue(timeout, preset),
        onlyLower: preset !== 'default',
      })),
    );
  }
  const timeout = timeoutNamed(TIMEOUTS, change, 'conntrack');
  if (!timeout.ok) return timeout;
  return ok([{ timeout: timeout.value, seconds: change.seconds, onlyLower: false }]);
}

export async function readTimeout(host: Host, name: string): Promise<Result<number>> {
  const read = await host.read(`/proc/sys/net/netfilter/${name}`);
  if (!read.ok) {
    if (read.problem.code !== 'not-found') return read;
    return fail(
      problem('not-found', `this kernel has no timeout ${shortName(name)}`, {
        hint: 'is nf_conntrack loaded?',
      }),
    );
  }
  const text = read.value.toString('latin1').trim();
  return /^\d{1,10}$/.test(text)
    ? ok(Number(text))
    : fail(problem('unreadable', `${name} does not hold a number of seconds`));
}

type Sessions = Readonly<{
  tracked: readonly TrackedSession[];
  idle: number;
  pinnable: boolean;
  notes: readonly SafeText[];
}>;

async function assemble(
  draft: DraftOf<'tighten'>,
  changes: readonly Change[],
  context: ActContext,
): Promise<Gathered> {
  const established = changes.find(({ timeout }) => timeout.name === ESTABLISHED);
  const lowered =
    established !== undefined && established.wanted < established.before ? established : undefined;
  const sessions = lowered === undefined ? NO_SESSIONS : await lookAtSessions(lowered, context);
  const pins = sessions.pinnable ? planPins(sessions.tracked) : [];
  const moves: readonly Move[] = [
    ...pins.map((step) => ({ step, atomic: true, reverse: () => [] })),
    ...changes.map(changeMove),
  ];
  const below = changes.filter(({ timeout, wanted }) => wanted < timeout.siege);
  const [first] = below;
  const typed = first === undefined ? undefined : String(first.wanted);
  const harmful = typed !== undefined || (sessions.idle > 0 && !sessions.pinnable);
  return {
    kind: 'ready',
    prepared: {
      plan: {
        action: 'tighten',
        summary: sanitise(summaryOf(draft, changes), 200),
        ...stepsOf(moves, unixMs(0)),
        notes: [...sessions.notes, ...below.map(belowFloor), ...hazards(changes)],
        risk: harmful ? 'disruptive' : 'reversible',
      },
      moves,
      guarded: [],
      ...(typed === undefined ? {} : { typed }),
      reason: '',
      facts: {
        kind: 'tighten',
        values: changes.map(({ timeout, before, wanted }) => [timeout.name, before, wanted] as const),
        pinned: pins.length === 0 ? [] : sessions.tracked.map(printFlow),
      },
      canUndo: true,
      prove: (performed) => prove(performed, changes, pins.length),
    },
  };
}

const NO_SESSIONS: Sessions = { tracked: [], idle: 0, pinnable: false, notes: [] };

function changeMove({ timeout: { name }, before, wanted }: Change): Move {
  const [step] = planTimeouts([{ name, seconds: wanted }]);
  if (step === undefined) throw new Error(`no step for ${name}`);
  return { step, atomic: false, reverse: () => planTimeouts([{ name, seconds: before }]) };
}

/** Silent time = what the entry started with minus what it has left; a pinned entry has more than that and counts as live. */
async function lookAtSessions(change: Change, { host, memory, signal }: ActContext): Promise<Sessions> {
  const { sessions } = await findSshSessions(host, { memory, signal });
  const [flows, tool] = await Promise.all([findSshFlows(host, sessions, signal), host.which('conntrack')]);
  if (!flows.ok)
    return {
      ...NO_SESSIONS,
      notes: [sanitise(`idle ssh sessions could not be counted: ${flows.problem.summary}`)],
    };
  const tracked = flows.value;
  const idle = tracked.filter(({ remaining }) => change.before - remaining > change.wanted).length;
  const all = `${tracked.length} ssh session${tracked.length === 1 ? '' : 's'}`;
  if (tracked.length === 0) return NO_SESSIONS;
  if (tool === undefined)
    return {
      tracked,
      idle,
      pinnable: false,
      notes: [
        sanitise(
          `${idle} of ${all} would die: silent for longer, and conntrack is not installed to pin them`,
        ),
      ],
    };
  return {
    tracked,
    idle,
    pinnable: true,
    notes: [
      sanitise(`${all} tracked, ${idle} silent for longer than that: each is pinned first and lives on`),
    ],
  };
}

function summaryOf({ change }: DraftOf<'tighten'>, changes: readonly Change[]): string {
  if ('preset' in change) return `set ${changes.length} conntrack timeouts to ${change.preset}`;
  const [only] = changes;
  return only === undefined ? '' : `set ${printChange(only)}`;
}

function printChange({ timeout, before, wanted }: Change): string {
  return `${shortName(timeout.name)} ${formatDuration(before)} → ${formatDuration(wanted)}`;
}

function belowFloor({ timeout, wanted }: Change): SafeText {
  return sanitise(
    `${shortName(timeout.name)} ${wanted} s is under the recommended floor of ${timeout.siege} s: ${timeout.hazard}`,
    240,
  );
}

function hazards(changes: readonly Change[]): readonly SafeText[] {
  return changes
    .filter(({ before, wanted, timeout }) => wanted < before && wanted >= timeout.siege)
    .map((change) => sanitise(`${printChange(change)}: ${change.timeout.hazard}`, 240));
}

async function prove({ host }: Performed, changes: readonly Change[], pins: number): Promise<Proof> {
  const missing: SafeText[] = [];
  for (const { timeout, wanted } of changes) {
    const now = await readTimeout(host, timeout.name);
    if (!now.ok) missing.push(sanitise(now.problem.summary));
    else if (now.value !== wanted)
      missing.push(sanitise(`${shortName(timeout.name)} is ${now.value} s, not ${wanted} s`));
  }
  if (missing.length > 0) return { kind: 'unproved', missing };
  const [first] = changes;
  const what =
    changes.length === 1 && first !== undefined ? printChange(first) : `${changes.length} timeouts set`;
  return {
    kind: 'proved',
    says: sanitise(`${what}${pins > 0 ? ` · ${pins} ssh session${pins === 1 ? '' : 's'} pinned` : ''}`),
  };
}

/** "198.51.100.7 59037 203.0.113.5 22", as the journal keeps it. */
function printFlow({ source, sourcePort, destination, destinationPort }: TrackedSession): string {
  return `${source.text} ${sourcePort} ${destination.text} ${destinationPort}`;
}
