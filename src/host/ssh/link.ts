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

export type LineHooks = Readonly<{
  /** Called before anybody is told that the line is up. `before`: shells of the connections that broke. */
  onUp(master: Master, before: readonly FarShell[]): Promise<void>;
  /** In a login, with the terminal: asks for what the far sudo wants. */
  onLogin(master: Master): Promise<Result<void>>;
  /** The connection is gone. */
  onLost(): void;
  /** Shells that the connection had besides the first, which the next one fences off. */
  shells(): readonly FarShell[];
}>;

export type Line = Link &
  Readonly<{
    control: string;
    /** The connection, once everything about it is known. */
    master(): Master | undefined;
    /** The same, also while what it may do is being found out. */
    connected(): Master | undefined;
    whyNot(): Problem;
    measured(rttMs: number): void;
    /** It gives no answer: it is ended, and made anew. */
    suspect(): void;
  }>;

const FIRST_MS = 1000;
const LAST_MS = 60_000;

/** Doubles from 1 s to 60 s, each between half and one and a half of it, so that 50 hosts do not come at once. */
export function pauseMs(failures: number, random = Math.random()): number {
  const base = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(10, Math.max(0, failures - 1)));
  return Math.round(Math.min(LAST_MS, base * (0.5 + random)));
}

export function createLine(options: SshOptions, hooks: LineHooks): Line {
  const name = sanitise(options.entry.id, 80);
  const digest = createHash('sha256')
    .update(`${options.entry.id} ${options.entry.destination}`)
    .digest('hex');
  const control = join(options.runDir, digest.slice(0, 10));
  const stopped = new AbortController();
  const listeners = new Set<(state: LinkState) => void>();
  let state: LinkState = { kind: 'connecting', since: now() };
  let master: Master | undefined;
  let attempt: Promise<void> | undefined;
  let fence: readonly FarShell[] = [];
  let failures = 0;
  let downSince = now();
  let timer: NodeJS.Timeout | undefined;
  let ending: Promise<unknown> = Promise.resolve();

  const become = (next: LinkState): void => {
    state = next;
    for (const listener of [...listeners]) listener(next);
  };
  const failed = (why: Problem, waits: boolean) => {
    if (stopped.signal.aborted) return;
    clearTimeout(timer);
    if (waits) return become({ kind: 'needs-operator', since: now(), problem: why });
    failures++;
    if (failures === 1) downSince = now();
    const pause = pauseMs(failures);
    timer = setTimeout(() => begin(true), pause);
    timer.unref();
    become({ kind: 'down', since: downSince, problem: why, retryAt: unixMs(Date.now() + pause) });
  };
  const lost = (which: Master): void => {
    if (master !== which) return;
    master = undefined;
    ending = which.process.ended;
    fence = [...fence, which.shell, ...hooks.shells()].slice(-64);
    hooks.onLost();
    failed(explainLost(options.entry.id, which.process.lastWords()), false);
  };
  const attemptOnce = async (batch: boolean): Promise<void> => {
    clearTimeout(timer);
    become({ kind: 'connecting', since: now() });
    // A master that ends takes its socket with it: not that of the next one.
    await ending;
    const made = await connect(options, { control, batch, fence, signal: stopped.signal });
    if (!made.ok) return failed(made.refusal.problem, made.refusal.waits);
    master = made.master;
    void made.master.process.ended.then(() => lost(made.master));
    await hooks.onUp(made.master, fence);
    if (master !== made.master) return;
    if (stopped.signal.aborted) return made.master.process.kill();
    fence = [];
    failures = 0;
    const { rttMs, skewMs, hello } = made.master;
    become({ kind: 'up', since: now(), rttMs, skewMs, system: hello.system });
  };
  const begin = (batch: boolean): Promise<void> => {
    if (stopped.signal.aborted || master !== undefined) return Promise.resolve();
    attempt ??= attemptOnce(batch).finally(() => {
      attempt = undefined;
    });
    return attempt;
  };
  const whyNot = (): Problem => whyNotUp(name, state);
  const line: Line = {
    control,
    whyNot,
    master: () => (state.kind === 'up' ? master : undefined),
    connected: () => master,
    suspect() {
      const silent = master;
      if (silent === undefined) return;
      silent.process.kill();
      // At once: nobody may take it for a line that is up until its shells are fenced off.
      lost(silent);
    },
    measured(rttMs) {
      if (state.kind !== 'up' || !isNews(state.rttMs, rttMs)) return;
      become({ ...state, rttMs });
    },
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    retry: () => void begin(true),
    async login() {
      await attempt;
      if (state.kind !== 'up') await begin(false);
      if (master === undefined || state.kind !== 'up') return fail(whyNot());
      return hooks.onLogin(master);
    },
    async whenUp(signal) {
      if (state.kind !== 'up' && attempt === undefined && timer === undefined && failures === 0)
        void begin(true);
      return waitUp(line, signal);
    },
    async close() {
      stopped.abort();
      clearTimeout(timer);
      await attempt;
      const last = master;
      master = undefined;
      last?.process.kill();
      await last?.process.ended;
      if (state.kind !== 'down')
        become({
          kind: 'down',
          since: now(),
          problem: problem('no-line', `${name}: the line was closed`),
          retryAt: now(),
        });
    },
  };
  return line;
}

function waitUp(line: Line, signal: AbortSignal): Promise<Result<void>> {
  return new Promise((resolve) => {
    const settle = (result: Result<void>): void => {
      leave();
      signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    const onAbort = (): void => settle(fail(line.whyNot()));
    const look = (state: LinkState): void => {
      if (state.kind === 'up') settle(ok(undefined));
    };
    const leave = line.subscribe(look);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else look(line.state());
  });
}

function whyNotUp(name: string, state: LinkState): Problem {
  // Whatever the reason is, the command was not run.
  if (state.kind === 'down' || state.kind === 'needs-operator') return { ...state.problem, code: 'no-line' };
  return problem('no-line', `${name}: not connected yet`);
}

const now = () => unixMs(Date.now());

/** A change that a reader would notice. */
function isNews(before: number | undefined, rttMs: number): boolean {
  return before === undefined || Math.abs(before - rttMs) > Math.max(5, before / 4);
}
