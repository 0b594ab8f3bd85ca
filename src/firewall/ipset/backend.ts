// ipset with iptables as a ban backend: what it reads, how it lists, what it plans. Splits into ipset-*.ts by task.

import { command } from '../../core/plan.ts';
import type { OwningBackend } from '../backend.ts';
import { checkSets } from '../check-sets.ts';
import { variantOf } from '../iptables/parse.ts';
import { isWholeSave } from '../iptables/save.ts';
import { createIpsetMembersParser } from './members.ts';
import { ensureIpsetOwn, ipsetOwnSetFor, removeIpsetOwn } from './own.ts';
import { parseIpsets } from './parse.ts';
import { planIpsetAdd, planIpsetDelete } from './plan.ts';
import { ipsetProbe } from './probe.ts';

const LIST_TIMEOUT_MS = 60_000;
const LIST_BYTES_MAX = 1024 * 1024 * 1024;
/** Outputs of `listSets` and `listSetsOptional`. */
const FOLLOWED = 5;
const terse = { privileged: true, outputMaxBytes: 64 * 1024 * 1024 } as const;

export const ipsetBackend: OwningBackend = {
  id: 'ipset',
  tools: ['ipset', 'iptables'],
  listSets: [
    command(['ipset', 'list', '-t'], terse),
    command(['iptables-save'], terse),
    command(['ip6tables-save'], terse),
  ],
  // Legacy rules that may lie beside the variant in use, which does not show them.
  listSetsOptional: [command(['iptables-legacy-save'], terse), command(['ip6tables-legacy-save'], terse)],
  // And the other way round: where the variant in use is the legacy one.
  followUp: ([, v4 = '']) =>
    variantOf(v4) === 'legacy'
      ? [command(['iptables-nft-save'], terse), command(['ip6tables-nft-save'], terse)]
      : [],
  parseSets(outputs) {
    const [sets = '', ...saves] = outputs;
    // Half a listing of rules is no listing: what is not in it may be there all the same.
    const whole = saves.map((text) => (text !== undefined && isWholeSave(text) ? text : undefined));
    const [v4, v6, legacy4, legacy6, nft4, nft6] = whole;
    const others = outputs.length > FOLLOWED ? { v4: [nft4], v6: [nft6] } : { v4: [], v6: [] };
    return parseIpsets(sets, { v4: [v4, legacy4, ...others.v4], v6: [v6, legacy6, ...others.v6] });
  },
  // `save` is faster than `list`, sorted neither way, and begins with the parameters of the set.
  listMembers: (set) =>
    command(['ipset', 'save', set.name], {
      privileged: true,
      timeoutMs: LIST_TIMEOUT_MS,
      outputMaxBytes: LIST_BYTES_MAX,
    }),
  membersParser: createIpsetMembersParser,
  planAdd: (set, elements) => planIpsetAdd(set, elements),
  planDelete: planIpsetDelete,
  probe: ipsetProbe,
  check: checkSets,
  own: { ensure: ensureIpsetOwn, remove: removeIpsetOwn, setFor: ipsetOwnSetFor },
};
