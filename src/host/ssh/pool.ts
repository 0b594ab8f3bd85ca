// The lanes of one host: the quick one for small reads, which is the master's own session, and a few for whatever may take long.

import type { Problem } from '../../core/problem.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Channel } from './channel.ts';
import type { FarShell } from './hello.ts';
import type { Job, Lane } from './lane.ts';
import { Workers } from './workers.ts';

export type Opened = Readonly<{ channel: Channel; name: string }>;
/** With its channel, for one who writes to the program itself. */
export type LoneSlot = Slot & Readonly<{ channel: Channel }>;

/** A lane for one job at a time. */
export type Slot = Readonly<{
  lane: Lane;
  /** Of the far shell. */
  pid: number;
  privileged: boolean;
  /** For the next job. */
  release(): void;
  /** Nobody uses it any more: what it runs does not end. */
  abandon(): void;
}>;

export type PoolOptions = Readonly<{
  /** Undefined: no line. */
  main(): Readonly<{ lane: Lane; shell: FarShell }> | undefined;
  open(privileged: boolean): Promise<Result<Opened>>;
  whyNot(): Problem;
}>;

export type Pool = Readonly<{
  /** All that is asked in one turn goes in one packet. */
  quick(job: Job): void;
  /** `urgent`: before all who are not, and one lane is kept for it. */
  take(privileged: boolean, urgent?: boolean): Promise<Result<Slot>>;
  /** A lane that nobody else gets, and that ends after its job. */
  alone(privileged: boolean): Promise<Result<LoneSlot>>;
  quickPid(): number;
  /** The quick lane hangs and cannot be helped: another one takes its place. */
  giveUpQuick(): void;
  shells(): readonly FarShell[];
  /** Grows with everything that is asked. */
  used(): number;
  closeAll(): void;
}>;

export function createPool(options: PoolOptions): Pool {
  const workers = new Workers(options);
  const others = new Set<Channel>();
  const hung = new WeakSet<Lane>();
  let used = 0;
  let batch: Job[] = [];
  const flush = () => {
    const jobs = batch;
    batch = [];
    const lane = options.main()?.lane;
    if (lane === undefined || hung.has(lane)) void sendInstead(workers, jobs);
    else lane.send(jobs);
  };
  return {
    quick(job) {
      used++;
      if (batch.length === 0) setImmediate(flush);
      batch.push(job);
    },
    take(privileged, urgent) {
      used++;
      return workers.take(privileged, urgent);
    },
    async alone(privileged) {
      const made = await workers.open(privileged);
      if (!made.ok) return made;
      const { channel, lane, hello } = made.value;
      others.add(channel);
      void channel.ended.then(() => others.delete(channel));
      const close = (): void => channel.close();
      return ok({ channel, lane, pid: hello.pid, privileged, release: close, abandon: close });
    },
    quickPid: () => options.main()?.shell.pid ?? 0,
    giveUpQuick() {
      const lane = options.main()?.lane;
      if (lane !== undefined) hung.add(lane);
    },
    shells: () => workers.shells,
    used: () => used,
    closeAll() {
      workers.closeAll();
      for (const channel of others) channel.close();
    },
  };
}

/** Where the quick lane hangs, or there is none. */
async function sendInstead(workers: Workers, jobs: readonly Job[]): Promise<void> {
  const taken = await workers.take(false);
  if (!taken.ok) {
    for (const job of jobs) job.onEnd({ kind: 'unsent', problem: taken.problem });
    return;
  }
  const { lane, release } = taken.value;
  const last = jobs.at(-1);
  lane.send(
    jobs.map((job) => ({
      ...job,
      onEnd: (end) => {
        if (job === last) release();
        job.onEnd(end);
      },
    })),
  );
}
