// From what the operator writes ("f2b-http", "inet filter banned4", "ipset:f2b-http") to one set.

import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { SetInfo } from '../core/rows.ts';
import { sanitise } from '../core/sanitise.ts';
import { suggest } from '../core/suggest.ts';
import { allSets, type FirewallView } from './firewalls.ts';

/** Key, full name, or bare name when only one set (or one pair of twins) has it. */
export function findSetByName(view: FirewallView, text: string): Result<SetInfo> {
  const wanted = text.trim().replace(/\s+/g, ' ');
  const sets = allSets(view).map(({ set }) => set);
  const exact = sets.find((set) => set.key === wanted || fullName(set) === wanted);
  if (exact !== undefined) return ok(exact);
  // As the console shows it.
  const jail = /^jail (.+)$/.exec(wanted)?.[1];
  const named = sets.filter(
    ({ name, backend }) => name === wanted || (backend === 'fail2ban' && name === jail),
  );
  const [first] = named;
  if (first === undefined) {
    const near = suggest(wanted, [...sets.map(({ name }) => name), ...sets.map(fullName)]);
    return fail(
      problem('not-found', `no set ${JSON.stringify(sanitise(wanted, 80))} on this host`, {
        hint: near === undefined ? '`opsconsole bans` lists the sets' : `did you mean ${sanitise(near, 80)}?`,
      }),
    );
  }
  const twins = named.length === 2 && first.twin === named[1]?.key;
  if (named.length === 1 || twins) return ok(first);
  return fail(
    problem('bad-input', `several sets are named ${sanitise(wanted, 80)}`, {
      hint: `write one of ${named.map((set) => JSON.stringify(sanitise(set.key, 80))).join(', ')}`,
    }),
  );
}

/** "inet filter banned4"; the plain name for ipset. */
export function fullName(set: SetInfo): string {
  return set.table === undefined ? set.name : `${set.table} ${set.name}`;
}
