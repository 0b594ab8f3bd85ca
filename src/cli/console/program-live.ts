// One program that runs or has run: from asking for it to its last screen. Its screen is looked at when it is time to draw,
// never for each of its bytes.

import type { RunSpec } from '../../core/pane.ts';
import type { ProgramModes, ProgramScreen } from '../../core/program.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { Host, PtyEnd } from '../../host/host.ts';
import type { ParseBudget } from '../../sources/program/parse-budget.ts';
import { type Program, startProgram } from '../../sources/program/program.ts';
import type { ProgramPhase } from '../../store/slices/programs.ts';
import type { ProgramSize } from './program-sizes.ts';

export type LiveOptions = Readonly<{
  host: Pick<Host, 'openPty' | 'now'>;
  spec: RunSpec;
  size: ProgramSize;
  shown: boolean;
  budget: ParseBudget;
  nowMs: () => number;
  later: (ms: number, run: () => void) => () => void;
  onPhase: (phase: ProgramPhase) => void;
  onScreen: (screen: ProgramScreen) => void;
  onBell: () => void;
  /** What was typed is lost: the program has not read what was typed before. */
  onDropped: () => void;
}>;

type Encode = (modes: ProgramModes) => string | Buffer | undefined;

export type LiveProgram = Readonly<{
  spec: RunSpec;
  /** It has ended, or could not start. */
  isOver(): boolean;
  /** From the operator: its answer is drawn at once. */
  typed(encode: Encode): void;
  /** From us. */
  told(encode: Encode): void;
  resize(size: ProgramSize): void;
  show(on: boolean): void;
  end(): void;
  /** False: it runs as somebody else; its terminal is hung up. */
  kill(): boolean;
  lines(): readonly SafeText[] | undefined;
  close(): void;
}>;

/** Between two looks at a screen that goes on changing; longer while programs write more than they may. */
const DRAW_MS = 66;
const FLOOD_DRAW_MS = 150;
const FLOOD_DRAW_MORE_MS = 15;
/** A screen that is dear to look at is looked at less often: this many times what the last look took lies between. */
const DRAW_REST = 5;
/** The pieces of one redraw come one after the other: a look a little later shows all of it. */
const SETTLE_MS = 3;
/** A redraw that a program has announced is waited for, but not for ever. */
const REDRAW_MS = 16;
const REDRAW_MAX_MS = 200;
/** Output so soon after a key is the answer to it. */
const ANSWER_MS = 1000;
/** Typed before the program runs. */
const EARLY_MAX = 1000;

export function startLive(options: LiveOptions): LiveProgram {
  return new Live(options);
}

class Live implements LiveProgram {
  readonly spec: RunSpec;
  readonly #options: LiveOptions;
  #program: Program | undefined;
  #over = false;
  #closed = false;
  #shown: boolean;
  #size: ProgramSize;
  #since = 0;
  #early: Encode[] = [];
  #dirtyAt: number | undefined;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #drawMs = 0;
  #typedAt = Number.NEGATIVE_INFINITY;
  #drawing: (() => void) | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.spec = options.spec;
    this.#shown = options.shown;
    this.#size = options.size;
    void this.#start();
  }

  async #start(): Promise<void> {
    const { host, spec, budget, nowMs, onPhase, onBell } = this.#options;
    const size = this.#size;
    const started = await startProgram({
      ...{ host, spec, size, budget, nowMs, onBell },
      onScreen: () => this.#changed(),
      onEnd: (end) => this.#ended(end),
    });
    if (!started.ok) {
      this.#over = true;
      onPhase({ kind: 'failed', problem: started.problem });
      return;
    }
    this.#program = started.value;
    if (this.#closed) {
      started.value.close();
      return;
    }
    const since = host.now();
    this.#since = since;
    if (this.#size !== size) started.value.resize(this.#size.columns, this.#size.rows);
    onPhase({ kind: 'running', pid: started.value.pid, since });
    this.#draw();
    for (const encode of this.#early.splice(0)) this.told(encode);
  }

  isOver(): boolean {
    return this.#over;
  }

  typed(encode: Encode): void {
    this.#typedAt = this.#options.nowMs();
    if (this.#program === undefined && this.#early.length < EARLY_MAX) this.#early.push(encode);
    else if (!this.#tell(encode)) this.#options.onDropped();
  }

  told(encode: Encode): void {
    this.#tell(encode);
  }

  /** False: it was for a program that runs, and that has no room for it. */
  #tell(encode: Encode): boolean {
    if (this.#program === undefined || this.#over) return true;
    const bytes = encode(this.#program.modes());
    return bytes === undefined || bytes.length === 0 || this.#program.write(bytes);
  }

  resize(size: ProgramSize): void {
    if (size.columns === this.#size.columns && size.rows === this.#size.rows) return;
    this.#size = size;
    if (this.#over) return;
    this.#program?.resize(size.columns, size.rows);
    this.#changed();
  }

  show(on: boolean): void {
    if (on && !this.#shown && this.#dirtyAt !== undefined) {
      this.#shown = true;
      this.#changed();
    }
    this.#shown = on;
  }

  end(): void {
    this.#program?.end();
  }

  kill(): boolean {
    return this.#program?.kill() !== false;
  }

  lines(): readonly SafeText[] | undefined {
    return this.#program?.lines();
  }

  close(): void {
    this.#closed = true;
    this.#drawing?.();
    this.#program?.close();
  }

  #changed(): void {
    if (this.#closed) return;
    const { nowMs, later, budget } = this.#options;
    const now = nowMs();
    this.#dirtyAt ??= now;
    if (!this.#shown) return;
    const answers = now - this.#typedAt < ANSWER_MS;
    if (this.#drawing !== undefined && !answers) return;
    this.#drawing?.();
    if (answers) this.#typedAt = Number.NEGATIVE_INFINITY;
    const floods = budget.waiting();
    const usual = floods === 0 ? DRAW_MS : FLOOD_DRAW_MS + floods * FLOOD_DRAW_MORE_MS;
    const gap = Math.max(usual, this.#drawMs * DRAW_REST);
    const wait = answers ? SETTLE_MS : Math.max(SETTLE_MS, this.#drawnAt + gap - now);
    this.#drawing = later(wait, () => this.#drawSettled());
  }

  #drawSettled(): void {
    const { nowMs, later } = this.#options;
    const waited = nowMs() - (this.#dirtyAt ?? nowMs());
    if (this.#program?.redrawing() === true && waited < REDRAW_MAX_MS) {
      this.#drawing = later(REDRAW_MS, () => this.#drawSettled());
      return;
    }
    this.#drawing = undefined;
    this.#draw();
  }

  #draw(): void {
    if (this.#program === undefined || this.#closed) return;
    const { nowMs, onScreen } = this.#options;
    this.#dirtyAt = undefined;
    this.#drawnAt = nowMs();
    onScreen(this.#program.screen());
    this.#drawMs = nowMs() - this.#drawnAt;
  }

  #ended(end: PtyEnd): void {
    this.#over = true;
    if (this.#closed) return;
    this.#drawing?.();
    this.#drawing = undefined;
    this.#draw();
    const at = this.#options.host.now();
    this.#options.onPhase({ kind: 'ended', ...end, at, ranMs: Math.max(0, at - this.#since) });
  }
}
