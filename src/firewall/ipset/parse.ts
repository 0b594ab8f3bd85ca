// Sets from `ipset list -t` (7.17) and who uses them from iptables-save of both families.
//   Name: f2b-http
//   Header: family inet hashsize 1024 maxelem 65536 timeout 600 counters comment bucketsize 12 initval 0xcc661e7a

import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Enforcement, SetInfo, SetKey } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { type Chain, enforcementOf } from '../enforcement.ts';
import { type Surroundings, withFindings } from '../findings.ts';
import { variantOf } from '../iptables/parse.ts';
import { readIptablesSave } from '../iptables/rule.ts';
import { ownerOf, pairTwins } from '../names.ts';
import { publishedOf } from '../published.ts';

export function ipsetKey(name: string): SetKey {
  return `ipset:${sanitise(name)}` as SetKey;
}

export type RuleListings = Readonly<{
  v4: readonly (string | undefined)[];
  v6: readonly (string | undefined)[];
}>;

/** Sets of the shields that hold who is spared and the ports, not who is banned. */
const WALL_INSIDE = /^oc_(?:armed[46]|safe[46]|ports|capports)$/;
const WALL_BANNED = /^oc_banned[46]$/;

/** `terse`: `ipset list -t`. `rules`: outputs of iptables-save and ip6tables-save; undefined = could not be read. */
export function parseIpsets(terse: string, rules: RuleListings): Result<readonly SetInfo[]> {
  if (!isWholeListing(terse)) return fail(NOT_WHOLE);
  const by = { 4: enforcementFrom(rules.v4, 'iptables'), 6: enforcementFrom(rules.v6, 'ip6tables') };
  const sets: SetInfo[] = [];
  for (const block of blocksOf(terse)) {
    const set = readBlock(block);
    if (set === undefined || WALL_INSIDE.test(set.name)) continue;
    const enforcement = enforcementFor(set, by[set.family]);
    const owner = set.owner === 'unknown' ? ownerOfRule(enforcement) : set.owner;
    sets.push({ ...set, owner, enforcement });
  }
  return ok(pairTwins(sets).map((set) => withFindings(set, by[set.family].around)));
}

type Uses = Readonly<{ found: ReadonlyMap<string, Enforcement>; blind: boolean; around: Surroundings }>;

/** FireHOL sets have any name; the chains of its `blacklist` are its own (3.1.7: BLACKLIST.bi.1.in). */
function ownerOfRule(enforcement: Enforcement): SetInfo['owner'] {
  const firehol = 'rule' in enforcement && /\bBLACKLIST\.(?:bi|uni)\.\d+\.in\b/.test(enforcement.rule);
  return firehol ? 'firehol' : 'unknown';
}

function enforcementFrom(listings: readonly (string | undefined)[], tool: string): Uses {
  const chains: Chain[] = [];
  for (const [index, text] of listings.entries()) {
    const name = `${tool}${['', '-legacy', '-nft'][index] ?? ''}`;
    if (text !== undefined) chains.push(...readIptablesSave(text, name));
  }
  const around = {
    published: publishedOf(chains, tool === 'iptables' ? 4 : 6),
    beside: hasRules(listings[0]) && hasRules(listings[variantOf(listings[0] ?? '') === 'nft' ? 1 : 2]),
  };
  return { found: enforcementOf(chains), blind: listings.includes(undefined), around };
}

const hasRules = (save: string | undefined): boolean =>
  save !== undefined && /^(?:\[\d+:\d+\] )?-A /m.test(save);

function enforcementFor(set: Omit<SetInfo, 'enforcement'>, uses: Uses): Enforcement {
  const found = uses.found.get(set.name);
  if (found !== undefined) return found;
  // The kernel counts who holds the set, whoever that is.
  if (set.references === 0) return { kind: 'unused' };
  const why = uses.blind
    ? safe('the iptables rules could not be read')
    : safe('in use, but by no iptables rule that could be read (a list:set, tc or another tool)');
  return { kind: 'unknown', why };
}

const NOT_WHOLE = problem('unreadable', 'the listing of ipset was cut off, or is none', {
  hint: 'try: ipset list -t',
});

/** The last block has its last lines. Of the others a name may hold anything, also what looks like a block. */
function isWholeListing(terse: string): boolean {
  const last = terse.startsWith('Name: ') ? Math.max(0, terse.lastIndexOf('\nName: ')) : -1;
  return last < 0 ? terse.trim() === '' : /^References: \d+$/m.test(terse.slice(last));
}

/** A block per set: "Name: …" begins one. */
function blocksOf(terse: string): readonly ReadonlyMap<string, string>[] {
  const blocks: Map<string, string>[] = [];
  for (const line of terse.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon < 0) continue;
    const field = line.slice(0, colon);
    if (field === 'Name') blocks.push(new Map());
    const block = blocks.at(-1);
    // The first of each field counts: nothing inside a block can replace what came before.
    if (block !== undefined && !block.has(field)) block.set(field, line.slice(colon + 2));
  }
  return blocks;
}

function readBlock(block: ReadonlyMap<string, string>): Omit<SetInfo, 'enforcement'> | undefined {
  const name = block.get('Name');
  const type = block.get('Type');
  // Sets of ports, interfaces or other sets hold no bans of addresses.
  if (name === undefined || (type !== 'hash:ip' && type !== 'hash:net')) return undefined;
  const header = readHeader(block.get('Header') ?? '');
  const mask = header.get('netmask') ?? header.get('bitmask');
  const count = numberOf(block.get('Number of entries'));
  const max = numberOf(header.get('maxelem'));
  const references = numberOf(block.get('References'));
  const defaultTimeout = numberOf(header.get('timeout'));
  return {
    key: ipsetKey(name),
    backend: 'ipset',
    name,
    family: header.get('family') === 'inet6' ? 6 : 4,
    type: mask === undefined ? type : `${type} netmask ${mask}`,
    holdsNets: type === 'hash:net',
    timeouts: defaultTimeout !== undefined,
    ...(defaultTimeout === undefined ? {} : { defaultTimeout }),
    counters: header.has('counters'),
    comments: header.has('comment'),
    ...(count === undefined ? {} : { count }),
    ...(max === undefined ? {} : { max }),
    ...(references === undefined ? {} : { references }),
    ...(WALL_BANNED.test(name) ? { shields: true } : {}),
    owner: ownerOf(name),
  };
}

const HEADER_FLAGS = new Set(['counters', 'comment', 'skbinfo', 'forceadd']);

function readHeader(text: string): ReadonlyMap<string, string> {
  const header = new Map<string, string>();
  const words = text.split(' ');
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (HEADER_FLAGS.has(word)) header.set(word, '');
    else header.set(word, words[++index] ?? '');
  }
  return header;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
