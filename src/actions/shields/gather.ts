// What a raise must know before it plans: whom it must never hurt, where ssh and the public services listen, and which
// packet filter can hold the wall. Reads only.

import type { Operator, SafeSet } from '../../core/act.ts';
import type { Net } from '../../core/address.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { WallWriter } from '../../firewall/shields/wall.ts';
import { WALL_WRITERS } from '../../firewall/shields/writers.ts';
import type { Host } from '../../host/host.ts';
import { isBsd } from '../safe/bsd.ts';
import { computeSafeSet, type SafeMemory } from '../safe/safe-set.ts';
import { findSshSessions } from '../safe/sessions.ts';
import { peerIn } from '../safe/your-session.ts';
import { type Listener, readListeners } from './listening.ts';
import type { MeasureAt } from './measure.ts';
import { gatherOnPf } from './on-pf.ts';
import type { ShieldsOptions } from './shields.ts';

const SSH_PORT = 22;
/** A wall without rules is checked in 20 ms: a tool that takes longer would hang later as well. */
const PROBE_MS = 5000;

export type Ground = Readonly<{
  at: MeasureAt;
  writer: WallWriter | undefined;
  /** With the ssh peer that sudo and su hide. */
  operator: Operator;
  listeners: readonly Listener[];
}>;

export async function gatherGround(options: ShieldsOptions, memory: SafeMemory): Promise<Ground> {
  if (await isBsd(options.host)) return gatherOnPf(options, memory);
  const { host, settings, allow, resolve } = options;
  const [{ safeSet, sessions }, listeners, writer] = await Promise.all([
    safeAndSessions(host, { allow, ...(resolve && { resolve }) }, memory),
    readListeners(host),
    workingWriter(host),
  ]);
  const sshPorts = [...(memory.ports ?? [])];
  if (sshPorts.length === 0) sshPorts.push(SSH_PORT);
  const listening = [...new Set(listeners.map(({ port }) => port))].sort((a, b) => a - b);
  return {
    at: { host, settings, safeSet, sessions, sshPorts, listening, variant: writer?.variant },
    writer,
    operator: { ...peerIn(safeSet), ...options.operator },
    listeners,
  };
}

/** One after the other: the second finds in the memory what the first has looked up. */
async function safeAndSessions(
  host: Host,
  options: Parameters<typeof computeSafeSet>[1],
  memory: SafeMemory,
): Promise<Pick<MeasureAt, 'safeSet' | 'sessions'>> {
  const safeSet = await computeSafeSet(host, options, memory);
  const { sessions } = await findSshSessions(host, { memory });
  return { safeSet, sessions };
}

/** The first whose tools are here and that would take a wall without rules: that asks for the rights and the kernel, too. */
async function workingWriter(host: Host): Promise<WallWriter | undefined> {
  for (const writer of WALL_WRITERS) if (await worksHere(host, writer)) return writer;
  return undefined;
}

async function worksHere(host: Host, writer: WallWriter): Promise<boolean> {
  if (!host.privileged) return false;
  const paths = await Promise.all(writer.tools.map((tool) => host.which(tool)));
  if (paths.includes(undefined)) return false;
  const empty = { id: '00000000', safe: [], sshPorts: [], armedSeconds: 1 };
  for (const command of writer.check(empty))
    if (!(await host.run({ ...command, timeoutMs: PROBE_MS })).ok) return false;
  return true;
}

/** A console of the machine itself; a pts may be anything (mosh, an old tmux, a container's shell). */
const LOCAL_TTY = /^(?:\/dev\/)?(?:tty(?:\d|S|AMA|USB)|console$|hvc|xvc)/;

/** What computeSafeSet says of entries that the session file names; multicast and link-local are wide by nature. */
const ALLOWED = 'allowed by the session file';

/** Why it would be rash to raise here, in words; empty when somebody is known to be safe. */
export function nobodySafe(ground: Ground, unattended: boolean): readonly SafeText[] {
  const { safeSet } = ground.at;
  const named = safeSet.entries.some(({ why }) => why.startsWith(ALLOWED) || why.startsWith('login of '));
  if (safeSet.operatorFound || named || unattended) return [];
  // Nobody is connected over ssh, and the shields do not reach this keyboard.
  if (LOCAL_TTY.test(ground.operator.tty ?? '') && ground.operator.sshPeer === undefined) return [];
  return [
    safe(
      'your own address was not found: no ssh session is alive, and this is no console of the machine itself',
    ),
    safe(
      'put your address or network under `allow` in the session file, or go ahead with `shields up --yes`',
    ),
    ...safeSet.gaps.map((gap) => sanitise(`could not be read: ${gap}`, 240)),
  ];
}

/** Networks of this size are nobody's own. */
const WIDEST = { 4: 8, 6: 32 } as const;

/** Whom an `allow` spares beyond reason, one sentence each. */
export function tooWide({ entries }: SafeSet): readonly SafeText[] {
  const wide = entries.filter(
    ({ net, why }) =>
      why.startsWith(ALLOWED) &&
      net.prefix < WIDEST[net.family] &&
      // A site's own addresses hold nobody from outside.
      !(net.family === 6 && /^f[cde]/.test(net.text)),
  );
  return wide.map(({ net, why }) =>
    net.prefix === 0
      ? sanitise(
          `all of IPv${net.family} is never limited (${net.text}, ${why}): the wall stops next to nothing of it`,
          300,
        )
      : sanitise(
          `1 of ${2 ** net.prefix} addresses of IPv${net.family} is never limited (${net.text}, ${why})`,
          300,
        ),
  );
}

/** What the wall never limits. Gateways and name servers are in it, loopback and multicast never get there. */
export function safeNets({ entries }: SafeSet): readonly Net[] {
  return entries.map(({ net }) => net);
}

/** Addresses of people who are connected now: these must be in the kernel's sets. */
export function peopleOf(safeSet: SafeSet): readonly Net[] {
  return safeSet.entries.filter(({ why }) => why.includes('ssh session')).map(({ net }) => net);
}
