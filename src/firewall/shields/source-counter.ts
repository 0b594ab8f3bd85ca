// Who has how many tracked connections to some ports of this machine, from the kernel's listing, chunk by chunk.
// /proc/net/nf_conntrack (Linux 6.18) and `conntrack -L` (1.4.7) alike:
//   ipv4     2 tcp      6 431999 ESTABLISHED src=192.0.2.20 dst=192.0.2.1 sport=43519 dport=80 src=192.0.2.1 dst=192.0.2.20 sport=80 …

import { makeNet, type Net, parseHost } from '../../core/address.ts';

export type SourceCounterOptions = Readonly<{
  /** Local TCP ports. */
  ports: ReadonlySet<number>;
  /** Addresses of this machine: flows that it only forwards are not counted. Empty = unknown, all count. */
  own: readonly Net[];
  /** Sources held at once; beyond it the smallest are forgotten, so counts become "at least". */
  most?: number;
}>;

/** `source`: an address, or the /64 of an IPv6 one, as the wall counts them. */
export type SourceCount = Readonly<{ source: Net; flows: number }>;

export type SourceCounter = Readonly<{
  push(chunk: Buffer): void;
  /** Sources with more than `flows` connections, most first. */
  over(flows: number): Readonly<{ sources: readonly SourceCount[]; exact: boolean }>;
}>;

const MOST = 100_000;
const LINE_MAX = 4096;
// The wall, too, does not count what is closed already (nf_conncount: TIME_WAIT and CLOSE).
const FLOW =
  /\btcp\s+6\s+\d+\s+(?!TIME_WAIT|CLOSE )\w+\s+src=(\S+) dst=\S+ sport=\d+ dport=\d+ .*?\bsrc=(\S+) dst=\S+ sport=(\d+) /;

/** One pass; memory by the number of sources, bounded. */
export function createSourceCounter(options: SourceCounterOptions): SourceCounter {
  const own = new Set(options.own.map(({ text }) => text));
  const counts = new Map<string, number>();
  const most = Math.max(2, options.most ?? MOST);
  let rest = '';
  let exact = true;
  const forgetSmallest = (): void => {
    exact = false;
    for (let least = 1; counts.size > most / 2; least++)
      for (const [key, count] of counts) if (count <= least) counts.delete(key);
  };
  const take = (line: string): void => {
    const match = FLOW.exec(line);
    if (match === null || !options.ports.has(Number(match[3]))) return;
    if (own.size > 0 && !own.has(canonical(match[2] ?? ''))) return;
    const key = keyOf(match[1] ?? '');
    if (key === undefined) return;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (counts.size > most) forgetSmallest();
  };
  return {
    push(chunk) {
      const lines = (rest + chunk.toString('latin1')).split('\n');
      rest = (lines.pop() ?? '').slice(-LINE_MAX);
      for (const line of lines) take(line);
    },
    over(flows) {
      take(rest);
      rest = '';
      const sources = [...counts]
        .filter(([, count]) => count > flows)
        .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
        .flatMap(([key, count]) => {
          const source = netOf(key);
          return source === undefined ? [] : [{ source, flows: count }];
        });
      return { sources, exact };
    },
  };
}

/** IPv4 as the kernel prints it is canonical already; IPv6 comes with all its zeros. */
function canonical(text: string): string {
  if (!text.includes(':')) return text;
  const host = parseHost(text);
  return host.ok ? host.value.text : text;
}

const LOW_64 = 64n;

function keyOf(text: string): string | undefined {
  if (!text.includes(':')) return text.length <= 15 ? text : undefined;
  const host = parseHost(text);
  if (!host.ok) return undefined;
  return host.value.family === 4 ? host.value.text : `6 ${host.value.value >> LOW_64}`;
}

function netOf(key: string): Net | undefined {
  if (key.startsWith('6 ')) return makeNet(6, BigInt(key.slice(2)) << LOW_64, 64);
  const host = parseHost(key);
  return host.ok ? host.value : undefined;
}
