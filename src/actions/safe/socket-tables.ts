// Reads /proc/net/tcp and tcp6 on machines that hold any number of sockets. A table of 60,000 has 9 MB and takes 0.2 s to walk,
// and an attack is just when it is that long; listeners come first in it, so its head tells them all.

import { ok, type Result } from '../../core/result.ts';
import type { Host } from '../../host/host.ts';
import { type PeerSocket, peersOn } from './sockets.ts';

/** `whole` false: only the head, which has at least all listeners. */
export type SocketTable = Readonly<{ text: string; whole: boolean }>;

/** Some 7,000 sockets; beyond that asking the kernel for what is wanted is faster. */
const WHOLE_MAX_BYTES = 1_048_576;
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;

/** IPv4, then IPv6; a problem only of what cannot be read at all. */
export function readSocketTables(host: Host): Promise<readonly Result<SocketTable>[]> {
  return Promise.all(TABLES.map((path) => readSocketTable(host, path)));
}

async function readSocketTable(host: Host, path: string): Promise<Result<SocketTable>> {
  const read = await host.read(path, WHOLE_MAX_BYTES);
  if (read.ok) return ok({ text: read.value.toString('latin1'), whole: true });
  return read.problem.code === 'too-large' ? readHead(host, path) : read;
}

/** "  0: 00000000:0016 00000000:0000 0A …": the fourth word is the state, 0A is LISTEN. */
const OTHER_THAN_LISTENING = /\n *\d+: [0-9A-F]+:[0-9A-F]{4} [0-9A-F]+:[0-9A-F]{4} (?!0A)[0-9A-F]{2} /;

async function readHead(host: Host, path: string): Promise<Result<SocketTable>> {
  const enough = new AbortController();
  let text = '';
  const read = await host.readChunks(
    path,
    (chunk) => {
      if (enough.signal.aborted) return;
      text += chunk.toString('latin1');
      if (OTHER_THAN_LISTENING.test(text)) enough.abort();
    },
    enough.signal,
  );
  return read.ok || enough.signal.aborted ? ok({ text, whole: !enough.signal.aborted }) : read;
}

/** The whole tables row by row, for machines without ss. What cannot be read has no peers. */
export async function streamPeers(host: Host, ports: ReadonlySet<number>): Promise<readonly PeerSocket[]> {
  const found: PeerSocket[] = [];
  for (const path of TABLES) {
    let rest = '';
    await host.readChunks(path, (chunk) => {
      const text = rest + chunk.toString('latin1');
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      // The first line is taken for the head of the table.
      found.push(...peersOn(`\n${text.slice(0, end)}`, ports));
    });
  }
  return found;
}
