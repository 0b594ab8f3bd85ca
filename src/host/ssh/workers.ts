// Lanes for whatever may take long: opened when they are needed, one job at a time, closed after a minute without work.

import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Channel } from './channel.ts';
import { meetAgain } from './connect.ts';
import type { FarShell, Hello } from './hello.ts';
import { createLane, type Lane } from './lane.ts';
import type { PoolOptions, Slot } from './pool.ts';

/** sshd allows 10 sessions on one connection (MaxSessions): the logs and the operator's programs need theirs. */
const WORKERS_MAX = 3;
const IDLE_MS = 60_000;
/** Of one that is not the only one. */
const SPARE_MS = 10_000;
/**
 * One lane is enough for what is answered at once: each further one is a process here and there. What waits longer waits for
 * something slow, and is not to.
 */
const PATIENCE_MS = 150;
const FORGET_MS = 60_000;

type Worker = { readonly slot: Slot; busy: boolean; idle: NodeJS.Timeout | undefined };
type Waiter = Readonly<{
  privileged: boolean;
  urgent: boolean;
  since: number;
  give(result: Result<Slot>): void;
}>;
export type OpenLane = Readonly<{ channel: Channel; lane: Lane; hello: Hello }>;

export class Workers {
  readonly #options: PoolOptions;
  readonly #workers = new Set<Worker>();
  readonly #waiters: Waiter[] = [];
  /** Also of lanes that were given up: on a silent line a job may still be on its way to them. */
  #shells: readonly FarShell[] = [];
  #opening = 0;
  #patience: NodeJS.Timeout | undefined;
  /** Less where the far sshd has said so, on this connection. */
  #limit = WORKERS_MAX;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get shells(): readonly FarShell[] {
    return this.#shells;
  }

  take(privileged: boolean, urgent = false): Promise<Result<Slot>> {
    return new Promise((give) => {
      const others = urgent ? this.#waiters.findIndex((one) => !one.urgent) : -1;
      const place = others < 0 ? this.#waiters.length : others;
      this.#waiters.splice(place, 0, { privileged, urgent, since: performance.now(), give });
      this.#serve();
    });
  }

  async open(privileged: boolean): Promise<Result<OpenLane>> {
    const opened = await this.#options.open(privileged);
    if (!opened.ok) return opened;
    const { channel, name } = opened.value;
    const lane = createLane(channel);
    const hello = await meetAgain(lane);
    if (hello === undefined) {
      channel.close();
      return fail(this.#options.main() === undefined ? this.#options.whyNot() : noSession());
    }
    const shell: FarShell = { pid: hello.pid, name, privileged };
    this.#shells = [...this.#shells, shell];
    const forget = (): void => {
      this.#shells = this.#shells.filter((one) => one !== shell);
    };
    // By then its end has been seen on both sides, or the line is known to be dead.
    void lane.ended.then(() => setTimeout(forget, FORGET_MS).unref());
    return ok({ channel, lane, hello });
  }

  /** The connection is over, or is to be. */
  closeAll(): void {
    this.#limit = WORKERS_MAX;
    this.#shells = [];
    for (const worker of [...this.#workers]) this.#drop(worker);
    for (const waiter of this.#waiters.splice(0)) waiter.give(fail(this.#options.whyNot()));
  }

  #drop(worker: Worker): void {
    clearTimeout(worker.idle);
    this.#workers.delete(worker);
    worker.slot.lane.close();
    this.#serve();
  }

  #release(worker: Worker): void {
    worker.busy = false;
    if (!worker.slot.lane.isOpen) {
      this.#drop(worker);
      return;
    }
    this.#serve();
    if (worker.busy) return;
    const spare = [...this.#workers].some((other) => other !== worker);
    worker.idle = setTimeout(() => this.#drop(worker), spare ? SPARE_MS : IDLE_MS).unref();
  }

  async #hire(privileged: boolean): Promise<Result<Worker>> {
    const made = await this.open(privileged);
    if (!made.ok) return made;
    const { lane, hello } = made.value;
    const slot: Slot = {
      lane,
      pid: hello.pid,
      privileged,
      release: () => this.#release(worker),
      abandon: () => this.#drop(worker),
    };
    const worker: Worker = { slot, busy: false, idle: undefined };
    this.#workers.add(worker);
    void lane.ended.then(() => {
      if (!worker.busy) this.#drop(worker);
    });
    return ok(worker);
  }

  #lend(worker: Worker): Result<Slot> {
    clearTimeout(worker.idle);
    worker.busy = true;
    return ok(worker.slot);
  }

  #idle(privileged: boolean): Worker | undefined {
    return [...this.#workers].find(
      ({ busy, slot }) => !busy && slot.lane.isOpen && slot.privileged === privileged,
    );
  }

  /** Gives the first who waits what there is; opens one more where there is room. */
  #serve(): void {
    const [first] = this.#waiters;
    if (first === undefined) return;
    // A listing may take minutes of a narrow line: one lane is always left to acts.
    const busy = this.#opening + [...this.#workers].filter((worker) => worker.busy).length;
    if (!first.urgent && busy > 0 && busy >= this.#limit - 1) return;
    const free = this.#idle(first.privileged);
    if (free !== undefined) {
      this.#waiters.shift();
      first.give(this.#lend(free));
      this.#serve();
      return;
    }
    if (this.#workers.size + this.#opening >= this.#limit) {
      // Its end serves those who wait.
      const other = this.#idle(!first.privileged);
      if (other !== undefined) this.#drop(other);
      return;
    }
    const soon = PATIENCE_MS - (performance.now() - first.since);
    if (this.#workers.size + this.#opening > 0 && soon > 0) {
      this.#patience ??= setTimeout(() => {
        this.#patience = undefined;
        this.#serve();
      }, soon).unref();
      return;
    }
    this.#waiters.shift();
    this.#opening++;
    void this.#hire(first.privileged).then((hired) => this.#hired(first, hired));
  }

  #hired(waiter: Waiter, hired: Result<Worker>): void {
    this.#opening--;
    if (hired.ok) waiter.give(this.#lend(hired.value));
    // The far sshd opens no more of them: those that there are, or are being opened, must do.
    else if (this.#workers.size + this.#opening > 0 && this.#options.main() !== undefined) {
      this.#limit = Math.max(1, this.#workers.size);
      this.#waiters.unshift(waiter);
    } else {
      // Whoever wants the same would wait as long, and for the same answer.
      const others = this.#waiters.filter(({ privileged }) => privileged !== waiter.privileged);
      const same = this.#waiters.filter(({ privileged }) => privileged === waiter.privileged);
      this.#waiters.splice(0, this.#waiters.length, ...others);
      for (const one of [waiter, ...same]) one.give(hired);
    }
    this.#serve();
  }
}

function noSession(): Problem {
  return problem('no-line', 'the far sshd opens no further session on this connection', {
    hint: 'MaxSessions of its sshd_config limits them (10 by default)',
  });
}
