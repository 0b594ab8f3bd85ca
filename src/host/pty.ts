// Programs of the operator, each in a terminal of its own and in a session of its own; and that nothing of them is left
// when they have ended, or we have.

import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { ReadStream } from 'node:tty';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import { keepFromChildren } from './pty-files.ts';
import { type Launched, launchOf, type ProgramWish, withoutOurFiles } from './pty-launch.ts';
import { loadNativePty, type NativePty } from './pty-native.ts';
import { markOf, type Reaper, type SessionMark, startReaper } from './reaper.ts';

/** How a program ended: with a status, by a signal's name, or nobody knows: the way to a far host broke. */
export type PtyEnd = Readonly<{ exitCode: number } | { signal: string } | { lost: SafeText }>;

export type PtyOptions = ProgramWish &
  Readonly<{
    columns: number;
    rows: number;
    /** What the program writes, in pieces of a few kilobytes; none comes between `pause` and `resume`. */
    onData: (bytes: Buffer) => void;
    /** Once, after the last of its data. */
    onEnd: (end: PtyEnd) => void;
  }>;

export interface Pty {
  readonly pid: number;
  /** Never blocks; what a program does not read is kept up to a bound, then dropped: false says so. */
  write(bytes: string | Buffer): boolean;
  resize(columns: number, rows: number): void;
  pause(): void;
  resume(): void;
  /** HUP to all of its session, KILL to what is left after a short grace. `onEnd` still comes. */
  end(): void;
  /** KILL to all of its session. False: it runs as somebody else (sudo) and cannot be signalled; its terminal is hung up. */
  kill(): boolean;
}

export type Ptys = Readonly<{
  openPty(options: PtyOptions): Promise<Result<Pty>>;
  /** Ends every program that is left; resolves when nothing of them is. */
  endPtys(): Promise<void>;
}>;

type Launching = (wish: ProgramWish) => Promise<Result<Launched>>;

/** `through`: words that must stand before a program's (ip netns exec). `launching`: what is started for a wish. */
export function createPtys(
  through: readonly string[] = [],
  launching: Launching = (wish) => launchOf(wish, process.env),
): Ptys {
  let reaper: Reaper | undefined;
  const open = new Set<OpenPty>();
  return {
    async openPty(options) {
      const native = loadNativePty();
      if (!native.ok) return native;
      const launch = await launching(options);
      if (!launch.ok) return launch;
      const { argv, cwd, env } = launch.value;
      const [file, ...args] = withoutOurFiles(before(through, argv));
      try {
        reaper ??= startReaper();
        const pty = new OpenPty({ native: native.value, reaper, options, onClosed: () => open.delete(pty) });
        pty.start({ file, args, cwd, env });
        open.add(pty);
        return ok(pty);
      } catch (error) {
        const detail = sanitise(error instanceof Error ? error.message : String(error), 200);
        const hint = 'the machine may have no process, memory or terminal left';
        return fail(problem('no-space', 'the program cannot be started', { hint, detail }));
      }
    },
    async endPtys() {
      for (const pty of open) pty.hangUp();
      const closing = reaper;
      reaper = undefined;
      await closing?.close();
      for (const pty of open) pty.close();
    },
  };
}

function before(
  words: readonly string[],
  argv: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  const [first, ...rest] = words;
  return first === undefined ? argv : [first, ...rest, ...argv];
}

/** Bytes that wait for a program to read them: more than a paste can have. */
const WAITING_MAX = 2 << 20;
const WRITE_AGAIN_MS = 20;
/** A program has ended, but something of it still holds the terminal: what it wrote has come when nothing comes for this long. */
const QUIET_MS = 100;

type Parts = Readonly<{ native: NativePty; reaper: Reaper; options: PtyOptions; onClosed: () => void }>;

class OpenPty implements Pty {
  readonly #parts: Parts;
  #pid = 0;
  #fd = -1;
  #stream: ReadStream | undefined;
  #mark: SessionMark | undefined;
  #exit: PtyEnd | undefined;
  #paused = false;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #again: NodeJS.Timeout | undefined;
  #quiet: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get pid(): number {
    return this.#pid;
  }

  start(
    wish: Readonly<{ file: string; args: readonly string[]; cwd: string; env: readonly string[] }>,
  ): void {
    const { native, reaper, options } = this.#parts;
    const { columns, rows } = options;
    const onExit = (exitCode: number, signal: number): void => this.#exited(endOf(exitCode, signal));
    const { fd, pid } = native.fork({ ...wish, columns, rows, onExit });
    this.#pid = pid;
    this.#fd = fd;
    const closed = keepFromChildren(fd);
    this.#mark = markOf(pid);
    reaper.add(this.#mark);
    const stream = new ReadStream(fd);
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => {
      if (this.#exit !== undefined) this.#closeWhenQuiet();
      options.onData(bytes);
    });
    // EIO: nobody has the terminal open any more, which is how it ends.
    stream.on('error', () => undefined);
    stream.on('close', () => {
      closed();
      this.#closed();
    });
  }

  write(given: string | Buffer): boolean {
    const bytes = typeof given === 'string' ? Buffer.from(given) : given;
    // Nobody is left who could read it, which its end says.
    if (this.#fd < 0 || this.#exit !== undefined) return true;
    if (this.#waitingBytes + bytes.length > WAITING_MAX) return false;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#again === undefined) this.#flush();
    return true;
  }

  resize(columns: number, rows: number): void {
    if (this.#fd < 0) return;
    try {
      this.#parts.native.resize(this.#fd, Math.max(1, columns), Math.max(1, rows));
    } catch {
      // It has just ended.
    }
  }

  pause(): void {
    this.#paused = true;
    clearTimeout(this.#quiet);
    this.#stream?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#stream?.resume();
    if (this.#exit !== undefined) this.#closeWhenQuiet();
  }

  end(): void {
    this.hangUp();
    if (this.#mark !== undefined) this.#parts.reaper.end(this.#mark);
  }

  kill(): boolean {
    const allowed = this.#signal('SIGKILL');
    if (this.#mark !== undefined) this.#parts.reaper.kill(this.#mark);
    return allowed;
  }

  /** The first process at once, the rest by the reaper. */
  hangUp(): void {
    this.#signal('SIGHUP', 'SIGCONT');
  }

  /** False: not allowed; then the kernel hangs it up, which it does when nobody has our end of the terminal any more. */
  #signal(...signals: readonly NodeJS.Signals[]): boolean {
    // Not after its end was told: the number may be somebody else's by then.
    if (this.#exit !== undefined || this.#pid <= 0) return true;
    try {
      for (const signal of signals) process.kill(this.#pid, signal);
      return true;
    } catch (error) {
      if (!hasCode(error, 'EPERM')) return true;
      this.close();
      return false;
    }
  }

  close(): void {
    this.#stream?.destroy();
  }

  /** The descriptor does not block: what the terminal has no room for is tried again. */
  #flush(): void {
    this.#again = undefined;
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || this.#fd < 0) return;
      let written = 0;
      try {
        written = writeSync(this.#fd, next);
      } catch (error) {
        if (!hasCode(error, 'EAGAIN', 'EINTR')) {
          this.#forgetWaiting();
          return;
        }
      }
      this.#waitingBytes -= written;
      if (written === next.length) this.#waiting.shift();
      else {
        this.#waiting[0] = next.subarray(written);
        this.#again = setTimeout(() => this.#flush(), WRITE_AGAIN_MS);
        return;
      }
    }
  }

  #forgetWaiting(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #exited(end: PtyEnd): void {
    this.#exit = end;
    this.#forgetWaiting();
    // What it left running in its session ends with it.
    if (this.#mark !== undefined) this.#parts.reaper.end(this.#mark);
    if (this.#stream === undefined || this.#stream.destroyed) this.#told();
    else this.#closeWhenQuiet();
  }

  #closeWhenQuiet(): void {
    clearTimeout(this.#quiet);
    if (!this.#paused) this.#quiet = setTimeout(() => this.#stream?.destroy(), QUIET_MS);
  }

  #closed(): void {
    this.#fd = -1;
    clearTimeout(this.#again);
    clearTimeout(this.#quiet);
    if (this.#exit !== undefined) this.#told();
  }

  #told(): void {
    if (this.#exit === undefined) return;
    this.#parts.onClosed();
    this.#parts.options.onEnd(this.#exit);
  }
}

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.some((code) => error.code === code);

const SIGNALS: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name]),
);

function endOf(exitCode: number, signal: number): PtyEnd {
  return signal === 0 ? { exitCode } : { signal: SIGNALS.get(signal) ?? `signal ${signal}` };
}
