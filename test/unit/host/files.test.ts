// Reading files, procfs tables, globs and disks of the real machine.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { fileProblem } from '../../../src/host/files.ts';
import { expandGlob, segmentMatcher } from '../../../src/host/glob.ts';
import { createLocalHost } from '../../../src/host/local.ts';

const host = await createLocalHost({ sudo: 'never' });
const folder = mkdtempSync(join(tmpdir(), 'oc-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a procfs file of size 0 is read whole, and the cap holds', async () => {
  const read = await host.read('/proc/self/status');
  expect(read.ok && read.value.toString()).toMatch(/^Name:/);
  writeFileSync(join(folder, 'big'), 'x'.repeat(300_000));
  const big = await host.read(join(folder, 'big'));
  expect(big.ok && big.value.length).toBe(300_000);
  expect(await host.read(join(folder, 'big'), 299_999)).toMatchObject({ problem: { code: 'too-large' } });
});

test('what cannot be read says why', async () => {
  expect(await host.read(join(folder, 'none'))).toMatchObject({ problem: { code: 'not-found' } });
  expect(await host.read(join(folder, 'big', 'x'))).toMatchObject({ problem: { code: 'not-found' } });
  expect(await host.read(folder)).toMatchObject({ problem: { code: 'unreadable' } });
  expect(await host.stat(join(folder, 'none\x1b[2J'))).toMatchObject({
    problem: { summary: expect.stringContaining('\\x1b[2J') },
  });
});

test('chunks of a file and of a kernel table make the whole', async () => {
  writeFileSync(join(folder, 'long'), Buffer.alloc(1_000_001, 'abc'));
  for (const path of [join(folder, 'long'), '/proc/cpuinfo', '/proc/filesystems']) {
    const parts: Buffer[] = [];
    const result = await host.readChunks(path, (chunk) => parts.push(Buffer.from(chunk)));
    expect(result.ok).toBe(true);
    // Clock speeds change between two readings.
    const plain = (text: string): string => text.replace(/MHz.*/g, '');
    expect(plain(Buffer.concat(parts).toString())).toBe(plain(readFileSync(path, 'utf8')));
  }
  const aborted = await host.readChunks('/proc/cpuinfo', () => undefined, AbortSignal.abort());
  expect(aborted).toMatchObject({ problem: { code: 'cancelled' } });
});

test('stat tells files, folders and other things apart', async () => {
  symlinkSync(folder, join(folder, 'link'));
  expect(await host.stat(join(folder, 'big'))).toMatchObject({ value: { kind: 'file', size: 300_000 } });
  expect(await host.stat(join(folder, 'link'))).toMatchObject({ value: { kind: 'directory' } });
  expect(await host.stat('/dev/null')).toMatchObject({ value: { kind: 'other' } });
});

test('disk gives size and free bytes', async () => {
  const disk = await host.disk('/');
  expect(disk.ok && disk.value.size >= disk.value.available && disk.value.available > 0).toBe(true);
});

test('globs match per segment, sorted, without hidden names', async () => {
  for (const name of ['exim4', 'exim5', '.exim6', 'other']) {
    mkdirSync(join(folder, 'logs', name), { recursive: true });
    writeFileSync(join(folder, 'logs', name, 'mainlog'), '');
  }
  const found = async (pattern: string): Promise<unknown> => {
    const result = await host.glob(join(folder, pattern));
    return result.ok ? result.value.map((path) => path.slice(folder.length + 1)) : result.problem.code;
  };
  expect(await found('logs/exim*/mainlog')).toEqual(['logs/exim4/mainlog', 'logs/exim5/mainlog']);
  expect(await found('logs/exim[!4]/main?og')).toEqual(['logs/exim5/mainlog']);
  expect(await found('logs/.e*/mainlog')).toEqual(['logs/.exim6/mainlog']);
  expect(await found('logs/*/nothing')).toEqual([]);
  expect(await found('nowhere*/x')).toEqual([]);
  expect(await found('logs/other/mainlog')).toEqual(['logs/other/mainlog']);
});

test('a folder that may not be listed is a problem, a file in it that may not be seen is a match', async () => {
  const denied = Object.assign(new Error('EACCES'), { code: 'EACCES' });
  const world = {
    list: () => Promise.reject(denied),
    exists: () => Promise.reject(denied),
    problem: fileProblem,
  };
  expect(await expandGlob('/closed/*.log', world)).toMatchObject({ problem: { code: 'not-permitted' } });
  const listed = { ...world, list: () => Promise.resolve([{ name: 'exim4' }]) };
  expect(await expandGlob('/logs/exim*/mainlog', listed)).toEqual({
    ok: true,
    value: ['/logs/exim4/mainlog'],
  });
});

test('any segment makes a matcher; plain names match themselves alone', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (segment, name) => {
      expect(typeof segmentMatcher(segment)(name)).toBe('boolean');
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[^*?[/]+$/), fc.stringMatching(/^[^/]+$/), (segment, name) => {
      expect(segmentMatcher(segment)(segment)).toBe(true);
      expect(segmentMatcher(segment)(name)).toBe(name === segment);
    }),
  );
});
