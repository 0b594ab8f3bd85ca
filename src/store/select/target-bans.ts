// What act keys would take in a bans pane, the draft of extending or shortening a ban, and the choice of sets.

import type { ActDraft } from '../../core/act.ts';
import type { Net } from '../../core/address.ts';
import { TIMEOUT_SECONDS_MAX } from '../../core/duration.ts';
import { secondsLeft } from '../../core/members.ts';
import type { PaneId } from '../../core/pane.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { SetInfo, SetKey } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { rowOf } from '../bans/address-index.ts';
import { cursorAt, type Marked, paneTable } from '../bans/bans-pane.ts';
import { setNames } from '../bans/set-names.ts';
import { itemAt, keyOf } from '../bans/table.ts';
import type { ActTarget } from '../slice.ts';
import type { ConsoleState } from '../state.ts';

/** Marked rows, or the row under the cursor; undefined on an unlisted set or an empty table. */
export function selectBansTarget(state: ConsoleState, id: PaneId): ActTarget | undefined {
  const rows = targetRows(state, id);
  const first = rows[0];
  if (first === undefined) return undefined;
  const names = setNames(state.bans.sets);
  const name = names.get(first.set) ?? sanitise(first.set);
  const oneList = rows.every(({ set }) => set === first.set);
  const nets = [...new Map(rows.map(({ net }) => [net.text, net])).values()];
  const from = oneList ? `set ${name}` : 'several sets';
  const origin = sanitise(rows.length === 1 ? from : `${groupDigits(rows.length)} marked rows, ${from}`);
  return oneList ? { nets, origin, set: first.set } : { nets, origin };
}

function targetRows(state: ConsoleState, id: PaneId): readonly Marked[] {
  const pane = state.bans.panes.get(id);
  if (pane === undefined) return [];
  if (pane.marks.size > 0) return [...pane.marks.values()];
  const table = paneTable(pane, state.bans);
  const item = itemAt(table, cursorAt(pane, table));
  const key = item === undefined ? undefined : keyOf(item);
  return key?.net === undefined ? [] : [{ set: key.set, net: key.net }];
}

const SHORTEST_SECONDS = 60;

/**
 * A ban of the same rows in the same set with the next longer or shorter of the session's durations; beyond them twice
 * or half the time left. Adding an element again sets its timeout. The problem says why there is no such act.
 */
export function selectExtendDraft(
  state: ConsoleState,
  id: PaneId,
  direction: 'extend' | 'shorten',
): Result<ActDraft> {
  const rows = targetRows(state, id);
  const first = rows[0];
  const set = first === undefined ? undefined : state.bans.sets.find(({ key }) => key === first.set);
  if (first === undefined || set === undefined) return refuse('no ban is under the cursor');
  if (rows.some((row) => row.set !== set.key && row.set !== set.twin))
    return refuse('the marked rows are in several sets', 'mark rows of one set at a time');
  if (set.shields === true)
    return refuse('this ban ends with the shields', 'b bans the address for a time of its own');
  if (!set.timeouts && set.ending === undefined) return refuse(`set ${nameOf(state, set)} keeps no timeouts`);
  if (set.constant === true)
    return refuse(`set ${nameOf(state, set)} is constant: nothing can be changed in it`);
  const left = rows.map((row) => leftOf(state, row));
  if (left.some((seconds) => seconds === undefined))
    return refuse('the time left is not known', 'refresh first');
  const ends = left.filter((seconds) => typeof seconds === 'number');
  if (direction === 'extend' && ends.length < left.length)
    return refuse('a ban "until changed" cannot be made longer');
  const seconds = nextDuration(direction, ends, state.session.bans.durations);
  if (seconds === undefined) return refuse('the ban is as short as it can be', 'unban it instead');
  const nets: readonly Net[] = rows.map(({ net }) => net);
  return ok({
    action: 'ban',
    nets,
    seconds,
    target: set.owner === 'opsconsole' ? { kind: 'own' } : { kind: 'set', set: set.key },
    reason: reasonOf(state, first) ?? (direction === 'extend' ? 'extended' : 'shortened'),
    cut: false,
    origin: sanitise(`${direction} in set ${nameOf(state, set)}`),
  });
}

/** A day that began a minute ago is not made longer by another day: it must gain something. */
const EXTENDS_BY = 1.1;

function nextDuration(
  direction: 'extend' | 'shorten',
  left: readonly number[],
  durations: readonly number[],
): number | undefined {
  const steps = durations.toSorted((a, b) => a - b);
  if (direction === 'extend') {
    const longest = Math.max(...left);
    const next =
      steps.find((step) => step > longest * EXTENDS_BY) ?? Math.min(TIMEOUT_SECONDS_MAX, 2 * longest);
    return next > longest ? next : undefined;
  }
  // No row may become longer by being shortened: what has least left decides.
  const shortest = left.length === 0 ? TIMEOUT_SECONDS_MAX : Math.min(...left);
  const next = steps.findLast((step) => step < shortest) ?? Math.floor(shortest / 2);
  return next >= SHORTEST_SECONDS ? next : undefined;
}

function leftOf(state: ConsoleState, row: Marked): number | null | undefined {
  const members = state.bans.members.get(row.set);
  const index = members === undefined ? undefined : rowOf(members, row.net);
  return members === undefined || index === undefined ? undefined : secondsLeft(members, index, state.now);
}

function reasonOf(state: ConsoleState, row: Marked): string | undefined {
  const members = state.bans.members.get(row.set);
  const index = members === undefined ? undefined : rowOf(members, row.net);
  return index === undefined ? undefined : members?.comments.get(index);
}

function nameOf(state: ConsoleState, set: SetInfo): string {
  return setNames(state.bans.sets).get(set.key) ?? sanitise(set.key);
}

function refuse(summary: string, hint?: string): Result<never> {
  return fail(problem('refused', summary, hint === undefined ? {} : { hint }));
}

/** One line of the set picker. `id`: what `bans/sets-chosen` takes; empty = all sets. */
export type SetChoice = Readonly<{ id: string; label: SafeText; detail: SafeText }>;

/** All sets with their counts and capacities, twins as one. */
export function selectSetChoices(state: ConsoleState): readonly SetChoice[] {
  const names = setNames(state.bans.sets);
  const groups = new Map<string, SetInfo[]>();
  for (const set of state.bans.sets) {
    const name = names.get(set.key) ?? '';
    groups.set(name, [...(groups.get(name) ?? []), set]);
  }
  const counts = state.bans.sets.map((set) => countOf(state, set));
  const total = counts.every((count) => count !== undefined)
    ? groupDigits(counts.reduce((sum, count) => sum + count, 0))
    : '–';
  return [
    { id: '', label: safe('all sets'), detail: sanitise(total) },
    ...[...groups].map(([name, sets]) => ({
      id: name,
      label: sanitise(name),
      detail: sanitise(sets.map((set) => capacityText(set, countOf(state, set))).join(', ')),
    })),
  ];
}

/** As the tool counts it, else as many as were listed. */
function countOf(state: ConsoleState, set: SetInfo): number | undefined {
  return set.count ?? state.bans.members.get(set.key)?.length;
}

/** "v4 812/65,536 ipset hash:ip", "v6 – nft". */
function capacityText(set: SetInfo, known: number | undefined): string {
  const count = known === undefined ? '–' : groupDigits(known);
  const max = set.max === undefined ? '' : `/${groupDigits(set.max)}`;
  return `v${set.family} ${count}${max} ${set.backend} ${set.type}`;
}

/** Sets whose listing was asked for and has not begun: what the bans source should do next. */
export function selectAskedListings(state: ConsoleState): readonly SetKey[] {
  return [...state.bans.listings].filter(([, { kind }]) => kind === 'asked').map(([set]) => set);
}
