// Does sshguard fill its table? It never looks at what pfctl answers: with a wrong backend, or after its table was taken
// away, it goes on saying that it blocks. So its log (sshguard 2.4 and 2.5) is held against the table.
//   Blocking "203.0.113.45/32" for 120 secs (3 attacks in 7 secs, after 1 abuses over 7 secs.)
//   203.0.113.45: unblocking after 123 secs

import { contains, type Net, parseNet } from '../../core/address.ts';
import { type Command, command } from '../../core/plan.ts';
import type { Finding } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { finding } from '../findings.ts';
import type { PfSystem } from './system.ts';

export const SSHGUARD_TABLE = 'sshguard';
const LINES = '400';
const SHOWN_MAX = 3;
/** Where syslog puts auth.* by default. */
const LOGS: Readonly<Record<PfSystem, string>> = {
  freebsd: '/var/log/auth.log',
  openbsd: '/var/log/authlog',
};

/** A log that is not there is no fault: it may be kept elsewhere. */
export const askSshguardLog = (system: PfSystem): Command =>
  command(['tail', '-n', LINES, LOGS[system]], { privileged: true, okExits: [1], timeoutMs: 5000 });

/** Its part that speaks to pf is a program of its own. */
export const ASK_SSHGUARD = command(['pgrep', '-fl', 'sshg-fw-pf'], { okExits: [1], timeoutMs: 5000 });

/** `processes`: asked only where there is no table of that name. sshguard never looks at what pfctl answers. */
export function guardWithoutTable(processes: string): SafeText | undefined {
  if (!/^\d+\b/m.test(processes)) return undefined;
  return sanitise(
    `pf: sshguard runs with the pf backend, but there is no table <${SSHGUARD_TABLE}>: whom it says it blocks is not ` +
      `stopped; put \`table <${SSHGUARD_TABLE}> persist\` and \`block drop in quick from <${SSHGUARD_TABLE}>\` into ` +
      'pf.conf, load it, then restart sshguard',
    400,
  );
}

/** From the start of the line: what others log may hold the words of an attacker. */
const SAID =
  /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S{8,24}) \S{1,255} sshguard\[\d{1,10}\]: (.{1,200})/;

/** Whom it says it blocks at the end of these lines. A start or stop empties its table. */
export function sshguardClaims(log: string): readonly Net[] {
  const claims = new Map<string, Net>();
  for (const line of log.split('\n')) {
    const says = SAID.exec(line)?.[1];
    if (says === undefined) continue;
    if (/^(?:Now monitoring attacks|Exiting on )/.test(says)) claims.clear();
    const blocked = /^Blocking "([0-9a-fA-F:.]{2,45}\/\d{1,3})" (?:for \d+ secs|forever)/.exec(says)?.[1];
    const freed = /^"?([0-9a-fA-F:.]{2,45})(?:\/\d{1,3})?"?: unblocking after/.exec(says)?.[1];
    const net = parseNet(blocked ?? freed ?? '');
    if (!net.ok) continue;
    if (blocked !== undefined) claims.set(net.value.net.text, net.value.net);
    else for (const [text, held] of claims) if (contains(held, net.value.net)) claims.delete(text);
  }
  return [...claims.values()];
}

/** `members`: the whole table, as `-T show` prints it. */
export function sshguardMismatch(log: string, members: string): Finding | undefined {
  const claims = sshguardClaims(log);
  if (claims.length === 0) return undefined;
  const held = members.split('\n').flatMap((line) => {
    const net = line.startsWith('   ') ? parseNet(line.slice(3)) : undefined;
    return net?.ok === true ? [net.value.net] : [];
  });
  const missing = claims.filter((claim) => !held.some((net) => contains(net, claim)));
  // One that it has just said may not be there yet.
  if (missing.length === 0 || (missing.length === 1 && held.length > 0)) return undefined;
  const names = missing.slice(-SHOWN_MAX).map(({ text }) => text);
  const more = missing.length > names.length ? ` and ${missing.length - names.length} more` : '';
  return finding(
    'harm',
    `sshguard says it blocks ${names.join(', ')}${more}, but they are not in its table`,
    'BACKEND in sshguard.conf must be sshg-fw-pf, and the table must be there before sshguard starts: then restart it',
  );
}
