// Whether raised shields do what they should and hurt nobody: the wall's counter moves, our own sshd still answers a new
// connection, the people who are connected are in the kernel's sets.

import { command } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { readWall } from '../../firewall/shields/read-now.ts';
import type { Wall, WallReading } from '../../firewall/shields/wall.ts';
import type { Host } from '../../host/host.ts';
import { type Ground, peopleOf } from './gather.ts';

/** `problem`: so wrong that all must be taken back. */
export type Verified = Readonly<{
  says: readonly SafeText[];
  warnings: readonly SafeText[];
  problem?: Problem;
  /** The wall, after the connection. */
  reading?: WallReading;
}>;

const NOTHING: Verified = { says: [], warnings: [] };

export type SshTarget = Readonly<{ address: string; port: number }>;
/** Whether a new connection to our own sshd got its greeting. 'no-tool', 'no-sshd': it could not be tried. */
export type SshAnswer =
  | Readonly<{ kind: 'answers'; target: SshTarget; ms: number }>
  | Readonly<{ kind: 'silent'; target: SshTarget }>
  | Readonly<{ kind: 'no-tool' }>
  | Readonly<{ kind: 'no-sshd' }>;

const SCAN_SECONDS = 2;
/** An sshd under attack refuses some connections by chance (MaxStartups): one refusal proves nothing. */
const SCAN_ATTEMPTS = 3;

/** An address of our own on which sshd listens: the packets take the way over lo, and pass the wall's first rule. */
export function sshTargetOf({ at, listeners }: Ground): SshTarget | undefined {
  const own = at.safeSet.entries.filter(({ why }) => why === 'an address of this machine');
  for (const { port, family, address } of listeners) {
    if (!at.sshPorts.includes(port)) continue;
    const found =
      address ?? own.find(({ net }) => net.family === family && !/^(?:127\.|::1$|fe80:)/.test(net.text))?.net;
    if (found !== undefined && !found.text.startsWith('fe80:')) return { address: found.text, port };
  }
  return undefined;
}

export async function askSshd(host: Host, ground: Ground, attempts = 1): Promise<SshAnswer> {
  const target = sshTargetOf(ground);
  if (target === undefined) return { kind: 'no-sshd' };
  if ((await host.which('ssh-keyscan')) === undefined) return { kind: 'no-tool' };
  const { address, port } = target;
  const scan = command(
    ['ssh-keyscan', '-T', String(SCAN_SECONDS), '-t', 'ed25519', '-p', String(port), address],
    { timeoutMs: SCAN_SECONDS * 1000 + 500, okExits: [1] },
  );
  for (let attempt = 0; attempt < attempts; attempt++) {
    const ran = await host.run(scan);
    if (ran.ok && /SSH-2\.0|ssh-ed25519/.test(`${ran.value.stdout}\n${ran.value.stderr}`))
      return { kind: 'answers', target, ms: Math.round(ran.value.durationMs) };
  }
  return { kind: 'silent', target };
}

export type VerifyWish = Readonly<{
  ground: Ground;
  wall: Wall | undefined;
  /** What sshd said before the first change. */
  before: SshAnswer;
}>;

export async function verify(wish: VerifyWish): Promise<Verified> {
  const [traffic, people] = await Promise.all([verifyTraffic(wish), verifyPeople(wish)]);
  const trouble = traffic.problem ?? people.problem;
  return {
    ...traffic,
    says: [...traffic.says, ...people.says],
    warnings: [...traffic.warnings, ...people.warnings],
    ...(trouble === undefined ? {} : { problem: trouble }),
  };
}

/** One connection does for both: sshd must greet it, and the counters, which began at 0, must have seen it. */
async function verifyTraffic({ ground, wall, before }: VerifyWish): Promise<Verified> {
  const after = await askSshd(ground.at.host, ground, before.kind === 'answers' ? SCAN_ATTEMPTS : 1);
  const ssh = sayOfSsh(before, after);
  if (ssh.problem !== undefined || wall === undefined) return ssh;
  const reading = await readOwn(ground, wall);
  if (reading === undefined)
    return { ...ssh, problem: problem('unreadable', 'the wall was loaded but cannot be read back') };
  if (!reading.armed)
    return { ...ssh, problem: problem('bad-exit', "the wall stands but the kernel's timer does not run") };
  if (ground.writer?.variant === 'pf') return { ...ssh, reading, says: [...ssh.says, IN_ANCHOR] };
  if (reading.seen > 0) return { ...ssh, reading, says: [...ssh.says, safe('counters move')] };
  const words =
    after.kind === 'answers'
      ? 'the counters did not move when sshd was asked: look whether another program hooks in before'
      : 'whether the counters move could not be tried: no connection of our own was possible';
  return { ...ssh, reading, warnings: [...ssh.warnings, safe(words)] };
}

/** Counters say nothing there: a connection of our own goes over lo, which most pf.conf skip. */
const IN_ANCHOR = safe(
  'the main ruleset calls the anchor, it holds our rules, and they spare the safe addresses',
);

async function readOwn({ at, writer }: Ground, wall: Wall | undefined): Promise<WallReading | undefined> {
  if (wall === undefined || writer === undefined) return undefined;
  const reading = await readWall(at.host, writer);
  return typeof reading === 'string' || reading.id !== wall.id ? undefined : reading;
}

function sayOfSsh(before: SshAnswer, after: SshAnswer): Verified {
  if (after.kind === 'no-sshd')
    return {
      says: [],
      warnings: [safe('no sshd listens on an address of this machine: a new login was not tried')],
    };
  if (after.kind === 'no-tool')
    return { says: [], warnings: [safe('ssh-keyscan is not installed: a new login was not tried')] };
  const where = `${after.target.address.includes(':') ? `[${after.target.address}]` : after.target.address}:${after.target.port}`;
  if (after.kind === 'answers')
    return { says: [sanitise(`sshd answers on ${where} in ${after.ms} ms`)], warnings: [] };
  if (before.kind === 'answers')
    return {
      ...NOTHING,
      problem: problem('bad-exit', `sshd on ${where} answered before the shields and not after`),
    };
  return { says: [], warnings: [sanitise(`sshd on ${where} did not answer, neither before nor after`)] };
}

async function verifyPeople({ ground, wall }: VerifyWish): Promise<Verified> {
  const people = peopleOf(ground.at.safeSet);
  if (wall === undefined || ground.writer === undefined || people.length === 0) return NOTHING;
  const { writer } = ground;
  const { host } = ground.at;
  const asked = people.slice(0, PEOPLE_MAX);
  const answers = await Promise.all(writer.holds(...asked).map((one) => host.run(one)));
  if (answers.some((answer) => !answer.ok)) {
    const words = asked.map(({ text }) => text).join(', ');
    const who = asked.length === 1 ? `${words} is not` : `not all of ${words} are`;
    const why = sanitise(`${who} among the wall's safe addresses, though connected over ssh`, 300);
    return { ...NOTHING, problem: problem('bad-exit', why) };
  }
  return {
    says: [sanitise(`${people.length} ssh ${people.length === 1 ? 'peer is' : 'peers are'} in the safe set`)],
    warnings: [],
  };
}

const PEOPLE_MAX = 16;
