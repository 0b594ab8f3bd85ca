// Chains of rules that drop one source each (IP4BAN of a ban script, f2b-NAME, sshguard, CSF's DENYIN) as a ban backend:
// both variants of iptables, both families.

import { command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail } from '../../core/result.ts';
import type { SetInfo } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { Backend } from '../backend.ts';
import { checkSets } from '../check-sets.ts';
import { createChainMembersParser } from './members.ts';
import { parseChains, variantOf } from './parse.ts';
import { inverseOf, placeOf, planChainAdd, planChainDelete, programOf } from './plan.ts';
import { isWholeSave } from './save.ts';

const LIST_TIMEOUT_MS = 60_000;
const LIST_BYTES_MAX = 1024 * 1024 * 1024;
/** Of `listSets` and what follows, in order. */
const SAVES = ['', 'ip6tables-save', 'iptables-legacy-save', 'ip6tables-legacy-save'];
const NOT_WHOLE = problem('unreadable', 'the rules of iptables were cut off, or are no listing', {
  hint: 'try: iptables-save',
});
const terse = { privileged: true, outputMaxBytes: 64 * 1024 * 1024 } as const;

export const iptablesBackend: Backend = {
  id: 'iptables',
  tools: ['iptables-save', 'iptables-restore'],
  // Without -c: the counters of thousands of rules are asked for with the members only.
  listSets: [command(['iptables-save'], terse), command(['ip6tables-save'], terse)],
  // The variant that is not in use: its rules drop all the same, and the one in use does not show them.
  listSetsOptional: [command(['iptables-legacy-save'], terse), command(['ip6tables-legacy-save'], terse)],
  followUp: ([v4 = '']) =>
    variantOf(v4) === 'nft'
      ? []
      : [command(['iptables-nft-save'], terse), command(['ip6tables-nft-save'], terse)],
  parseSets([v4 = '', v6 = '', legacy4 = '', legacy6 = '', nft4 = '', nft6 = '']) {
    if (!isWholeSave(v4)) return fail(NOT_WHOLE);
    return parseChains(
      [
        { text: v4, family: 4 },
        { text: v6, family: 6 },
      ],
      [
        { text: legacy4, family: 4 },
        { text: legacy6, family: 6 },
        { text: nft4, family: 4 },
        { text: nft6, family: 6 },
      ],
    );
  },
  gaps: (outputs) =>
    outputs.flatMap((text, index) =>
      index === 0 || text === undefined || isWholeSave(text)
        ? []
        : [sanitise(`${SAVES[index] ?? 'a listing'}: ${NOT_WHOLE.summary}`)],
    ),
  listMembers: (set: SetInfo) =>
    command([programOf(set, 'save'), '-c', '-t', placeOf(set).table], {
      privileged: true,
      timeoutMs: LIST_TIMEOUT_MS,
      outputMaxBytes: LIST_BYTES_MAX,
    }),
  membersParser: createChainMembersParser,
  planAdd: planChainAdd,
  planDelete: planChainDelete,
  inverse: inverseOf,
  check: (reading) =>
    reading.ok && reading.value.sets.length === 0 && reading.value.gaps.length === 0
      ? { works: true, says: safe('no ban chain') }
      : checkSets(reading),
  atomic: true,
};
