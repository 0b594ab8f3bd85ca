// A host over a line that a test moves by hand.

import { unixMs } from '../../../../src/core/brand.ts';
import type { LinkState } from '../../../../src/core/hosts.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok } from '../../../../src/core/result.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import type { Link } from '../../../../src/host/host.ts';
import type { SshHost, SshOptions } from '../../../../src/host/ssh/ssh-host.ts';
import { createFakeHost } from '../../../fakes/fake-host.ts';

const at = unixMs(0);
export const UP: LinkState = { kind: 'up', since: at, rttMs: 1, skewMs: 0, system: safe('Linux') };
export const downWith = (summary: string): LinkState => ({
  kind: 'down',
  since: at,
  problem: problem('no-line', summary),
  retryAt: at,
});
export const asking = (summary: string): LinkState => ({
  kind: 'needs-operator',
  since: at,
  problem: problem('no-line', summary),
});

/** `batch`: what becomes of it when nobody may be asked; absent: it stays connecting. `login`: when somebody may. */
export type Story = Readonly<{ batch?: LinkState; login?: LinkState }>;
export type FakeLine = Readonly<{
  options: SshOptions;
  host: SshHost;
  /** retry, login, close, in order. */
  asked: readonly string[];
  become(state: LinkState): void;
}>;

export function fakeLine(options: SshOptions, story: Story): FakeLine {
  const asked: string[] = [];
  const listeners = new Set<(state: LinkState) => void>();
  let state: LinkState = { kind: 'connecting', since: at };
  const become = (next: LinkState): void => {
    state = next;
    for (const listener of [...listeners]) listener(next);
  };
  const link: Link = {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    retry() {
      asked.push('retry');
      if (story.batch !== undefined) queueMicrotask(() => story.batch && become(story.batch));
    },
    async login() {
      asked.push('login');
      const next = story.login ?? story.batch ?? state;
      become(next);
      return next.kind === 'up' ? ok(undefined) : fail(problem('no-line', 'no'));
    },
    whenUp: () => Promise.resolve(ok(undefined)),
    async close() {
      asked.push('close');
    },
  };
  const host = Object.assign(createFakeHost(), { kind: 'ssh' as const, name: options.entry.id, link });
  return { options, host, asked, become };
}
