// The timeouts of pf as data, and how each system changes them without touching what else is loaded. Defaults: pf.conf(5)
// of FreeBSD 15 and OpenBSD 7.8, which agree.
//   tcp.established           86400s          (pfctl -s timeouts)
//   adaptive.start            60000 states

import { type Command, command, type Step } from '../../core/plan.ts';
import {
  LOOK_AT_PF_OPTIONS,
  type PfOptions,
  parsePfOptions,
  parsePfTimeouts,
  planPfTimeouts,
} from '../shields/pf-timeouts.ts';
import { ESTABLISHED_FLOOR_SECONDS, timeoutRow as row, type TimeoutFacts } from '../timeouts.ts';
import type { PfSystem } from './system.ts';

/** Seconds. Not among them: adaptive.* are counts of states, frag, interval and src.track keep no flow. */
export const PF_TIMEOUTS: readonly TimeoutFacts[] = [
  row(
    'tcp.established',
    [86_400, 43_200, ESTABLISHED_FLOOR_SECONDS],
    'idle ssh sessions, database pools and websockets end without keepalives: pf cannot pin single ones',
  ),
  row('tcp.first', [120, 60, 30], 'connections to slow servers fail'),
  row('tcp.opening', [30, 20, 15], 'slow mobile clients fail to connect'),
  row('tcp.closing', [900, 300, 60], 'half-closed transfers are cut'),
  row('tcp.finwait', [45, 30, 20], 'half-closed transfers are cut'),
  row('tcp.closed', [90, 45, 20], 'late segments are dropped'),
  row('udp.first', [60, 45, 30], 'slow answers come too late'),
  row('udp.single', [30, 30, 15], 'slow DNS answers come too late'),
  row('udp.multiple', [60, 60, 45], 'WireGuard needs more than its keepalive of 25 s'),
  row('icmp.first', [20, 15, 10], 'slow pings get no answer'),
  row('icmp.error', [10, 10, 5], 'late errors are dropped'),
  row('other.first', [60, 45, 30], 'ESP and GRE tunnels that fall silent must start again'),
  row('other.single', [30, 30, 20], 'ESP and GRE tunnels that fall silent must start again'),
  row('other.multiple', [60, 60, 45], 'ESP and GRE tunnels that fall silent must start again'),
];

/** FreeBSD changes options alone; OpenBSD can only load its whole file again, with the timeouts behind it. */
export type PfWay =
  | Readonly<{ kind: 'options'; found: PfOptions }>
  | Readonly<{ kind: 'include'; timeouts: ReadonlyMap<string, number> }>;

const PF: Omit<Partial<Command>, 'argv'> = { privileged: true };
const ASK_TIMEOUTS = command(['pfctl', '-s', 'timeouts'], PF);
/** What pfctl has no word for; where the main rules come from unless rc.conf says otherwise. */
export const PF_CONF = '/etc/pf.conf';

export const looksAt = (system: PfSystem): readonly Command[] =>
  system === 'freebsd' ? LOOK_AT_PF_OPTIONS : [ASK_TIMEOUTS];

/** `conf`: the text of /etc/pf.conf, the only place that tells of `set keepcounters`. Undefined: not all is understood. */
export function readWay(system: PfSystem, outputs: readonly string[], conf: string): PfWay | undefined {
  if (system === 'freebsd') {
    const found = parsePfOptions(outputs);
    if (found === undefined) return undefined;
    const keepCounters = /^[ \t]*set[ \t]+keepcounters\b/m.test(conf);
    return { kind: 'options', found: { ...found, keepCounters } };
  }
  const timeouts = parsePfTimeouts(outputs[0] ?? '');
  return timeouts.size === 0 ? undefined : { kind: 'include', timeouts };
}

export const timeoutsOf = (way: PfWay): ReadonlyMap<string, number> =>
  way.kind === 'options' ? way.found.timeouts : way.timeouts;

/** A dry run, then the change. `wanted`: names as pf has them; the others stay as they are. */
export function planPfChange(way: PfWay, wanted: ReadonlyMap<string, number>): readonly Step[] {
  if (way.kind === 'options') return planPfTimeouts(way.found, wanted);
  const changes = [...wanted].filter(([name, value]) => {
    const now = way.timeouts.get(name);
    return now !== undefined && now !== value && Number.isSafeInteger(value) && value >= 0;
  });
  if (changes.length === 0) return [];
  // Everything that is not said goes back to its default: so all of them are said, as they are now.
  const all = new Map([...way.timeouts, ...changes]);
  const stdin = `include "${PF_CONF}"\n${[...all].map(([name, value]) => `set timeout ${name} ${value}\n`).join('')}`;
  return [
    { command: command(['pfctl', '-n', '-f', '-'], { ...PF, stdin }) },
    { command: command(['pfctl', '-f', '-'], { ...PF, stdin }) },
  ];
}

/** The same way once `wrote` is in force, to plan the way back. */
export function afterChange(way: PfWay, wrote: ReadonlyMap<string, number>): PfWay {
  const timeouts = new Map([...timeoutsOf(way), ...wrote]);
  return way.kind === 'options'
    ? { kind: 'options', found: { ...way.found, timeouts } }
    : { kind: 'include', timeouts };
}

/** What a change of options must not have changed beside the timeouts; empty = it has not. */
export function lostOptions(before: PfWay, now: PfWay): readonly string[] {
  if (before.kind === 'include' || now.kind === 'include') return [];
  const lost = before.found.skip
    .filter((name) => !now.found.skip.includes(name))
    .map((name) => `\`set skip on ${name}\` is lost`);
  return before.found.syncookies === now.found.syncookies
    ? lost
    : [...lost, `syncookies were "${before.found.syncookies}", now "${now.found.syncookies}"`];
}
