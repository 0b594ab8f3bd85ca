// One attempt to connect: starts the master, whose own session is the first lane, and waits for the far shell's first words.

import { existsSync, unlinkSync } from 'node:fs';
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

export async function connect(options: SshOptions, attempt: Attempt): Promise<Connected> {
  const { control, batch, signal } = attempt;
  const env = sshEnvironment(batch);
  await removeStale(options, control);
  const name = newMark();
  const words = masterWords(options, control, { batch, far: farShell(name) });
  const process = await startSsh({ words, detached: batch, env });
  let tooLong = false;
  const stop = (): void => process.kill();
  const giveUp = (): void => {
    tooLong = true;
    stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const timer = batch ? setTimeout(giveUp, BATCH_MS) : undefined;
  try {
    const lane = createLane(process);
    const met = await meet(lane, { fence: attempt.fence, ...(batch ? {} : { onWords: showWords }) });
    if (met === undefined) {
      stop();
      await process.ended;
      const said = process.lastWords();
      return { ok: false, refusal: explainSsh(options.entry.id, tooLong ? 'timed out' : said) };
    }
    return {
      ok: true,
      master: { ...met, process, lane, shell: { pid: met.hello.pid, name } },
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

type Met = Readonly<{ hello: Hello; rttMs: number; skewMs: number }>;

/** `onWords`: what stands on stderr before the first answer: ssh's own words, and the noise of start-up files. */
type MeetOptions = Readonly<{ fence?: readonly FarShell[]; onWords?: (chunk: Buffer) => void }>;

/** The far shell's answers; undefined: it ended, or is no shell. */
/** For one more lane of a connection that is known: one round trip. */
export async function meetAgain(lane: Lane): Promise<Hello | undefined> {
  const [, answer] = await Promise.all([ask(lane, ':'), ask(lane, HELLO_BODY)]);
  return answer === undefined ? undefined : parseHello(answer);
}

async function meet(lane: Lane, { fence = [], onWords }: MeetOptions = {}): Promise<Met | undefined> {
  if ((await ask(lane, ':', onWords)) === undefined) return undefined;
  const sentAt = Date.now();
  const startedAt = performance.now();
  const answer = await ask(lane, HELLO_BODY);
  const rttMs = performance.now() - startedAt;
  const hello = answer === undefined ? undefined : parseHello(answer);
  if (hello === undefined) return undefined;
  const skewMs = skewOf(hello.seconds, sentAt, Date.now());
  if (fence.length > 0 && (await ask(lane, fenceBody(fence))) === undefined) return undefined;
  return { hello, rttMs, skewMs };
}

function ask(
  lane: Lane,
  body: string,
  onStderr: (chunk: Buffer) => void = () => undefined,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    lane.send([
      {
        body,
        onStdout: (bytes) => void parts.push(Buffer.from(bytes)),
        onStderr,
        onEnd: (end) => resolve(end.kind === 'done' ? Buffer.concat(parts).toString('utf8') : undefined),
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
