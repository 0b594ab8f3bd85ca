// The lanes of one host: the quick one for small reads, which is the master's own session, and a few for whatever may take long.

import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Channel } from './channel.ts';
import { meetAgain } from './connect.ts';
import type { FarShell, Hello } from './hello.ts';
import { createLane, type Job, type Lane } from './lane.ts';

/** sshd allows 10 sessions on one connection (MaxSessions): the logs and the operator's programs need theirs. */
const WORKERS_MAX = 3;
const IDLE_MS = 60_000;
const FORGET_MS = 60_000;

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

type Worker = { slot: Slot; busy: boolean; idle: NodeJS.Timeout | undefined };
type Waiter = Readonly<{ privileged: boolean; give(result: Result<Slot>): void }>;

export type Pool = Readonly<{
  /** All that is asked in one turn goes in one packet. */
  quick(job: Job): void;
  take(privileged: boolean): Promise<Result<Slot>>;
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
  const workers = new Set<Worker>();
  const others = new Set<Channel>();
  /** Also of lanes that were given up: on a silent line a job may still be on its way to them. */
  let shells: readonly FarShell[] = [];
  const waiters: Waiter[] = [];
  const hung = new WeakSet<Lane>();
  let opening = 0;
  let used = 0;
  /** Less where the far sshd has said so, on this connection. */
  let limit = WORKERS_MAX;
  let batch: Job[] = [];

  const openSlot = async (
    privileged: boolean,
  ): Promise<Result<Readonly<{ channel: Channel; lane: Lane; hello: Hello }>>> => {
    const opened = await options.open(privileged);
    if (!opened.ok) return opened;
    const { channel, name } = opened.value;
    const lane = createLane(channel);
    const hello = await meetAgain(lane);
    if (hello === undefined) {
      channel.close();
      return fail(options.main() === undefined ? options.whyNot() : noSession());
    }
    const shell: FarShell = { pid: hello.pid, name, privileged };
    shells = [...shells, shell];
    const forget = (): void => {
      shells = shells.filter((one) => one !== shell);
    };
    // By then its end has been seen on both sides, or the line is known to be dead.
    void lane.ended.then(() => setTimeout(forget, FORGET_MS).unref());
    return ok({ channel, lane, hello });
  };
  const drop = (worker: Worker): void => {
    clearTimeout(worker.idle);
    workers.delete(worker);
    worker.slot.lane.close();
    serve();
  };
  const hire = async (privileged: boolean): Promise<Result<Worker>> => {
    const made = await openSlot(privileged);
    if (!made.ok) return made;
    const { lane, hello } = made.value;
    const slot: Slot = {
      lane,
      pid: hello.pid,
      privileged,
      release: () => {
        worker.busy = false;
        if (!lane.isOpen) return drop(worker);
        serve();
        if (!worker.busy) worker.idle = setTimeout(() => drop(worker), IDLE_MS).unref();
      },
      abandon: () => drop(worker),
    };
    const worker: Worker = { slot, busy: false, idle: undefined };
    workers.add(worker);
    void lane.ended.then(() => {
      if (!worker.busy) drop(worker);
    });
    return ok(worker);
  };
  const lend = (worker: Worker): Result<Slot> => {
    clearTimeout(worker.idle);
    worker.busy = true;
    return ok(worker.slot);
  };
  const idle = (privileged: boolean): Worker | undefined =>
    [...workers].find(({ busy, slot }) => !busy && slot.lane.isOpen && slot.privileged === privileged);
  /** Gives the first who waits what there is; opens one more where there is room. */
  function serve(): void {
    const [first] = waiters;
    if (first === undefined) return;
    const free = idle(first.privileged);
    if (free !== undefined) {
      waiters.shift();
      first.give(lend(free));
      serve();
      return;
    }
    if (workers.size + opening >= limit) {
      const other = idle(!first.privileged);
      if (other !== undefined) drop(other);
      return;
    }
    waiters.shift();
    opening++;
    void hire(first.privileged).then((hired) => {
      opening--;
      if (hired.ok) first.give(lend(hired.value));
      // The far sshd opens no more of them: those that there are, or are being opened, must do.
      else if (workers.size + opening > 0 && options.main() !== undefined) {
        limit = Math.max(1, workers.size);
        waiters.unshift(first);
      } else first.give(hired);
      serve();
    });
  }
  const quickLane = (): Lane | undefined => {
    const lane = options.main()?.lane;
    return lane === undefined || hung.has(lane) ? undefined : lane;
  };
  const flush = () => {
    const jobs = batch;
    batch = [];
    const lane = quickLane();
    if (lane !== undefined) return lane.send(jobs);
    void pool.take(false).then((taken) => {
      if (!taken.ok) {
        for (const job of jobs) job.onEnd({ kind: 'unsent', problem: taken.problem });
        return;
      }
      const last = jobs.at(-1);
      taken.value.lane.send(
        jobs.map((job) => ({
          ...job,
          onEnd: (end) => {
            if (job === last) taken.value.release();
            job.onEnd(end);
          },
        })),
      );
    });
  };
  const pool: Pool = {
    quick(job) {
      used++;
      if (batch.length === 0) setImmediate(flush);
      batch.push(job);
    },
    take: (privileged) =>
      new Promise((give) => {
        used++;
        waiters.push({ privileged, give });
        serve();
      }),
    async alone(privileged) {
      const made = await openSlot(privileged);
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
    shells: () => shells,
    used: () => used,
    closeAll() {
      limit = WORKERS_MAX;
      shells = [];
      for (const worker of [...workers]) drop(worker);
      for (const channel of others) channel.close();
      for (const waiter of waiters.splice(0)) waiter.give(fail(options.whyNot()));
    },
  };
  return pool;
}

function noSession(): Problem {
  return problem('no-line', 'the far sshd opens no further session on this connection', {
    hint: 'MaxSessions of its sshd_config limits them (10 by default)',
  });
}
