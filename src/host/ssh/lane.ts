// A lane: a far sh that stays, and does job after job. Each answer is cut out of its two streams by a mark of its own.

import type { Problem } from '../../core/problem.ts';
import type { Channel } from './channel.ts';
import { type Cutter, createCutter, newMark } from './frames.ts';
import { jobText } from './script.ts';

/** `lost`: the lane ended before the answer; whether the job ran is not known. `unsent`: it certainly did not. */
export type JobEnd =
  | Readonly<{ kind: 'done'; exitCode: number }>
  | Readonly<{ kind: 'lost' }>
  | Readonly<{ kind: 'unsent'; problem: Problem }>;

export type Job = Readonly<{
  body: string;
  /** What the body prints; views on memory that is not ours: copy what you keep. */
  onStdout(bytes: Buffer): void;
  onStderr(bytes: Buffer): void;
  /** Once. */
  onEnd(end: JobEnd): void;
}>;

export interface Lane {
  /** Jobs that were sent and have no answer yet. */
  readonly pending: number;
  readonly isOpen: boolean;
  /** Several at once cost one packet; they run one after the other. */
  send(jobs: readonly Job[]): void;
  /** To what the job that runs now reads from us. */
  say(text: string): void;
  /** After jobs that were sent are answered, or when the far side has ended. */
  close(): void;
  readonly ended: Promise<void>;
}

type Open = {
  readonly job: Job;
  readonly stdout: Cutter;
  readonly stderr: Cutter;
  /** Undefined until the mark on stdout. */
  code: number | undefined;
  complained: boolean;
};

/** Everything before the first mark is noise of start-up files. The lane is usable at once: jobs wait in the line. */
export function createLane(channel: Channel): Lane {
  const open: Open[] = [];
  let isOpen = true;
  const finish = (): void => {
    for (;;) {
      const [first] = open;
      if (first?.code === undefined || !first.complained) return;
      open.shift();
      first.job.onEnd({ kind: 'done', exitCode: first.code });
    }
  };
  const feed = (name: 'stdout' | 'stderr', chunk: Buffer): void => {
    let rest = chunk;
    while (rest.length > 0) {
      const current = open.find((entry) =>
        name === 'stdout' ? entry.code === undefined : !entry.complained,
      );
      const cut = current?.[name].push(rest);
      if (current === undefined || cut === undefined) return;
      if (name === 'stdout') current.code = exitCodeOf(cut.word);
      else current.complained = true;
      rest = cut.rest;
      finish();
    }
  };
  // Start-up files that read a line get an empty one, not the first of ours.
  channel.write('\n');
  channel.onData((chunk) => feed('stdout', chunk));
  channel.onErrors((chunk) => feed('stderr', chunk));
  const ended = channel.ended.then(() => {
    isOpen = false;
    for (const { job } of open.splice(0)) job.onEnd({ kind: 'lost' });
  });
  return {
    get pending() {
      return open.length;
    },
    get isOpen() {
      return isOpen;
    },
    ended,
    send(jobs) {
      let text = '';
      for (const job of jobs) {
        if (!isOpen) {
          job.onEnd({ kind: 'lost' });
          continue;
        }
        const mark = newMark();
        open.push({
          job,
          stdout: createCutter(mark, (bytes) => job.onStdout(bytes)),
          stderr: createCutter(mark, (bytes) => job.onStderr(bytes)),
          code: undefined,
          complained: false,
        });
        text += jobText(job.body, mark);
      }
      if (text !== '') channel.write(text);
    },
    say: (text) => channel.write(text),
    close: () => channel.close(),
  };
}

function exitCodeOf(word: string): number {
  const code = Number.parseInt(word, 10);
  return Number.isInteger(code) && code >= 0 && code <= 1024 ? code : 255;
}
