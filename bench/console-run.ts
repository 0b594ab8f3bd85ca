// The built console on a real terminal of 200×50: util-linux's script gives it the pty, and what it costs is read
// from /proc.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { World } from './console-world.ts';

export const COLUMNS = 200;
export const ROWS = 50;
const root = dirname(import.meta.dirname);
/** Another build to compare with may be named. */
const PROGRAM = process.env.OPSCONSOLE_BIN ?? join(root, 'bin', 'opsconsole');
const FRAME_END = '\x1b[?2026l';
const GIVE_UP_MS = 20_000;

export type Cost = Readonly<{ cpuMs: number; bytes: number; frames: number; at: number }>;
export type Memory = Readonly<{ rssKiB: number; peakKiB: number }>;

export type RunningConsole = Readonly<{
  pid: number;
  /** Milliseconds from the exec of the program to the end of its first frame. */
  firstFrameMs: number;
  cost(): Cost;
  /** How long its main thread was ready and had no core, because others had them. */
  waitedMs(): number;
  memory(): Memory;
  press(key: string): void;
  /** Resolves with the bytes since the call as soon as they satisfy `holds`. */
  output(holds: (text: string) => boolean, withinMs?: number): Promise<string>;
  quit(): Promise<void>;
}>;

/** `session`: may be followed by further words of the command line. */
export async function startConsole(world: World, withinMs?: number): Promise<RunningConsole> {
  // The mark is written right before the exec, so that neither script nor ip count as start-up.
  const command = `stty rows ${ROWS} cols ${COLUMNS} -echo; printf '<%s>' $$; exec ${PROGRAM} ${world.session}`;
  const child = spawn('ip', ['netns', 'exec', world.netns, 'script', '-qfc', command, '/dev/null'], {
    env: world.env,
    cwd: world.folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const terminal = new Terminal(child);
  const mark = await terminal.output((text) => text.includes('>'));
  const startedAt = performance.now();
  const pid = Number(/<(\d+)>/.exec(mark)?.[1]);
  if (!Number.isInteger(pid)) throw new Error(`the console did not start: ${mark}`);
  await terminal.output((text) => text.includes(FRAME_END), withinMs);
  return {
    pid,
    firstFrameMs: performance.now() - startedAt,
    cost: () => ({ cpuMs: cpuMs(pid), ...terminal.counts(), at: performance.now() }),
    waitedMs: () => waitedMs(pid),
    memory: () => memoryOf(pid),
    press: (key) => void child.stdin?.write(key),
    output: (holds, withinMs) => terminal.output(holds, withinMs),
    async quit() {
      const exited = once(child, 'exit');
      try {
        process.kill(pid, 'SIGTERM');
      } catch {
        // It ended by itself: what was measured has already said so.
      }
      child.stdin?.end();
      await exited;
    },
  };
}

class Terminal {
  #bytes = 0;
  #frames = 0;
  #listener: ((text: string) => void) | undefined;

  constructor({ stdout }: ChildProcess) {
    stdout?.on('data', (chunk: Buffer) => {
      const text = chunk.toString('utf8');
      this.#bytes += chunk.length;
      this.#frames += text.split(FRAME_END).length - 1;
      this.#listener?.(text);
    });
  }

  counts(): Readonly<{ bytes: number; frames: number }> {
    return { bytes: this.#bytes, frames: this.#frames };
  }

  output(holds: (text: string) => boolean, withinMs = GIVE_UP_MS): Promise<string> {
    let seen = '';
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`nothing fitting within ${withinMs} ms: ${seen.slice(-200)}`)),
        withinMs,
      );
      this.#listener = (text) => {
        seen += text;
        if (!holds(seen)) return;
        this.#listener = undefined;
        clearTimeout(timer);
        resolve(seen);
      };
    });
  }
}

const TICK_MS = 10; // USER_HZ is 100 on every Linux port that Node runs on

/** Time of all threads and of the children that it has waited for (proc_pid_stat(5): fields 14 to 17). */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) * TICK_MS;
}

/** Documentation/scheduler/sched-stats: nanoseconds on a core, and on the queue for one. NaN where the kernel does not count. */
function waitedMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return { rssKiB: field('VmRSS'), peakKiB: field('VmHWM') };
}
