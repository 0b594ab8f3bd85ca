// A terminal at the end of a narrow line: a real pty whose reader takes only so many bytes a second. It answers the
// question for its status when it has read it, as a terminal does.

import { type IPty, spawn } from '@lydell/node-pty';
import { QUESTION } from '../../../src/terminal/round-trip.ts';

const ANSWER = '\x1b[0n';
/** What is kept of the output. */
const TAIL = 200_000;

export type ThrottledOptions = Readonly<{
  argv: readonly [string, ...string[]];
  columns: number;
  rows: number;
  env?: Readonly<Record<string, string>>;
  answers?: boolean;
}>;

export class ThrottledTerminal {
  readonly #pty: IPty;
  readonly #answers: boolean;
  #bytesPerSecond = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #text = '';
  #bytes = 0;
  #ended = false;
  /** The end of what was read before, where a question may be cut. */
  #cut = '';

  constructor({ argv: [file, ...args], columns, rows, env = {}, answers = true }: ThrottledOptions) {
    this.#answers = answers;
    this.#pty = spawn(file, args, {
      ...{ cols: columns, rows, name: 'xterm-256color', encoding: null },
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
    });
    // With `encoding: null` they are bytes, whatever the type says.
    this.#pty.onData((data: string | Buffer) => this.#take(Buffer.from(data)));
    this.#pty.onExit(() => {
      this.#ended = true;
    });
  }

  #take(data: Buffer): void {
    this.#bytes += data.length;
    const text = data.toString('latin1');
    this.#text = (this.#text + text).slice(-TAIL);
    const whole = this.#cut + text;
    const questions = whole.split(QUESTION).length - 1;
    this.#cut = questions > 0 && whole.endsWith(QUESTION) ? '' : whole.slice(1 - QUESTION.length);
    if (this.#answers && questions > 0) this.#pty.write(ANSWER.repeat(questions));
    if (!Number.isFinite(this.#bytesPerSecond)) return;
    this.#pty.pause();
    this.#timer = setTimeout(() => this.#pty.resume(), (1000 * data.length) / this.#bytesPerSecond);
  }

  /** From now on; without a number as fast as it can. */
  throttle(bytesPerSecond = Number.POSITIVE_INFINITY): void {
    this.#bytesPerSecond = bytesPerSecond;
    clearTimeout(this.#timer);
    this.#pty.resume();
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  /** The end of all that was read. */
  get text(): string {
    return this.#text;
  }

  /** Bytes read since the start. */
  get bytes(): number {
    return this.#bytes;
  }

  get pid(): number {
    return this.#pty.pid;
  }

  get ended(): boolean {
    return this.#ended;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#pty.resume();
    if (!this.#ended) this.#pty.kill('SIGKILL');
  }
}
