// Who is in a kernel's set because a daemon's list holds them: a jail and its set are one ban, which ends by the jail.

import type { Net } from '../../core/address.ts';
import type { SetInfo, SetKey } from '../../core/rows.ts';
import { rowOf } from './address-index.ts';
import type { Listing } from './bans-pane.ts';

const cache = new WeakMap<readonly SetInfo[], ReadonlyMap<SetKey, readonly SetInfo[]>>();

function listsBehind(sets: readonly SetInfo[]): ReadonlyMap<SetKey, readonly SetInfo[]> {
  const known = cache.get(sets);
  if (known !== undefined) return known;
  const made = new Map<SetKey, SetInfo[]>();
  for (const list of sets)
    for (const key of list.enforcedBy ?? []) made.set(key, [...(made.get(key) ?? []), list]);
  cache.set(sets, made);
  return made;
}

/** The daemon's list that fills this set and holds this very address; somebody else may have put others into the set. */
export function listHolding({ sets, members }: Listing, set: SetInfo, net: Net): SetInfo | undefined {
  return listsBehind(sets)
    .get(set.key)
    ?.find((list) => {
      const listed = members.get(list.key);
      return listed !== undefined && rowOf(listed, net) !== undefined;
    });
}
