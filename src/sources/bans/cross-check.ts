// Who is on the list of a daemon and in none of the kernel's sets that enforce it, where the listings of both are known.

import { memberNet } from '../../core/members.ts';
import type { Finding, Members, SetInfo } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { formatCount } from '../../core/units.ts';

/** A daemon may be just about to put an address in, or to take it out: it is said when a later listing says so again. */
const GRACE_MS = 15_000;
const EXAMPLES_MAX = 3;
/** More elements than this are not compared: it would take longer than a tick may. */
const COMPARED_MAX = 50_000;

export type CrossCheck = Readonly<{
  /** `members`: those that came with this sample. The sets, with what the listings contradict. */
  look(sets: readonly SetInfo[], members: readonly Members[]): readonly SetInfo[];
}>;

export function createCrossCheck(): CrossCheck {
  const kept = new Map<string, Members>();
  /** By list: addresses that were in no set, and since when that is known. */
  const suspects = new Map<string, ReadonlyMap<string, number>>();
  return {
    look(sets, members) {
      const wanted = new Set<string>(sets.flatMap((set) => linkOf(set)));
      const fresh = new Set<string>();
      for (const one of members) {
        if (!wanted.has(one.set)) continue;
        kept.set(one.set, one);
        fresh.add(one.set);
      }
      for (const key of kept.keys()) if (!wanted.has(key)) kept.delete(key);
      for (const key of suspects.keys()) if (!wanted.has(key)) suspects.delete(key);
      return sets.map((set) => {
        if (linkOf(set).some((key) => fresh.has(key))) suspects.set(set.key, missingOf(set, kept, suspects));
        const finding = findingOf(suspects.get(set.key), kept.get(set.key)?.at ?? 0);
        return finding === undefined ? set : { ...set, findings: [...(set.findings ?? []), finding] };
      });
    },
  };
}

/** The list itself and its sets; empty = no list, or one whose sets are not known. */
function linkOf({ key, enforcedBy = [] }: SetInfo): readonly string[] {
  return enforcedBy.length === 0 ? [] : [key, ...enforcedBy];
}

function missingOf(
  set: SetInfo,
  kept: ReadonlyMap<string, Members>,
  before: ReadonlyMap<string, ReadonlyMap<string, number>>,
): ReadonlyMap<string, number> {
  const list = kept.get(set.key);
  const kernel = (set.enforcedBy ?? []).flatMap((key) => kept.get(key) ?? []);
  const missing = new Map<string, number>();
  // A set whose listing is not known may hold any of them; one that holds networks may cover them.
  if (list === undefined || kernel.length < (set.enforcedBy ?? []).length) return missing;
  if ([list, ...kernel].reduce((sum, { length }) => sum + length, 0) > COMPARED_MAX) return missing;
  const held = new Set<string>();
  for (const one of kernel) {
    if (one.prefixes.some((prefix) => prefix < (one.family === 4 ? 32 : 128))) return missing;
    for (let at = 0; at < one.length; at++) held.add(memberNet(one, at).text);
  }
  const known = before.get(set.key);
  const newest = Math.max(list.at, ...kernel.map(({ at }) => at));
  for (let at = 0; at < list.length; at++) {
    const { text } = memberNet(list, at);
    if (!held.has(text)) missing.set(text, known?.get(text) ?? newest);
  }
  return missing;
}

/** `at`: of the newest listing of the list. An empty set is said by `relate` already. */
function findingOf(missing: ReadonlyMap<string, number> | undefined, at: number): Finding | undefined {
  const sure = [...(missing ?? [])].filter(([, since]) => at - since >= GRACE_MS).map(([text]) => text);
  const [first] = sure;
  if (first === undefined) return undefined;
  const more = sure.length > EXAMPLES_MAX ? ', …' : '';
  return {
    level: 'harm',
    says: sanitise(
      `${formatCount(sure.length)} banned here and in no set of the kernel: ${sure.slice(0, EXAMPLES_MAX).join(', ')}${more}`,
    ),
    todo: safe('unban and ban again, or restart the list: its daemon believes that they are stopped'),
  };
}
