// The native part of @lydell/node-pty, loaded with the first program. We use its fork and resize and read the terminal
// ourselves: its own wrapper closes the terminal 200 ms after the program's end, read or not, and its writes block the
// whole console when a program does not read.

import { createRequire } from 'node:module';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';

export type Forked = Readonly<{ fd: number; pid: number }>;

/** `env`: "NAME=value". `onExit`: the status, and the signal's number or 0. */
export type ForkWish = Readonly<{
  file: string;
  args: readonly string[];
  env: readonly string[];
  cwd: string;
  columns: number;
  rows: number;
  onExit: (exitCode: number, signal: number) => void;
}>;

export type NativePty = Readonly<{
  /** Throws when the system has no terminal or process left. */
  fork(wish: ForkWish): Forked;
  resize(fd: number, columns: number, rows: number): void;
}>;

type Call = (...args: readonly unknown[]) => unknown;

let loaded: Result<NativePty> | undefined;

export function loadNativePty(): Result<NativePty> {
  loaded ??= loadFrom(createRequire(import.meta.url));
  return loaded;
}

/** `ours`: finds packages from where we are; another one in tests. */
export function loadFrom(ours: Pick<NodeJS.Require, 'resolve'>): Result<NativePty> {
  const platform = `${process.platform}-${process.arch}`;
  const parts = `@lydell/node-pty-${platform}`;
  try {
    const theirs = createRequire(ours.resolve('@lydell/node-pty'));
    const native: unknown = theirs(`${parts}/pty.node`);
    const [fork, resize] = [callOf(native, 'fork'), callOf(native, 'resize')];
    if (fork === undefined || resize === undefined) throw new Error('it has no fork');
    const helper = process.platform === 'darwin' ? theirs.resolve(`${parts}/spawn-helper`) : '';
    return ok({
      fork: ({ file, args, env, cwd, columns, rows, onExit }) => {
        const anybody = [-1, -1] as const;
        const made = fork(file, args, env, cwd, columns, rows, ...anybody, false, helper, onExit);
        const [fd, pid] = [numberOf(made, 'fd'), numberOf(made, 'pid')];
        if (fd === undefined || pid === undefined) throw new Error('fork gave no terminal');
        return { fd, pid };
      },
      resize: (fd, columns, rows) => void resize(fd, columns, rows),
    });
  } catch (error) {
    const detail = sanitise(
      error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
      200,
    );
    return fail(
      problem('missing-tool', 'programs cannot run in panes here: the terminal library cannot be loaded', {
        hint: `install the npm package ${parts}, if there is one, or run the program outside`,
        detail,
      }),
    );
  }
}

function callOf(module: unknown, name: string): Call | undefined {
  const found = memberOf(module, name);
  return typeof found === 'function' ? (...args) => Reflect.apply(found, undefined, [...args]) : undefined;
}

function numberOf(made: unknown, name: string): number | undefined {
  const found = memberOf(made, name);
  return typeof found === 'number' ? found : undefined;
}

function memberOf(thing: unknown, name: string): unknown {
  return typeof thing === 'object' && thing !== null ? Reflect.get(thing, name) : undefined;
}
