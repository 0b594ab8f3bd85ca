// A host whose line breaks at its Nth call, before or after what was sent has arrived there, or so that it arrives much later.

import { unixMs } from '../../src/core/brand.ts';
import type { LinkState } from '../../src/core/hosts.ts';
import type { Command } from '../../src/core/plan.ts';
import { problem } from '../../src/core/problem.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import type { Host, Link } from '../../src/host/host.ts';

/** `unsent`: nothing was sent. `answer`: it ran and the answer was lost. `late`: it runs only when the test says so. */
export type CutKind = 'unsent' | 'answer' | 'late';

/** `at`: 0 = the first call, or the first step of an act (`of`). `comesBack` false: the line stays down until `raise`. */
export type CutWish = Readonly<{ at: number; of?: 'steps'; how: CutKind; comesBack?: boolean }>;

export type CutHost = Host &
  Readonly<{
    link: Link;
    calls(): number;
    /** What was sent and held up arrives now. */
    deliver(): Promise<void>;
    /** The line comes back. */
    raise(): void;
  }>;

export function cutHost(inner: Host, wish: CutWish): CutHost {
  let calls = 0;
  let up = true;
  const late: (() => Promise<unknown>)[] = [];
  const waiting = new Set<() => void>();
  const raise = (): void => {
    up = true;
    for (const wake of waiting) wake();
    waiting.clear();
  };
  const link: Link = {
    state: (): LinkState =>
      up
        ? { kind: 'up', since: unixMs(0), rttMs: 1, skewMs: 0, system: '' as never }
        : { kind: 'down', since: unixMs(0), problem: problem('no-line', 'cut'), retryAt: unixMs(0) },
    subscribe: () => () => undefined,
    retry: () => undefined,
    login: () => Promise.resolve(ok(undefined)),
    close: () => Promise.resolve(),
    whenUp: async (signal) => {
      if (!up && wish.comesBack !== false) raise();
      while (!up && !signal.aborted)
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      return up ? ok(undefined) : fail(problem('no-line', 'still down'));
    },
  };
  const over = async <T>(call: () => Promise<Result<T>>, isStep = false): Promise<Result<T>> => {
    const number = wish.of === undefined || isStep ? calls++ : -1;
    if (!up) return fail(problem('no-line', 'not connected'));
    if (number !== wish.at) return call();
    up = false;
    if (wish.how === 'unsent') return fail(problem('no-line', 'not connected'));
    if (wish.how === 'late') late.push(call);
    else await call();
    return fail(problem('line-lost', 'the line broke before the answer'));
  };
  return {
    ...inner,
    kind: 'ssh',
    name: 'far',
    link,
    privileged: true,
    now: () => inner.now(),
    run: (command, signal) => over(() => inner.run(plainly(command), signal), command.through !== undefined),
    stream: (command, onChunk, signal) => over(() => inner.stream(plainly(command), onChunk, signal)),
    read: (path, maxBytes) => over(() => inner.read(path, maxBytes)),
    readChunks: (path, onChunk, signal) => over(() => inner.readChunks(path, onChunk, signal)),
    stat: (path) => over(() => inner.stat(path)),
    disk: (path) => over(() => inner.disk(path)),
    glob: (pattern) => over(() => inner.glob(pattern)),
    calls: () => calls,
    deliver: async () => {
      for (const call of late.splice(0)) await call();
    },
    raise,
  };
}

/** As a far host starts it. */
function plainly({ through, privileged: _, ...command }: Command): Command {
  return through === undefined ? command : { ...command, argv: [...through, ...command.argv] };
}
