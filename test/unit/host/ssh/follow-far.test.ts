// What the follower of a far host tells, with a real sh at the other end: every line once, through rotations, rewritten files,
// odd names, and a line that breaks.

import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { FollowTuning } from '../../../../src/host/follow-file.ts';
import { createFarFollow } from '../../../../src/host/ssh/follow.ts';
import { isAlive } from '../alive.ts';
import { numbers, type Story, storiesPerTest, text } from '../follow-story.ts';
import { type NearLine, nearLine, SHELLS } from './near-channel.ts';

const stories = storiesPerTest();
let folder: string;
let log: string;
beforeEach(() => {
  folder = stories.newFolder();
  log = join(folder, 'app.log');
});

const QUICK = { rotationQuietMs: 20, deletedQuietMs: 20, busyMs: 10, quietMs: 100 };

function followerOn(line: NearLine, tuning: Partial<FollowTuning> = {}) {
  const follow = createFarFollow({
    openChannel: line.openChannel,
    link: line as never,
    tuning: { ...QUICK, ...tuning },
    talk: { lookMs: 20, retryMs: 10 },
  });
  return (patterns: readonly string[], tailBytes = 0): Story =>
    stories.follow({ patterns, tailBytes }, {}, follow);
}

describe.each(SHELLS)('with %s', (_, shell) => {
  test('a file that grows, is rotated, and grows on', async () => {
    writeFileSync(log, 'before\n');
    const story = followerOn(nearLine(shell))([log]);
    await story.until(() => story.told.length === 1);
    appendFileSync(log, text(numbers(1, 3)));
    await story.until(() => story.lines.length === 3);
    appendFileSync(log, text(numbers(4, 5)));
    renameSync(log, `${log}.1`);
    appendFileSync(`${log}.1`, text(numbers(6, 7)));
    writeFileSync(log, text(numbers(8, 9)));
    await story.until(() => story.lines.length >= 9);
    expect(story.lines).toEqual(numbers(1, 9));
    expect(story.told).toEqual(['opened app.log', 'rotated app.log']);
  });

  test('names that a shell would read', async () => {
    const names = [`it's "here"`, '$HOME `id` ; echo', 'two\nlines', 'ä\\n*', '-n', ' '];
    for (const name of names) writeFileSync(join(folder, name), '');
    const story = followerOn(nearLine(shell))([...names.map((name) => join(folder, name)), `${folder}/t*`]);
    await story.until(() => story.told.length === names.length);
    for (const [at, name] of names.entries()) appendFileSync(join(folder, name), `line ${at + 1}\n`);
    await story.until(() => story.lines.length >= names.length);
    expect([...story.lines].sort()).toEqual(numbers(1, names.length));
  });

  test('a line that breaks: what was written meanwhile follows, in the renamed file and in the new one', async () => {
    writeFileSync(log, '');
    const line = nearLine(shell, { noise: 'Welcome!\nno newline' });
    const story = followerOn(line)([log]);
    await story.until(() => story.told.length === 1);
    appendFileSync(log, text(numbers(1, 3)));
    await story.until(() => story.lines.length === 3);
    line.cut();
    appendFileSync(log, text(numbers(4, 6)));
    renameSync(log, `${log}.1`);
    writeFileSync(log, text(numbers(7, 9)));
    line.mend();
    await story.until(() => story.lines.length >= 9);
    expect(story.lines).toEqual(numbers(1, 9));
    expect(story.told).toEqual(['opened app.log', 'gap nothing app.log', 'rotated app.log']);
  });

  test('a backlog is jumped over with the exact count of what was in it', async () => {
    writeFileSync(log, '');
    const story = followerOn(nearLine(shell), { backlogMaxBytes: 200_000, backlogKeepBytes: 1000 })([log]);
    await story.until(() => story.told.length === 1);
    appendFileSync(log, 'unfinished');
    await story.until(() => story.rests.get(log) === 'unfinished');
    appendFileSync(log, text(numbers(1, 30_000)));
    await story.until(() => story.lines.at(-1) === 'line 30000');
    expect(story.skipped.lines + story.lines.length).toBe(30_000);
    expect(story.lines).toEqual(numbers(30_001 - story.lines.length, 30_000));
    expect(story.lines.length).toBeLessThan(1000);
  });

  test('nothing is left behind when nobody follows any more, nor when the line breaks', async () => {
    writeFileSync(log, '');
    const line = nearLine(shell);
    const story = followerOn(line)([log]);
    await story.until(() => story.told.length === 1);
    line.cut();
    await vi.waitUntil(() => line.pids.every((pid) => !isAlive(pid)), { timeout: 10_000 });
    line.mend();
    await vi.waitUntil(() => line.pids.length === 2, { timeout: 10_000 });
    await story.stop();
    await vi.waitUntil(() => line.pids.every((pid) => !isAlive(pid)), { timeout: 10_000 });
  });
});

test.each([
  ['shorter', 'b\n'],
  ['as long', 'other 1\nother 2\n'],
  ['longer', text(Array.from({ length: 50 }, (_, index) => `other ${index}`))],
])('copytruncate with new content that is %s', async (_, content) => {
  writeFileSync(log, '');
  const story = followerOn(nearLine())([log]);
  await story.until(() => story.told.length === 1);
  appendFileSync(log, 'stays 1\nstays 2\n');
  await story.until(() => story.lines.length === 2);
  copyFileSync(log, `${log}.1`);
  truncateSync(log);
  appendFileSync(log, content);
  const wanted = ['stays 1', 'stays 2', ...content.trimEnd().split('\n')];
  await story.until(() => story.lines.length >= wanted.length);
  expect(story.lines).toEqual(wanted);
  expect(story.told).toContain('truncated app.log');
});

test('the tail of a file begins at a line start', async () => {
  writeFileSync(log, text(numbers(1, 1000)));
  const story = followerOn(nearLine())([log], 95);
  await story.until(() => story.lines.at(-1) === 'line 1000');
  expect(story.lines).toEqual(numbers(1001 - story.lines.length, 1000));
  expect(story.lines.length).toBeGreaterThan(5);
});

test('missing, appears, is deleted, is made again', async () => {
  const story = followerOn(nearLine())([log]);
  await story.until(() => story.told.includes('missing app.log'));
  writeFileSync(log, text(numbers(1, 2)));
  await story.until(() => story.lines.length === 2);
  unlinkSync(log);
  await story.until(() => story.told.length === 4);
  writeFileSync(log, text(numbers(3, 4)));
  await story.until(() => story.lines.length === 4);
  expect(story.lines).toEqual(numbers(1, 4));
  expect(story.told.slice(0, 4)).toEqual([
    ...['missing app.log', 'opened app.log', 'gap unknown app.log', 'missing app.log'],
  ]);
});

test('a folder is not followed; what a pattern finds later is read from its start', async () => {
  mkdirSync(log);
  const story = followerOn(nearLine())([log, `${folder}/*.txt`]);
  await story.until(() => story.told.includes('not-a-file app.log'));
  writeFileSync(join(folder, 'new.txt'), text(numbers(1, 3)));
  await story.until(() => story.lines.length === 3);
  expect(story.lines).toEqual(numbers(1, 3));
});

test('two followers of a file: each line goes over the line once; one who comes or goes disturbs nobody', async () => {
  writeFileSync(log, '');
  const other = join(folder, 'other.log');
  writeFileSync(other, '');
  const line = nearLine();
  const follow = followerOn(line);
  const [one, two] = [follow([log]), follow([log])];
  await one.until(() => one.told.length === 1 && two.told.length === 1);
  const before = line.received.bytes;
  appendFileSync(log, text(numbers(1, 5000)));
  await one.until(() => one.lines.length === 5000 && two.lines.length === 5000);
  expect(line.received.bytes - before).toBeLessThan(1.5 * text(numbers(1, 5000)).length);
  const third = follow([other]);
  appendFileSync(log, text(numbers(5001, 5100)));
  await third.until(() => third.told.length === 1);
  await two.stop();
  appendFileSync(log, text(numbers(5101, 5200)));
  appendFileSync(other, text(numbers(1, 2)));
  await one.until(() => one.lines.length === 5200 && third.lines.length === 2);
  expect(one.lines).toEqual(numbers(1, 5200));
  expect(line.pids).toHaveLength(1);
});

test('the file of before is gone when the line is back: it is said', async () => {
  writeFileSync(log, '');
  const line = nearLine();
  const story = followerOn(line)([log]);
  await story.until(() => story.told.length === 1);
  appendFileSync(log, text(numbers(1, 2)));
  await story.until(() => story.lines.length === 2);
  line.cut();
  const next = join(folder, 'next');
  writeFileSync(next, text(numbers(10, 11)));
  renameSync(next, log);
  line.mend();
  await story.until(() => story.lines.length === 4);
  expect(story.told).toContain('gap unknown app.log');
  expect(story.lines).toEqual([...numbers(1, 2), ...numbers(10, 11)]);
});
