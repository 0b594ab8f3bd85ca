// What `ip -j -d -batch -` prints: one JSON list per question, in order; a question that failed prints none, and its line is
// named on stderr. iproute2 6.1.0:
//
//   [{"type":"unicast","dst":"default","gateway":"198.51.100.1","dev":"eth1","table":"200","flags":["linkdown"]}, …]
//   Command failed -:7

import { type Family, type Net, parseHost, parseNet } from '../../core/address.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { LinkAddress, LinkRow, RouteRow, RuleRow, Way } from '../../core/uplinks.ts';
import { asArray, asNumber, asObject, asString, type JsonObject, parseJson } from '../../firewall/json.ts';

export type Answer = Readonly<{ rows: readonly JsonObject[] }> | Readonly<{ failed: SafeText }>;

/** One answer for each of `questions`; undefined when they do not add up, so that nothing is taken for something else. */
export function readBatch(stdout: string, stderr: string, questions: number): readonly Answer[] | undefined {
  const failed = failuresIn(stderr);
  const lists = stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [rowsOf(line)]));
  const answers: Answer[] = [];
  let next = 0;
  for (let line = 1; line <= questions; line++) {
    const why = failed.get(line);
    if (why !== undefined) {
      answers.push({ failed: why });
      continue;
    }
    const rows = lists[next++];
    if (rows === undefined) return undefined;
    answers.push({ rows });
  }
  return next === lists.length ? answers : undefined;
}

/** Line → the words before "Command failed -:LINE". */
function failuresIn(stderr: string): ReadonlyMap<number, SafeText> {
  const found = new Map<number, SafeText>();
  let words = 'it failed';
  for (const line of stderr.split('\n')) {
    const number = /^Command failed .*:(\d{1,6})$/.exec(line)?.[1];
    if (number === undefined) {
      if (line.trim() !== '') words = line.trim().replace(/^RTNETLINK answers: |^Error: /, '');
    } else {
      found.set(Number(number), sanitise(words, 120));
      words = 'it failed';
    }
  }
  return found;
}

function rowsOf(line: string): readonly JsonObject[] | undefined {
  const list = asArray(parseJson(line));
  return list?.flatMap((row): readonly JsonObject[] => {
    const found = asObject(row);
    return found === undefined ? [] : [found];
  });
}

export function parseLinks(rows: readonly JsonObject[]): readonly LinkRow[] {
  return rows.flatMap((row) => linkOf(row) ?? []);
}

function linkOf(row: JsonObject): LinkRow | undefined {
  const name = asString(row.ifname);
  if (name === undefined) return undefined;
  const flags = new Set((asArray(row.flags) ?? []).flatMap((flag) => asString(flag) ?? []));
  const info = asObject(row.linkinfo);
  const kind = asString(info?.info_kind);
  const mtu = asNumber(row.mtu);
  const master = asString(row.master);
  const carrier = flags.has('LOWER_UP') ? true : flags.has('NO-CARRIER') ? false : undefined;
  return {
    name,
    ...(kind === undefined ? {} : { kind }),
    loopback: flags.has('LOOPBACK'),
    pointToPoint: flags.has('POINTOPOINT'),
    up: flags.has('UP'),
    ...(carrier === undefined ? {} : { carrier }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(master === undefined ? {} : { master }),
    inVrf: asString(info?.info_slave_kind) === 'vrf',
    addresses: (asArray(row.addr_info) ?? []).flatMap((entry) => addressOf(asObject(entry) ?? {}) ?? []),
  };
}

function addressOf(row: JsonObject): LinkAddress | undefined {
  const net = hostIn(row.local);
  const prefix = asNumber(row.prefixlen);
  if (net === undefined || prefix === undefined) return undefined;
  const scope = asString(row.scope);
  const peer = hostIn(row.address);
  return {
    net,
    prefix,
    scope: scope === 'global' || scope === 'link' || scope === 'host' ? scope : 'other',
    ...(peer === undefined ? {} : { peer }),
  };
}

/** What of a packet a rule may look at that an address alone does not have. */
const PACKET_WORDS = ['iif', 'oif', 'fwmark', 'ipproto', 'sport', 'dport', 'tos', 'uid_start', 'tun_id'];

export function parseRules(rows: readonly JsonObject[], family: Family): readonly RuleRow[] {
  return rows.flatMap((row) => ruleOf(row, family) ?? []);
}

function ruleOf(row: JsonObject, family: Family): RuleRow | undefined {
  const priority = asNumber(row.priority);
  if (priority === undefined) return undefined;
  const from = selectorIn(row.src, row.srclen);
  const to = selectorIn(row.dst, row.dstlen);
  const table = textIn(row.table);
  const goto = textIn(row.goto);
  const action =
    goto === undefined ? (asString(row.action) ?? (table === undefined ? '?' : 'lookup')) : `goto ${goto}`;
  const other = PACKET_WORDS.flatMap((word) => {
    const value = textIn(row[word]);
    return value === undefined ? [] : [sanitise(`${word} ${value}`, 60)];
  });
  return {
    family,
    priority,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    not: 'not' in row,
    other: 'l3mdev' in row ? [...other, sanitise('l3mdev')] : other,
    ...(table === undefined ? {} : { table }),
    action: sanitise(action === 'to_tbl' ? 'lookup' : action, 40),
    suppressesDefault: 'suppress_prefixlen' in row,
  };
}

function selectorIn(address: unknown, length: unknown): Net | undefined {
  const text = asString(address);
  if (text === undefined || text === 'all') return undefined;
  const bits = asNumber(length);
  const parsed = parseNet(bits === undefined ? text : `${text}/${bits}`);
  return parsed.ok ? parsed.value.net : undefined;
}

/** `family`: of the question; a question for all families is answered with both. */
export function parseRoutes(rows: readonly JsonObject[], family: Family): readonly RouteRow[] {
  return rows.flatMap((row) => routeOf(row, family) ?? []);
}

function routeOf(row: JsonObject, family: Family): RouteRow | undefined {
  const dst = asString(row.dst);
  if (dst === undefined) return undefined;
  const parsed = dst === 'default' ? undefined : parseNet(dst);
  if (parsed?.ok === false) return undefined;
  const to = parsed?.value.net;
  const hops = (asArray(row.nexthops) ?? [row]).flatMap((hop) => hopOf(asObject(hop) ?? {}));
  // Only IPv6 has a preference of routers, and always says it.
  const own = to?.family ?? hops.find(({ via }) => via !== undefined)?.via?.family ?? ('pref' in row ? 6 : 4);
  // An IPv4 route may go by an IPv6 gateway; it has no preference.
  const of6 = 'pref' in row || (own === 6 && dst !== 'default');
  if ((of6 ? 6 : 4) !== family) return undefined;
  const flags = new Set([row, ...(asArray(row.nexthops) ?? [])].flatMap((part) => flagsIn(asObject(part))));
  const metric = asNumber(row.metric);
  return {
    family,
    table: textIn(row.table) ?? 'main',
    ...(to === undefined || to.prefix === 0 ? {} : { to }),
    kind: asString(row.type) ?? 'unicast',
    hops,
    ...(metric === undefined ? {} : { metric }),
    linkDown: flags.has('linkdown') || flags.has('dead'),
  };
}

function hopOf(row: JsonObject): RouteRow['hops'][number] {
  const dev = asString(row.dev);
  const via = hostIn(row.gateway) ?? hostIn(asObject(row.via)?.host);
  return { ...(via === undefined ? {} : { via }), ...(dev === undefined ? {} : { dev }) };
}

function flagsIn(row: JsonObject | undefined): readonly string[] {
  return (asArray(row?.flags) ?? []).flatMap((flag) => asString(flag) ?? []);
}

/** The answer to `route get`. */
export function parseWay(answer: Answer): Way {
  if ('failed' in answer) return { kind: 'none', says: answer.failed };
  const row = answer.rows[0] ?? {};
  const { dev, via } = hopOf(row);
  const kind = asString(row.type) ?? 'unicast';
  if (dev === undefined || kind !== 'unicast')
    return { kind: 'none', says: sanitise(`a route says: ${kind}`, 60) };
  return { kind: 'goes', dev, ...(via === undefined ? {} : { via }), table: textIn(row.table) ?? 'main' };
}

/** Whether the neighbour is known at its address; undefined: the kernel has not looked. */
export function parseNeighbour(answer: Answer): boolean | undefined {
  const [row] = 'failed' in answer ? [] : answer.rows;
  const states = (asArray(row?.state) ?? []).flatMap((state) => asString(state) ?? []);
  if (states.some((state) => state === 'FAILED' || state === 'INCOMPLETE')) return false;
  return states.length === 0 || asString(row?.lladdr) === undefined ? undefined : true;
}

function hostIn(value: unknown): Net | undefined {
  const text = asString(value);
  const parsed = text === undefined ? undefined : parseHost(text);
  return parsed?.ok === true ? parsed.value : undefined;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : asString(value);
}
