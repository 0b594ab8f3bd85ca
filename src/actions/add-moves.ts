// What puts elements into sets, by hand or from a file: our own table where it is needed, one batch per set, the way back,
// and the facts that undo it from the journal.

import type { Net } from '../core/address.ts';
import type { UnixMs } from '../core/brand.ts';
import type { SetInfo } from '../core/rows.ts';
import { type Element, ownsTable } from '../firewall/backend.ts';
import type { Move } from './action.ts';
import type { Group } from './ban-targets.ts';
import { addedFacts, deleteSteps, movesOf, movesOn, type Prior, priorFact, putBack } from './elements.ts';
import type { BanFacts } from './facts.ts';
import { ownSets } from './firewalls.ts';

/** Of one set. */
export type Addition = Readonly<{
  group: Omit<Group, 'nets'>;
  elements: readonly Element[];
  /** What is there now and goes, or gets another time. */
  replaced: readonly Prior[];
  /** As for `Backend.planAdd`. */
  overlapped: readonly Net[];
}>;

type Creation = Readonly<{ moves: readonly Move[]; made: readonly SetInfo[] }>;

/** Steps for our own table, and the sets that are new with it: those go again when the act is taken back. */
export function ensureOwn(additions: readonly Addition[]): Creation {
  const groups = additions.flatMap(({ group }) => (group.own ? [group] : []));
  const arm = groups[0]?.found.arm;
  if (arm === undefined || !ownsTable(arm.backend)) return { moves: [], made: [] };
  const { own, atomic = false } = arm.backend;
  const families = [...new Set(groups.map(({ found }) => found.set.family))];
  const there = new Set(arm.sets.map(({ key }) => key));
  const wanted = ownSets(own, own.whole === true ? [4, 6] : families);
  // What goes as a whole and was there in part is mended, never removed.
  const mended = own.whole === true && wanted.some(({ key }) => there.has(key));
  const made = mended ? [] : wanted.filter(({ key }) => !there.has(key));
  const steps = own.ensure(arm.sets, families);
  return { made, moves: movesOf(steps, atomic, () => (made.length === 0 ? [] : own.remove(made))) };
}

export function addMoves({ group, elements, replaced, overlapped }: Addition): readonly Move[] {
  const { arm, set } = group.found;
  const steps = arm.backend.planAdd(set, elements, overlapped);
  const before = new Set(replaced.map(({ net }) => net.text));
  const fresh = elements.flatMap(({ net }) => (before.has(net.text) ? [] : [net]));
  return movesOn(arm.backend, steps, (now: UnixMs) => [
    ...deleteSteps(arm.backend, set, fresh),
    ...putBack(arm.backend, set, replaced, now),
  ]);
}

/** `brief`: without the elements, of which there are too many. */
export function factsOf(additions: readonly Addition[], made: readonly SetInfo[], brief = false): BanFacts {
  const listed = brief ? [] : additions;
  return {
    kind: 'ban',
    sets: additions.map(({ group }) => group.found.set.key),
    added: listed.flatMap(({ elements }, index) => addedFacts(elements, index)),
    before: listed.flatMap(({ replaced }, index) => replaced.map((prior) => priorFact(prior, index))),
    ...(made.length === 0 ? {} : { created: made.map(({ key }) => key) }),
  };
}
