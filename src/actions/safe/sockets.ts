// Reads /proc/net/tcp and /proc/net/tcp6 (Linux 2.6 and later): who listens, and who is connected to which local port.
//   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
//    3: 057100CB:08AE 076433C6:E69D 01 00000000:00000000 02:000AFB94 00000000     0        0 23308 2 …
// Addresses are 32-bit words in the machine's byte order, printed in hex (proc(5)).

import { makeNet, type Net, parseNet } from '../../core/address.ts';

export type ListeningSocket = Readonly<{ port: number; inode: number }>;
export type PeerSocket = Readonly<{ localPort: number; peer: Net; peerPort: number; inode: number }>;

const ESTABLISHED = '01';
const LISTEN = '0A';
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

type Row = Readonly<{ line: string; remoteAt: number; digits: number; localPort: number }>;

/** Calls `visit` for each well-formed row in `state`; cheap, so that tables of 100,000 rows stay in milliseconds. */
function scan(text: string, state: string, visit: (row: Row) => void): void {
  let start = text.indexOf('\n') + 1;
  while (start > 0 && start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const colon = text.indexOf(': ', start);
    if (colon > 0 && colon < end) {
      const localAt = colon + 2;
      const digits = text.indexOf(':', localAt) - localAt;
      const remoteAt = localAt + digits + 6;
      const stateAt = remoteAt + digits + 6;
      if ((digits === 8 || digits === 32) && stateAt + 2 <= end && text.startsWith(state, stateAt)) {
        const localPort = Number.parseInt(text.slice(localAt + digits + 1, localAt + digits + 5), 16);
        if (Number.isInteger(localPort))
          visit({ line: text.slice(start, end), remoteAt: remoteAt - start, digits, localPort });
      }
    }
    start = end + 1;
  }
}

export function listeningSockets(table: string): readonly ListeningSocket[] {
  const found: ListeningSocket[] = [];
  scan(table, LISTEN, (row) => {
    const inode = inodeOf(row.line);
    if (inode !== undefined) found.push({ port: row.localPort, inode });
  });
  return found;
}

/** Established sockets on one of `ports`; IPv4 peers of an IPv6 socket come out as IPv4. */
export function peersOn(table: string, ports: ReadonlySet<number>): readonly PeerSocket[] {
  const found: PeerSocket[] = [];
  scan(table, ESTABLISHED, (row) => {
    if (!ports.has(row.localPort)) return;
    const peer = hexAddress(row.line.slice(row.remoteAt, row.remoteAt + row.digits));
    const peerPort = Number.parseInt(row.line.slice(row.remoteAt + row.digits + 1), 16);
    const inode = inodeOf(row.line);
    if (peer !== undefined && inode !== undefined)
      found.push({ localPort: row.localPort, peer, peerPort, inode });
  });
  return found;
}

function inodeOf(line: string): number | undefined {
  const field = line.trim().split(/\s+/)[9];
  const inode = Number(field);
  return field !== undefined && Number.isInteger(inode) && inode >= 0 ? inode : undefined;
}

/** "057100CB" → 203.0.113.5; 32 digits → IPv6, v4-mapped folded. Also the form of /proc/net/route. */
export function hexAddress(hex: string): Net | undefined {
  if (!/^(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{32})$/.test(hex)) return undefined;
  let value = 0n;
  for (let at = 0; at < hex.length; at += 8) {
    const word = Number.parseInt(hex.slice(at, at + 8), 16);
    value = (value << 32n) | BigInt(littleEndian ? swap(word) : word);
  }
  return hex.length === 8 ? makeNet(4, value, 32) : fold(makeNet(6, value, 128));
}

/** "fe8000000000000000fc00fffe000001": 32 digits in network order, as /proc/net/if_inet6 and ipv6_route have them. */
export function plainHexAddress(hex: string): Net | undefined {
  if (!/^[0-9A-Fa-f]{32}$/.test(hex)) return undefined;
  return fold(makeNet(6, BigInt(`0x${hex}`), 128));
}

function swap(word: number): number {
  return (
    (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | ((word >>> 24) & 0xff)) >>> 0
  );
}

function fold(net: Net): Net {
  const parsed = parseNet(net.text);
  return parsed.ok ? parsed.value.net : net;
}
