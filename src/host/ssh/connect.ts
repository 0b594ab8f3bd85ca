// One attempt to connect: starts the master, whose own session is the first lane, and waits for the far shell's first words.

import { existsSync, unlinkSync } from 'node:fs';
import { problem } from '../../core/problem.ts';
import { sanitise } from '../../core/sanitise.ts';
import { explainSsh, type Refusal } from './explain-ssh.ts';
import { newMark } from './frames.ts';
import { type FarShell, fenceBody, HELLO_BODY, type Hello, parseHello, skewOf } from './hello.ts';
import { createLane, type Lane } from './lane.ts';
import { type SshProcess, startSsh } from './process.ts';
import type { SshOptions } from './ssh-host.ts';
import { controlWords, farShell, masterWords, sshEnvironment } from './words.ts';

/** A connection that is up. */
export type Master = Readonly<{
  process: SshProcess;
  lane: Lane;
  hello: Hello;
  shell: FarShell;
  rttMs: number;
  skewMs: number;
}>;

export type Attempt = Readonly<{
  control: string;
  batch: boolean;
  /** Shells of the connection before, which must not begin anything any more. */
  fence: readonly FarShell[];
  signal: AbortSignal;
}>;

export type Connected = Readonly<{ ok: true; master: Master }> | Readonly<{ ok: false; refusal: Refusal }>;

/** ssh has its own bounds for the network; this one is for an sshd that answers and then hangs. */
const BATCH_MS = 40_000;
/** With the operator at the terminal it counts from when ssh is logged in: then there is a socket. */
const LOGGED_IN_MS = 30_000;
const LOOK_MS = 1000;
/** For one more session on a connection that is up: the far login shell, and sudo's delay after a wrong password. */
const SESSION_MS = 20_000;
/** What start-up files may print before the first answer, and what the answer may hold. */
const NOISE_MAX = 4 * 1_048_576;
const HELLO_MAX = 4096;

export async function connect(options: SshOptions, attempt: Attempt): Promise<Connected> {
  const { control, batch, signal } = attempt;
  const env = sshEnvironment(batch);
  await removeStale(options, control);
  const name = newMark();
  const words = masterWords(options, control, { batch, far: farShell(name) });
  const process = await startSsh({ words, detached: batch, env });
  let why: 'late' | 'flood' | 'silent' | undefined;
  const stop = (): void => process.kill();
  const giveUp = (because: 'late' | 'flood'): void => {
    // The socket is there once it is logged in, and goes with ssh.
    why ??= because === 'late' && existsSync(control) ? 'silent' : because;
    stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const leave = batch ? after(BATCH_MS, () => giveUp('late')) : onceThere(control, () => giveUp('late'));
  try {
    const lane = createLane(process);
    const onFlood = (): void => giveUp('flood');
    let noise = '';
    const onNoise = (bytes: Buffer): void => {
      if (noise.length < HELLO_MAX) noise += bytes.toString('latin1', 0, HELLO_MAX);
    };
    const shown = batch ? {} : { onWords: showWords };
    const met = await meet(lane, { fence: attempt.fence, onFlood, onNoise, ...shown });
    if (met === undefined) {
      stop();
      await process.ended;
      const said = process.lastWords();
      const id = options.entry.id;
      if (why === 'flood' || why === 'silent') return { ok: false, refusal: noShell(id, why, noise) };
      if (said.trim() === '' && noise.trim() !== '')
        return { ok: false, refusal: noShell(id, 'other', noise) };
      return { ok: false, refusal: explainSsh(id, why === 'late' ? 'timed out' : said) };
    }
    return {
      ok: true,
      master: { ...met, process, lane, shell: { pid: met.hello.pid, name } },
    };
  } finally {
    leave();
    signal.removeEventListener('abort', stop);
  }
}

function after(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}

/** Nobody is to be hurried while ssh asks: the time counts from its socket on. */
function onceThere(control: string, act: () => void): () => void {
  let since: number | undefined;
  const timer = setInterval(() => {
    if (since === undefined && existsSync(control)) since = performance.now();
    if (since !== undefined && performance.now() - since > LOGGED_IN_MS) act();
  }, LOOK_MS);
  return () => clearInterval(timer);
}

const NO_SHELL = {
  flood: 'what it prints is without end, and no answer',
  silent: 'logged in, but no shell answers',
  other: 'what answers there is no shell',
};

/** `noise`: what stood on its stdout. */
function noShell(id: string, why: keyof typeof NO_SHELL, noise: string): Refusal {
  const first = noise.split('\n').find((line) => /[A-Za-z]{2}/.test(line));
  const words = why === 'other' && first !== undefined ? ` (${sanitise(first.trim(), 120)})` : '';
  const hint =
    'a forced command there, or start-up files that wait or start something (tmux): `ssh NAME echo fine` must print one line';
  const summary = `${sanitise(id, 80)}: ${NO_SHELL[why]}${words}`;
  return { waits: false, problem: problem('no-line', summary, { hint }) };
}

type Met = Readonly<{ hello: Hello; rttMs: number; skewMs: number }>;

/** `onWords`: what stands on stderr before the first answer: ssh's own words, and the noise of start-up files. */
type MeetOptions = Readonly<{
  fence?: readonly FarShell[];
  onWords?: (chunk: Buffer) => void;
  /** What stands on stdout there. */
  onNoise: (chunk: Buffer) => void;
  onFlood: () => void;
}>;

/** For one more lane of a connection that is known: one round trip. Undefined: it ended, is no shell, or says nothing. */
export function meetAgain(lane: Lane): Promise<Hello | undefined> {
  return new Promise((resolve) => {
    const giveUp = (): void => resolve(undefined);
    const leave = after(SESSION_MS, giveUp);
    const noise = ask(lane, ':', { keep: 0, onFlood: giveUp });
    void Promise.all([noise, ask(lane, HELLO_BODY, { keep: HELLO_MAX, onFlood: giveUp })]).then(
      ([, answer]) => {
        leave();
        resolve(answer === undefined ? undefined : parseHello(answer));
      },
    );
  });
}

/** The far shell's answers; undefined: it ended, or is no shell. */
async function meet(lane: Lane, options: MeetOptions): Promise<Met | undefined> {
  const { fence = [], onWords, onNoise, onFlood } = options;
  const words = onWords === undefined ? {} : { onStderr: onWords };
  if ((await ask(lane, ':', { keep: 0, onFlood, onNoise, ...words })) === undefined) return undefined;
  const sentAt = Date.now();
  const startedAt = performance.now();
  const answer = await ask(lane, HELLO_BODY, { keep: HELLO_MAX, onFlood });
  const rttMs = performance.now() - startedAt;
  const hello = answer === undefined ? undefined : parseHello(answer);
  if (hello === undefined) return undefined;
  const skewMs = skewOf(hello.seconds, sentAt, Date.now());
  const fenced =
    fence.length === 0 || (await ask(lane, fenceBody(fence), { keep: 0, onFlood })) !== undefined;
  return fenced ? { hello, rttMs, skewMs } : undefined;
}

/** `keep`: how much of the answer is wanted. `onFlood`: there is more than any start-up file prints. */
type AskOptions = Readonly<{
  keep: number;
  onFlood: () => void;
  onNoise?: (chunk: Buffer) => void;
  onStderr?: (chunk: Buffer) => void;
}>;

function ask(lane: Lane, body: string, options: AskOptions): Promise<string | undefined> {
  const { keep, onFlood, onNoise, onStderr } = options;
  return new Promise((resolve) => {
    let answer = '';
    let size = 0;
    const count = (bytes: Buffer): boolean => {
      size += bytes.length;
      if (size > NOISE_MAX) onFlood();
      return size <= NOISE_MAX;
    };
    lane.send([
      {
        body,
        onStdout(bytes) {
          if (!count(bytes)) return;
          onNoise?.(bytes);
          answer += bytes.toString('latin1', 0, Math.max(0, keep - answer.length));
        },
        onStderr(bytes) {
          if (count(bytes)) onStderr?.(bytes);
        },
        onEnd: (end) => resolve(end.kind === 'done' ? answer : undefined),
      },
    ]);
  });
}

/** ssh does not replace a socket that is there: it would connect without one. Whoever still answers at it is asked to end. */
async function removeStale(options: SshOptions, control: string): Promise<void> {
  if (!existsSync(control)) return;
  await endMaster(options, control);
  try {
    unlinkSync(control);
  } catch {
    // It went with its master.
  }
}

async function endMaster(options: SshOptions, control: string): Promise<void> {
  const asked = await startSsh({
    words: controlWords(options, control, 'exit'),
    detached: true,
    env: sshEnvironment(true),
  });
  const timer = setTimeout(() => asked.kill(), 2000);
  await asked.ended;
  clearTimeout(timer);
}

/** What ssh says while it asks: banners, warnings. Its questions go to the terminal by themselves. */
function showWords(chunk: Buffer): void {
  const lines = chunk.toString('utf8').replaceAll('\r', '').split('\n');
  globalThis.process.stderr.write(lines.map((line) => sanitise(line)).join('\n'));
}
