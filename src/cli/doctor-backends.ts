// What doctor says of each system that bans: one line each, and every harm that its sets do.

import { allSets, type FirewallView } from '../actions/firewalls.ts';
import { fullName } from '../actions/set-names.ts';
import { harmsOf } from '../core/findings.ts';
import { fail, ok } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import type { Backend, BackendCheck } from '../firewall/backend.ts';
import type { Check } from './doctor.ts';

/** Of those that are installed, in the order of the registry. */
export function backendChecks({ arms, blind }: FirewallView): readonly Check[] {
  const read = arms.map(({ backend, sets, gaps = [] }) =>
    checkOf(backend, backend.check?.(ok({ sets, gaps }))),
  );
  const unread = blind.map(({ backend, problem }) => checkOf(backend, backend.check?.(fail(problem))));
  return [...read, ...unread].flat();
}

function checkOf({ id }: Backend, check: BackendCheck | undefined): readonly Check[] {
  if (check === undefined) return [];
  const { works, says, todo } = check;
  return [{ what: id, works, says, ...(todo === undefined ? {} : { todo }) }];
}

/** "inet filter banned4: no rule uses this set … (what to do)". */
export function harmSentences(view: FirewallView): readonly string[] {
  return harmsOf(allSets(view).map(({ set }) => set)).map(({ set, finding, more }) => {
    const others = more === 0 ? '' : ` and ${more} more`;
    const todo = finding.todo === undefined ? '' : ` (${finding.todo})`;
    return sanitise(`${fullName(set)}${others}: ${finding.says}${todo}`, 700);
  });
}
