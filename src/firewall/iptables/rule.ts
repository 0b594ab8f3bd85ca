// The rules of iptables-save and ip6tables-save (1.8.9, nft and legacy), reduced to what decides enforcement.
//   :f2b-http - [0:0]
//   -A INPUT -p tcp -m multiport --dports 80,443 -m set --match-set f2b-http src -j REJECT --reject-with icmp-port-unreachable

import type { Chain, Hook, RuleFacts, SetUse, Verdict } from '../enforcement.ts';

const HOOKS: Readonly<Record<string, Hook>> = {
  PREROUTING: 'prerouting',
  INPUT: 'input',
  FORWARD: 'forward',
};
/** Netfilter priorities of the built-in tables (linux/netfilter_ipv4.h). */
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  nat: -100,
  filter: 0,
  security: 50,
};
const DROPS = new Set(['DROP', 'REJECT', 'TARPIT', 'STEAL', 'DELUDE']);
const LIMITS = new Set(['limit', 'hashlimit', 'connlimit', 'recent', 'statistic', 'quota', 'connbytes']);

/** `tool`: shown before each rule and part of the chain ids ("iptables", "ip6tables-legacy"). */
export function readIptablesSave(text: string, tool: string): readonly Chain[] {
  const chains = new Map<string, Omit<Chain, 'rules'> & { rules: RuleFacts[] }>();
  let table = '';
  const place = (name: string): string => `${tool}\n${table}\n${name}`;
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    else if (line.startsWith(':')) {
      const name = line.slice(1).split(' ')[0] ?? '';
      const builtIn = line.split(' ')[1] !== '-';
      const base = {
        hook: Object.hasOwn(HOOKS, name) ? (HOOKS[name] ?? 'other') : ('other' as const),
        priority: Object.hasOwn(PRIORITIES, table) ? (PRIORITIES[table] ?? 0) : 0,
        newOnly: table === 'nat',
      };
      const label = `${tool} ${table} ${name}`;
      const chain = { label, id: place(name), dormant: false, rules: [], ...(builtIn ? { base } : {}) };
      chains.set(chain.id, chain);
    } else if (line.startsWith('-A ') || line.startsWith('[')) {
      const words = splitWords(line.startsWith('[') ? line.slice(line.indexOf(']') + 1) : line);
      chains.get(place(words[1] ?? ''))?.rules.push(readRule(words.slice(2), place, chains));
    }
  }
  return [...chains.values()];
}

type Draft = {
  uses: SetUse[];
  limited: boolean;
  conditional: boolean;
  established: boolean | undefined;
  target: string | undefined;
  goto: boolean;
  protocol: string;
  port: string;
};

function readRule(
  words: readonly string[],
  place: (name: string) => string,
  chains: ReadonlyMap<string, unknown>,
): RuleFacts {
  const draft: Draft = {
    uses: [],
    limited: false,
    conditional: false,
    established: undefined,
    target: undefined,
    goto: false,
    protocol: '',
    port: '',
  };
  for (let index = 0; index < words.length; index++) index += readWord(draft, words, index);
  const verdict = verdictOf(draft, place, chains);
  return {
    text: words.map(quoteWord).join(' '),
    uses: draft.uses,
    verdicts: verdict === undefined ? [] : [verdict],
    unconditional: !draft.conditional && !draft.limited,
    acceptsEstablished: verdict?.kind === 'accept' && draft.established === true && draft.uses.length === 0,
    newOnly: draft.established === false,
    limited: draft.limited,
    ...(draft.target === 'DNAT' ? { publishes: draft.port && `${draft.protocol} ${draft.port}`.trim() } : {}),
  };
}

/** Answers how many of the following words belong to this one. */
function readWord(draft: Draft, words: readonly string[], index: number): number {
  const word = words[index] ?? '';
  const negated = words[index - 1] === '!';
  const next = words[index + 1] ?? '';
  switch (word) {
    case '-j':
    case '-g':
      draft.target = next;
      draft.goto = word === '-g';
      // What follows are options of the target.
      return words.length;
    case '--match-set': {
      draft.conditional = true;
      const side = (words[index + 2] ?? '').split(',')[0];
      draft.uses.push({ set: next, as: side === 'src' && !negated ? 'source' : 'other' });
      return 2;
    }
    case '--ctstate':
    case '--state':
      draft.conditional = true;
      draft.established = next.split(',').includes('ESTABLISHED') !== negated;
      return 1;
    case '-m':
      if (LIMITS.has(next)) draft.limited = true;
      if (next !== 'comment') draft.conditional = true;
      return 1;
    case '--comment':
      return 1;
    case '-p':
    case '--dport':
    case '--dports':
      draft.conditional = true;
      if (negated) return 1;
      if (word === '-p') draft.protocol = next;
      else draft.port = next;
      return 1;
    default:
      draft.conditional = true;
      return 0;
  }
}

function verdictOf(
  draft: Draft,
  place: (name: string) => string,
  chains: ReadonlyMap<string, unknown>,
): Verdict | undefined {
  const { target } = draft;
  if (target === undefined) return undefined;
  if (DROPS.has(target)) return { kind: 'drop' };
  if (target === 'ACCEPT') return { kind: 'accept' };
  if (target === 'RETURN') return { kind: 'return' };
  const chain = place(target);
  return chains.has(chain) ? { kind: draft.goto ? 'goto' : 'jump', chain } : undefined;
}

const PLAIN_WORD = /[^\s"]+/y;

/** Where the quote at `at` closes; -1 = nowhere. One pattern for it all is slow on long lines, or too deep. */
function endOfQuoted(line: string, at: number): number {
  for (let end = at + 1; end < line.length; end++) {
    if (line[end] === '\\') end++;
    else if (line[end] === '"') return end;
  }
  return -1;
}

/** Words as iptables-save quotes them: "…" with backslash escapes. */
export function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  for (let at = 0; at < line.length; ) {
    if (line[at] === '"') {
      const end = endOfQuoted(line, at);
      // Nothing follows a quote that never closes.
      if (end < 0) break;
      words.push(line.slice(at + 1, end).replace(/\\(.)/g, '$1'));
      at = end + 1;
      continue;
    }
    PLAIN_WORD.lastIndex = at;
    const word = PLAIN_WORD.exec(line)?.[0] ?? '';
    if (word !== '') words.push(word);
    at += Math.max(1, word.length);
  }
  return words;
}

const quoteWord = (word: string): string => (/^[^\s"]+$/.test(word) ? word : JSON.stringify(word));
