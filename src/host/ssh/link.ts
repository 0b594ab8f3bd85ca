// The state of one line: connects, notices when it breaks, tries again with growing pauses. Never throws.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { unixMs } from '../../core/brand.ts';
import type { LinkState } from '../../core/hosts.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Link } from '../host.ts';
import { connect, type Master } from './connect.ts';
import { explainLost } from './explain-ssh.ts';
import type { FarShell } from './hello.ts';
import type { SshOptions } from './ssh-host.ts';
import { waitFor } from './wait-for.ts';

export type LineHooks = Readonly<{
  /** Called before anybody is told that the line is up. `before`: shells of the connections that broke. */
  onUp(master: Master, before: readonly FarShell[]): Promise<void>;
  /** Everybody has been told. */
  onOpen(): void;
  /** In a login, with the terminal: asks for what the far sudo wants. */
  onLogin(master: Master): Promise<Result<void>>;
  /** The connection is gone. */
  onLost(): void;
  /** Shells that the connection had besides the first, which the next one fences off. */
  shells(): readonly FarShell[];
}>;

export type Measures = Readonly<{ rttMs?: number | undefined; bytesPerSecond?: number }>;

export type Line = Link &
  Readonly<{
    control: string;
    /** The connection, once everything about it is known. */
    master(): Master | undefined;
    /** The same, also while what it may do is being found out. */
    connected(): Master | undefined;
    whyNot(): Problem;
    /** Says whether a reader would notice. */
    measured(what: Measures): boolean;
    /** As measured last; nothing while the line is not up. */
    measures(): Measures;
    /** It gives no answer: it is ended, and made anew. */
    suspect(): void;
  }>;

const FIRST_MS = 1000;
const LAST_MS = 60_000;
/** To find out what a connection may do: who does not answer these questions answers none. */
const READY_MS = 60_000;

/** Doubles from 1 s to 60 s, each between half and one and a half of it, so that 50 hosts do not come at once. */
export function pauseMs(failures: number, random = Math.random()): number {
  const base = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(10, Math.max(0, failures - 1)));
  return Math.round(Math.min(LAST_MS, base * (0.5 + random)));
}

export function createLine(options: SshOptions, hooks: LineHooks): Line {
  const line = new SshLine(options, hooks);
  return {
    control: line.control,
    whyNot: () => whyNotUp(line.name, line.state),
    master: () => (line.state.kind === 'up' ? line.master : undefined),
    connected: () => line.master,
    suspect: () => line.suspect(),
    measured: (what) => line.measured(what),
    measures: () => line.measures(),
    state: () => line.state,
    subscribe: (listener) => line.subscribe(listener),
    retry: () => void line.begin(true),
    login: () => line.login(),
    whenUp: (signal) => line.whenUp(signal),
    close: () => line.close(),
  };
}

class SshLine {
  readonly name: string;
  readonly control: string;
  state: LinkState = { kind: 'connecting', since: now() };
  master: Master | undefined;
  readonly #options: SshOptions;
  readonly #hooks: LineHooks;
  readonly #stopped = new AbortController();
  readonly #listeners = new Set<(state: LinkState) => void>();
  #attempt: Promise<void> | undefined;
  #fence: readonly FarShell[] = [];
  #failures = 0;
  #downSince = now();
  #timer: NodeJS.Timeout | undefined;
  #ending: Promise<unknown> = Promise.resolve();

  constructor(options: SshOptions, hooks: LineHooks) {
    const { id, destination } = options.entry;
    this.#options = options;
    this.#hooks = hooks;
    this.name = sanitise(id, 80);
    const digest = createHash('sha256').update(`${id} ${destination}`).digest('hex');
    this.control = join(options.runDir, digest.slice(0, 10));
  }

  subscribe(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  begin(batch: boolean): Promise<void> {
    if (this.#stopped.signal.aborted || this.master !== undefined) return this.#attempt ?? Promise.resolve();
    this.#attempt ??= this.#try(batch).finally(() => {
      this.#attempt = undefined;
    });
    return this.#attempt;
  }

  suspect(): void {
    const silent = this.master;
    if (silent === undefined) return;
    silent.process.kill();
    // At once: nobody may take it for a line that is up until its shells are fenced off.
    this.#lost(silent);
  }

  measured(what: Measures): boolean {
    const { state } = this;
    if (state.kind !== 'up') return false;
    const news = isNews(state.rttMs, what.rttMs, 5) || isNews(state.bytesPerSecond, what.bytesPerSecond, 500);
    if (news) this.#become({ ...state, ...what });
    return news;
  }

  measures(): Measures {
    return this.state.kind === 'up' ? this.state : {};
  }

  async login(): Promise<Result<void>> {
    await this.#attempt;
    if (this.state.kind !== 'up') await this.begin(false);
    if (this.master === undefined || this.state.kind !== 'up') return fail(whyNotUp(this.name, this.state));
    return this.#hooks.onLogin(this.master);
  }

  whenUp(signal: AbortSignal): Promise<Result<void>> {
    const isNew = this.#attempt === undefined && this.#timer === undefined && this.#failures === 0;
    if (this.state.kind === 'connecting' && isNew) void this.begin(true);
    return waitUp(this, signal);
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#attempt;
    const last = this.master;
    this.master = undefined;
    last?.process.kill();
    await last?.process.ended;
    await this.#ending;
    if (this.state.kind === 'down') return;
    const why = problem('no-line', `${this.name}: the line was closed`);
    this.#become({ kind: 'down', since: now(), problem: why, retryAt: now() });
  }

  async #try(batch: boolean): Promise<void> {
    clearTimeout(this.#timer);
    this.#become({ kind: 'connecting', since: now() });
    // A master that ends takes its socket with it: not that of the next one.
    await this.#ending;
    const { signal } = this.#stopped;
    const { control } = this;
    const made = await connect(this.#options, { control, batch, fence: this.#fence, signal });
    if (!made.ok) {
      this.#failed(made.refusal.problem, made.refusal.waits);
      return;
    }
    const { master } = made;
    this.master = master;
    void master.process.ended.then(() => this.#lost(master));
    const ready = this.#hooks.onUp(master, this.#fence);
    if ((await waitFor(ready, READY_MS, undefined)) === 'late') this.suspect();
    if (this.master !== master) return;
    if (signal.aborted) {
      master.process.kill();
      return;
    }
    this.#fence = [];
    this.#failures = 0;
    const { rttMs, skewMs, hello } = master;
    this.#become({ kind: 'up', since: now(), rttMs, skewMs, system: hello.system });
    this.#hooks.onOpen();
  }

  #become(next: LinkState): void {
    this.state = next;
    for (const listener of [...this.#listeners]) listener(next);
  }

  #failed(why: Problem, waits: boolean): void {
    if (this.#stopped.signal.aborted) return;
    clearTimeout(this.#timer);
    if (waits) {
      this.#become({ kind: 'needs-operator', since: now(), problem: why });
      return;
    }
    this.#failures++;
    if (this.#failures === 1) this.#downSince = now();
    const pause = pauseMs(this.#failures);
    // An attempt whose line broke while it was looked at may not be over yet.
    const again = async (): Promise<void> => {
      await this.#attempt;
      await this.begin(true);
    };
    this.#timer = setTimeout(() => void again(), pause);
    this.#timer.unref();
    this.#become({ kind: 'down', since: this.#downSince, problem: why, retryAt: unixMs(Date.now() + pause) });
  }

  #lost(which: Master): void {
    if (this.master !== which) return;
    this.master = undefined;
    this.#ending = which.process.ended;
    this.#fence = [...this.#fence, which.shell, ...this.#hooks.shells()].slice(-64);
    this.#hooks.onLost();
    this.#failed(explainLost(this.#options.entry.id, which.process.lastWords()), false);
  }
}

function waitUp(line: SshLine, signal: AbortSignal): Promise<Result<void>> {
  return new Promise((resolve) => {
    const settle = (result: Result<void>): void => {
      leave();
      signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    const onAbort = (): void => settle(fail(whyNotUp(line.name, line.state)));
    const look = (state: LinkState): void => {
      if (state.kind === 'up') settle(ok(undefined));
    };
    const leave = line.subscribe(look);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else look(line.state);
  });
}

function whyNotUp(name: string, state: LinkState): Problem {
  // Whatever the reason is, the command was not run.
  if (state.kind === 'down' || state.kind === 'needs-operator') return { ...state.problem, code: 'no-line' };
  return problem('no-line', `${name}: not connected yet`);
}

const now = () => unixMs(Date.now());

/** A change that a reader would notice. */
function isNews(before: number | undefined, now: number | undefined, least: number): boolean {
  if (now === undefined) return false;
  return before === undefined || Math.abs(before - now) > Math.max(least, before / 4);
}
