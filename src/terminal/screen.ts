// The terminal while the console runs: taken over on opening, given back exactly once on any way out.
// Keys come in as events, frames go out through the frame writer; a lost line ends the process within its deadline.

import { constants } from 'node:os';
import type { InputEvent } from '../core/intent.ts';
import type { LineFacts } from '../core/line-facts.ts';
import { awaitAnswer } from './await-answer.ts';
import { createFrameWriter, type FrameWriter } from './frame-writer.ts';
import { InputParser } from './input.ts';
import { createLineMeter, type LineMeter } from './line-meter.ts';
import { ENTER, LEAVE, MOUSE_OFF, MOUSE_ON } from './modes.ts';
import { createTtyOutput, type TtyOutput } from './tty-output.ts';

/** Why the console must end. `crash`: a bug; its error is for the caller to print, the terminal is already usable. */
export type EndReason =
  | Readonly<{ kind: 'signal'; signal: EndSignal }>
  | Readonly<{ kind: 'input-closed' }>
  | Readonly<{ kind: 'output-closed'; error: Error }>
  | Readonly<{ kind: 'crash'; error: unknown }>;

export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';
const END_SIGNALS: readonly EndSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** Exit status that a shell expects for each way to end. */
export function exitStatus(reason: EndReason): number {
  switch (reason.kind) {
    case 'signal':
      return 128 + constants.signals[reason.signal];
    case 'input-closed':
    case 'output-closed':
      return 128 + constants.signals.SIGHUP;
    case 'crash':
      return 1;
  }
}

/** A resize storm paints once: when sizes have stopped coming for this long. */
const RESIZE_QUIET_MS = 60;
/** After the end is known the process has this long to finish; then it is ended. */
const END_DEADLINE_MS = 1_500;
/** What a line that takes nothing may cost on the way out. */
const LEAVE_PATIENCE_MS = 200;
/** For an answer of the terminal that is still under way when we leave. */
const ANSWER_PATIENCE_MS = 500;

/** The parts of the process that a screen uses. */
export type ScreenProcess = Pick<NodeJS.Process, 'on' | 'off' | 'kill' | 'exit'>;

export type ScreenOptions = Readonly<{
  stdin: NodeJS.ReadStream & Readonly<{ fd: number }>;
  stdout: NodeJS.WriteStream & Readonly<{ fd: number }>;
  mouse: boolean;
  onInput: (event: InputEvent) => void;
  /** The caller draws a frame of the new size; until then nothing is written. */
  onResize: (size: Readonly<{ columns: number; rows: number }>) => void;
  /** Called at most once, with the terminal already given back. The caller cleans up and exits with `exitStatus`. */
  onEnd: (reason: EndReason) => void;
  output?: (onError: (error: Error) => void) => TtyOutput;
  process?: ScreenProcess;
}>;

export type Screen = Readonly<{
  writer: FrameWriter;
  size(): Readonly<{ columns: number; rows: number }>;
  /** How long to wait from one streaming frame to the next, on this line now. */
  gapMs(): number;
  line(): LineFacts;
  setMouse(on: boolean): void;
  /** A whole sequence for the terminal, between two frames. */
  send(sequence: string): void;
  /** Ctrl-Z: gives the terminal back, stops the job as the shell expects, and returns to the screen when continued. */
  suspend(): void;
  /**
   * The terminal is another program's (ssh asks for a passphrase) until `use` has ended; C-c is meant for that program.
   * Nothing is read or drawn meanwhile. Closed meanwhile: it stays given back.
   */
  lend<T>(use: () => Promise<T>): Promise<T>;
  /** Gives the terminal back and takes no more input. May be called more than once. */
  close(): void;
}>;

export function openScreen(options: ScreenOptions): Screen {
  const screen = new TerminalScreen(options);
  screen.open();
  return screen;
}

const ignored = (): void => undefined;

class TerminalScreen implements Screen {
  readonly writer: FrameWriter;
  readonly #options: ScreenOptions;
  readonly #process: ScreenProcess;
  readonly #output: TtyOutput;
  readonly #parser: InputParser;
  readonly #meter: LineMeter;
  #drawn: Readonly<{ columns: number; rows: number }>;
  #mouse: boolean;
  #entered = false;
  #closed = false;
  #ended = false;
  #resizing: NodeJS.Timeout | undefined;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#process = options.process ?? process;
    this.#mouse = options.mouse;
    const onError = (error: Error): void => this.#end({ kind: 'output-closed', error });
    const { fd } = options.stdout;
    this.#output = options.output?.(onError) ?? createTtyOutput({ fd, onError });
    this.#meter = createLineMeter((question) => this.#output.append(question));
    this.#parser = new InputParser({
      emit: (event) => {
        if (event.kind !== 'closed') this.#meter.typed();
        options.onInput(event);
      },
      onAnswer: () => this.#meter.answered(),
    });
    this.#drawn = this.size();
    this.writer = createFrameWriter({ output: this.#output, ...this.#drawn, watch: this.#meter });
  }

  gapMs(): number {
    return this.#meter.gapMs();
  }

  line(): LineFacts {
    return this.#meter.facts(this.writer.counters());
  }

  size(): Readonly<{ columns: number; rows: number }> {
    return { columns: this.#options.stdout.columns || 80, rows: this.#options.stdout.rows || 24 };
  }

  open(): void {
    const { stdin, stdout } = this.#options;
    for (const signal of END_SIGNALS) this.#process.on(signal, this.#onSignal);
    this.#process.on('SIGTSTP', this.suspend);
    this.#process.on('SIGCONT', this.#onContinue);
    this.#process.on('exit', this.close);
    this.#process.on('uncaughtException', this.#onCrash);
    this.#process.on('unhandledRejection', this.#onCrash);
    stdin.on('data', this.#onData);
    stdin.on('end', this.#onInputClosed);
    stdin.on('close', this.#onInputClosed);
    stdin.on('error', this.#onInputClosed);
    stdout.on('resize', this.#onResized);
    // Nothing of ours goes through this stream, but a stream without an error listener would end the process its own way.
    stdout.on('error', this.#onStdoutError);
    this.#enter();
    stdin.resume();
  }

  setMouse(on: boolean): void {
    this.#mouse = on;
    if (this.#entered) this.#output.append(on ? MOUSE_ON : MOUSE_OFF);
  }

  send(sequence: string): void {
    if (this.#entered) this.#output.append(sequence);
  }

  readonly suspend = (): void => {
    if (this.#closed || !this.#entered) return;
    this.#leave();
    // The default action stops us only without a listener. The whole job must stop (npm, a shell around us), as it
    // would for Ctrl-Z in a cooked terminal. The call returns when we are continued, or at once where nobody could
    // continue us (an orphaned process group); either way the screen is ours again.
    this.#process.off('SIGTSTP', this.suspend);
    this.#process.off('SIGCONT', this.#onContinue);
    this.#process.kill(0, 'SIGTSTP');
    this.#process.on('SIGTSTP', this.suspend);
    this.#process.on('SIGCONT', this.#onContinue);
    this.#onContinue();
  };

  async lend<T>(use: () => Promise<T>): Promise<T> {
    const { stdin } = this.#options;
    this.#leave();
    stdin.off('data', this.#onData);
    stdin.pause();
    this.#process.off('SIGINT', this.#onSignal);
    this.#process.on('SIGINT', ignored);
    try {
      return await use();
    } finally {
      this.#process.off('SIGINT', ignored);
      if (!this.#closed) {
        this.#process.on('SIGINT', this.#onSignal);
        stdin.on('data', this.#onData);
        stdin.resume();
        this.#onContinue();
      }
    }
  }

  readonly close = (): void => {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#resizing);
    const { stdin, stdout } = this.#options;
    this.#parser.reset();
    stdin.off('data', this.#onData);
    stdout.off('resize', this.#onResized);
    this.#process.off('SIGTSTP', this.suspend);
    this.#process.off('SIGCONT', this.#onContinue);
    this.#process.off('exit', this.close);
    this.#leave();
    this.#output.close();
    stdin.pause();
  };

  #enter(): void {
    this.#entered = true;
    this.#meter.resume();
    this.#rawMode(true);
    this.#output.writeNow(ENTER + (this.#mouse ? MOUSE_ON : ''), LEAVE_PATIENCE_MS);
  }

  #leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.writer.hold();
    const owed = this.#meter.owed();
    this.#meter.pause();
    this.#output.abandon();
    this.#output.writeNow(LEAVE, LEAVE_PATIENCE_MS);
    if (owed) awaitAnswer(this.#options.stdin.fd, ANSWER_PATIENCE_MS);
    this.#rawMode(false);
  }

  #rawMode(on: boolean): void {
    try {
      this.#options.stdin.setRawMode(on);
    } catch {
      // The terminal is gone (EIO): there is nothing left to restore.
    }
  }

  /** Continued after a stop, ours or another's: the shell has used the terminal and set its own modes. */
  readonly #onContinue = (): void => {
    if (this.#closed) return;
    if (this.#entered) this.#rawMode(false);
    this.#parser.reset();
    this.#enter();
    const { columns, rows } = this.size();
    if (columns !== this.#drawn.columns || rows !== this.#drawn.rows) this.#onResized();
    else {
      this.writer.release();
      this.writer.repaint();
    }
  };

  readonly #onResized = (): void => {
    if (this.#closed || !this.#entered) return;
    clearTimeout(this.#resizing);
    this.writer.hold();
    this.#resizing = setTimeout(() => {
      this.#drawn = this.size();
      this.writer.resize(this.#drawn.columns, this.#drawn.rows);
      if (this.#entered) this.writer.release();
      this.#options.onResize(this.#drawn);
    }, RESIZE_QUIET_MS);
  };

  readonly #onData = (bytes: Uint8Array): void => this.#parser.push(bytes);

  readonly #onInputClosed = (): void => {
    if (this.#closed) return;
    this.#parser.end();
    this.#end({ kind: 'input-closed' });
  };

  readonly #onStdoutError = (error: Error): void => this.#end({ kind: 'output-closed', error });
  readonly #onCrash = (error: unknown): void => this.#end({ kind: 'crash', error });

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const known = END_SIGNALS.find((name) => name === signal);
    if (known !== undefined) this.#end({ kind: 'signal', signal: known });
  };

  #end(reason: EndReason): void {
    if (this.#ended) return;
    this.#ended = true;
    const closed = this.#closed;
    this.close();
    // Whatever still runs, and whoever fails to stop: a console whose line is gone must not live on.
    setTimeout(() => this.#process.exit(exitStatus(reason)), END_DEADLINE_MS);
    if (!closed || reason.kind === 'crash' || reason.kind === 'signal') this.#options.onEnd(reason);
  }
}
