// The ban chains in what iptables-save and ip6tables-save print (1.8.9, nft and legacy): which chains count as one.
//   :IP4BAN - [0:0]
//   -A IP4BAN -s 203.0.113.5/32 -j DROP

import { readBanRule } from './ban-rule.ts';

/** `rules`: behind "-A NAME ", in order, of those that drop one source. `narrow`: how many drop only a part. */
export type BanChain = Readonly<{ table: string; name: string; rules: readonly string[]; narrow: number }>;

export type Saved = Readonly<{
  chains: readonly BanChain[];
  /** The same text without the rules of the ban chains: what decides whether a packet gets there. */
  rest: string;
}>;

/** Whether it is a listing up to its end, not cut off and not something else; nothing at all is one without tables. */
export function isWholeSave(text: string): boolean {
  const opened = text.startsWith('*') ? Math.max(0, text.lastIndexOf('\n*')) : text.lastIndexOf('\n*');
  if (opened >= 0) return /^COMMIT$/m.test(text.slice(opened));
  return text.split('\n').every((line) => line === '' || line.startsWith('#'));
}

/** Names under which scripts keep their bans, so that an empty chain can be told from any other. */
const USUAL = /ban|^f2b-|^fail2ban-|^sshguard|^block|^black|^deny/i;
/** Firewall managers write these anew from files of their own: what is added there goes with the next reload. */
const MANAGED = /^(?:ufw6?-|DOCKER|KUBE-|cali-|cilium|LIBVIRT_|ts-|IN_|FWD|FORWARD_|INPUT_|PRE_|zone_)/;
/** Rules that decide nothing. */
const LOGS = /(?:^| )-j (?:LOG|NFLOG|ULOG|AUDIT)(?: |$)/;
const RETURN = /^(?:-m comment --comment (?:"(?:[^"\\]|\\.)*"|[^\s"]+) )?-j RETURN$/;
const HAS_TARGET = /(?:^| )-[jg] /;

/**
 * A chain of the user, each rule of which drops one source, besides rules that only log or count and a RETURN at its end.
 * It has at least one rule that drops, or a usual name.
 */
export function readSave(text: string): Saved {
  const chains: BanChain[] = [];
  const rest: string[] = [];
  for (const { table, lines } of tablesOf(text)) {
    const rulesOf = new Map<string, string[]>();
    for (const line of lines) {
      const declared = /^:(\S+) - /.exec(line)?.[1];
      if (declared !== undefined) rulesOf.set(declared, []);
      const rule = /^-A (\S+) (.*)$/.exec(line);
      if (rule !== null) rulesOf.get(rule[1] ?? '')?.push(rule[2] ?? '');
    }
    const bans = new Set<string>();
    for (const [name, rules] of rulesOf) {
      const chain = banChainOf(name, rules);
      if (chain === undefined) continue;
      chains.push({ table, name, ...chain });
      bans.add(name);
    }
    for (const line of lines) {
      const chain = line.startsWith('-A ') ? line.slice(3, line.indexOf(' ', 3)) : '';
      if (!bans.has(chain)) rest.push(line);
    }
  }
  return { chains, rest: rest.join('\n') };
}

function tablesOf(text: string): readonly Readonly<{ table: string; lines: string[] }>[] {
  const tables: { table: string; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) tables.push({ table: line.slice(1).trim(), lines: [] });
    tables.at(-1)?.lines.push(line);
  }
  return tables;
}

function banChainOf(name: string, rules: readonly string[]): Pick<BanChain, 'rules' | 'narrow'> | undefined {
  if (MANAGED.test(name)) return undefined;
  const drops: string[] = [];
  let narrow = 0;
  let returned = false;
  for (const spec of rules) {
    if (LOGS.test(spec) || !HAS_TARGET.test(spec)) continue;
    if (RETURN.test(spec)) {
      returned = true;
      continue;
    }
    const part = returned ? undefined : dropOf(spec);
    if (part === undefined) return undefined;
    if (part === 'narrow') narrow++;
    drops.push(spec);
  }
  return drops.length > 0 || USUAL.test(name) ? { rules: drops, narrow } : undefined;
}

/** Nearly every rule of such a chain looks like this; thousands of them are passed over on every look. */
const PLAIN =
  /^-s [0-9a-f.:]+\/\d{1,3} (?:-m time --datestop [0-9T:-]{19} )?(?:-m comment --comment (?:"[^"\\]*"|[^\s"]+) )?-j (?:DROP|REJECT --reject-with [a-z0-9-]+)$/;

function dropOf(spec: string): 'whole' | 'narrow' | undefined {
  if (PLAIN.test(spec)) return 'whole';
  const rule = readBanRule(spec);
  return rule === undefined ? undefined : rule.narrow ? 'narrow' : 'whole';
}
