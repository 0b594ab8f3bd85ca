// WireGuard's peers, from `wg show all dump` (wireguard-tools 1.0.20210914), fields between tabs. The first line of an interface
// begins with its PRIVATE key, the second field of a peer's line is a preshared key: neither leaves this file.
//
//   wg0 <private> <public> 51820 off
//   wg0 <public> <preshared> 198.51.100.7:51820 10.9.0.2/32,fd00:9::2/128 1795206324 10240 20480 25

import { type Net, overlaps, parseHost, parseNet } from '../../core/address.ts';
import { unixMs } from '../../core/brand.ts';
import { type Command, command } from '../../core/plan.ts';
import type { Finding } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { PeerRow } from '../../core/uplinks.ts';

export const WG_COMMAND: Command = command(['wg', 'show', 'all', 'dump'], {
  timeoutMs: 5000,
  privileged: true,
});

const PEERS_MAX = 2000;
const ALLOWED_MAX = 500;
const KEY_SHOWN = 8;
const PEER_FIELDS = 9;
/** A handshake is made anew every two minutes while something is sent. */
const FRESH_MS = 180_000;

export function parsePeers(text: string): readonly PeerRow[] {
  const peers: PeerRow[] = [];
  for (const line of text.split('\n')) {
    const fields = line.split('\t');
    if (fields.length !== PEER_FIELDS || peers.length >= PEERS_MAX) continue;
    const peer = peerOf(fields);
    if (peer !== undefined) peers.push(peer);
  }
  return peers;
}

function peerOf([dev, key, , endpoint, allowed, handshake, received, sent, keepalive]: readonly string[]):
  | PeerRow
  | undefined {
  if (dev === undefined || key === undefined || !/^[A-Za-z0-9+/]{43}=$/.test(key)) return undefined;
  const [at, rx, tx] = [handshake, received, sent].map(countIn);
  if (at === undefined || rx === undefined || tx === undefined) return undefined;
  const net = endpointNet(endpoint ?? '');
  const every = countIn(keepalive);
  return {
    ...{ dev, key: sanitise(key.slice(0, KEY_SHOWN)), receivedBytes: rx, sentBytes: tx, findings: [] },
    ...(net === undefined ? {} : { endpoint: sanitise(endpoint ?? '', 60), endpointNet: net }),
    ...(at === 0 ? {} : { handshakeAt: unixMs(at * 1000) }),
    ...(every === undefined ? {} : { keepaliveSeconds: every }),
    allowed: (allowed ?? '').split(',').slice(0, ALLOWED_MAX).flatMap(netIn),
  };
}

function countIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function netIn(text: string): readonly Net[] {
  const parsed = parseNet(text);
  return parsed.ok ? [parsed.value.net] : [];
}

function endpointNet(text: string): Net | undefined {
  const address =
    /^\[([0-9a-f:.]+)(?:%[\w.-]+)?\]:\d+$/i.exec(text)?.[1] ?? /^([0-9.]+):\d+$/.exec(text)?.[1];
  const parsed = address === undefined ? undefined : parseHost(address);
  return parsed?.ok === true ? parsed.value : undefined;
}

/** With what is wrong with each. A peer that never sends makes no handshake and that is no fault, unless it is kept alive. */
export function judgePeers(peers: readonly PeerRow[], now: number): readonly PeerRow[] {
  return peers.map((peer) => {
    const findings = [...silence(peer, now), ...overlapping(peer, peers)];
    return findings.length === 0 ? peer : { ...peer, findings };
  });
}

function silence(
  { handshakeAt, keepaliveSeconds, sentBytes, endpoint }: PeerRow,
  now: number,
): readonly Finding[] {
  if (handshakeAt !== undefined && now - handshakeAt <= FRESH_MS) return [];
  const kept = keepaliveSeconds !== undefined && keepaliveSeconds > 0;
  if (!kept && (handshakeAt !== undefined || sentBytes === 0)) return [];
  const never = handshakeAt === undefined;
  return [
    {
      level: 'warning',
      says: never
        ? safe('it never answered: no handshake yet')
        : safe('no handshake for more than three minutes, though it is kept alive'),
      todo:
        endpoint === undefined
          ? safe('it has no endpoint: the other side has to begin')
          : sanitise(`does UDP get to ${endpoint}? are the keys of both sides right?`),
    },
  ];
}

/** The kernel keeps a network at one peer only; one inside of another peer's is allowed, and often a slip. */
function overlapping(peer: PeerRow, peers: readonly PeerRow[]): readonly Finding[] {
  if (peers.length > OVERLAP_PEERS_MAX) return [];
  for (const other of peers) {
    if (other === peer || other.dev !== peer.dev) continue;
    for (const mine of peer.allowed) {
      const theirs = other.allowed.find((net) => net.prefix > 0 && mine.prefix > 0 && overlaps(mine, net));
      if (theirs !== undefined)
        return [
          {
            level: 'note',
            says: sanitise(
              `its ${mine.text} overlaps ${theirs.text} of peer ${other.key}: the longer one gets the packets`,
            ),
            todo: safe('give each peer networks of its own in AllowedIPs'),
          },
        ];
    }
  }
  return [];
}

const OVERLAP_PEERS_MAX = 200;
