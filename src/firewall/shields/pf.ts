// The wall for pf, as the text of the anchor opsconsole/shields and the commands around it.
// Only blocks are `quick` for everybody; a `pass quick` for the safe ones would let in what the host's own rules drop, so
// they are spared by `! <oc_safe>` instead. The caps need a pass rule (pf counts on states): never for ssh.

import { type Command, command, type Step } from '../../core/plan.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { CONNECTIONS_MAX, checkedId, disjointText, distinctPorts, RATE_MAX, whole } from './ranges.ts';
import type { Wall } from './wall.ts';

export const PF_SHIELDS_ANCHOR = 'opsconsole/shields';
const ANCHOR = PF_SHIELDS_ANCHOR;
const PF: Omit<Partial<Command>, 'argv'> = { privileged: true };

/** A sentence each on what these rules do that the other variants do not; the operator reads them first. */
export function pfNotes(wall: Wall): readonly SafeText[] {
  const ports = capPorts(wall);
  const passes =
    ports.length === 0
      ? []
      : [
          sanitise(
            `pf: new connections to ${ports.join(', ')} pass here already: rules behind the anchor no longer drop them`,
          ),
          safe('pf: caps count every IPv6 address by itself, not by /64'),
        ];
  return [
    safe('pf: there is no kernel timer: the watcher, or the next start of opsconsole, takes the rules back'),
    safe('pf: what `set skip` names and what the rules before the anchor pass with quick is not limited'),
    ...passes,
  ];
}

/** The dry run first; loading replaces the anchor at once. Never without -a: that would replace the host's own rules. */
export function planPf(wall: Wall): readonly Step[] {
  const stdin = printPfAnchor(wall);
  return [
    { command: command(['pfctl', '-n', '-a', ANCHOR, '-f', '-'], { ...PF, stdin }) },
    { command: command(['pfctl', '-a', ANCHOR, '-f', '-'], { ...PF, stdin }) },
  ];
}

/** States are left alone: flushing them would end every connection that the rules of before had let in. */
export function planPfDown(): readonly Step[] {
  return [
    { command: command(['pfctl', '-a', ANCHOR, '-F', 'rules'], PF) },
    { command: command(['pfctl', '-a', ANCHOR, '-F', 'Tables'], PF) },
  ];
}

export function printPfAnchor(wall: Wall): string {
  const banned = wall.banned ?? [];
  const label = (name: string): string => `label "opsconsole-${checkedId(wall.id)}-${name}"`;
  const lines = [
    `# opsconsole shields v1 id=${checkedId(wall.id)}`,
    ...table('oc_safe', disjointText(wall.safe)),
    ...(banned.length === 0 ? [] : table('oc_banned', disjointText(banned))),
  ];
  const capped = capPorts(wall);
  if (capped.length > 0) lines.push('table <oc_over> persist counters');
  if (banned.length > 0) lines.push(`block drop in quick from <oc_banned> to any ${label('banned')}`);
  const closed = wall.listed === undefined ? [] : gaps(distinctPorts(wall.listed, wall.sshPorts));
  if (closed.length > 0) {
    const to = `to self port { ${closed.join(', ')} }`;
    lines.push(`block drop in quick proto tcp from ! <oc_safe> ${to} flags S/SA ${label('ports')}`);
  }
  if (capped.length > 0) {
    const to = `to any port { ${capped.join(', ')} }`;
    lines.push(
      `block drop in quick proto tcp from <oc_over> ${to} flags S/SA ${label('connections')}`,
      `pass in quick proto tcp from ! <oc_safe> ${to} flags S/SA keep state (${limits(wall)})`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function table(name: string, texts: readonly string[]): readonly string[] {
  if (texts.length === 0) return [`table <${name}> persist`];
  return [`table <${name}> persist {`, ...texts.map((text) => `  ${text}`), '}'];
}

/** ssh is never in a pass rule: the host's own rules may let in a few sources only. */
function capPorts(wall: Wall): readonly number[] {
  if (wall.connections === undefined) return [];
  const ssh = new Set(wall.sshPorts);
  return distinctPorts(wall.connections.ports).filter((port) => !ssh.has(port));
}

/** `flush` without `global`: an office behind one address keeps its ssh. Rates count finished handshakes only. */
function limits(wall: Wall): string {
  const words = ['source-track rule'];
  if (wall.connections !== undefined)
    words.push(`max-src-conn ${whole(wall.connections.max, 1, CONNECTIONS_MAX)}`);
  if (wall.synRate !== undefined) {
    const burst = whole(wall.synRate.burst, 1, RATE_MAX);
    const rate = whole(wall.synRate.perSecond, 1, RATE_MAX);
    const seconds = Math.max(1, Math.ceil(burst / rate));
    words.push(`max-src-conn-rate ${Math.max(burst, rate)}/${seconds}`);
  }
  return [...words, 'overload <oc_over> flush'].join(', ');
}

const PORT_MAX = 65_535;

/** Every port that is not listed, as ranges: `port != { a, b }` becomes two rules, and together they match everything. */
function gaps(listed: readonly number[]): readonly string[] {
  const found: string[] = [];
  let from = 0;
  for (const port of [...listed, PORT_MAX + 1]) {
    if (port - 1 === from) found.push(`${from}`);
    else if (port - 1 > from) found.push(`${from}:${port - 1}`);
    from = port + 1;
  }
  return found;
}
