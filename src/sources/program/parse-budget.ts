// How much of a core all programs together may take for their output: a flood in one pane must neither slow the keys nor
// the other panes. What is over the share waits, and with it the program that writes it.

/** Clock and timer; replaced in tests. */
export type BudgetClock = Readonly<{ nowMs(): number; later(ms: number, run: () => void): () => void }>;

export type ParseBudget = Readonly<{
  /** Calls `run` as soon as there is room; in the order of asking. Every run must report what it took with `spent`. */
  ask(run: () => void): void;
  spent(ms: number): void;
  /** How many wait: then frames may come less often, too. */
  waiting(): number;
  close(): void;
}>;

/** Of one core. */
export const PARSE_SHARE = 0.08;
/** What may be saved up while nothing is written, so that a screen full of text comes at once. */
const SAVED_MS = 30;
/** A timer is not worth less. */
const WAIT_MIN_MS = 4;

export function createParseBudget({ nowMs, later }: BudgetClock): ParseBudget {
  const waiting: (() => void)[] = [];
  let room = SAVED_MS;
  let countedAt = nowMs();
  let cancel: (() => void) | undefined;
  const count = (): void => {
    const now = nowMs();
    room = Math.min(SAVED_MS, room + (now - countedAt) * PARSE_SHARE);
    countedAt = now;
  };
  const go = (): void => {
    cancel?.();
    cancel = undefined;
    count();
    if (room > 0) waiting.shift()?.();
    if (waiting.length > 0 && cancel === undefined)
      cancel = later(Math.max(WAIT_MIN_MS, -room / PARSE_SHARE), go);
  };
  return {
    ask: (run) => {
      waiting.push(run);
      if (cancel === undefined) go();
    },
    spent: (ms) => {
      count();
      room -= ms;
      if (waiting.length > 0 && room > 0) go();
    },
    waiting: () => waiting.length,
    close: () => {
      cancel?.();
      cancel = undefined;
      waiting.length = 0;
    },
  };
}
