// What a far program prints, on its way to whoever waits for it: kept up to a bound, or handed on as it comes.

import type { ProblemCode } from '../../core/problem.ts';
import type { Work } from './far-run.ts';
import { createPull, type Pull } from './pull.ts';

const STREAM_STDERR_MAX = 65_536;
/** Nobody reads more of it, however much may stand on stdout. */
const STDERR_MAX = 4_194_304;

type Sink = (chunk: Buffer) => void;

/** Undefined: all of it comes by itself. */
export function pullOf(
  { command, onChunk, slot, mark }: Work,
  { onStdout }: Output,
  roundTripMs = 0,
): Pull | undefined {
  if (mark === undefined) return undefined;
  return createPull({
    mark,
    write: slot.lane.say,
    onBytes: onStdout,
    onSkipped: onChunk?.skipped,
    endless: command.timeoutMs === 0,
    roundTripMs,
  });
}

export type Output = Readonly<{
  /** What the caller's own function threw: a bug, for whoever waits. */
  readonly thrown: unknown;
  /** Bytes on stdout. */
  received(): number;
  onStdout: Sink;
  onStderr: Sink;
  /** Nothing more is wanted. */
  stop(): void;
  texts(): Readonly<{ stdout: string; stderr: string }>;
}>;

export function createOutput({ command, onChunk, feed }: Work, end: (why: ProblemCode) => void): Output {
  const stderrMax = onChunk === undefined ? Math.min(command.outputMaxBytes, STDERR_MAX) : STREAM_STDERR_MAX;
  const stdout: Buffer[] = [];
  const stderr = createTail(stderrMax);
  let [size, came] = [0, 0];
  let isWanted = true;
  let isFed = feed === undefined;
  let thrown: unknown;
  const keep: Sink = (bytes) => {
    size += bytes.length;
    if (size > command.outputMaxBytes) end('too-large');
    else stdout.push(Buffer.from(bytes));
  };
  return {
    get thrown() {
      return thrown;
    },
    received: () => came,
    onStdout(bytes) {
      came += bytes.length;
      if (!isWanted) return;
      try {
        (onChunk ?? keep)(bytes);
      } catch (error) {
        thrown = error;
        end('cancelled');
      }
    },
    onStderr(bytes) {
      const said = isFed ? bytes : bytes.subarray(1);
      if (!isFed) feed?.();
      isFed = true;
      stderr.push(said);
    },
    stop() {
      isWanted = false;
      stdout.length = 0;
    },
    texts: () => ({ stdout: Buffer.concat(stdout).toString('utf8'), stderr: stderr.text() }),
  };
}

type Tail = Readonly<{ push: Sink; text(): string }>;

/** The end of what was said, at most so much: tools say last why they failed. */
export function createTail(maxBytes: number): Tail {
  let parts: Buffer[] = [];
  let size = 0;
  const end = (): Buffer => Buffer.from(Buffer.concat(parts).subarray(-maxBytes));
  return {
    push(bytes) {
      parts.push(Buffer.from(bytes));
      size += bytes.length;
      // Seldom, so that much of it costs no more for each piece than little.
      if (size <= 2 * maxBytes) return;
      parts = [end()];
      size = maxBytes;
    },
    text: () => end().toString('utf8'),
  };
}
