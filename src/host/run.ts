// Starts programs: absolute path, no shell, C locale, small environment, bounded time and output. Never throws for
// what the world does; the way a program ended becomes a Result.

import type { Readable } from 'node:stream';
import type { Command } from '../core/plan.ts';
import type { ProblemCode } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { explainEnded, explainExit, missingTool } from './explain-exit.ts';
import type { Finished, Host } from './host.ts';
import { type Start, type Started, startWithExeca } from './start.ts';
import { SYSTEM_PATH, type Which } from './which.ts';

/** How long a program has between SIGTERM and SIGKILL, and then its pipes until we stop waiting for them. */
const GRACE_MS = 500;
/** An endless program may complain without end; only the last words are of use. */
const STREAM_STDERR_MAX = 65_536;

/** The words to start: the tool's path and arguments, after whatever must stand before them (sudo, ip netns exec). */
export type Launch = (command: Command, path: string) => readonly [string, ...string[]];

export type Runner = Pick<Host, 'run' | 'stream'>;

export function createRunner(which: Which, launch: Launch, begin: Start = startWithExeca): Runner {
  const start = async (command: Command, onChunk: ChunkSink | undefined, signal?: AbortSignal) => {
    if (signal?.aborted === true) return fail(explainEnded(command, 'cancelled'));
    const path = await which.find(command.argv[0]);
    if (path === undefined) return fail({ ...missingTool(command.argv[0]), argv: command.argv });
    const result = await execute({ command, words: launch(command, path), onChunk, signal, begin });
    if (!result.ok && result.problem.code === 'missing-tool') which.forget(command.argv[0]);
    return result;
  };
  return {
    run: (command, signal) => start(command, undefined, signal),
    stream: (command, onChunk, signal) => start(command, onChunk, signal),
  };
}

type ChunkSink = (chunk: Buffer) => void;
type Job = Readonly<{
  command: Command;
  words: readonly [string, ...string[]];
  onChunk: ChunkSink | undefined;
  signal: AbortSignal | undefined;
  begin: Start;
}>;

function spawn({ command, words, begin }: Job): Promise<Started> {
  const [file, ...args] = words;
  return begin({
    file,
    args,
    stdin: command.stdin,
    env: command.env ?? environment(),
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    // A session of its own: nothing can prompt on the operator's terminal, a lost line does not end a change halfway, and
    // its children can be ended with it. Under sudo not, because sudo's remembered password belongs to the terminal.
    detached: !keepsTerminal(words),
  });
}

const keepsTerminal = (words: readonly string[]): boolean => words[0]?.endsWith('/sudo') === true;

async function execute(job: Job): Promise<Result<Finished>> {
  const { command, onChunk, signal } = job;
  const startedAt = performance.now();
  const child = await spawn(job);
  const group = groupOf(child.pid, keepsTerminal(job.words));
  const endGroup = (how: NodeJS.Signals): void => killQuietly(group, how);
  if (group !== undefined) running.add(group);
  let isOver = false;
  let endedBy: ProblemCode | undefined;
  let giveUp: () => void = () => undefined;
  const givenUp = new Promise<undefined>((resolve) => {
    giveUp = () => resolve(undefined);
  });
  const timers: NodeJS.Timeout[] = [];
  // The first reason counts. A root child of sudo cannot be signalled by us and a grandchild may hold the pipes: after
  // twice the grace we close our ends and answer anyway.
  const end = (why: ProblemCode): void => {
    if (endedBy !== undefined) return;
    endedBy = why;
    endGroup('SIGTERM');
    timers.push(
      setTimeout(() => endGroup('SIGKILL'), GRACE_MS),
      setTimeout(giveUp, 2 * GRACE_MS),
    );
  };
  const stdout = new Collector(command.outputMaxBytes, () => end('too-large'));
  const stderr = new Collector(onChunk === undefined ? command.outputMaxBytes : STREAM_STDERR_MAX, undefined);
  const sinkFailed = drain(child.stdout, onChunk ?? ((chunk) => stdout.add(chunk)));
  const stderrFailed = drain(child.stderr, (chunk) => stderr.add(chunk));
  if (command.timeoutMs > 0) timers.push(setTimeout(() => end('timed-out'), command.timeoutMs));
  const onAbort = (): void => end('cancelled');
  signal?.addEventListener('abort', onAbort, { once: true });
  // It may have come while the program was being started.
  if (signal?.aborted === true) onAbort();
  try {
    const finished = await Promise.race([child.ended, givenUp, sinkFailed, stderrFailed]);
    isOver = finished !== undefined;
    if (endedBy !== undefined) return fail(explainEnded(command, endedBy));
    if (finished === undefined) throw new Error('gave up on a program that was not ended');
    const texts = { stdout: stdout.text(), stderr: stderr.text() };
    const { exitCode, signal: endSignal, startError } = finished;
    const fine = exitCode === 0 || (exitCode !== undefined && command.okExits?.includes(exitCode) === true);
    if (fine) return ok({ ...texts, exitCode, durationMs: performance.now() - startedAt });
    return fail(
      explainExit(command, {
        ...texts,
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(endSignal === undefined ? {} : { signal: endSignal }),
        ...(startError === undefined ? {} : { startError }),
      }),
    );
  } finally {
    if (group !== undefined) running.delete(group);
    if (!isOver || endedBy !== undefined) endGroup('SIGKILL');
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

/** Rejects when the sink throws, which is a bug of the caller and must not become an uncaught exception of the stream. */
function drain(stream: Readable | null, sink: ChunkSink): Promise<never> {
  return new Promise((_, reject) => {
    stream?.on('error', () => undefined);
    stream?.on('data', (chunk: Buffer) => {
      try {
        sink(chunk);
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Keeps at most `maxBytes`; stderr keeps its end, because tools say last why they failed. */
class Collector {
  #chunks: Buffer[] = [];
  #size = 0;
  readonly #maxBytes: number;
  readonly #onOver: (() => void) | undefined;

  constructor(maxBytes: number, onOver: (() => void) | undefined) {
    this.#maxBytes = maxBytes;
    this.#onOver = onOver;
  }

  add(chunk: Buffer): void {
    this.#size += chunk.length;
    this.#chunks.push(chunk);
    if (this.#size <= this.#maxBytes) return;
    if (this.#onOver !== undefined) {
      this.#chunks = [];
      this.#onOver();
      return;
    }
    while (this.#chunks.length > 1 && this.#size - (this.#chunks[0]?.length ?? 0) >= this.#maxBytes)
      this.#size -= this.#chunks.shift()?.length ?? 0;
  }

  text(): string {
    return Buffer.concat(this.#chunks).subarray(-this.#maxBytes).toString('utf8');
  }
}

/** Negative: the whole process group. */
function groupOf(pid: number | undefined, keeps: boolean): number | undefined {
  if (pid === undefined) return undefined;
  return keeps ? pid : -pid;
}

const running = new Set<number>();
process.on('exit', () => {
  for (const group of running) killQuietly(group, 'SIGKILL');
});

function killQuietly(group: number | undefined, how: NodeJS.Signals): void {
  if (group === undefined) return;
  try {
    process.kill(group, how);
  } catch {
    // Gone already; or sudo has made it root's: then closing our ends of its pipes must do.
  }
}

function environment(): Record<string, string> {
  const env: Record<string, string> = { PATH: SYSTEM_PATH.join(':'), LC_ALL: 'C', LANG: 'C', TERM: 'dumb' };
  // Log readers such as journalctl print local times.
  const zone = process.env.TZ;
  return zone === undefined ? env : { ...env, TZ: zone };
}
