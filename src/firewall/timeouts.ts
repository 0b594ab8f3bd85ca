// The timeouts of connection tracking as data: what the kernel ships, what eases pressure, what helps under siege, and
// what each shorter value may break. Defaults: Documentation/networking/nf_conntrack-sysctl.rst.

import { isHost, type Net } from '../core/address.ts';
import { command, type Step } from '../core/plan.ts';
import type { TimeoutRow } from '../core/rows.ts';

/** RFC 5382 REQ-5: an established flow is kept at least 2 h 4 min, a keepalive interval and some. */
export const ESTABLISHED_FLOOR_SECONDS = 7440;

export type TimeoutFacts = Omit<TimeoutRow, 'current'>;
type Values = readonly [kernelDefault: number, modest: number, siege: number];

export function timeoutRow(
  name: string,
  [kernelDefault, modest, siege]: Values,
  hazard: string,
): TimeoutFacts {
  return { name, kernelDefault, modest, siege, hazard };
}

const row = (short: string, values: Values, hazard: string): TimeoutFacts =>
  timeoutRow(`nf_conntrack_${short}`, values, hazard);

/** Seconds. `siege` never goes under what standards and common keepalives need. */
export const TIMEOUTS: readonly TimeoutFacts[] = [
  row(
    'tcp_timeout_established',
    [432_000, 86_400, ESTABLISHED_FLOOR_SECONDS],
    'idle ssh sessions, database pools and websockets end without keepalives',
  ),
  row('tcp_timeout_syn_recv', [60, 30, 20], 'slow mobile clients fail to connect'),
  row('tcp_timeout_syn_sent', [120, 60, 30], 'our own outgoing connections to slow servers fail'),
  row('tcp_timeout_fin_wait', [120, 60, 30], 'half-closed transfers are cut'),
  row('tcp_timeout_close_wait', [60, 40, 20], 'half-closed transfers are cut'),
  row('tcp_timeout_last_ack', [30, 20, 15], 'half-closed transfers are cut'),
  row('tcp_timeout_time_wait', [120, 60, 30], 'late segments count as invalid'),
  row(
    'tcp_timeout_max_retrans',
    [300, 180, 120],
    'flows over a bad line are forgotten while they retransmit',
  ),
  row('tcp_timeout_unacknowledged', [300, 180, 120], 'flows picked up in the middle start with this one'),
  row('udp_timeout', [30, 30, 15], 'slow DNS answers come too late'),
  row('udp_timeout_stream', [120, 90, 60], 'WireGuard needs more than its keepalive of 25 s'),
  row('generic_timeout', [600, 300, 120], 'ESP and GRE tunnels that fall silent must start again'),
  row('icmp_timeout', [30, 20, 10], 'slow pings get no answer'),
  row('icmpv6_timeout', [30, 20, 10], 'slow pings get no answer'),
];

export type TimeoutChange = Readonly<{ name: string; seconds: number }>;

/** One step each, so that a failure says which one and undo knows what was written. Unknown names give no step. */
export function planTimeouts(changes: readonly TimeoutChange[]): readonly Step[] {
  return changes
    .filter(({ name, seconds }) => isKnown(name) && Number.isSafeInteger(seconds) && seconds >= 1)
    .map(({ name, seconds }) => ({
      command: command(['sysctl', '-w', `net.netfilter.${name}=${seconds}`], { privileged: true }),
    }));
}

const isKnown = (name: string): boolean => TIMEOUTS.some((timeout) => timeout.name === name);

/** An ssh session as its tracked flow shows it: original direction, both ends single addresses of one family. */
export type SshFlow = Readonly<{
  source: Net;
  destination: Net;
  sourcePort: number;
  destinationPort: number;
}>;

/** Under the kernel's default of five days, so that a pinned flow that died is not remembered for ever. */
export const PIN_SECONDS = 400_000;

/**
 * Keeps a live ssh session through shorter timeouts: its own timeout is set and frozen (IPS_FIXED_TIMEOUT, kernel 4.13).
 * The freeze cannot be lifted from user space and closing does not shorten it, so only the few sessions that matter
 * are pinned, and planUnpins deletes the entries of those that have ended.
 */
export function planPins(flows: readonly SshFlow[]): readonly Step[] {
  return flows.filter(isWhole).map((flow) => ({
    command: command(
      ['conntrack', '-U', ...tupleWords(flow), '-t', String(PIN_SECONDS), '-u', 'FIXED_TIMEOUT'],
      { okExits: [1], privileged: true },
    ),
  }));
}

/** For sessions that have ended: their entries would stay for days. */
export function planUnpins(flows: readonly SshFlow[]): readonly Step[] {
  return flows.filter(isWhole).map((flow) => ({
    command: command(['conntrack', '-D', ...tupleWords(flow)], { okExits: [1], privileged: true }),
  }));
}

function tupleWords({ source, destination, sourcePort, destinationPort }: SshFlow): readonly string[] {
  const family = source.family === 6 ? ['-f', 'ipv6'] : [];
  const ends = ['-s', source.text, '-d', destination.text];
  return [...family, ...ends, '-p', 'tcp', '--sport', String(sourcePort), '--dport', String(destinationPort)];
}

function isWhole({ source, destination, sourcePort, destinationPort }: SshFlow): boolean {
  const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;
  const ends = isHost(source) && isHost(destination) && source.family === destination.family;
  return ends && isPort(sourcePort) && isPort(destinationPort);
}
