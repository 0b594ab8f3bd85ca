// One program in its pane: the process in its terminal, what it has drawn, and what it is told.

import type { RunSpec } from '../../core/pane.ts';
import type { ProgramModes, ProgramScreen } from '../../core/program.ts';
import { ok, type Result } from '../../core/result.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { Host, Pty, PtyEnd } from '../../host/host.ts';
import { createEmulator, type Emulator } from './emulator.ts';
import { createFeed, type Feed } from './feed.ts';
import type { ParseBudget } from './parse-budget.ts';

export type ProgramOptions = Readonly<{
  host: Pick<Host, 'openPty'>;
  spec: RunSpec;
  size: Readonly<{ columns: number; rows: number }>;
  budget: ParseBudget;
  nowMs: () => number;
  /** The screen may look different now. Called as often as the program writes: look when it is time to draw. */
  onScreen: () => void;
  onBell: () => void;
  onEnd: (end: PtyEnd) => void;
}>;

export type Program = Readonly<{
  pid: number;
  /** False: the program does not read, and this was dropped. */
  write(bytes: string | Buffer): boolean;
  resize(columns: number, rows: number): void;
  /** HUP and, after a grace, KILL. */
  end(): void;
  /** False: it runs as somebody else; its terminal is hung up. */
  kill(): boolean;
  screen(): ProgramScreen;
  modes(): ProgramModes;
  redrawing(): boolean;
  /** All that can be scrolled back to, and the screen. */
  lines(): readonly SafeText[];
  /** Forgets the screen; the process is ended as well. */
  close(): void;
}>;

/** Answers to a program's questions, per period; a program that asks without reading must not fill our memory. */
const ANSWERS_MAX = 4_096;
const ANSWERS_PERIOD_MS = 100;

export async function startProgram(options: ProgramOptions): Promise<Result<Program>> {
  const { spec, size, budget, nowMs } = options;
  let pty: Pty | undefined;
  let ended = false;
  const emulator = await createEmulator({
    ...size,
    history: spec.history,
    onAnswer: answerer(nowMs, (bytes) => void pty?.write(bytes)),
    onBell: options.onBell,
  });
  const feed = createFeed({
    budget,
    nowMs,
    write: emulator.write,
    pause: () => pty?.pause(),
    resume: () => pty?.resume(),
    onWritten: options.onScreen,
  });
  const opened = await options.host.openPty({
    ...spec,
    ...size,
    onData: (bytes) => feed.push(bytes),
    // The last words are on the screen before it is said that it has ended.
    onEnd: (end) => {
      ended = true;
      feed.whenEmpty(() => options.onEnd(end));
    },
  });
  if (!opened.ok) {
    emulator.dispose();
    return opened;
  }
  pty = opened.value;
  return ok(programOf(pty, { emulator, feed, isEnded: () => ended }));
}

type Parts = Readonly<{ emulator: Emulator; feed: Feed; isEnded: () => boolean }>;

function programOf(pty: Pty, { emulator, feed, isEnded }: Parts): Program {
  const { screen, modes, redrawing, lines } = emulator;
  return {
    pid: pty.pid,
    write: (bytes) => pty.write(bytes),
    resize: (columns, rows) => {
      emulator.resize(columns, rows);
      pty.resize(columns, rows);
    },
    end: () => pty.end(),
    kill: () => pty.kill(),
    ...{ screen, modes, redrawing, lines },
    close: () => {
      if (!isEnded()) pty.end();
      // The pty is read on until it ends, into nothing.
      pty.resume();
      feed.close();
      emulator.dispose();
    },
  };
}

function answerer(nowMs: () => number, write: (bytes: string) => void): (bytes: string) => void {
  let since = Number.NEGATIVE_INFINITY;
  let sent = 0;
  return (bytes) => {
    const now = nowMs();
    if (now - since > ANSWERS_PERIOD_MS) {
      since = now;
      sent = 0;
    }
    sent += bytes.length;
    if (sent <= ANSWERS_MAX) write(bytes);
  };
}
