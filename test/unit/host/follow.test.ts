// What a follower tells of files that only grow, or cannot be read. On real files; waits are on conditions.

import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
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

test('starts at the first line start within the tail', async () => {
  writeFileSync(log, text(numbers(1, 9)));
  // 'line 9\n' is 7 bytes: 14 is exactly at a line start, 15 and 20 are inside the line before it.
  for (const [tailBytes, first] of [
    [0, 10],
    [14, 8],
    [15, 8],
    [20, 8],
    [21, 7],
    [1000, 1],
  ] as const) {
    const story = follow({ patterns: [log], tailBytes });
    await story.until(() => story.told.includes('opened app.log') && story.lines.length >= 10 - first);
    expect(story.lines).toEqual(numbers(first, 9));
    await story.stop();
  }
});

test('says once when all that was there is told, whether or not it could be read', async () => {
  const other = join(folder, 'other.log');
  writeFileSync(log, text(numbers(1, 100_000)));
  writeFileSync(other, text(numbers(1, 3)));
  const caughtUp: number[] = [];
  const patterns = [join(folder, '*.log'), join(folder, 'missing.txt'), folder];
  const onCaughtUp = (): void => void caughtUp.push(story.lines.length);
  const story = follow({ patterns, tailBytes: 10_000_000, onCaughtUp });
  await story.until(() => caughtUp.length > 0);
  expect(caughtUp).toEqual([100_003]);
  expect(story.told).toContain('missing missing.txt');
  appendFileSync(other, text(numbers(4, 4)));
  await story.until(() => story.lines.length === 100_004);
  expect(caughtUp).toEqual([100_003]);
});

test('a tail inside one endless line waits for its newline', async () => {
  writeFileSync(log, 'x'.repeat(5000));
  const story = follow({ patterns: [log], tailBytes: 100 });
  await story.until(() => story.told.length === 1);
  appendFileSync(log, 'rest of it\nfirst whole\n');
  await story.until(() => story.lines.length > 0);
  expect(story.lines).toEqual(['first whole']);
});

test('appended lines come as they are, torn, with NUL, without a last newline', async () => {
  writeFileSync(log, 'old\n');
  const story = follow({ patterns: [log] });
  await story.until(() => story.told.length === 1);
  appendFileSync(log, 'a\0b\nhalf');
  await story.until(() => story.rests.get(log) === 'half');
  expect(story.lines).toEqual(['a\0b']);
  appendFileSync(log, ' and whole\n');
  await story.until(() => story.lines.length === 2);
  expect(story.lines).toEqual(['a\0b', 'half and whole']);
});

test('a line in a quiet log comes by the watcher, not by the poll', async () => {
  writeFileSync(log, '');
  const never = { quietMs: 1_000_000, globMs: 1_000_000 };
  const story = follow({ patterns: [log] }, never);
  await story.until(() => story.told.length === 1);
  for (const count of [1, 2, 3]) {
    // The watcher begins some moments after the first look; touching until it answers is the condition.
    await story.until(() => {
      if (story.lines.length < count) appendFileSync(log, 'x\n');
      return story.lines.length >= count;
    });
  }
});

test('a burst of 100,000 lines arrives whole, in bounded slices', async () => {
  writeFileSync(log, '');
  const story = follow({ patterns: [log] });
  await story.until(() => story.told.length === 1);
  const lines = numbers(1, 100_000);
  appendFileSync(log, text(lines));
  await story.until(() => story.lines.length >= lines.length);
  expect(story.lines).toEqual(lines);
  expect(Math.max(...story.sliceSizes)).toBeLessThanOrEqual(262_144);
});

test('a line of 1 MB arrives whole', async () => {
  writeFileSync(log, `${'m'.repeat(1_000_000)}\nnext\n`);
  const story = follow({ patterns: [log], tailBytes: 2_000_000 });
  await story.until(() => story.lines.length === 2);
  expect(story.lines.map((line) => line.length)).toEqual([1_000_000, 4]);
});

test('a fifo, a folder and a device are reported and not waited for', async () => {
  const fifo = join(folder, 'fifo');
  expect(spawnSync('mkfifo', [fifo]).status).toBe(0);
  mkdirSync(join(folder, 'sub'));
  writeFileSync(log, 'fine\n');
  const story = follow({ patterns: [fifo, join(folder, 'sub'), '/dev/zero', log], tailBytes: 100 });
  await story.until(() => story.lines.length === 1 && story.told.length === 4);
  expect(story.told).toEqual(['not-a-file fifo', 'not-a-file sub', 'not-a-file zero', 'opened app.log']);
});

test('too far behind, it jumps and says exactly what it jumped over', async () => {
  writeFileSync(log, '');
  const story = follow(
    { patterns: [log] },
    { backlogMaxBytes: 100_000, backlogKeepBytes: 5000, sliceBytes: 4096 },
  );
  await story.until(() => story.told.length === 1);
  appendFileSync(log, 'unfinished');
  await story.until(() => story.rests.get(log) === 'unfinished');
  const lines = numbers(1, 50_000);
  appendFileSync(log, `\n${text(lines)}`);
  await story.until(() => story.lines.at(-1) === 'line 50000');
  expect(story.skipped.lines + story.lines.length).toBe(50_001);
  expect(story.lines).toEqual(lines.slice(-story.lines.length));
  const delivered = text(story.lines).length;
  expect(story.skipped.bytes).toBe(text(lines).length + 1 - delivered);
  expect(delivered).toBeLessThanOrEqual(5000);
});

test('the event loop turns between slices', async () => {
  writeFileSync(log, text(numbers(1, 20_000)));
  let turns = 0;
  let stopped = false;
  const turn = (): void => {
    turns += 1;
    if (!stopped) setImmediate(turn);
  };
  setImmediate(turn);
  const story = follow({ patterns: [log], tailBytes: 1e9 }, { sliceBytes: 1024 });
  await story.until(() => story.lines.length === 20_000);
  stopped = true;
  expect(turns).toBeGreaterThanOrEqual(story.sliceSizes.length);
});

test.skipIf(process.getuid?.() !== 0)(
  'no right to read is told, and reading starts when it is given',
  async () => {
    chmodSync(folder, 0o755);
    writeFileSync(log, text(numbers(1, 3)), { mode: 0o600 });
    const entry = new URL('./fixtures/follow-print.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [entry, log], {
      stdio: ['pipe', 'pipe', 'inherit'],
      uid: 65_534,
      gid: 65_534,
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const story = follow({ patterns: [join(folder, 'none')] });
    await story.until(() => said.includes('denied'));
    chmodSync(log, 0o644);
    await story.until(() => said.includes('line 3'));
    expect(said).toBe('denied\nopened\nline 2\nline 3\n');
    child.stdin.end();
  },
);
