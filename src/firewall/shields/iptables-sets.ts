// The ipsets of the iptables wall as lines for `ipset -exist restore`.

import { type Family, makeNet, type Net } from '../../core/address.ts';
import { capPorts } from './iptables-rules.ts';
import { disjoint, distinctPorts, TIMER_SECONDS_MAX, whole } from './ranges.ts';
import type { Wall } from './wall.ts';

/** The same for every wall: `-exist` takes a set that is there already only when its values are equal. */
const NETS_MAX = 262_144;
const familyName = (family: Family): string => (family === 4 ? 'inet' : 'inet6');

export const timerSeconds = (seconds: number): number => whole(seconds, 1, TIMER_SECONDS_MAX);

/** Creates or empties each set, then fills it. The sets must not be in use by rules that still act. */
export function printSets(wall: Wall, families: readonly Family[]): string {
  const banned = wall.banned ?? [];
  const lines = families.flatMap((family) => [
    ...fresh(`oc_armed${family}`, `hash:net family ${familyName(family)} timeout 0`),
    ...netSet(`oc_safe${family}`, family, wall.safe),
    ...(banned.length === 0 ? [] : netSet(`oc_banned${family}`, family, banned)),
  ]);
  if (wall.listed !== undefined)
    lines.push(...portSet('oc_ports', distinctPorts(wall.listed, wall.sshPorts)));
  const capped = capPorts(wall);
  if (capped.length > 0) lines.push(...portSet('oc_capports', capped));
  return `${lines.join('\n')}\n${printTimer(wall.armedSeconds, families)}`;
}

/** Adding again sets the timeout anew. */
export function printTimer(seconds: number, families: readonly Family[]): string {
  const lines = families.flatMap((family) =>
    halves(family).map((net) => `add oc_armed${family} ${net.text} timeout ${timerSeconds(seconds)}`),
  );
  return `${lines.join('\n')}\n`;
}

const fresh = (name: string, type: string): readonly string[] => [`create ${name} ${type}`, `flush ${name}`];

function netSet(name: string, family: Family, nets: readonly Net[]): readonly string[] {
  const kept = disjoint(nets, family).flatMap((net) => (net.prefix === 0 ? halves(family) : [net]));
  return [
    ...fresh(name, `hash:net family ${familyName(family)} maxelem ${NETS_MAX}`),
    ...kept.map(({ text }) => `add ${name} ${text}`),
  ];
}

function portSet(name: string, ports: readonly number[]): readonly string[] {
  return [...fresh(name, 'bitmap:port range 0-65535'), ...ports.map((port) => `add ${name} ${port}`)];
}

/** All addresses: ipset refuses a prefix of 0. */
function halves(family: Family): readonly Net[] {
  const top = family === 4 ? 1n << 31n : 1n << 127n;
  return [makeNet(family, 0n, 1), makeNet(family, top, 1)];
}
