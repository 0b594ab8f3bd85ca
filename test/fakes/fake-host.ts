// A strict twin of Host: it answers only what the test scripted. An unexpected command or file fails the test at once,
// and `assertUsed` fails it when a scripted command was never run.

import { unixMs } from '../../src/core/brand.ts';
import type { Command } from '../../src/core/plan.ts';
import { type Problem, problem } from '../../src/core/problem.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import type { Finished, Host } from '../../src/host/host.ts';

export type Answer = Readonly<{ stdout?: string; stderr?: string; exitCode?: number; problem?: Problem }>;
type Scripted = {
  matches: (command: Command) => boolean;
  answer: Answer | ((command: Command) => Answer);
  name: string;
  times: number;
  used: number;
};

export type FakeHost = Host &
  Readonly<{
    /** Every command that ran, in order, as "argv words" (stdin after " < "). */
    ran: readonly string[];
    commands: readonly Command[];
    /** Answers commands whose words are, or begin with, `words`; `times` (default any number, but at least one). */
    on(words: string | RegExp, answer?: Answer | ((command: Command) => Answer), times?: number): FakeHost;
    file(path: string, text: string | Buffer | Problem): FakeHost;
    tool(name: string, present: boolean): FakeHost;
    advance(ms: number): void;
    assertUsed(): void;
  }>;

export function wordsOf(command: Command): string {
  const words = command.argv.join(' ');
  return command.stdin === undefined ? words : `${words} < ${command.stdin}`;
}

export function createFakeHost(options: Readonly<{ privileged?: boolean; now?: number }> = {}): FakeHost {
  const scripted: Scripted[] = [];
  const files = new Map<string, string | Buffer | Problem>();
  const tools = new Map<string, boolean>();
  const commands: Command[] = [];
  let now = options.now ?? 1_800_000_000_000;

  const run = (command: Command): Promise<Result<Finished>> => {
    commands.push(command);
    const found = scripted.findLast((one) => one.used < one.times && one.matches(command));
    if (found === undefined) throw new Error(`unexpected command: ${wordsOf(command)}`);
    found.used++;
    const answer = typeof found.answer === 'function' ? found.answer(command) : found.answer;
    if (answer.problem !== undefined) return Promise.resolve(fail(answer.problem));
    const exitCode = answer.exitCode ?? 0;
    const stderr = answer.stderr ?? '';
    if (exitCode !== 0 && command.okExits?.includes(exitCode) !== true)
      return Promise.resolve(
        fail(problem('bad-exit', stderr || `exit ${exitCode}`, { detail: stderr, exitCode })),
      );
    return Promise.resolve(ok({ stdout: answer.stdout ?? '', stderr, exitCode, durationMs: 1 }));
  };
  const read = (path: string): Promise<Result<Buffer>> => {
    const content = files.get(path);
    if (content === undefined) return Promise.resolve(fail(problem('not-found', `${path} does not exist`)));
    if (typeof content === 'string') return Promise.resolve(ok(Buffer.from(content)));
    return Promise.resolve(Buffer.isBuffer(content) ? ok(content) : fail(content));
  };
  const host: FakeHost = {
    kind: 'local',
    name: 'fake',
    privileged: options.privileged ?? true,
    get ran() {
      return commands.map(wordsOf);
    },
    commands,
    now: () => unixMs(now),
    run: (command) => run(command),
    async stream(command, onChunk) {
      const finished = await run(command);
      if (finished.ok) onChunk(Buffer.from(finished.value.stdout));
      return finished;
    },
    read: (path) => read(path),
    async readChunks(path, onChunk) {
      const whole = await read(path);
      if (!whole.ok) return whole;
      onChunk(whole.value);
      return ok(undefined);
    },
    stat: (path) => Promise.resolve(fail(problem('not-found', `${path} does not exist`))),
    disk: () => Promise.resolve(ok({ size: 1, available: 1 })),
    glob: (pattern) => {
      const shape = new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`);
      return Promise.resolve(ok([...files.keys()].filter((path) => shape.test(path)).sort()));
    },
    follow: () => Promise.reject(new Error('nothing to follow')),
    openPty: () => Promise.reject(new Error('no programs here')),
    endPtys: () => Promise.resolve(),
    which: (tool) => Promise.resolve(tools.get(tool) === true ? `/usr/sbin/${tool}` : undefined),
    on(words, answer = {}, times = Number.POSITIVE_INFINITY) {
      const matches = (command: Command): boolean =>
        typeof words === 'string' ? wordsOf(command).startsWith(words) : words.test(wordsOf(command));
      scripted.push({ matches, answer, name: String(words), times, used: 0 });
      return host;
    },
    file(path, text) {
      files.set(path, text);
      return host;
    },
    tool(name, present) {
      tools.set(name, present);
      return host;
    },
    advance(ms) {
      now += ms;
    },
    assertUsed() {
      const unused = scripted.filter((one) => one.used === 0).map((one) => one.name);
      if (unused.length > 0) throw new Error(`never run: ${unused.join('; ')}`);
    },
  };
  return host;
}
