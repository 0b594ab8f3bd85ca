// One rule of a ban chain, as iptables-save (1.8.9) lists it behind "-A CHAIN " and as iptables-restore reads it.
//   -s 203.0.113.5/32 -m time --datestop 2026-11-22T10:00:00 -m comment --comment "too many logins" -j DROP
//   -s 198.51.100.0/24 -j REJECT --reject-with icmp-port-unreachable

import { bitsOf, type Family, makeNet, type Net, parseNet } from '../../core/address.ts';
import { AddressReader } from '../bytes.ts';
import { cleanComment } from '../nft/plan.ts';
import { splitWords } from './rule.ts';

/**
 * `expires`: UnixMs, Infinity = no end in it, NaN = it has one that cannot be told. `narrow`: drops only a part of what
 * comes from there (a port, an interface). `spec`: the rule behind "-A CHAIN ", byte for byte.
 */
export type BanRule = Readonly<{
  net: Net;
  expires: number;
  comment: string;
  narrow: boolean;
  spec: string;
}>;

const DROPS = new Set(['DROP', 'REJECT', 'TARPIT', 'STEAL', 'DELUDE']);
/** Such a rule drops a share of the packets only: nobody is banned by it. */
const SHARES = new Set(['limit', 'hashlimit', 'connlimit', 'recent', 'statistic', 'quota', 'connbytes']);
/** What decides about more than the sender belongs to another kind of chain. */
const NOT_BY_SOURCE = new Set(['-d', '-o', '-g', '--match-set']);
/** `--modprobe` runs a program, in each of the spellings that getopt takes; no listing has it. */
const RUNS_PROGRAMS = /^(?:-M|--m(?:o(?:d.*)?)?(?:=.*)?$)/;
const SHORT_OPTIONS = /^-[smpijf]$/;

type Draft = {
  sources: string[];
  stop: string | undefined;
  kernelZone: boolean;
  comments: string[];
  narrow: boolean;
  wrong: boolean;
  drops: boolean;
};

/** undefined = not a rule that drops one source. `now`: what is to come cannot be the time of a ban. */
export function readBanRule(spec: string, now = Number.NaN): BanRule | undefined {
  const words = splitWords(spec);
  const draft: Draft = {
    sources: [],
    stop: undefined,
    kernelZone: false,
    comments: [],
    narrow: false,
    wrong: false,
    drops: false,
  };
  for (let index = 0; index < words.length; index++) index += readWord(draft, words, index);
  const [source = ''] = draft.sources;
  if (draft.wrong || !draft.drops || draft.sources.length !== 1) return undefined;
  const net = readSource(source);
  if (net === undefined) return undefined;
  const comment = draft.comments.join(' ');
  return { net, expires: endOf(draft, { net, comment, now }), comment, narrow: draft.narrow, spec };
}

/** Odd netmasks do not parse. A v4-mapped source of ip6tables stays IPv6: it is one, to the kernel. */
function readSource(text: string): Net | undefined {
  const family: Family = text.includes(':') ? 6 : 4;
  const reader = new AddressReader(family, bitsOf(family));
  const bytes = Buffer.from(text);
  if (reader.read(bytes, 0) !== bytes.length || bytes.length === 0) return undefined;
  const value = family === 4 ? BigInt(reader.value) : (reader.high() << 64n) | reader.low();
  const net = makeNet(family, value, reader.prefix);
  return net.value === value ? net : undefined;
}

/** Answers how many of the following words belong to this one. */
function readWord(draft: Draft, words: readonly string[], index: number): number {
  const word = words[index] ?? '';
  const next = words[index + 1] ?? '';
  const negated = words[index - 1] === '!';
  switch (word) {
    case '-s':
      if (negated) draft.wrong = true;
      draft.sources.push(next);
      return 1;
    case '-j':
      draft.drops = DROPS.has(next);
      if (words.slice(index + 2).some((rest) => !/^[A-Za-z0-9-]+$/.test(rest))) draft.wrong = true;
      return words.length;
    case '--comment':
      draft.comments.push(next);
      return 1;
    case '--datestop':
      draft.stop = next;
      return 1;
    case '--kerneltz':
      draft.kernelZone = true;
      return 0;
    case '-m':
      if (SHARES.has(next)) draft.wrong = true;
      if (next !== 'comment' && next !== 'time') draft.narrow = true;
      return 1;
    case '-i':
      // CSF spares the loopback in each of its rules: nobody comes from there.
      if (!negated || next !== 'lo') draft.narrow = true;
      return 1;
    case '!':
      return 0;
    default:
      if (NOT_BY_SOURCE.has(word) || RUNS_PROGRAMS.test(word)) draft.wrong = true;
      if (word.startsWith('-') && !word.startsWith('--') && !SHORT_OPTIONS.test(word)) draft.wrong = true;
      draft.narrow = true;
      return 0;
  }
}

type Said = Readonly<{ net: Net; comment: string; now: number }>;

/** Of whole seconds: a rule still matches during the second of its stop (net/netfilter/xt_time.c). */
function endOf({ stop, kernelZone }: Draft, { net, comment, now }: Said): number {
  if (stop !== undefined) {
    const at = kernelZone ? Number.NaN : readStop(stop);
    return at === DATE_STOP_MAX_MS ? Number.POSITIVE_INFINITY : at + 1000;
  }
  // Of several the latest: a comment may hold words of whoever is banned, who must not end his ban by them.
  const until = [...comment.matchAll(/(?:^|[\s;,])until=(\d{9,10})(?![\d.])/g)];
  if (until.length > 0) return until.reduce((last, [, end]) => Math.max(last, Number(end)), 0) * 1000;
  const epoch = addressAndEpoch(comment, net);
  if (epoch === undefined) return Number.POSITIVE_INFINITY;
  // Once it is over, only the script that wrote it knows whether it was the time of the ban or of its end.
  return epoch * 1000 > now ? epoch * 1000 : Number.NaN;
}

function addressAndEpoch(comment: string, net: Net): number | undefined {
  const [, address = '', epoch = ''] = /(?:^|\s)([0-9A-Fa-f.:/]+)=(\d{9,10})(?:\s|$)/.exec(comment) ?? [];
  const parsed = parseNet(address);
  return parsed.ok && parsed.value.net.text === net.text ? Number(epoch) : undefined;
}

/** The last second that xt_time knows; it is also what a rule without an end is given. */
const DATE_STOP_MAX_MS = Date.UTC(2038, 0, 19, 3, 14, 7);

function readStop(text: string): number {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text)) return Number.NaN;
  return Date.parse(`${text}Z`);
}

/** A number for the words of a rule, so that one of several rules for an address can be meant. Never 0. */
export function refOf(spec: string): number {
  // FNV-1a: rules of one address are told apart by it, nothing more.
  let hash = 0x811c9dc5;
  for (let index = 0; index < spec.length; index++)
    hash = Math.imul(hash ^ spec.charCodeAt(index), 0x01000193) >>> 0;
  return hash === 0 ? 1 : hash;
}

export type Wish = Readonly<{ net: Net; endsAt: number | null; comment?: string }>;

/** Our own rule: drops all from `net` until `endsAt` (UnixMs, rounded up to whole seconds; at most to January 2038). */
export function printBanRule({ net, endsAt, comment = '' }: Wish): string {
  const bits = net.family === 4 ? 32 : 128;
  const words = ['-s', net.prefix === bits ? `${net.text}/${bits}` : net.text];
  if (endsAt !== null) words.push('-m', 'time', '--datestop', printStop(endsAt));
  const text = cleanComment(comment);
  if (text !== '') words.push('-m', 'comment', '--comment', `"${text}"`);
  return [...words, '-j', 'DROP'].join(' ');
}

function printStop(endsAt: number): string {
  const last = Math.ceil(endsAt / 1000) * 1000 - 1000;
  return new Date(Math.min(last, DATE_STOP_MAX_MS - 1000)).toISOString().slice(0, 19);
}
