// Daemons that keep lists of bans (fail2ban, CrowdSec) and pfctl may hang: each is asked on a clock of its own, and nobody
// waits for one longer than a moment. What it said last stays, with its age in words.

import { formatDuration } from '../../core/duration.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Result } from '../../core/result.ts';
import type { SetInfo } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { Backend, SetsReading } from '../../firewall/backend.ts';

/** Each look starts a program that takes a tenth of a second of a core, and the daemon has to answer. */
const EVERY_MS = 5_000;
/** One that said the same as before; what it enforces is seen in the kernel's sets at every look. */
const CALM_EVERY_MS = 10_000;
/** One that does not run is asked seldom: its client costs as much where nobody answers. */
const GONE_EVERY_MS = 30_000;
/** A look that took t is not repeated within this many times t. */
const DUTY = 10;

/** `waitMs`: how long the other sets are held up at most. Who asked (an act, refresh) waits longer. */
type Pace = Readonly<{
  everyMs: number;
  calmEveryMs: number;
  goneEveryMs: number;
  duty: number;
  waitMs: number;
  askedMs: number;
}>;
const DAEMON: Pace = {
  everyMs: EVERY_MS,
  calmEveryMs: CALM_EVERY_MS,
  goneEveryMs: GONE_EVERY_MS,
  duty: DUTY,
  waitMs: 400,
  askedMs: 2_000,
};
/** The kernel's own sets: at every look, and a busy machine is no hung one. */
const TOOL: Pace = { everyMs: 0, calmEveryMs: 0, goneEveryMs: 0, duty: 0, waitMs: 1_500, askedMs: 5_000 };
const paceOf = ({ daemon }: Backend): Pace => (daemon === true ? DAEMON : TOOL);

type State = {
  /** What it said last. */
  last?: Readonly<{ sets: readonly SetInfo[]; gaps: readonly SafeText[]; at: number }>;
  /** Why it said nothing then. */
  trouble?: Problem;
  running?: Promise<void>;
  began: number;
  /** From the beginning of one look to the next. */
  everyMs: number;
};

/** `read`: asks the daemon now; must end by itself. */
export type Asking = Readonly<{
  now(): number;
  asked: boolean;
  read(): Promise<Result<SetsReading>>;
}>;

export type Daemons = Readonly<{
  /** Starts to ask where it is time; resolves within a moment, whatever the daemon does. Never fails. */
  read(backend: Backend, asking: Asking): Promise<DaemonReading>;
}>;
/**
 * `answered`: it has said something that is shown. `problem`: why it said nothing the last time. `late`: it hangs, as far
 * as is known; more questions would wait as long.
 */
export type DaemonReading = SetsReading &
  Readonly<{ backend: Backend; answered: boolean; problem?: Problem; late: boolean }>;

export function createDaemons(): Daemons {
  const states = new Map<string, State>();
  return {
    async read(backend, asking) {
      const state = states.get(backend.id) ?? { began: Number.NEGATIVE_INFINITY, everyMs: 0 };
      states.set(backend.id, state);
      const pace = paceOf(backend);
      // One that is under way when somebody asks may not know what he did.
      if (asking.asked && pace === TOOL) await within(pace.askedMs, state.running);
      if (state.running === undefined && isDue(state, asking)) state.running = ask(state, asking, pace);
      const waited = Math.max(0, asking.now() - state.began);
      const patience =
        asking.asked || (pace === TOOL && state.last === undefined) ? pace.askedMs : pace.waitMs;
      await within(asking.asked ? patience : Math.max(0, patience - waited), state.running);
      return readingOf(backend, state, asking.now());
    },
  };
}

function isDue({ began, everyMs }: State, { now, asked }: Asking): boolean {
  return asked || now() - began >= everyMs;
}

async function ask(state: State, asking: Asking, pace: Pace): Promise<void> {
  state.began = asking.now();
  try {
    const reading = await asking.read();
    if (reading.ok) {
      // After an act more may follow by itself.
      const same = JSON.stringify(reading.value.sets) === JSON.stringify(state.last?.sets);
      const calm = same && !asking.asked;
      state.last = { ...reading.value, at: asking.now() };
      const everyMs = calm ? pace.calmEveryMs : pace.everyMs;
      state.everyMs = Math.max(everyMs, pace.duty * (asking.now() - state.began));
      delete state.trouble;
    } else {
      const { code } = reading.problem;
      const hangs = isHang(code);
      // Waiting in vain is no work, and one that has just gone may be on its way back (a restart).
      state.everyMs = hangs || state.last !== undefined ? pace.everyMs : pace.goneEveryMs;
      state.trouble = reading.problem;
      // One that hangs still enforces what it said; one that is gone has no lists.
      if (!hangs) delete state.last;
    }
  } finally {
    delete state.running;
  }
}

const isHang = (code: Problem['code'] | undefined): boolean => code === 'timed-out' || code === 'cancelled';

function readingOf(backend: Backend, state: State, now: number): DaemonReading {
  const { last, trouble, running, began } = state;
  const waitedMs = running === undefined ? 0 : now - began;
  const gaps: SafeText[] = [...(last?.gaps ?? [])];
  const { id } = backend;
  // Of a tool its time is over when this is asked, also by a clock that runs a little behind.
  const waits = paceOf(backend) === TOOL ? running !== undefined : waitedMs > paceOf(backend).waitMs;
  if (trouble !== undefined || waits) {
    const said = trouble?.summary ?? `no answer for ${seconds(waitedMs)}`;
    const age = last === undefined ? '' : `; its lists are shown as they were ${seconds(now - last.at)} ago`;
    gaps.push(sanitise(`${id}: ${said}${age}`));
  } else if (last === undefined) gaps.push(sanitise(`${id}: no answer yet`));
  // Nothing was ever read: that must not look like an empty firewall.
  const why = trouble ?? (waits && last === undefined ? unanswered(id, waitedMs) : undefined);
  return {
    backend,
    sets: last?.sets ?? [],
    gaps,
    answered: last !== undefined,
    late: waits || isHang(trouble?.code),
    ...(why === undefined ? {} : { problem: why }),
  };
}

const unanswered = (id: string, ms: number): Problem =>
  problem('timed-out', `${id}: no answer for ${seconds(ms)}`);

const seconds = (ms: number): string => formatDuration(Math.max(1, Math.round(ms / 1000)));

/** Resolves when `done` has, or after this long. */
export async function within(ms: number, done: Promise<unknown> | undefined): Promise<void> {
  if (done === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => resolve(), ms);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}
