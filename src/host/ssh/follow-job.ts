// One question to the far sh of the log stream and its answer, and the patience with it.

import type { ChannelEnd } from './channel.ts';
import { type FarState, readFarName, readFarState } from './follow-frames.ts';

export type TalkTuning = Readonly<{
  /** How often the far side is asked what has changed, while there is something to read. */
  lookMs: number;
  /** A question that has no answer by then: the channel hangs. Counting the lines of gigabytes takes its time. */
  answerMs: number;
  /** Before another try when a channel cannot be opened though the line is up: doubles up to the last. */
  retryMs: number;
  retryMaxMs: number;
}>;

export const TUNING: TalkTuning = { lookMs: 500, answerMs: 90_000, retryMs: 500, retryMaxMs: 30_000 };
/** `kind`: f readable, d denied, m missing; n no answer of a state. */
export type FarAnswer = Readonly<{
  kind: string;
  state: FarState | undefined;
  bytes: Buffer;
  newlines: number | undefined;
  names: readonly string[];
}>;

/** What is asked, and what of its answer has come. */
export type Job = {
  readonly text: (seq: number) => string;
  readonly resolve: (answer: FarAnswer) => void;
  bytes: Buffer;
  newlines: number | undefined;
  names: string[];
};
const NOTHING = Buffer.alloc(0);
/** The far sh names no more than 8. */
const NAMES_MAX = 16;

export const newJob = ({ text, resolve }: Pick<Job, 'text' | 'resolve'>): Job => ({
  ...{ text, resolve, bytes: NOTHING, newlines: undefined, names: [] },
});

/** A line of the answer before its last. */
export function learnPart(job: Job, kind: string, rest: string): void {
  if (kind === 'f') {
    if (job.names.length < NAMES_MAX) job.names.push(readFarName(rest));
  } else if (kind === 'n' && /^ *\d{1,15} *$/.test(rest)) job.newlines = Number(rest);
}

export function resolveJob(job: Job, rest: string): void {
  const { bytes, newlines, names } = job;
  job.resolve({ kind: rest.charAt(0), state: readFarState(rest.slice(2)), bytes, newlines, names });
}

/** Resolves when the signal fires. */
export function ended(signal: AbortSignal): Promise<ChannelEnd> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('closed');
    else signal.addEventListener('abort', () => resolve('closed'), { once: true });
  });
}

/** A pause that the signal ends. */
export function quiet(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, ms);
    timer.unref();
    signal.addEventListener('abort', end, { once: true });
  });
}
