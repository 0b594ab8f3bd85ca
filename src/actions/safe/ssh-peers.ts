// Which sockets are ssh sessions: finds the ports that sshd serves and tells logged-in sessions from clients that are
// still guessing passwords. Only what is surely not logged in counts as a stranger; any doubt is a session.
//   LISTEN 0 128 0.0.0.0:2222 0.0.0.0:* users:(("sshd",pid=12300,fd=5)) ino:21487 sk:17          (ss, iproute2 6.1)
//   0 0 203.0.113.5:2222 198.51.100.7:59037 users:(("sshd",pid=12498,fd=4)) timer:(…) ino:23308 sk:19

import { parseHost } from '../../core/address.ts';
import { command } from '../../core/plan.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import { sshdConfigPorts } from './network.ts';
import type { ListeningSocket, PeerSocket } from './sockets.ts';

export type Holder = Readonly<{ name: string; pid: number }>;
export type SsRow = Readonly<{ port: number; inode: number; holders: readonly Holder[] }>;

/** Rows of `ss -tnpeH` or `ss -tlnpeH`; rows without an inode are left out. */
export function parseSs(text: string): readonly SsRow[] {
  const rows: SsRow[] = [];
  for (const line of text.split('\n')) {
    const inode = /\bino:(\d+)\b/.exec(line)?.[1];
    const local = /^(?:LISTEN|ESTAB)?\s*\d+\s+\d+\s+\S*:(\d+)\s/.exec(line)?.[1];
    if (inode === undefined || local === undefined) continue;
    const holders = [...line.matchAll(/\("([^"]*)",pid=(\d+),fd=\d+\)/g)].map((match) => ({
      name: match[1] ?? '',
      pid: Number(match[2]),
    }));
    rows.push({ port: Number(local), inode: Number(inode), holders });
  }
  return rows;
}

/** Local and peer end of a row of `ss -tneH`; zone ids are dropped. */
export function parseSsPeers(text: string): readonly PeerSocket[] {
  const found: PeerSocket[] = [];
  for (const line of text.split('\n')) {
    const inode = /\bino:(\d+)\b/.exec(line)?.[1];
    const ends = /^\s*\d+\s+\d+\s+\S+:(\d+)\s+(\S+):(\d+)(?:\s|$)/.exec(line);
    const peer = parseHost((ends?.[2] ?? '').replace(/%[^\]]*/, '').replace(/^\[|\]$/g, ''));
    if (inode === undefined || ends === null || !peer.ok) continue;
    found.push({
      localPort: Number(ends[1]),
      peer: peer.value,
      peerPort: Number(ends[3]),
      inode: Number(inode),
    });
  }
  return found;
}

const sportFilter = (ports: ReadonlySet<number>): string =>
  `( ${[...ports].map((port) => `sport = :${port}`).join(' or ')} )`;

/** Established sockets on these local ports, filtered in the kernel; undefined = ss is missing or failed. */
export async function establishedOn(
  host: Host,
  ports: ReadonlySet<number>,
  signal?: AbortSignal,
): Promise<readonly PeerSocket[] | undefined> {
  const listed = await host.run(
    command(['ss', '-tneH', 'state', 'established', sportFilter(ports)], {
      timeoutMs: 1000,
      outputMaxBytes: 16_777_216,
    }),
    signal,
  );
  return listed.ok ? parseSsPeers(listed.value.stdout) : undefined;
}

const SERVERS = /^(?:sshd|sshd-session|sshd-auth|dropbear)$/;
const DEFAULT_PORT = 22;

/** Ports on which an ssh server takes connections; `sure` false when process names could not be read. */
export async function findSshPorts(
  host: Host,
  listening: readonly ListeningSocket[],
  signal?: AbortSignal,
): Promise<Readonly<{ ports: ReadonlySet<number>; sure: boolean }>> {
  const [configured, listed] = await Promise.all([
    configuredPorts(host),
    host.run(
      command(['ss', '-tlnpeH'], { timeoutMs: 3000, privileged: host.privileged, outputMaxBytes: 4_194_304 }),
      signal,
    ),
  ]);
  const rows = listed.ok ? parseSs(listed.value.stdout) : [];
  const ports = new Set<number>();
  for (const row of rows) if (row.holders.some((holder) => SERVERS.test(holder.name))) ports.add(row.port);
  // A port of sshd_config may be held by systemd (socket activation) or by a process that we may not see.
  for (const port of configured) {
    const holders = rows.filter((row) => row.port === port).flatMap((row) => row.holders);
    const held = listening.some((socket) => socket.port === port);
    if (holders.some((holder) => holder.name === 'systemd') || (held && holders.length === 0))
      ports.add(port);
  }
  if (ports.size === 0) for (const port of configured) ports.add(port);
  // Nobody listens at all, or we saw who does: either way the answer is certain.
  return { ports, sure: listed.ok && (listening.length === 0 || rows.some((row) => row.holders.length > 0)) };
}

async function configuredPorts(host: Host): Promise<readonly number[]> {
  const [main, parts] = await Promise.all([
    host.read('/etc/ssh/sshd_config'),
    host.glob('/etc/ssh/sshd_config.d/*.conf'),
  ]);
  const more = await Promise.all((parts.ok ? parts.value : []).map((file) => host.read(file)));
  const ports = [main, ...more].flatMap((text) =>
    text.ok ? sshdConfigPorts(text.value.toString('utf8')) : [],
  );
  return ports.length > 0 ? [...new Set(ports)] : [DEFAULT_PORT];
}

/** `who` as the process title has it: "root@pts/0", "alice@notty". */
export type SessionKind =
  | Readonly<{ kind: 'session'; who?: string; pids: readonly number[] }>
  | Readonly<{ kind: 'guessing' }>;

/** Looks up, for every ssh socket on these ports, the processes behind it. Missing inodes are unknown: treat as sessions. */
export async function classifySockets(
  host: Host,
  ports: ReadonlySet<number>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, SessionKind>> {
  const kinds = new Map<number, SessionKind>();
  const listed = await host.run(
    command(['ss', '-tnpeH', 'state', 'established', sportFilter(ports)], {
      timeoutMs: 3000,
      privileged: host.privileged,
      outputMaxBytes: 16_777_216,
    }),
    signal,
  );
  if (!listed.ok) return kinds;
  const rows = parseSs(listed.value.stdout);
  const titles = new Map<number, string>();
  const pids = [...new Set(rows.flatMap((row) => row.holders.map((holder) => holder.pid)))];
  await Promise.all(
    pids.map(async (pid) => {
      const read = await host.read(`/proc/${pid}/cmdline`);
      if (read.ok) titles.set(pid, read.value.toString('utf8').replaceAll('\0', ' ').trim());
    }),
  );
  for (const row of rows) kinds.set(row.inode, kindOf(row, titles));
  return kinds;
}

/** OpenSSH titles: "sshd: root@pts/0" once logged in; "sshd: [accepted]", "sshd: alice [net]" before (sshd.c, sshd-session.c). */
function kindOf(row: SsRow, titles: ReadonlyMap<number, string>): SessionKind {
  const shown = row.holders.map((holder) => titles.get(holder.pid) ?? '');
  const session = shown.map((title) => /^sshd(?:-session)?: (\S+@\S+)/.exec(title)?.[1]).find(Boolean);
  const pids = row.holders.map((holder) => holder.pid);
  if (session !== undefined) return { kind: 'session', who: sanitise(session, 60), pids };
  const guessing = shown.some((title) =>
    /^sshd(?:-session|-auth)?: .*\[(?:accepted|net|preauth)\]$/.test(title),
  );
  return guessing ? { kind: 'guessing' } : { kind: 'session', pids };
}
