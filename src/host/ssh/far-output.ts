// What a far program prints, on its way to whoever waits for it: kept up to a bound, or handed on as it comes.

import type { ProblemCode } from '../../core/problem.ts';
import type { Work } from './far-run.ts';
import { createPull, type Pull } from './pull.ts';

const STREAM_STDERR_MAX = 65_536;

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
  const stderrMax = onChunk === undefined ? command.outputMaxBytes : STREAM_STDERR_MAX;
  const stdout: Buffer[] = [];
  let stderr: Buffer = Buffer.alloc(0);
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
      stderr = Buffer.concat([stderr, said]).subarray(-stderrMax);
    },
    stop() {
      isWanted = false;
      stdout.length = 0;
    },
    texts: () => ({ stdout: Buffer.concat(stdout).toString('utf8'), stderr: stderr.toString('utf8') }),
  };
}
