// The ssh sessions that are alive now, from the kernel's socket tables: the operator's own first among them.

import { type Net, overlaps } from '../../core/address.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import { type Ancestry, readAncestry } from './ancestry.ts';
import { readFarAncestry } from './far-session.ts';
import { readSocketTables, type SocketTable, streamPeers } from './socket-tables.ts';
import { listeningSockets, type PeerSocket, peersOn } from './sockets.ts';
import { classifySockets, establishedOn, findSshPorts, type SessionKind } from './ssh-peers.ts';

/** Kept between computations: which listeners are sshd's, and which sockets are known sessions. */
export type SessionMemory = {
  listening?: string;
  ports?: ReadonlySet<number>;
  portsSure?: boolean;
  ancestry?: Ancestry;
  /** Since when the line was up over which that was asked: after another login we may come from elsewhere. */
  ancestryOf?: number;
  kinds: Map<number, SessionKind>;
};

export type SessionOptions = Readonly<{
  memory: SessionMemory;
  /** Only sockets that overlap these are looked up when their kind is unknown; absent = all. */
  about?: readonly Net[] | undefined;
  signal?: AbortSignal | undefined;
}>;

export type SshSession = PeerSocket & Readonly<{ why: SafeText }>;
/** `remembered`: peers that the environments of our parent processes name. `gaps`: what could not be read. */
export type SshSessions = Readonly<{
  sessions: readonly SshSession[];
  remembered: readonly Net[];
  gaps: readonly string[];
}>;

/** Undefined without IPv4; a kernel may have no IPv6. */
async function readTables(host: Host): Promise<readonly SocketTable[] | undefined> {
  const [v4, v6] = await readSocketTables(host);
  if (v4?.ok !== true) return undefined;
  return v6?.ok === true ? [v4.value, v6.value] : [v4.value];
}

/** The sockets of logged-in sessions; clients that are still guessing passwords are left out. */
export async function findSshSessions(host: Host, options: SessionOptions): Promise<SshSessions> {
  const { memory } = options;
  // Over a line each question is a round trip: the tables are asked for beside it.
  const early = host.link === undefined || isQuick(options) ? undefined : readTables(host);
  const ancestry = await ancestryFor(host, options);
  const remembered = ancestry.remembered.map(({ peer }) => peer);
  const peers =
    (await quickPeers(host, options)) ?? (await peersFromTables(host, ancestry, { ...options, early }));
  if (peers === undefined)
    return { sessions: [], remembered, gaps: ['the ssh sessions: /proc/net/tcp cannot be read'] };
  const gaps = memory.portsSure === true ? [] : [`${UNSURE} (${[...(memory.ports ?? [])].join(', ')})`];
  const kinds = await kindsOf(host, peers, options);
  const sessions = peers.flatMap((socket) => {
    const kind = kinds.get(socket.inode);
    return kind?.kind === 'guessing' ? [] : [{ ...socket, why: describe(kind, ancestry) }];
  });
  return { sessions, remembered, gaps };
}

/** Which processes and which connection are ours, remembered. */
export async function ancestryFor(
  host: Host,
  { memory, signal }: Pick<SessionOptions, 'memory' | 'signal'>,
): Promise<Ancestry> {
  if (host.link === undefined) {
    memory.ancestry ??= await readAncestry(host);
    return memory.ancestry;
  }
  const { since } = { since: 0, ...host.link.state() };
  if (memory.ancestry !== undefined && memory.ancestryOf === since) return memory.ancestry;
  const found = await readFarAncestry(host, signal);
  if (found === undefined) return { pids: new Set(), remembered: [] };
  // The ports that sshd serves are asked anew with it: ours may be another one.
  delete memory.listening;
  memory.ancestry = found;
  memory.ancestryOf = since;
  return found;
}

/**
 * Between Enter and the drop: the kernel filters by port. Reading /proc/net/tcp walks the whole hash table, 5 ms a family
 * on a machine with 24 GB although it may hold three sockets; ss takes 3 ms for both.
 */
async function quickPeers(host: Host, options: SessionOptions): Promise<readonly PeerSocket[] | undefined> {
  const { memory, signal } = options;
  return isQuick(options) && memory.ports !== undefined
    ? establishedOn(host, memory.ports, signal)
    : undefined;
}

const isQuick = ({ memory, about }: SessionOptions): boolean =>
  about !== undefined && memory.ports !== undefined && memory.ports.size > 0;

async function peersFromTables(
  host: Host,
  ancestry: Ancestry,
  { memory, signal, early }: SessionOptions & Readonly<{ early: ReturnType<typeof readTables> | undefined }>,
): Promise<readonly PeerSocket[] | undefined> {
  const tables = await (early ?? readTables(host));
  if (tables === undefined) return undefined;
  const listening = tables.flatMap(({ text }) => listeningSockets(text));
  const fingerprint = listening.map((socket) => `${socket.port}/${socket.inode}`).join(' ');
  if (memory.ports === undefined || memory.listening !== fingerprint) {
    const found = await findSshPorts(host, listening, signal);
    memory.ports = new Set([...found.ports, ...ancestry.remembered.map(({ localPort }) => localPort)]);
    memory.portsSure = found.sure;
    memory.listening = fingerprint;
  }
  const { ports } = memory;
  if (tables.every(({ whole }) => whole)) return tables.flatMap(({ text }) => peersOn(text, ports));
  return (await establishedOn(host, ports, signal)) ?? streamPeers(host, ports);
}

const UNSURE = 'which ports sshd serves could not be seen: taken from its configuration';

function describe(kind: SessionKind | undefined, ancestry: Ancestry): SafeText {
  if (kind?.kind !== 'session') return safe('a live ssh session');
  if (kind.pids.some((pid) => ancestry.pids.has(pid))) return safe('your ssh session');
  return kind.who === undefined ? safe('a live ssh session') : sanitise(`ssh session of ${kind.who}`);
}

/** `named`: a session seen while it logged in had no name yet; it is worth another look where there is time for one. */
const isSettled = (kind: SessionKind | undefined, named: boolean): boolean =>
  kind?.kind === 'session' && (!named || kind.who !== undefined);

/** Sessions stay sessions; a client that was guessing may have logged in since, so it is asked again. */
async function kindsOf(
  host: Host,
  peers: readonly PeerSocket[],
  { memory, about, signal }: SessionOptions,
): Promise<ReadonlyMap<number, SessionKind>> {
  const alive = new Set(peers.map((peer) => peer.inode));
  for (const inode of memory.kinds.keys()) if (!alive.has(inode)) memory.kinds.delete(inode);
  const doubtful = peers.filter(
    ({ inode, peer }) =>
      !isSettled(memory.kinds.get(inode), about === undefined) &&
      (about === undefined || about.some((net) => overlaps(net, peer))),
  );
  if (doubtful.length === 0) return about === undefined ? memory.kinds : sessionsOnly(memory.kinds);
  const fresh = await classifySockets(host, memory.ports ?? new Set([22]), signal);
  for (const { inode } of peers) {
    const kind = fresh.get(inode);
    if (kind === undefined) memory.kinds.delete(inode);
    else memory.kinds.set(inode, kind);
  }
  return memory.kinds;
}

function sessionsOnly(kinds: ReadonlyMap<number, SessionKind>): ReadonlyMap<number, SessionKind> {
  return new Map([...kinds].filter(([, kind]) => kind.kind === 'session'));
}
