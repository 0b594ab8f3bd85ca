// What a set is called on screen: v4 and v6 twins have one name, and two sets of the same name are told apart.

import type { SetInfo, SetKey } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';

const NAME_MAX = 60;

/**
 * "f2b-http" and "f2b-http6" → "f2b-http"; "ban4" and "ban6" → "ban". Where they differ further in front, what comes behind
 * tells one pair from the next: "addr-set-sshd" and "addr6-set-sshd" → the IPv4 half's name.
 */
function sharedName(a: string, b: string): string {
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  if (same < a.length - 1) return a;
  const shared = a.slice(0, same).replace(/[-_.]?(ip)?v?$/, '');
  return shared === '' ? a : shared;
}

const cache = new WeakMap<readonly SetInfo[], ReadonlyMap<SetKey, SafeText>>();

/** Names of all sets; the same object for the same list. */
export function setNames(sets: readonly SetInfo[]): ReadonlyMap<SetKey, SafeText> {
  const known = cache.get(sets);
  if (known !== undefined) return known;
  const byKey = new Map(sets.map((set) => [set.key, set]));
  const plain = new Map<SetKey, string>();
  for (const set of sets) {
    const twin = set.twin === undefined ? undefined : byKey.get(set.twin);
    if (set.shields === true) plain.set(set.key, 'shields');
    // Beside the kernel's set of the same jail.
    else if (set.backend === 'fail2ban') plain.set(set.key, `jail ${set.name}`);
    else plain.set(set.key, twin === undefined ? set.name : sharedName(...ordered(set, twin)));
  }
  const names = new Map<SetKey, SafeText>();
  for (const set of sets) {
    const name = plain.get(set.key) ?? set.name;
    const clash = sets.some(
      (other) => other.key !== set.key && other.twin !== set.key && plain.get(other.key) === name,
    );
    names.set(set.key, sanitise(clash ? `${set.table ?? set.backend} ${name}` : name, NAME_MAX));
  }
  cache.set(sets, names);
  return names;
}

function ordered(a: SetInfo, b: SetInfo): readonly [string, string] {
  return a.family <= b.family ? [a.name, b.name] : [b.name, a.name];
}
