// Daemons that keep lists of bans (fail2ban, CrowdSec) may hang: each is asked on a clock of its own, and nobody waits for
// one longer than a moment. What it said last stays, with its age in words.

import { formatDuration } from '../../core/duration.ts';
import type { Result } from '../../core/result.ts';
import type { SetInfo } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { Backend, SetsReading } from '../../firewall/backend.ts';

/** Each look starts a program that takes a tenth of a second of a core, and the daemon has to answer. */
const EVERY_MS = 5_000;
/** One that does not run is asked seldom: its client costs as much where nobody answers. */
const GONE_EVERY_MS = 30_000;
/** A look that took t is not repeated within this many times t. */
const DUTY = 10;
/** How long the other sets are held up at most. Who asked (an act, refresh) waits longer. */
const WAIT_MS = 400;
const ASKED_WAIT_MS = 2_000;

type State = {
  /** What it said last. */
  last?: Readonly<{ sets: readonly SetInfo[]; gaps: readonly SafeText[]; at: number }>;
  /** Why it said nothing then. */
  trouble?: SafeText;
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
/** `answered`: it has said something that is shown. */
export type DaemonReading = SetsReading & Readonly<{ answered: boolean }>;

export function createDaemons(): Daemons {
  const states = new Map<string, State>();
  return {
    async read(backend, asking) {
      const state = states.get(backend.id) ?? { began: Number.NEGATIVE_INFINITY, everyMs: 0 };
      states.set(backend.id, state);
      if (state.running === undefined && isDue(state, asking)) state.running = ask(state, asking);
      // One that was under way when somebody asked may not know what he did.
      await within(asking.asked ? ASKED_WAIT_MS : WAIT_MS, state.running);
      return readingOf(backend, state, asking.now());
    },
  };
}

function isDue({ began, everyMs }: State, { now, asked }: Asking): boolean {
  return asked || now() - began >= everyMs;
}

async function ask(state: State, asking: Asking): Promise<void> {
  state.began = asking.now();
  try {
    const reading = await asking.read();
    if (reading.ok) {
      state.last = { ...reading.value, at: asking.now() };
      state.everyMs = Math.max(EVERY_MS, DUTY * (asking.now() - state.began));
      delete state.trouble;
    } else {
      const { code, summary } = reading.problem;
      const hangs = code === 'timed-out' || code === 'cancelled';
      // Waiting in vain is no work, and one that has just gone may be on its way back (a restart).
      state.everyMs = hangs || state.last !== undefined ? EVERY_MS : GONE_EVERY_MS;
      state.trouble = sanitise(summary);
      // One that hangs still enforces what it said; one that is gone has no lists.
      if (!hangs) delete state.last;
    }
  } finally {
    delete state.running;
  }
}

function readingOf({ id }: Backend, state: State, now: number): DaemonReading {
  const { last, trouble, running, began } = state;
  const waitedMs = running === undefined ? 0 : now - began;
  const gaps: SafeText[] = [...(last?.gaps ?? [])];
  if (trouble !== undefined || waitedMs > WAIT_MS) {
    const why = trouble ?? `no answer for ${seconds(waitedMs)}`;
    const age = last === undefined ? '' : `; its lists are shown as they were ${seconds(now - last.at)} ago`;
    gaps.push(sanitise(`${id}: ${why}${age}`));
  } else if (last === undefined) gaps.push(sanitise(`${id}: no answer yet`));
  return { sets: last?.sets ?? [], gaps, answered: last !== undefined };
}

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
