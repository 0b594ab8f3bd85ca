// Sets and their enforcement from the two terse listings of nft. JSON for structure; the text beside it because JSON
// of nft 1.0.6 leaves out "auto-merge" and prints garbage for the flags of a table ("dormant").
//   {"set": {"family": "inet", "name": "ban4", "table": "filter", "type": "ipv4_addr", "flags": ["timeout"], "size": 1000}}
//   {"chain": {"family": "inet", "table": "filter", "name": "input", "type": "filter", "hook": "input", "prio": 0}}

import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Enforcement, SetInfo, SetKey } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import { type Chain, enforcementOf, type Hook, type RuleFacts } from '../enforcement.ts';
import { withFindings } from '../findings.ts';
import { asArray, asNumber, asObject, asString, type JsonObject, parseJson } from '../json.ts';
import { ownerOf, pairTwins } from '../names.ts';
import { publishedOf } from '../published.ts';
import { SHIELDS_TABLE } from '../shields/wall.ts';
import { readRule } from './rule.ts';

export function nftKey(table: string, name: string): SetKey {
  return `nft:${sanitise(`${table} ${name}`)}` as SetKey;
}

/** `json`: `nft -j -t list ruleset`; `text`: `nft -t list ruleset`. */
export function parseNftSets(json: string, text: string): Result<readonly SetInfo[]> {
  const items = asArray(asObject(parseJson(json))?.nftables);
  if (items === undefined) {
    return fail(problem('unreadable', 'nft answered, but not with the JSON that this program knows'));
  }
  const marks = readTextMarks(text);
  const sets: JsonObject[] = [];
  const chains = new Map<string, Omit<Chain, 'rules'> & { rules: RuleFacts[] }>();
  for (const item of items) {
    const object = asObject(item) ?? {};
    const set = asObject(object.set);
    if (set !== undefined && !isWallInside(tableOf(set), asString(set.name) ?? '')) sets.push(set);
    const chain = asObject(object.chain);
    if (chain !== undefined) {
      const made = readChain(chain, marks);
      chains.set(made.id, { ...made, rules: [] });
    }
    const rule = asObject(object.rule);
    if (rule !== undefined) {
      const table = tableOf(rule);
      const place = (name: string): string => idOf(table, name);
      chains.get(place(asString(rule.chain) ?? ''))?.rules.push(readRule(asArray(rule.expr) ?? [], place));
    }
  }
  const all = [...chains.values()];
  const enforcement = enforcementOf(all);
  const published = { 4: publishedOf(all, 4), 6: publishedOf(all, 6) };
  const paired = pairTwins(sets.flatMap((set) => readSet(set, enforcement, marks)));
  return ok(paired.map((set) => withFindings(set, { published: published[set.family] })));
}

const SHIELDS = `inet ${SHIELDS_TABLE}`;

/** The wall's own sets hold who is spared and who was counted, not who is banned; under attack they are long. */
function isWallInside(table: string, name: string): boolean {
  return table === SHIELDS && !name.startsWith('banned');
}

const tableOf = (object: JsonObject): string =>
  `${asString(object.family) ?? ''} ${asString(object.table) ?? ''}`;
const idOf = (table: string, name: string): string => `${table}\n${name}`;

/** Chains and sets share no names with each other's ids, because jumps and "@name" are looked up apart. */
function readChain(chain: JsonObject, marks: TextMarks): Omit<Chain, 'rules'> {
  const table = tableOf(chain);
  const name = asString(chain.name) ?? '';
  const hook = asString(chain.hook);
  const common = { label: `${table} ${name}`, id: idOf(table, name), dormant: marks.dormant.has(table) };
  if (hook === undefined) return common;
  const known = /^(ip|ip6|inet|netdev) /.test(table) ? hookOf(hook) : 'other';
  return {
    ...common,
    base: { hook: known, priority: asNumber(chain.prio) ?? 0, newOnly: chain.type === 'nat' },
  };
}

function hookOf(hook: string): Hook {
  return hook === 'ingress' || hook === 'prerouting' || hook === 'input' || hook === 'forward'
    ? hook
    : 'other';
}

function readSet(
  set: JsonObject,
  enforcement: ReadonlyMap<string, Enforcement>,
  marks: TextMarks,
): readonly SetInfo[] {
  const type = asString(set.type);
  const name = asString(set.name);
  // Sets of ports, names or combinations hold no bans.
  if (name === undefined || (type !== 'ipv4_addr' && type !== 'ipv6_addr')) return [];
  const table = tableOf(set);
  const id = idOf(table, name);
  // Newer versions print a single flag as a plain string.
  const flags = typeof set.flags === 'string' ? [set.flags] : (asArray(set.flags) ?? []).map(String);
  const defaultTimeout = asNumber(set.timeout);
  const max = asNumber(set.size);
  return [
    {
      key: nftKey(table, name),
      backend: 'nft',
      table,
      name,
      family: type === 'ipv4_addr' ? 4 : 6,
      type,
      holdsNets: flags.includes('interval'),
      timeouts: flags.includes('timeout') || defaultTimeout !== undefined,
      ...(defaultTimeout === undefined ? {} : { defaultTimeout }),
      counters: (asArray(set.stmt) ?? []).some((statement) => 'counter' in (asObject(statement) ?? {})),
      comments: true,
      ...(max === undefined ? {} : { max }),
      ...(marks.merging.has(id) ? { autoMerge: true } : {}),
      ...(flags.includes('constant') ? { constant: true } : {}),
      ...(table === SHIELDS ? { shields: true } : {}),
      owner: ownerOf(name, table),
      enforcement: enforcement.get(id) ?? { kind: 'unused' },
    },
  ];
}

type TextMarks = Readonly<{ dormant: ReadonlySet<string>; merging: ReadonlySet<string> }>;

function readTextMarks(text: string): TextMarks {
  const dormant = new Set<string>();
  const merging = new Set<string>();
  let table = '';
  let set = '';
  for (const line of text.split('\n')) {
    const words = line.trim().split(' ');
    if (line.startsWith('table ')) table = `${words[1] ?? ''} ${words[2] ?? ''}`;
    else if (line.startsWith('\tset ')) set = words[1] ?? '';
    else if (line.startsWith('\tflags ') && /\bdormant\b/.test(line)) dormant.add(table);
    else if (line === '\t\tauto-merge') merging.add(idOf(table, set));
  }
  return { dormant, merging };
}
