// What is said of an act whose end nobody heard, by the marks that its steps left and by how long they are kept.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createJournal, type Journal } from '../../../../src/actions/journal/journal.ts';
import { type Settled, settleLost } from '../../../../src/actions/lost/settle.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import type { HostId } from '../../../../src/core/hosts.ts';
import { problem } from '../../../../src/core/problem.ts';
import { cutHost } from '../../../fakes/cut-host.ts';
import { createFakeHost } from '../../../fakes/fake-host.ts';

const HOUR = 3600;
let folder = '';
let journal: Journal;
let acts = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oc-settle-'));
  journal = createJournal(join(folder, 'j.db'), 'far' as HostId);
  await journal.open();
});
afterAll(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

/** An act of two steps that the console began so long ago, and was killed. `ends`: what the marks over there say. */
async function settledAs(
  ends: readonly string[],
  { ageSeconds, uptime }: Readonly<{ ageSeconds: number; uptime: number | undefined }>,
): Promise<readonly Settled[]> {
  journal.intend({
    id: `act-${acts++}`,
    at: unixMs(Date.now() - ageSeconds * 1000),
    operator: { user: 'root', console: 'c1' },
    action: 'service',
    summary: 'restart web',
    reason: '',
    commands: ['stop', 'start'].map((verb) => ({ argv: ['web', verb], timeoutMs: 1, outputMaxBytes: 1 })),
    facts: { kind: 'undo' },
    canUndo: false,
  });
  // The far clock is an hour ahead: an act of now has not been done in its past.
  const fake = createFakeHost({ now: Date.now() + HOUR * 1000 })
    .on('sh -c N=0', { stdout: `${ends.join('\n')}\n` })
    .file('/proc/sys/kernel/random/boot_id', '0'.repeat(36))
    .file('/proc/uptime', uptime === undefined ? problem('line-lost', 'gone') : `${uptime}.00 1.00\n`);
  const host = cutHost(fake, { at: -1, how: 'unsent' });
  return settleLost({ host, journal, backends: [] });
}

const NEVER = Array<string>(10).fill('never');

test('no mark of a step is a sign that it did not run, while marks of that time are kept', async () => {
  const fresh = { ageSeconds: 30, uptime: 50 * HOUR };
  expect(await settledAs(NEVER, fresh)).toMatchObject([
    { state: 'failed', says: expect.stringContaining('nothing of it is there') },
  ]);
  expect(await settledAs(['0', ...NEVER], fresh)).toMatchObject([
    { state: 'unproved', says: expect.stringMatching(/: 1 of 2 steps have run, not: web start$/) },
  ]);
  expect(await settledAs(['0', 'unclear', ...NEVER], fresh)).toMatchObject([
    { says: expect.stringMatching(/not: web start \(not known\)$/) },
  ]);
  expect(await settledAs(['0', '0'], fresh)).toMatchObject([
    { says: expect.stringContaining('all its steps have run') },
  ]);
});

test.each([
  ['the host was restarted since', { ageSeconds: HOUR, uptime: 60 }],
  ['they were cleared away', { ageSeconds: 30 * HOUR, uptime: 500 * HOUR }],
  ['our clock was set back', { ageSeconds: -HOUR, uptime: 500 * HOUR }],
])('%s: that nothing has run is not claimed', async (_, when) => {
  expect(await settledAs(NEVER, when)).toMatchObject([
    {
      state: 'unproved',
      says: expect.stringMatching(/which of its 2 steps have run is not known any more$/),
    },
  ]);
});

test('a line that breaks meanwhile leaves it for the next connection', async () => {
  expect(await settledAs(NEVER, { ageSeconds: 1, uptime: undefined })).toEqual([]);
});
