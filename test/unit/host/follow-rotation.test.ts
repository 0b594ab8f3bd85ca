// What a follower tells while logs are rotated, truncated, deleted and made again: every line exactly once.

import { spawn } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  ftruncateSync,
  openSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { numbers, storiesPerTest, text } from './follow-story.ts';

const { follow, newFolder } = storiesPerTest();
let folder: string;
let log: string;
beforeEach(() => {
  folder = newFolder();
  log = join(folder, 'app.log');
});

test('rename and create: the old file is read to its end, also what is written after the rename', async () => {
  writeFileSync(log, '');
  const story = follow({ patterns: [log] });
  await story.until(() => story.told.length === 1);
  const old = openSync(log, 'a');
  writeSync(old, text(numbers(1, 3)));
  renameSync(log, `${log}.1`);
  writeSync(old, text(numbers(4, 6)));
  writeFileSync(log, '');
  writeSync(old, text(numbers(7, 9)));
  closeSync(old);
  appendFileSync(log, text(numbers(10, 12)));
  await story.until(() => story.lines.length >= 12);
  expect(story.lines).toEqual(numbers(1, 12));
  expect(story.told).toEqual(['opened app.log', 'rotated app.log']);
});

test('a second writer that is late to switch loses nothing', async () => {
  writeFileSync(log, '');
  // Looks come faster than lines, so that some find the old file at its end and the new one not empty.
  const slow = { rotationQuietMs: 1_000_000, rotationMaxMs: 1_000_000, busyMs: 1 };
  const story = follow({ patterns: [log] }, slow);
  await story.until(() => story.told.length === 1);
  renameSync(log, `${log}.1`);
  writeFileSync(log, 'new\n');
  for (let late = 1; late <= 20; late++) {
    appendFileSync(`${log}.1`, `line ${late}\n`);
    await story.until(() => story.lines.length === late);
  }
  expect(story.lines).toEqual(numbers(1, 20));
});

test('an old writer that never stops does not hold up the new file for ever', async () => {
  writeFileSync(log, '');
  const story = follow({ patterns: [log] }, { rotationQuietMs: 1_000_000, rotationMaxMs: 100 });
  await story.until(() => story.told.length === 1);
  renameSync(log, `${log}.1`);
  writeFileSync(log, 'new\n');
  await story.until(() => story.lines.includes('new'));
});

test('an unfinished last line before a rotation is a line of its own', async () => {
  writeFileSync(log, '');
  const story = follow({ patterns: [log] });
  await story.until(() => story.told.length === 1);
  appendFileSync(log, 'cut');
  renameSync(log, `${log}.1`);
  writeFileSync(log, 'new\n');
  await story.until(() => story.lines.length === 2);
  expect(story.lines).toEqual(['cut', 'new']);
});

test.each([
  ['shorter', 'b\n'],
  ['as long', 'other 1\nother 2\n'],
  ['longer', text(Array.from({ length: 50 }, (_, index) => `other ${index}`))],
])('copytruncate with new content that is %s', async (_, content) => {
  writeFileSync(log, '');
  const story = follow({ patterns: [log] });
  await story.until(() => story.told.length === 1);
  appendFileSync(log, 'stays 1\nstays 2\n');
  await story.until(() => story.lines.length === 2);
  const writer = openSync(log, 'a');
  copyFileSync(log, `${log}.1`);
  ftruncateSync(writer, 0);
  writeSync(writer, content);
  closeSync(writer);
  const wanted = ['stays 1', 'stays 2', ...content.trimEnd().split('\n')];
  await story.until(() => story.lines.length >= wanted.length);
  expect(story.lines).toEqual(wanted);
  expect(story.told).toContain('truncated app.log');
});

test('copytruncate under a writer that keeps its offset does not deliver the hole', async () => {
  const writer = openSync(log, 'w');
  const story = follow({ patterns: [log] });
  await story.until(() => story.told.length === 1);
  writeSync(writer, text(numbers(1, 1000)));
  await story.until(() => story.lines.length === 1000);
  truncateSync(log, 0);
  writeSync(writer, text(numbers(1001, 1002)));
  closeSync(writer);
  await story.until(() => story.lines.length >= 1002);
  expect(story.lines).toEqual(numbers(1, 1002));
});

test('a touched file is not read again', async () => {
  writeFileSync(log, 'a\n');
  const story = follow({ patterns: [log], tailBytes: 100 });
  await story.until(() => story.lines.length === 1);
  utimesSync(log, 1, 1);
  appendFileSync(log, 'b\n');
  await story.until(() => story.lines.length === 2);
  expect(story.told).toEqual(['opened app.log']);
});

test('missing, appears, is deleted, is made again', async () => {
  const story = follow({ patterns: [log] }, { deletedQuietMs: 0 });
  await story.until(() => story.told.includes('missing app.log'));
  writeFileSync(log, text(numbers(1, 2)));
  await story.until(() => story.lines.length === 2);
  unlinkSync(log);
  await story.until(() => story.told.length === 3);
  writeFileSync(log, text(numbers(3, 4)));
  await story.until(() => story.lines.length === 4);
  expect(story.lines).toEqual(numbers(1, 4));
  expect(story.told.slice(0, 3)).toEqual(['missing app.log', 'opened app.log', 'missing app.log']);
});

test('a file that was moved away and back goes on where it was', async () => {
  writeFileSync(log, '');
  const story = follow({ patterns: [log] });
  await story.until(() => story.told.length === 1);
  appendFileSync(log, text(numbers(1, 2)));
  renameSync(log, `${log}.away`);
  await story.until(() => story.told.includes('missing app.log'));
  renameSync(`${log}.away`, log);
  appendFileSync(log, text(numbers(3, 4)));
  await story.until(() => story.lines.length >= 4);
  expect(story.lines).toEqual(numbers(1, 4));
});

test('a symlink that is switched is a rotation', async () => {
  writeFileSync(join(folder, 'one'), '');
  writeFileSync(join(folder, 'two'), '');
  symlinkSync('one', log);
  const story = follow({ patterns: [log] });
  await story.until(() => story.told.length === 1);
  appendFileSync(log, 'in one\n');
  symlinkSync('two', `${log}.new`);
  renameSync(`${log}.new`, log);
  appendFileSync(log, 'in two\n');
  await story.until(() => story.lines.length === 2);
  expect(story.lines).toEqual(['in one', 'in two']);
});

test('a glob takes new matches from their start and does not read a rotated log twice', async () => {
  writeFileSync(log, 'old\n');
  const story = follow({ patterns: [join(folder, '*.log*')] });
  await story.until(() => story.told.length === 1);
  writeFileSync(join(folder, 'b.log'), 'b\n');
  await story.until(() => story.lines.includes('b'));
  appendFileSync(log, 'a\n');
  renameSync(log, `${log}.1`);
  writeFileSync(log, 'c\n');
  await story.until(() => story.lines.includes('c'));
  // Once more round the globs: app.log.1 matches now too.
  writeFileSync(join(folder, 'd.log'), 'd\n');
  await story.until(() => story.lines.includes('d'));
  expect([...story.lines].sort()).toEqual(['a', 'b', 'c', 'd']);
});

test.each([1, 2, 3])('every line exactly once under torture (seed %i)', async (seed) => {
  const entry = new URL('./fixtures/torture-writer.ts', import.meta.url).pathname;
  writeFileSync(log, '');
  const story = follow({ patterns: [log] });
  await story.until(() => story.told.length === 1);
  const writer = spawn(process.execPath, [entry, log, String(seed), '120'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let asked: number | undefined;
  let end: number | undefined;
  let said = '';
  writer.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    for (const [, word, seq] of said.matchAll(/(barrier|end) (\d+)\n/g))
      if (word === 'end') end = Number(seq);
      else asked = Number(seq);
    said = said.slice(said.lastIndexOf('\n') + 1);
  });
  await story.until(() => {
    if (asked !== undefined && story.lines.length >= asked) {
      asked = undefined;
      writer.stdin.write('go\n');
    }
    return end !== undefined && story.rests.get(log) === `${end} the end, without a newline`;
  });
  const seqs = story.lines.map((line) => Number(line.slice(0, line.indexOf(' '))));
  expect(seqs).toEqual(Array.from({ length: (end ?? 0) - 1 }, (_, index) => index + 1));
  const kinds = new Set(story.told.map((event) => event.split(' ')[0]));
  expect(kinds.has('rotated') && kinds.has('truncated')).toBe(true);
});
