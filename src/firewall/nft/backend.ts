// nftables as a ban backend: what it reads, how it lists, what it plans. Splits into nft-*.ts by task.

import { command } from '../../core/plan.ts';
import type { OwningBackend } from '../backend.ts';
import { checkSets } from '../check-sets.ts';
import { isUsableName } from '../hold.ts';
import { createNftMembersParser } from './members.ts';
import { ensureNftOwn, nftOwnSetFor, removeNftOwn } from './own.ts';
import { parseNftSets } from './parse.ts';
import { planNftAdd, planNftDelete } from './plan.ts';
import { nftProbe } from './probe.ts';

const TERSE_BYTES_MAX = 32 * 1024 * 1024;
/** A million elements take 42 s and 1.2 GB in nft 1.0.6 itself. */
const LIST_TIMEOUT_MS = 180_000;
const LIST_BYTES_MAX = 1024 * 1024 * 1024;

const terse = { privileged: true, outputMaxBytes: TERSE_BYTES_MAX } as const;

export const nftBackend: OwningBackend = {
  id: 'nft',
  tools: ['nft'],
  // Terse listings name no elements and no counts; they cost milliseconds at any size.
  listSets: [
    command(['nft', '-j', '-t', 'list', 'ruleset'], terse),
    command(['nft', '-t', 'list', 'ruleset'], terse),
  ],
  parseSets: ([json = '', text = '']) => parseNftSets(json, text),
  listMembers(set) {
    const [family = '', table = ''] = isUsableName(set) ? (set.table ?? '').split(' ') : [];
    return command(['nft', '-j', 'list', 'set', family, table, isUsableName(set) ? set.name : ''], {
      privileged: true,
      timeoutMs: LIST_TIMEOUT_MS,
      outputMaxBytes: LIST_BYTES_MAX,
    });
  },
  membersParser: createNftMembersParser,
  planAdd: planNftAdd,
  planDelete: planNftDelete,
  probe: nftProbe,
  check: checkSets,
  atomic: true,
  own: { ensure: ensureNftOwn, remove: removeNftOwn, setFor: nftOwnSetFor, whole: true },
};
