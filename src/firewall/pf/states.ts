// pf's state table, from `pfctl -s states` with -v or -vv (FreeBSD 13 to 15, OpenBSD 7.x), line by line.
//   all tcp 10.0.0.20:8443 (192.0.2.10:443) <- 203.0.113.45:51570       FIN_WAIT_2:FIN_WAIT_2
//      id: 6812ab3400001001 creatorid: 5f3e9a1c
// A state has up to four hosts: each side as it is on the wire, and in parentheses as it was before translation.

import { type Net, parseHost, widen } from '../../core/address.ts';
import { createByteLines } from '../byte-lines.ts';

export type PfHost = Readonly<{ net: Net; port?: number; rdomain?: number }>;

export type PfState = Readonly<{
  /** "all" where the state belongs to no interface. */
  iface: string;
  protocol: string;
  /** `in`: the right one began it. */
  direction: 'in' | 'out';
  /** Left and right, each as it is and, where translated, as it was before. */
  hosts: readonly PfHost[];
  /** Who began it, before any translation. */
  initiator: Net;
  /** "ESTABLISHED:ESTABLISHED": left host, right host. */
  states: string;
  /** -vv. Hexadecimal; both are needed to name a state for sure. */
  id?: string;
  creator?: string;
  /** -v. Seconds. */
  age?: number;
  expires?: number;
  /** -v. Both directions. */
  bytes?: number;
  rule?: number;
  anchor?: number;
  /** FreeBSD, -vv: the real interface of a state that belongs to all. */
  origin?: string;
}>;

const HEAD = /^(\S{1,32}) (\S{1,32}) (.{1,400}?) (->|<-) (.{1,400}?) {4,}(\S.{0,100})$/;
const SIDE = /^((?:\(\d{1,5}\) )?[^\s()]{2,80})(?: \(((?:\(\d{1,5}\) )?[^\s()]{2,80})\))?$/;
const GATEWAY = / \{[^{}]{1,80}\}/g;
const HOST = /^(?:\((\d{1,5})\) )?([^[\]]+?)(?:\[(\d{1,5})\])?$/;
const DETAIL = /^ {3}age (\d{1,9}):(\d\d):(\d\d)(?:, expires in (\d{1,9}):(\d\d):(\d\d))?/;
const IDENTITY = /^ {3}id: ([0-9a-f]{1,16}) creatorid: ([0-9a-f]{1,8})(?: |$)/;
const ORIGIN = /^ {3}origif: (\S{1,32})/;
/** Said on stderr where the kernel has no ALTQ; seen in the listings of those who merge the two. */
const NOISE = /^(?:No ALTQ support in kernel|ALTQ related functions disabled)$/;

export type PfStates = Readonly<{
  push(chunk: Buffer): void;
  /** `unreadable`: lines where a state should be that were not understood: then nobody may say that none is left. */
  end(): Readonly<{ seen: number; unreadable: number }>;
}>;

/** Memory does not grow with the table. `only`: states in which none of the hosts is in these are counted, not handed over. */
export function createPfStates(onState: (state: PfState) => void, only?: readonly Net[]): PfStates {
  const wanted = only === undefined ? undefined : createNetMatcher(only);
  let seen = 0;
  let unreadable = 0;
  let open: PfState | undefined;
  const flush = (): void => {
    if (open !== undefined) onState(open);
    open = undefined;
  };
  const lines = createByteLines((bytes, start, end) => {
    if (start === end) return;
    const line = bytes.toString('latin1', start, end);
    if (line.startsWith('   ')) {
      if (open !== undefined) open = { ...open, ...readDetail(line) };
      return;
    }
    flush();
    if (NOISE.test(line)) return;
    const head = parseHead(line);
    if (head === undefined) unreadable++;
    else {
      seen++;
      if (wanted === undefined || head.hosts.some(({ net }) => wanted(net))) open = head;
    }
  });
  return {
    push: lines.push,
    end() {
      lines.end();
      flush();
      return { seen, unreadable };
    },
  };
}

function parseHead(line: string): PfState | undefined {
  const [, iface, protocol, left, arrow, right, states] = HEAD.exec(line) ?? [];
  if (iface === undefined || protocol === undefined || states === undefined) return undefined;
  const one = readSide(left);
  const other = readSide(right);
  if (one === undefined || other === undefined) return undefined;
  const direction = arrow === '<-' ? 'in' : 'out';
  const initiator = (direction === 'in' ? other : one).at(-1)?.net;
  if (initiator === undefined) return undefined;
  return { iface, protocol, direction, hosts: [...one, ...other], initiator, states: states.trimEnd() };
}

function readSide(text = ''): readonly PfHost[] | undefined {
  const [, now, before] = SIDE.exec(text.replace(GATEWAY, '')) ?? [];
  const host = readHost(now);
  if (host === undefined) return undefined;
  if (before === undefined) return [host];
  const was = readHost(before);
  return was === undefined ? undefined : [host, was];
}

/** "192.0.2.10:22", "2001:db8::10[22]", "(2) 192.0.2.10:22"; the port is left out where it is 0. */
function readHost(text = ''): PfHost | undefined {
  const [, rdomain, words = '', bracketed] = HOST.exec(text) ?? [];
  const [first = '', second, third] = words.split(':');
  const isV4 = third === undefined && second !== undefined;
  if (isV4 && !/^\d{1,5}$/.test(second)) return undefined;
  const parsed = parseHost(isV4 ? first : words.replace(/%.*$/, ''));
  const port = isV4 ? second : bracketed;
  if (!parsed.ok) return undefined;
  return {
    net: parsed.value,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(rdomain === undefined ? {} : { rdomain: Number(rdomain) }),
  };
}

function readDetail(line: string): Partial<PfState> {
  const identity = IDENTITY.exec(line);
  if (identity?.[1] !== undefined && identity[2] !== undefined)
    return { id: identity[1], creator: identity[2] };
  const origin = ORIGIN.exec(line)?.[1];
  if (origin !== undefined) return { origin };
  const detail = DETAIL.exec(line);
  if (detail === null) return {};
  const anchor = /, anchor (\d{1,10})(?:,|$)/.exec(line)?.[1];
  const rule = /, rule (\d{1,10})(?:,|$)/.exec(line)?.[1];
  const bytes = /, (\d{1,20}):(\d{1,20}) bytes/.exec(line);
  return {
    ...(bytes === null ? {} : { bytes: Number(bytes[1]) + Number(bytes[2]) }),
    age: seconds(detail[1], detail[2], detail[3]),
    ...(detail[4] === undefined ? {} : { expires: seconds(detail[4], detail[5], detail[6]) }),
    ...(anchor === undefined ? {} : { anchor: Number(anchor) }),
    ...(rule === undefined ? {} : { rule: Number(rule) }),
  };
}

/** Hours have as many digits as they need. */
const seconds = (hours = '0', minutes = '0', rest = '0'): number =>
  Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);

/** Is a host in one of these? Costs by the number of different prefix lengths, not of networks. */
export function createNetMatcher(nets: readonly Net[]): (host: Net) => boolean {
  const byLength = new Map<string, Set<string>>();
  for (const net of nets) {
    const key = `${net.family}/${net.prefix}`;
    const texts = byLength.get(key) ?? new Set<string>();
    byLength.set(key, texts.add(net.text));
  }
  const lengths = [...byLength].map(([key, texts]) => {
    const [family, prefix] = key.split('/').map(Number);
    return { family, prefix: prefix ?? 0, texts };
  });
  return (host) =>
    lengths.some(
      ({ family, prefix, texts }) => family === host.family && texts.has(widen(host, prefix).text),
    );
}
