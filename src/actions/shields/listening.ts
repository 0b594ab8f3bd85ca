// Where TCP listens on this machine, from /proc/net/tcp and tcp6 (proc(5)): the ports that the public may reach, and the
// address on which our own sshd can be asked.

import type { Net } from '../../core/address.ts';
import type { Host } from '../../host/host.ts';
import { readSocketTables } from '../safe/socket-tables.ts';
import { hexAddress } from '../safe/sockets.ts';

/** `address` undefined: on all of this family. */
export type Listener = Readonly<{ port: number; family: 4 | 6; address: Net | undefined }>;

/** "  0: 00000000:0016 00000000:0000 0A …": 0A is LISTEN. */
const ROW = /^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /gm;

/** Without those on loopback, which nobody outside can reach. */
export function parseListeners(table: string): readonly Listener[] {
  const found: Listener[] = [];
  for (const [, hex = '', port = ''] of table.matchAll(ROW)) {
    const family = hex.length === 8 ? 4 : 6;
    const address = hexAddress(hex);
    if (address === undefined || isLoopback(address)) continue;
    found.push({
      port: Number.parseInt(port, 16),
      family,
      address: address.value === 0n ? undefined : address,
    });
  }
  return found;
}

const isLoopback = ({ family, text }: Net): boolean =>
  family === 4 ? text.startsWith('127.') : text === '::1';

export async function readListeners(host: Host): Promise<readonly Listener[]> {
  const tables = await readSocketTables(host);
  return tables.flatMap((table) => (table.ok ? parseListeners(table.value.text) : []));
}
