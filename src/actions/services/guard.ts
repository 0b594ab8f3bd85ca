// What stopping or restarting a thing would do to the operator: the ssh server that carries a session, what holds the firewall,
// the network, our own watch. Reads only.

import type { SafeSet } from '../../core/act.ts';
import { parentIn } from '../../core/proc-stat.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { ServiceVerb, Thing } from '../../core/services/thing.ts';
import type { Host } from '../../host/host.ts';
import type { SafeMemory } from '../safe/safe-set.ts';
import { ancestryFor } from '../safe/sessions.ts';

/** `typed`: what must be typed before it is done. */
export type Verdict = Readonly<{
  refusals: readonly SafeText[];
  notes: readonly SafeText[];
  typed: boolean;
}>;

export type GuardAt = Readonly<{ host: Host; safeSet: SafeSet; memory: SafeMemory }>;

export type Danger = 'ssh' | 'network' | 'shield' | 'system';

const SSH_DAEMONS = ['sshd', 'dropbear', 'openssh', 'openssh-server', 'tinysshd', 'lsh-server'];
const NETWORK = [
  ...['networking', 'network', 'networkmanager', 'systemd-networkd', 'systemd-resolved', 'dhcpcd', 'netif'],
  ...['routing', 'netstart', 'wicked', 'connman', 'dhclient', 'ifupdown', 'net.lo'],
];
const SHIELDS = [
  ...['nftables', 'iptables', 'ip6tables', 'netfilter-persistent', 'ipset', 'ufw', 'firewalld', 'shorewall'],
  ...['shorewall6', 'firehol', 'ferm', 'csf', 'lfd', 'pf', 'ipfw', 'fail2ban', 'fail2ban-server', 'sshguard'],
  ...['crowdsec', 'crowdsec-firewall-bouncer', 'opsconsole', 'opsconsole-watch', 'opsconsole-expire'],
];
const SYSTEM = /^(?:systemd-|user@|session-|dbus|init$|emergency|rescue|initrd)/;

/** By its name and the words of its commands: whoever calls the ssh server "web" hides it, so its processes are asked too. */
export function dangerOf(thing: Thing): Danger | undefined {
  const words = wordsOf(thing);
  const has = (names: readonly string[]): boolean => words.some((word) => names.includes(word));
  if (has(SSH_DAEMONS) || (words.includes('ssh') && namesSsh(thing))) return 'ssh';
  if (has(NETWORK)) return 'network';
  if (has(SHIELDS) || words.some((word) => word.startsWith('opsconsole'))) return 'shield';
  return words.some((word) => SYSTEM.test(word)) ? 'system' : undefined;
}

function wordsOf({ name, by }: Thing): readonly string[] {
  const texts = by.kind === 'argv' ? [by.stop, by.restart, by.start].flatMap((argv) => argv ?? []) : [];
  const own = by.kind === 'systemd' ? [by.unit] : by.kind === 'monit' ? [by.check] : [];
  return [name, ...own, ...texts]
    .flatMap((text) => text.toLowerCase().split(/[^a-z0-9@._-]+/))
    .flatMap((word) => {
      const bare = word.replace(/\.(?:service|socket|timer|path)$/, '');
      return [bare, bare.replace(/@.*$/, '')];
    });
}

const MANAGERS = /^(?:service|systemctl|rc-service|invoke-rc\.d|rcctl|sv|launchctl|monit)$/;

/** The word "ssh" in a command of a tunnel is the client; given to a manager, or as a unit, it is the server. */
function namesSsh({ what, by }: Thing): boolean {
  if (by.kind !== 'argv') return true;
  const argv = [by.stop, by.restart, by.start].flatMap((one) => one ?? []);
  const managed = argv
    .flatMap((text) => text.toLowerCase().split(/[^a-z0-9._-]+/))
    .some((word) => MANAGERS.test(word) || /^(?:init|rc)\.d$/.test(word));
  return what === 'service' || managed;
}

export async function guardVerb(
  thing: Thing,
  verb: ServiceVerb,
  { pid, at }: Readonly<{ pid: number | undefined; at: GuardAt }>,
): Promise<Verdict> {
  if (verb === 'start') return HARMLESS;
  const named = dangerOf(thing);
  const carries = pid === undefined ? undefined : await carried(pid, at);
  const name = sanitise(thing.name, 60);
  // It leaves its sessions alone when it restarts, ours among them.
  if (carries === 'ssh' || named === 'ssh') return sshVerdict(thing, verb, { at, carries });
  if (carries === 'us')
    return no(sanitise(`this console runs under ${name} (pid ${pid}): to ${verb} it would end it`));
  if (named === 'network')
    return verb === 'stop' && isConnected(at)
      ? no(sanitise(`${name} is the network that you are connected through: it is not stopped from here`))
      : careful(sanitise(`${name} is the network of this host: who is connected may be cut off`));
  if (named === 'shield')
    return careful(
      sanitise(`${name} keeps others out of this host: meanwhile they are let in, or you are shut out`),
    );
  return named === 'system' ? careful(sanitise(`${name} is a part of the system itself`)) : HARMLESS;
}

const HARMLESS: Verdict = { refusals: [], notes: [], typed: false };
const no = (reason: SafeText): Verdict => ({ refusals: [reason], notes: [], typed: false });
const careful = (note: SafeText): Verdict => ({ refusals: [], notes: [note], typed: true });

type SshAt = Readonly<{ at: GuardAt; carries: Carried | undefined }>;

/** A restart leaves live sessions alone and may not come back: that wants a second thought. */
function sshVerdict(thing: Thing, verb: ServiceVerb, { at, carries }: SshAt): Verdict {
  const name = sanitise(thing.name, 60);
  if (verb === 'stop' && (isConnected(at) || carries === 'ssh'))
    return no(sanitise(`${name} is the ssh server that carries a live session: it is not stopped from here`));
  const what =
    verb === 'stop' ? 'nobody can log in afterwards' : 'if it does not come back, nobody can log in';
  return careful(sanitise(`${name} is the ssh server: ${what}`));
}

/** What could not be seen counts as a session. */
function isConnected({ host, safeSet }: GuardAt): boolean {
  return (
    host.kind === 'ssh' ||
    safeSet.operatorFound ||
    safeSet.entries.some(({ why }) => /ssh session/.test(why)) ||
    safeSet.gaps.some((gap) => /ssh/.test(gap))
  );
}

type Carried = 'us' | 'ssh';
const DEPTH_MAX = 12;

/** Whether this process is above ours, or above an ssh session: then it carries it. */
async function carried(pid: number, { host, memory }: GuardAt): Promise<Carried | undefined> {
  if (pid <= 1) return undefined;
  // Of a far host: of the session there that asks; after another login that is another one.
  const own = await ancestryFor(host, { memory });
  const sessions = [...memory.kinds.values()].flatMap((kind) => (kind.kind === 'session' ? kind.pids : []));
  for (const session of new Set(sessions)) {
    let at: number | undefined = session;
    for (let depth = 0; depth < DEPTH_MAX && at !== undefined && at > 1; depth++) {
      if (at === pid) return 'ssh';
      const stat = await host.read(`/proc/${at}/stat`);
      at = stat.ok ? parentIn(stat.value.toString('latin1')) : undefined;
    }
  }
  return own.pids.has(pid) ? 'us' : undefined;
}

/** For the shields, which nobody watches: what may not be stopped by itself, in words. */
export function whyNotUnattended(thing: Thing): SafeText | undefined {
  switch (dangerOf(thing)) {
    case 'ssh':
      return safe('the ssh server is not stopped by shields');
    case 'network':
      return safe('the network is not stopped by shields');
    case 'shield':
      return safe('what keeps others out is not stopped by shields');
    case 'system':
      return safe('parts of the system are not stopped by shields');
    case undefined:
      return undefined;
  }
}
