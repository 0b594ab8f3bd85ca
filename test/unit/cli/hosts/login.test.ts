// Who is asked, and when, before the screen opens.

import { PassThrough } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { loginEach } from '../../../../src/cli/hosts/login.ts';
import type { HostId } from '../../../../src/core/hosts.ts';
import { asking, downWith, type FakeLine, fakeLine, type Story, UP } from './fake-line.ts';

const lineOf = (name: string, story: Story): FakeLine =>
  fakeLine({ entry: { id: name as HostId, destination: name, sudo: 'auto' }, runDir: '/nonexistent' }, story);

it('asks as soon as somebody has a question, while a slow host still connects', async () => {
  const slow = lineOf('slow', {});
  const vault = lineOf('vault', { batch: asking('vault: a passphrase'), login: UP });
  const stderr = new PassThrough();
  const answers: string[] = [];
  const done = loginEach(
    [slow, vault].map(({ options, host }) => ({ entry: options.entry, host })),
    { stderr, terminal: true },
    (id, { ok }) => void answers.push(`${id} ${ok}`),
  );
  await vi.waitUntil(() => answers.length === 1);
  expect([vault.asked, answers]).toEqual([['retry', 'login'], ['vault true']]);
  slow.become(downWith('slow: no route'));
  await done;
  expect([slow.asked, answers]).toEqual([['retry'], ['vault true', 'slow false']]);
});
