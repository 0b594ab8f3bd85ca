// The safe set: every address that no act may touch, each with the reason to show. Built from the kernel's own
// tables, never from the environment alone; what cannot be read becomes a gap in words, never a failure.

import type { SafeEntry, SafeSet } from '../../core/act.ts';
import { type Net, parseHost, parseNet } from '../../core/address.ts';
import type { Result } from '../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import { ADDRESSES_MAX } from '../allow/answers.ts';
import { isBsd, readBsdSafe } from './bsd.ts';
import {
  type Named,
  parseFibTrie,
  parseIfInet6,
  parseIpv6Route,
  parseResolvers,
  parseRoute,
  parseUtmp,
} from './network.ts';
import { ancestryFor, findSshSessions, type SessionMemory, type SshSessions } from './sessions.ts';

/** `resolve`: addresses of a host name, asked again at most once a minute; absent = names in `allow` become gaps. */
export type SafeSetOptions = Readonly<{
  allow: readonly string[];
  resolve?: (name: string) => Promise<Result<readonly string[]>>;
  signal?: AbortSignal;
  /** From our own SSH_CONNECTION; asked only where the kernel cannot be (BSD). */
  sshPeer?: string;
}>;

/**
 * What may be remembered between two computations, so that the check right before an act costs file reads only:
 * which listeners are sshd's, which sockets are known sessions, what names resolved to.
 */
export type SafeMemory = SessionMemory & {
  /** Contents of the slow-moving files, so that the check before an act reads only the kernel's own tables. */
  files: Map<string, Readonly<{ at: number; read: Result<Buffer> }>>;
  names: Map<string, Readonly<{ at: number; nets: readonly Net[] }>>;
};

export function createSafeMemory(): SafeMemory {
  return { kinds: new Map(), names: new Map(), files: new Map() };
}

const REMEMBERED_FOR_MS = 60_000;
/** A name that does not resolve is tried again after this. */
const FAILED_FOR_MS = 10_000;

const ALWAYS: readonly SafeEntry[] = (
  [
    ['0.0.0.0/8', 'unspecified addresses'],
    ['127.0.0.0/8', 'loopback'],
    ['169.254.0.0/16', 'link-local'],
    ['224.0.0.0/4', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'the unspecified address'],
    ['::1', 'loopback'],
    ['fe80::/10', 'link-local'],
    ['ff00::/8', 'multicast'],
  ] as const
).flatMap(([text, why]) => {
  const net = parseNet(text);
  return net.ok ? [{ net: net.value.net, why: safe(why) }] : [];
});

const TABLE_MAX_BYTES = 8_388_608;

const YOUR_SESSION = 'your ssh session (SSH_CONNECTION)';

type Gather = { entries: Map<string, SafeEntry>; gaps: SafeText[] };

/**
 * `about`: the networks that an act is for. Given, sockets of unknown kind are looked up (one `ss`) only when they overlap
 * them and are otherwise taken for sessions: fast enough to run between Enter and the drop.
 */
export async function computeSafeSet(
  host: Host,
  options: SafeSetOptions,
  memory: SafeMemory = createSafeMemory(),
  about?: readonly Net[],
): Promise<SafeSet> {
  const gather: Gather = { entries: new Map(), gaps: [] };
  for (const entry of ALWAYS) add(gather, entry.net, entry.why);
  const bsd = await isBsd(host);
  const [ssh] = await Promise.all([
    bsd
      ? bsdSessions(host, options, memory)
      : findSshSessions(host, { memory, about, signal: options.signal }),
    bsd
      ? addBsd(host, gather, { memory, quick: about !== undefined })
      : addNetwork(host, gather, { memory, quick: about !== undefined }),
    addAllowed(host, gather, { options, memory }),
  ]);
  for (const net of ssh.remembered) add(gather, net, safe(YOUR_SESSION));
  for (const { peer, why } of ssh.sessions) add(gather, peer, why);
  for (const words of ssh.gaps) gap(gather, words);
  const operatorFound = ssh.remembered.length + ssh.sessions.length > 0;
  return { at: host.now(), entries: [...gather.entries.values()], operatorFound, gaps: gather.gaps };
}

async function bsdSessions(
  host: Host,
  { sshPeer, signal }: SafeSetOptions,
  memory: SafeMemory,
): Promise<SshSessions> {
  if (host.link !== undefined) {
    const { remembered } = await ancestryFor(host, { memory, signal });
    return { sessions: [], remembered: remembered.map(({ peer }) => peer), gaps: [] };
  }
  const peer = parseHost(sshPeer ?? '');
  return { sessions: [], remembered: peer.ok ? [peer.value] : [], gaps: [] };
}

async function addBsd(host: Host, gather: Gather, wish: ReadWish): Promise<void> {
  const [{ found, gaps }, resolvers] = await Promise.all([
    readBsdSafe(host),
    readFile(host, RESOLVERS, wish),
  ]);
  for (const { net, kind } of found) add(gather, net, sanitise(kind));
  if (resolvers.ok)
    for (const { net, kind } of parseResolvers(resolvers.value.toString('latin1')))
      add(gather, net, sanitise(kind));
  for (const words of gaps) gap(gather, words);
}

/** First reason wins, except that an ssh session is the one worth naming, and the operator's own above all. */
function add(gather: Gather, net: Net, why: SafeText): void {
  const known = gather.entries.get(net.text)?.why;
  const isOurs = known?.startsWith('your ssh session') === true && !why.startsWith('your ssh session');
  if (known === undefined || (why.includes('ssh session') && !isOurs))
    gather.entries.set(net.text, { net, why });
}

function gap(gather: Gather, words: string): void {
  gather.gaps.push(sanitise(words, 200));
}

const RESOLVERS = '/etc/resolv.conf';

const NETWORK_FILES: readonly Readonly<{
  path: string;
  parse: (text: string) => readonly Named[];
  /** Said when the file is missing; absent = optional file. */
  missing?: string;
}>[] = [
  { path: '/proc/net/fib_trie', parse: parseFibTrie, missing: "this machine's own IPv4 addresses" },
  { path: '/proc/net/if_inet6', parse: parseIfInet6 },
  { path: '/proc/net/route', parse: parseRoute, missing: 'the IPv4 gateways' },
  { path: '/proc/net/ipv6_route', parse: parseIpv6Route },
  { path: RESOLVERS, parse: parseResolvers, missing: 'the name servers' },
  { path: '/run/systemd/resolve/resolv.conf', parse: parseResolvers },
];

type ReadWish = Readonly<{ memory: SafeMemory; quick: boolean }>;

async function addNetwork(host: Host, gather: Gather, { memory, quick }: ReadWish): Promise<void> {
  const [utmp, ...files] = await Promise.all([
    readFile(host, '/run/utmp', { memory, quick }),
    ...NETWORK_FILES.map((file) => readFile(host, file.path, { memory, quick })),
  ]);
  for (const [index, read] of files.entries()) {
    const file = NETWORK_FILES[index];
    if (file === undefined) continue;
    if (!read.ok) {
      if (file.missing !== undefined) gap(gather, `${file.missing}: ${file.path} cannot be read`);
      continue;
    }
    for (const { net, kind } of file.parse(read.value.toString('latin1'))) add(gather, net, sanitise(kind));
  }
  if (utmp?.ok === true) for (const { net, kind } of parseUtmp(utmp.value)) add(gather, net, sanitise(kind));
}

/** The kernel's tables are always read anew; other files, when `quick`, only if they were not read in the last minute. */
async function readFile(host: Host, path: string, { memory, quick }: ReadWish): Promise<Result<Buffer>> {
  const known = memory.files.get(path);
  if (quick && known !== undefined && Math.abs(host.now() - known.at) < REMEMBERED_FOR_MS) return known.read;
  const read = await host.read(path, TABLE_MAX_BYTES);
  if (!path.startsWith('/proc/')) memory.files.set(path, { at: host.now(), read });
  return read;
}

async function addAllowed(
  host: Host,
  gather: Gather,
  { options, memory }: Readonly<{ options: SafeSetOptions; memory: SafeMemory }>,
): Promise<void> {
  await Promise.all(
    options.allow.map(async (text) => {
      const parsed = parseNet(text);
      if (parsed.ok) return add(gather, parsed.value.net, safe('allowed by the session file'));
      const nets = await resolveName(host, text, { options, memory });
      if (nets === undefined) gap(gather, `the allowed host ${text} does not resolve`);
      // Whoever answers for the name must not make everybody safe.
      const taken = (nets ?? []).slice(0, ADDRESSES_MAX);
      for (const net of taken) add(gather, net, sanitise(`allowed by the session file (${text})`, 120));
      if (nets !== undefined && nets.length > taken.length)
        gap(
          gather,
          `${nets.length - taken.length} more addresses of ${text}: only ${ADDRESSES_MAX} of a name are taken`,
        );
    }),
  );
}

async function resolveName(
  host: Host,
  name: string,
  { options, memory }: Readonly<{ options: SafeSetOptions; memory: SafeMemory }>,
): Promise<readonly Net[] | undefined> {
  const now = host.now();
  const known = memory.names.get(name);
  if (known !== undefined && Math.abs(now - known.at) < REMEMBERED_FOR_MS) return someOf(known.nets);
  const answer = options.resolve === undefined ? undefined : await options.resolve(name);
  // A name that resolved before keeps protecting its addresses while the name servers are down.
  if (answer?.ok !== true) {
    const nets = known?.nets ?? [];
    // Not asked again at once: name servers that are down would hold up the moment between Enter and the drop.
    memory.names.set(name, { at: now - REMEMBERED_FOR_MS + FAILED_FOR_MS, nets });
    return someOf(nets);
  }
  const nets = answer.value.flatMap((text) => {
    const parsed = parseNet(text);
    return parsed.ok ? [parsed.value.net] : [];
  });
  memory.names.set(name, { at: now, nets });
  return someOf(nets);
}

const someOf = (nets: readonly Net[]): readonly Net[] | undefined => (nets.length > 0 ? nets : undefined);
