// Which ban sets hold the followed address, until when and with what effect; and what else of its network is banned.

import { contains, type Net } from '../../core/address.ts';
import { memberNet, secondsLeft } from '../../core/members.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { rowsCovering } from '../bans/address-index.ts';
import { setNames } from '../bans/set-names.ts';
import { rowsInside } from '../follow/inside.ts';
import type { ConsoleState } from '../state.ts';

/** `member`: the element of the set that holds it. `left`: seconds; null = no end, undefined = unknown. */
export type Holding = Readonly<{
  set: SetInfo;
  name: SafeText;
  member: Net;
  left: number | null | undefined;
}>;

/**
 * `unlisted`: names of sets of its family whose members are not known: it may stand in them. `known` is false before the
 * sets were read. `others`: other elements of sets that drop, inside the network around it; `whole`: all of that is banned.
 */
export type CardSets = Readonly<{
  known: boolean;
  holding: readonly Holding[];
  unlisted: readonly SafeText[];
  others: number;
  whole: boolean;
}>;

export function selectCardSets(state: ConsoleState, net: Net, around: Net): CardSets {
  const { bans, now } = state;
  const names = setNames(bans.sets);
  const holding: Holding[] = [];
  const unlisted: SafeText[] = [];
  const others = new Set<string>();
  let whole = false;
  for (const set of bans.sets) {
    const name = names.get(set.key);
    if (set.family !== net.family || name === undefined) continue;
    const members = bans.members.get(set.key);
    if (members === undefined) {
      if (set.count !== 0) unlisted.push(name);
      continue;
    }
    for (const row of rowsCovering(members, net)) {
      const left = secondsLeft(members, row, now);
      if (!ended(left)) holding.push({ set, name, member: memberNet(members, row), left });
    }
    if (!drops(set)) continue;
    if (rowsCovering(members, around).some((row) => !ended(secondsLeft(members, row, now)))) whole = true;
    for (const other of insideNets(members, around, now)) if (!contains(other, net)) others.add(other.text);
  }
  return { known: bans.at !== undefined, holding, unlisted, others: others.size, whole };
}

/** Whether being in it may be a ban: a set that no rule drops is none. */
function drops({ enforcement }: SetInfo): boolean {
  return enforcement.kind === 'dropped' || enforcement.kind === 'unknown';
}

function ended(left: number | null | undefined): boolean {
  return typeof left === 'number' && left <= 0;
}

function* insideNets(members: Members, around: Net, now: number): Generator<Net> {
  for (const row of rowsInside(members, around))
    if (!ended(secondsLeft(members, row, now))) yield memberNet(members, row);
}
