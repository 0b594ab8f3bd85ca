// Starts the parts of the playground, each in a session of its own: nothing that happens to the terminal reaches them.

import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import type { PartName } from './parts.ts';
import { TOOL_ENV } from './tool.ts';

export type Part = Readonly<{
  name: PartName | 'router';
  pid: number;
  /** Gives the part its orders; resolves when it has begun. */
  begin(config: unknown): Promise<void>;
}>;

export type Nursery = Readonly<{
  /** `alone`: in a network namespace of its own. Resolves when it stands there. */
  part(name: PartName, alone: boolean): Promise<Part>;
  router(): Promise<Part>;
}>;

/** The words that start this program again: the same Node, the same flags, the same bundle. */
export function ownWords(): readonly [string, ...string[]] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
}

/** `env`: what every child must know. `onEnd`: a part has ended, which none does by itself. */
export function createNursery(
  folder: string,
  env: Readonly<Record<string, string>>,
  onEnd: (name: string, why: string) => void,
): Nursery {
  const complaints = openSync(`${folder}/parts.log`, 'a', 0o600);
  const start = async (name: Part['name'], argv: readonly [string, ...string[]]): Promise<Part> => {
    const [program, ...args] = argv;
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', complaints],
      detached: true,
      cwd: folder,
      env: { ...env, ...TOOL_ENV },
    });
    child.stdin?.on('error', () => undefined);
    const heard = listen(child);
    child.once('exit', (code, signal) => onEnd(name, signal ?? `exit ${code}`));
    await heard('ready');
    const { pid } = child;
    if (pid === undefined) throw new Error(`the part "${name}" has no process`);
    return {
      name,
      pid,
      async begin(config) {
        child.stdin?.write(`${JSON.stringify(config)}\n`);
        await heard('started');
      },
    };
  };
  return {
    part: (name, alone) =>
      start(
        name,
        wrapped(alone ? ['unshare', '--net', '--'] : [], [...ownWords(), 'playground', '--part', name]),
      ),
    router: () => start('router', ['unshare', '--net', '--', 'sh', '-c', 'echo ready; exec cat']),
  };
}

function wrapped(
  before: readonly string[],
  argv: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  const [first, ...rest] = [...before, ...argv];
  return [first ?? argv[0], ...rest];
}

/** Waits for a line of the child; rejects when it ends instead. */
function listen(child: ChildProcess): (word: string) => Promise<void> {
  let said = '';
  let ended: string | undefined;
  let look: () => void = () => undefined;
  child.stdout?.on('data', (bytes: Buffer) => {
    said = `${said}${bytes.toString('latin1')}`.slice(-1000);
    look();
  });
  const over = (why: string): void => {
    ended ??= why;
    look();
  };
  child.once('error', (error) => over(error.message));
  child.once('exit', (code, signal) => over(`it ended (${signal ?? `exit ${code}`})`));
  return (word) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => over(`no "${word}" within 20 s`), 20_000);
      look = () => {
        const heard = said.split('\n').includes(word);
        if (!heard && ended === undefined) return;
        clearTimeout(timer);
        look = () => undefined;
        if (heard) resolve();
        else reject(new Error(`${child.spawnargs.slice(-1)[0]}: ${ended}`));
      };
      look();
    });
}
