// What the name of a set tells: its backend, who made it, and which set is its other-family half.

import type { BackendId, SetInfo, SetKey, SetOwner } from '../core/rows.ts';

const OWNERS: readonly (readonly [RegExp, SetOwner])[] = [
  [/^inet opsconsole(_shields)?$|^oc_(ban|net|safe|banned)[46]$/, 'opsconsole'],
  [/^f2b-|^addr6?-set-|f2b-table$|^fail2ban-/, 'fail2ban'],
  [/sshguard/, 'sshguard'],
  [/crowdsec/, 'crowdsec'],
  [/firewalld/, 'firewalld'],
  [/^chain_(6_)?(DENY|ALLOW)|^bl_(6_)?[A-Z0-9]+$|^cc_(6_)?[a-z]{2}$|^(csf|lfd)[-_]|^G?DENYIN$/, 'csf'],
  [/^firehol/, 'firehol'],
];

/** "fail2ban:sshd" and "fail2ban6:sshd" are both of fail2ban. */
export function belongsTo(key: SetKey, id: BackendId): boolean {
  return key.startsWith(`${id}:`) || key.startsWith(`${id}6:`);
}

/** By the naming habits of the tools (fail2ban actions, sshguard and CrowdSec back ends, CSF, FireHOL). */
export function ownerOf(name: string, table?: string): SetOwner {
  for (const text of table === undefined ? [name] : [table, name]) {
    const known = OWNERS.find(([pattern]) => pattern.test(text));
    if (known !== undefined) return known[1];
  }
  return 'unknown';
}

/** Spellings under which tools name the IPv6 half of `name`. */
function sixOf(name: string): readonly string[] {
  const options = [`${name}6`, `${name}-6`, `${name}_6`, `${name}-v6`, `${name}_v6`, `${name}v6`];
  if (name.endsWith('4')) options.push(`${name.slice(0, -1)}6`);
  options.push(
    name.replace('addr-set-', 'addr6-set-'),
    name.replace('crowdsec-', 'crowdsec6-'),
    name.replace('ipv4', 'ipv6'),
    name.replace('v4', 'v6'),
    name.replace('4', '6'),
  );
  return options.filter((option) => option !== name);
}

/** "ip sshguard" ↔ "ip6 sshguard", "ip crowdsec" ↔ "ip6 crowdsec6". */
function tableOfSix(table: string): readonly string[] {
  if (!table.startsWith('ip ')) return [table];
  const six = `ip6 ${table.slice(3)}`;
  return [six, `${six}6`];
}

/** Adds `twin` to both halves of each pair of the same backend. A set without an other half stays as it is. */
export function pairTwins(sets: readonly SetInfo[]): readonly SetInfo[] {
  const sixes = new Map<string, SetInfo>();
  for (const set of sets) if (set.family === 6) sixes.set(place(set.table, set.name), set);
  const twins = new Map<string, SetInfo>();
  for (const set of sets) {
    if (set.family !== 4) continue;
    const half = findHalf(set, sixes);
    if (half === undefined || twins.has(half.key)) continue;
    twins.set(set.key, half);
    twins.set(half.key, set);
  }
  return sets.map((set) => {
    const twin = twins.get(set.key);
    return twin === undefined ? set : { ...set, twin: twin.key };
  });
}

function findHalf(set: SetInfo, sixes: ReadonlyMap<string, SetInfo>): SetInfo | undefined {
  const tables = set.table === undefined ? [undefined] : tableOfSix(set.table);
  for (const table of tables) {
    // The families of iptables have chains of their own, often of one name.
    const sameName = table === set.table && set.backend !== 'iptables' ? [] : [set.name];
    for (const name of [...sameName, ...sixOf(set.name)]) {
      const half = sixes.get(place(table, name));
      if (half !== undefined && half.holdsNets === set.holdsNets) return half;
    }
  }
  return undefined;
}

function place(table: string | undefined, name: string): string {
  return `${table ?? ''}\n${name}`;
}
