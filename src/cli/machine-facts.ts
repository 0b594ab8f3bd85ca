// What this machine has, for a session without a file: logs that exist and are readable, journald, sets, interfaces.
// Reads only.

import { whyNoFirewall } from '../core/host-system.ts';
import { command } from '../core/plan.ts';
import { sanitise } from '../core/sanitise.ts';
import type { Host } from '../host/host.ts';
import { LOG_CANDIDATES, type LogSubject, type MachineFacts, SSH_UNITS } from '../session/detect.ts';
import { trafficSource } from '../sources/traffic/source.ts';

/** Without the names of sets: listing them costs a process, and only `init` shows them. */
export async function gatherFacts(host: Host): Promise<MachineFacts> {
  const [logs, journal, interfaces, fail2ban] = await Promise.all([
    findLogs(host),
    findJournal(host),
    findInterfaces(host),
    findFail2ban(host),
  ]);
  const firewall = whyNoFirewall(host.system) === undefined;
  return { hostName: host.name, ...logs, ...journal, sets: [], interfaces, firewall, ...fail2ban };
}

type FoundLogs = Pick<MachineFacts, 'logs' | 'unreadable'>;

async function findLogs(host: Host): Promise<FoundLogs> {
  const logs: { subject: LogSubject; path: string }[] = [];
  const unreadable: string[] = [];
  const seen = new Set<string>();
  const found = await Promise.all(LOG_CANDIDATES.map(({ pattern }) => host.glob(pattern)));
  for (const [index, { subject }] of LOG_CANDIDATES.entries()) {
    const paths = found[index];
    if (paths?.ok !== true) continue;
    for (const path of paths.value) {
      if (seen.has(path)) continue;
      seen.add(path);
      if (await canRead(host, path)) logs.push({ subject, path });
      else unreadable.push(path);
    }
  }
  return { logs, unreadable };
}

async function canRead(host: Host, path: string): Promise<boolean> {
  const stat = await host.stat(path);
  if (!stat.ok || stat.value.kind !== 'file') return false;
  const first = await host.read(path, 0);
  return first.ok || first.problem.code === 'too-large';
}

/** Persistent or volatile journal, and which name the ssh daemon has here. */
async function findJournal(host: Host): Promise<Pick<MachineFacts, 'journald' | 'units'>> {
  if ((await host.which('journalctl')) === undefined) return { journald: false, units: [] };
  const running = await host.stat('/run/systemd/journal/socket');
  if (!running.ok) return { journald: false, units: [] };
  const units: string[] = [];
  for (const unit of SSH_UNITS) {
    for (const folder of ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system']) {
      if (units.length === 0 && (await host.stat(`${folder}/${unit}`)).ok) units.push(unit);
    }
  }
  return { journald: true, units };
}

/** Its socket, which goes with the server. */
async function findFail2ban(host: Host): Promise<Pick<MachineFacts, 'fail2ban'>> {
  for (const folder of ['/run', '/var/run']) {
    if ((await host.stat(`${folder}/fail2ban/fail2ban.sock`)).ok) return { fail2ban: true };
  }
  return {};
}

async function findInterfaces(host: Host): Promise<readonly string[]> {
  if (host.system !== undefined && host.system !== 'linux') {
    const read = await trafficSource({ everyMs: 0 }).read(host, AbortSignal.timeout(5000));
    const found = read.ok ? read.value.interfaces : [];
    return found
      .filter(({ name, rxBytes }) => rxBytes > 0 && !/^lo\d*$/.test(name))
      .map(({ name }) => sanitise(name));
  }
  const table = await host.read('/proc/net/dev');
  if (!table.ok) return [];
  return table.value
    .toString('latin1')
    .split('\n')
    .slice(2)
    .map((line) => /^\s*([^:\s]+):\s*(\d+)/.exec(line))
    .filter((match) => match !== null && match[1] !== 'lo' && match[2] !== '0')
    .map((match) => sanitise(match?.[1] ?? ''));
}

/** Names of ban sets, for the comment that `init` writes; empty when they cannot be listed. */
export async function findSetNames(host: Host): Promise<readonly string[]> {
  const listing = await host.run(command(['ipset', 'list', '-n'], { privileged: true, timeoutMs: 2000 }));
  return listing.ok
    ? listing.value.stdout
        .split('\n')
        .filter((name) => name !== '')
        .map((name) => sanitise(name, 40))
    : [];
}
