// Acts whose end nobody heard: the line broke and did not come back while they were waited for, or the console ended. At the next
// connection the far host says which steps ran; steps that did not are kept from running any more; what is there is looked at.
// Nothing is done again.

import type { JournalRow } from '../../core/act.ts';
import { type Net, parseNet } from '../../core/address.ts';
import { type Command, command } from '../../core/plan.ts';
import type { SetKey } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { Backend } from '../../firewall/backend.ts';
import { readClock } from '../../firewall/shields/clock.ts';
import type { Host } from '../../host/host.ts';
import type { ActFacts, BanFacts, UnbanFacts } from '../facts.ts';
import { backendsOf, type FirewallView, findSet, readFirewalls } from '../firewalls.ts';
import { consoleNow } from '../journal/clock.ts';
import type { FinalState, Journal } from '../journal/journal.ts';
import { findAbsent } from '../membership.ts';
import { explainEnforcement } from '../prove-ban.ts';
import { readTimeout } from '../tighten.ts';
import { claimsFolder, ENDS, KEPT_MINUTES, type StepEnd } from './claim.ts';
import { isOfLine } from './line.ts';

export type Settling = Readonly<{
  host: Host;
  journal: Journal;
  backends: readonly Backend[];
  folder?: string | undefined;
}>;

export type Settled = Readonly<{ id: string; state: FinalState; says: SafeText }>;

/** Older ones have been pushed out by months of acts. */
const ROWS_LOOKED_AT = 200;
/** Steps that only turned out while it ran (rounds) come on top of those that were written down. */
const STEPS_MORE = 8;

/** Nobody may be acting on this host meanwhile: the caller holds the lock. */
export async function settleLost(settling: Settling): Promise<readonly Settled[]> {
  const rows = settling.journal.actRows(ROWS_LOOKED_AT);
  const open = (rows.ok ? rows.value : []).filter(
    ({ state, action }) => state === 'intended' && action !== 'shields' && action !== 'noted',
  );
  const settled: Settled[] = [];
  for (const row of open) {
    const one = await settle(settling, row);
    if (one === undefined) continue;
    const written = settling.journal.finish(row.id, one.state, one.says);
    if (!written.ok) break;
    const isDone = one.state === 'done' || one.state === 'unproved';
    if (row.undoes !== undefined && isDone) settling.journal.markUndone(row.undoes, row.id);
    settled.push(one);
  }
  return settled;
}

/** Undefined: the host could not be asked; it is tried again at the next connection. */
async function settle(
  { host, journal, backends, folder }: Settling,
  row: JournalRow,
): Promise<Settled | undefined> {
  const details = journal.details(row.id);
  if (!details.ok) return undefined;
  const { commands, facts } = details.value;
  const marks = folder ?? claimsFolder(host);
  const asked = await host.run(
    command(['sh', '-c', ENDS, 'sh', marks, row.id, String(commands.length + STEPS_MORE)], {
      privileged: true,
      timeoutMs: 60_000,
    }),
  );
  if (!asked.ok) return undefined;
  const kept = await keepsMarksOf(host, row);
  if (kept === undefined) return undefined;
  const ends = asked.value.stdout.split('\n').map((line): StepEnd => {
    // Where the marks of that time are gone, none is no sign that a step did not run.
    if (line === 'never') return kept ? 'never' : 'unclear';
    return /^\d{1,3}$/.test(line) ? Number(line) : 'unclear';
  });
  const truth = await truthOf(facts, host, backends);
  return truth === undefined ? undefined : { id: row.id, ...verdict(truth, commands, ends) };
}

/** They go with a reboot, and after a day. Undefined: it could not be asked. */
async function keepsMarksOf(host: Host, { at }: JournalRow): Promise<boolean | undefined> {
  const clock = await readClock(host);
  if (!clock.ok) return isOfLine(clock.problem) ? undefined : false;
  const ageSeconds = (consoleNow(host) - at) / 1000;
  return ageSeconds >= 0 && ageSeconds < Math.min(clock.value.uptime, KEPT_MINUTES * 60);
}

type Truth =
  | Readonly<{ kind: 'all' | 'none' | 'unknown' }>
  /** In words: what is as wished, or what is not. */
  | Readonly<{ kind: 'part'; says: SafeText }>;

function verdict(truth: Truth, commands: readonly Command[], ends: readonly StepEnd[]): Omit<Settled, 'id'> {
  const steps = commands.map((one, index) => ({ one, end: ends[index] ?? 'unclear' }));
  const notRun = steps.filter(({ one, end }) => !isFine(one, end));
  const total = commands.length;
  const left = notRun
    .map(({ one, end }) => `${sanitise(one.argv.join(' '), 80)}${end === 'unclear' ? ' (not known)' : ''}`)
    .slice(0, 3);
  const ran = `${total - notRun.length} of ${total} steps have run`;
  const gone = total > 0 && steps.every(({ end }) => end === 'unclear');
  const says = (state: FinalState, words: string): Omit<Settled, 'id'> => ({
    state,
    says: sanitise(`the line was lost; checked after it: ${words}`, 400),
  });
  if (truth.kind === 'none' || (truth.kind === 'unknown' && steps.every(({ end }) => end === 'never')))
    return says('failed', 'nothing of it is there: it is safe to do it again');
  // Rebooted since, or too long ago: no step can be told from another.
  if (gone) {
    const there = { all: 'it is there', part: '', unknown: 'what it did cannot be seen' }[truth.kind];
    const seen = truth.kind === 'part' ? truth.says : there;
    return says('unproved', `${seen}; which of its ${total} steps have run is not known any more`);
  }
  if (truth.kind === 'part') return says('unproved', `${truth.says} (${ran})`);
  if (truth.kind === 'unknown')
    return says(
      'unproved',
      notRun.length === 0 ? 'all its steps have run' : `${ran}, not: ${left.join('; ')}`,
    );
  return notRun.length === 0
    ? says('done', 'it is there')
    : says('unproved', `it is there, but ${ran}, not: ${left.join('; ')}`);
}

const isFine = ({ okExits = [] }: Command, end: StepEnd): boolean =>
  typeof end === 'number' && (end === 0 || okExits.includes(end));

/** What the kernel says of it now. Undefined: it could not be read. */
async function truthOf(
  facts: ActFacts,
  host: Host,
  backends: readonly Backend[],
): Promise<Truth | undefined> {
  switch (facts.kind) {
    case 'ban':
    case 'unban':
      return truthOfSets(facts, host, backends);
    case 'tighten': {
      const reads = await Promise.all(facts.values.map(([name]) => readTimeout(host, String(name))));
      const values = reads.map((read) => (read.ok ? read.value : undefined));
      if (values.includes(undefined)) return { kind: 'unknown' };
      const as = facts.values.filter(([, , wrote], index) => values[index] === wrote).length;
      if (as === facts.values.length) return { kind: 'all' };
      return as === 0
        ? { kind: 'none' }
        : { kind: 'part', says: sanitise(`${as} of ${facts.values.length} timeouts are set`) };
    }
    default:
      return { kind: 'unknown' };
  }
}

async function truthOfSets(
  facts: BanFacts | UnbanFacts,
  host: Host,
  backends: readonly Backend[],
): Promise<Truth | undefined> {
  const keys = facts.sets as readonly SetKey[];
  const listed = facts.kind === 'ban' ? facts.added : facts.removed;
  if (listed.length === 0) return { kind: 'unknown' };
  const view = await readFirewalls(host, backendsOf(keys, backends));
  if (view.blind.length > 0) return undefined;
  let wished = 0;
  const trouble: SafeText[] = [];
  for (const [index, key] of keys.entries()) {
    const nets = listed.flatMap(([set, text]) => (set === index ? netsOf(String(text)) : []));
    const held = await heldIn(host, view, { key, nets });
    if (held === undefined) return undefined;
    wished += facts.kind === 'ban' ? held.count : nets.length - held.count;
    if (facts.kind === 'ban' && held.count > 0 && held.trouble !== undefined) trouble.push(held.trouble);
  }
  if (wished === 0) return { kind: 'none' };
  const done = facts.kind === 'ban' ? 'in their sets' : 'gone from their sets';
  if (wished < listed.length)
    return { kind: 'part', says: sanitise(`${wished} of ${listed.length} addresses are ${done}`) };
  const [first] = trouble;
  return first === undefined ? { kind: 'all' } : { kind: 'part', says: first };
}

type Held = Readonly<{ count: number; trouble?: SafeText | undefined }>;

async function heldIn(
  host: Host,
  view: FirewallView,
  { key, nets }: Readonly<{ key: SetKey; nets: readonly Net[] }>,
): Promise<Held | undefined> {
  const found = findSet(view, key);
  if (found === undefined) return { count: 0 };
  const absent = await findAbsent(host, found, nets);
  if (!absent.ok) return undefined;
  const { name, enforcement } = found.set;
  return { count: nets.length - absent.value.length, trouble: explainEnforcement(name, enforcement) };
}

function netsOf(text: string): readonly Net[] {
  const parsed = parseNet(text);
  return parsed.ok ? [parsed.value.net] : [];
}
