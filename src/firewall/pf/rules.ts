// Rules of pf as `pfctl -a '*' -s rules` prints them (FreeBSD 13 to 15, OpenBSD 7.x; also with -v or -vv), reduced to what
// decides whether a table's members are stopped. Anchors stand in braces behind the line that calls them.
//   block drop in log quick from <bans> to any
//   pass in proto tcp from any to any port = ssh flags S/SA keep state (…, overload <sshguard> flush global) label "ssh"

import type { Family } from '../../core/address.ts';

/** `any`, a table, or some address. `not`: everybody else. */
export type PfSide = Readonly<{ kind: 'any' | 'table' | 'address'; name: string; not: boolean }>;

export type PfRule = Readonly<{
  text: string;
  action: 'block' | 'pass' | 'anchor' | 'other';
  dir?: 'in' | 'out';
  quick: boolean;
  family?: Family;
  from: PfSide;
  to: PfSide;
  /** What else must be true, as printed: "on em0", "proto tcp", "to port ssh". */
  limits: readonly string[];
  /** The table that it fills by itself. */
  overload?: string;
  /** The path of the anchor that it calls; "f2b/*" = all below f2b. Empty = rules without a name. */
  calls?: string;
  /** The rules in its braces. */
  children?: readonly PfRule[];
}>;

const DEPTH_MAX = 64;
const LINE_MAX = 4096;

export function parsePfRules(text: string): readonly PfRule[] {
  const root: PfRule[] = [];
  const stack: PfRule[][] = [root];
  for (const raw of text.split('\n')) {
    const line = raw.trim().replace(/^@\d+(?:\(\d+\))? /, '');
    if (line === '' || line.startsWith('[ ') || line.length > LINE_MAX) continue;
    if (line === '}') {
      if (stack.length > 1) stack.pop();
      continue;
    }
    const opens = line.endsWith(' {');
    const rule = readRule(opens ? line.slice(0, -2) : line);
    const children: PfRule[] = [];
    stack.at(-1)?.push(opens ? { ...rule, children } : rule);
    if (opens && stack.length < DEPTH_MAX) stack.push(children);
  }
  return root;
}

const ANY: PfSide = { kind: 'any', name: '', not: false };
/** Words that change nothing about which packets a rule means, with how many words follow that belong to them. */
const HARMLESS = new Map(
  Object.entries({
    flags: 1,
    keep: 1,
    modulate: 1,
    synproxy: 1,
    no: 1,
    label: 1,
    tag: 1,
    queue: 1,
    prio: 1,
    set: 1,
    rtable: 1,
    ridentifier: 1,
    'allow-opts': 0,
    once: 0,
    'divert-to': 3,
    'route-to': 1,
    'reply-to': 1,
    'dup-to': 1,
    'nat-to': 1,
    'rdr-to': 1,
  }),
);
const WORD = /"[^"]*"|\([^)]*\)|[^\s"(]+/g;

class Reader {
  readonly #words: readonly string[];
  #at = 0;
  constructor(text: string) {
    this.#words = text.match(WORD) ?? [];
  }
  get peek(): string {
    return this.#words[this.#at] ?? '';
  }
  next(): string {
    return this.#words[this.#at++] ?? '';
  }
  take(word: string): boolean {
    if (this.peek !== word) return false;
    this.#at++;
    return true;
  }
  skip(count: number): void {
    this.#at += count;
  }
  get over(): boolean {
    return this.#at >= this.#words.length;
  }
}

function readRule(text: string): PfRule {
  const words = new Reader(text);
  const verb = words.next();
  const action = verb === 'block' || verb === 'pass' || verb === 'anchor' ? verb : 'other';
  const facts = { quick: false, limits: [] as string[], from: ANY, to: ANY };
  const extra: { calls?: string; dir?: 'in' | 'out'; family?: Family } = {};
  if (action === 'anchor') {
    extra.calls = words.peek.startsWith('"') ? words.next().slice(1, -1) : '';
  }
  while (!words.over) readWord(words, facts, extra);
  const overload = /\boverload <([^<>\s]{1,31})>/.exec(text)?.[1];
  return { text, action, ...facts, ...extra, ...(overload === undefined ? {} : { overload }) };
}

type Facts = { quick: boolean; limits: string[]; from: PfSide; to: PfSide };
type Extra = { dir?: 'in' | 'out'; family?: Family };

function readWord(words: Reader, facts: Facts, extra: Extra): void {
  const word = words.next();
  switch (word) {
    case 'in':
    case 'out':
      extra.dir = word;
      return;
    case 'quick':
      facts.quick = true;
      return;
    case 'inet':
    case 'inet6':
      extra.family = word === 'inet' ? 4 : 6;
      return;
    case 'on':
    case 'proto':
    case 'received-on':
    case 'rdomain': {
      const not = words.take('!') ? '! ' : '';
      facts.limits.push(`${word} ${not}${words.next()}`);
      return;
    }
    case 'from':
      facts.from = readSide(words, 'from', facts.limits);
      return;
    case 'to':
      facts.to = readSide(words, 'to', facts.limits);
      return;
    case 'drop':
    case 'return':
    case 'return-rst':
    case 'return-icmp':
    case 'return-icmp6':
    case 'log':
    case 'all':
      return;
    default: {
      const more = HARMLESS.get(word);
      if (more !== undefined) words.skip(more);
      // A group behind what came before: options of states, codes of an answer, a place to log to.
      else if (!word.startsWith('(')) facts.limits.push(readLimit(words, word));
    }
  }
}

/** "user = 55", "icmp6-type echoreq", "probability 50%": the word and what it compares with. */
function readLimit(words: Reader, word: string): string {
  const sign = /^(?:!?=|[<>]=?|><|<>)$/.test(words.peek) ? ` ${words.next()}` : '';
  const value = words.over ? '' : ` ${words.next()}`;
  return `${word}${sign}${value}`;
}

const PAIR = new Set(['-', '><', '<>']);

function readSide(words: Reader, side: 'from' | 'to', limits: string[]): PfSide {
  const not = words.take('!');
  let host = words.peek === 'port' ? 'any' : words.next();
  if (PAIR.has(words.peek)) host += ` ${words.next()} ${words.next()}`;
  if (words.take('port')) {
    let port = words.next();
    if (/^(?:!?=|[<>]=?)$/.test(port)) port = port === '=' ? words.next() : `${port} ${words.next()}`;
    if (PAIR.has(words.peek)) port += ` ${words.next()} ${words.next()}`;
    limits.push(`${side} port ${port}`);
  }
  if (words.take('os')) limits.push(`os ${words.next()}`);
  if (host === 'any') return ANY;
  const table = /^<([^<>\s:]{1,31})(?::\d+)?>$/.exec(host)?.[1];
  return table === undefined ? { kind: 'address', name: host, not } : { kind: 'table', name: table, not };
}
