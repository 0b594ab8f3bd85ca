// The tracked flows of live ssh sessions, with how long each has been silent: what shorter timeouts would end.
//   ipv4     2 tcp      6 431999 ESTABLISHED src=198.51.100.7 dst=203.0.113.5 sport=59037 dport=22 src=… [ASSURED] …
// (/proc/net/nf_conntrack of Linux 6.18; `conntrack -L` leaves out the first two words.)

import { type Net, parseHost } from '../../core/address.ts';
import { command } from '../../core/plan.ts';
import { ok, type Result } from '../../core/result.ts';
import type { SshFlow } from '../../firewall/timeouts.ts';
import type { Host } from '../../host/host.ts';
import type { SshSession } from '../safe/sessions.ts';

/** `remaining`: seconds until the entry ends if the flow stays silent. */
export type TrackedSession = SshFlow & Readonly<{ remaining: number }>;

const LINE = /\btcp\s+6\s+(\d+)\s+ESTABLISHED\s+src=(\S+)\s+dst=(\S+)\s+sport=(\d+)\s+dport=(\d+)\s/;

export function parseSshFlow(line: string): TrackedSession | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const source = parseHost(match[2] ?? '');
  const destination = parseHost(match[3] ?? '');
  if (!source.ok || !destination.ok) return undefined;
  return {
    remaining: Number(match[1]),
    source: source.value,
    destination: destination.value,
    sourcePort: Number(match[4]),
    destinationPort: Number(match[5]),
  };
}

const keyOf = (peer: Net, port: number): string => `${peer.text} ${port}`;

/** One pass over the table; only lines with the port of a session are looked at closely. */
export async function findSshFlows(
  host: Host,
  sessions: readonly SshSession[],
  signal?: AbortSignal,
): Promise<Result<readonly TrackedSession[]>> {
  if (sessions.length === 0) return ok([]);
  const wanted = new Set(sessions.map(({ peer, peerPort }) => keyOf(peer, peerPort)));
  const marks = [...new Set(sessions.map(({ peerPort }) => `sport=${peerPort} `))];
  const found: TrackedSession[] = [];
  let rest = '';
  const take = (line: string): void => {
    if (!marks.some((mark) => line.includes(mark))) return;
    const flow = parseSshFlow(line);
    if (flow !== undefined && wanted.has(keyOf(flow.source, flow.sourcePort))) found.push(flow);
  };
  const push = (chunk: Buffer): void => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  };
  const read = await host.readChunks('/proc/net/nf_conntrack', push, signal);
  if (!read.ok) {
    found.length = 0;
    rest = '';
    const listing = command(['conntrack', '-L', '-p', 'tcp'], {
      privileged: true,
      timeoutMs: 60_000,
      outputMaxBytes: 1 << 30,
    });
    const listed = await host.stream(listing, push, signal);
    if (!listed.ok) return listed;
  }
  take(rest);
  return ok(found);
}
