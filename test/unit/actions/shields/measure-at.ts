// What measures are asked with in unit tests: a scripted host, an empty machine unless a test says otherwise.

import type { SshSession } from '../../../../src/actions/safe/sessions.ts';
import type { MeasureAt, PlannedMeasure } from '../../../../src/actions/shields/measure.ts';
import { planMeasures } from '../../../../src/actions/shields/measures.ts';
import type { SafeEntry } from '../../../../src/core/act.ts';
import { type Net, parseNet } from '../../../../src/core/address.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import type { MeasureSpec, ShieldsSettings } from '../../../../src/core/shields.ts';
import { DEFAULT_SHIELDS } from '../../../../src/core/shields-defaults.ts';
import { createFakeHost, type FakeHost } from '../../../fakes/fake-host.ts';

export function net(text: string): Net {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return parsed.value.net;
}

export const OPERATOR: SshSession = {
  peer: net('198.51.100.7'),
  peerPort: 59_037,
  localPort: 22,
  inode: 4711,
  why: safe('your ssh session'),
} as SshSession;

/** `nf_conntrack` line of the operator's session. */
export const OPERATOR_LINE =
  'ipv4     2 tcp      6 431999 ESTABLISHED src=198.51.100.7 dst=203.0.113.5 sport=59037 dport=22 ' +
  'src=203.0.113.5 dst=198.51.100.7 sport=22 dport=59037 [ASSURED] mark=0 zone=0 use=2\n';

export type AtOptions = Readonly<{
  settings?: Partial<ShieldsSettings>;
  safe?: readonly string[];
  sessions?: readonly SshSession[];
  listening?: readonly number[];
  variant?: 'nft' | 'iptables' | 'none';
}>;

export function atOf(host: MeasureAt['host'], options: AtOptions = {}): MeasureAt {
  const entries: SafeEntry[] = (options.safe ?? []).map((text) => ({ net: net(text), why: safe('safe') }));
  const { variant = 'nft' } = options;
  return {
    host,
    settings: { ...DEFAULT_SHIELDS, ...options.settings },
    safeSet: { at: unixMs(0), entries, operatorFound: true, gaps: [] },
    sessions: options.sessions ?? [],
    sshPorts: [22],
    listening: options.listening ?? [22, 80, 443],
    variant: variant === 'none' ? undefined : variant,
  };
}

/** A kernel that tracks connections, with its defaults. */
export function trackingHost(flows = ''): FakeHost {
  const host = createFakeHost().tool('conntrack', true).tool('sysctl', true);
  for (const [name, value] of Object.entries(KERNEL)) host.file(`/proc/sys/net/${name}`, `${value}\n`);
  host.on('test -w /proc/sys/net/netfilter/nf_conntrack_max');
  return host.file('/proc/net/nf_conntrack', flows).file('/proc/meminfo', 'MemAvailable:   16384000 kB\n');
}

const CONNTRACK = 'netfilter/nf_conntrack';
const KERNEL: Readonly<Record<string, number>> = {
  'ipv4/tcp_syncookies': 1,
  'ipv4/tcp_synack_retries': 5,
  'ipv4/tcp_max_syn_backlog': 1024,
  [`${CONNTRACK}_max`]: 262_144,
  [`${CONNTRACK}_count`]: 1,
  [`${CONNTRACK}_tcp_loose`]: 1,
  [`${CONNTRACK}_tcp_timeout_established`]: 432_000,
  [`${CONNTRACK}_tcp_timeout_syn_recv`]: 60,
  [`${CONNTRACK}_udp_timeout`]: 10,
  [`${CONNTRACK}_generic_timeout`]: 600,
};

/** The one measure that the profile comes to; throws when it is left out. */
export async function only(spec: MeasureSpec, at: MeasureAt): Promise<PlannedMeasure> {
  const { planned, leftOut } = await planMeasures([spec], at);
  const found = planned.find(({ measure }) => measure === spec.measure);
  if (found === undefined) throw new Error(leftOut.map(({ why }) => why).join('; '));
  return found;
}

export async function whyLeftOut(spec: MeasureSpec, at: MeasureAt): Promise<string> {
  const { planned, leftOut } = await planMeasures([spec], at);
  const found = leftOut.find(({ measure }) => measure === spec.measure);
  if (found === undefined) throw new Error(`planned: ${planned.map(({ says }) => says).join('; ')}`);
  return found.why;
}

export function argvs(planned: PlannedMeasure): readonly string[] {
  return planned.applied.steps.map(({ command }) => command.argv.join(' '));
}
