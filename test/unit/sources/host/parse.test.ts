// The files of the host pane: captured on a real machine, and broken.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseLoad,
  parseMeminfo,
  parsePressure,
  parseStat,
  parseUptime,
} from '../../../../src/sources/host/parse.ts';

const FOLDER = join(import.meta.dirname, '../../../captures/proc/linux-6.18');
const capture = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

describe('captured', () => {
  test('load', () => expect(parseLoad(capture('loadavg.txt'))).toEqual([0.55, 0.31, 0.16]));
  test('cores', () =>
    expect(parseStat(capture('stat.txt'))).toEqual([
      { busy: 4400 + 3493 + 21 + 8, total: 4400 + 3493 + 181_303 + 98 + 21 + 8 },
      { busy: 5475 + 3581 + 75 + 11, total: 5475 + 3581 + 179_926 + 369 + 75 + 11 },
    ]));
  test('memory', () => {
    const memory = parseMeminfo(capture('meminfo.txt'));
    expect(memory).toMatchObject({ total: 24_684_092 * 1024, available: 24_317_768 * 1024 });
  });
  test('pressure', () => {
    for (const name of ['cpu', 'memory', 'io'])
      expect(parsePressure(capture(`pressure-${name}.txt`))).toEqual({
        some10: expect.any(Number),
        full10: expect.any(Number),
      });
  });
  test('uptime', () => expect(parseUptime(capture('uptime.txt'))).toBe(1900.01));
});

test('cpu pressure without a "full" line, as before kernel 5.13', () => {
  expect(parsePressure('some avg10=1.50 avg60=0.00 avg300=0.00 total=1\n')).toEqual({ some10: 1.5 });
});

test('what is not there is unknown, not zero', () => {
  expect(parseLoad('')).toBeUndefined();
  expect(parseMeminfo('MemTotal: 12 kB\n')).toBeUndefined();
  expect(parsePressure('')).toBeUndefined();
  expect(parseUptime('x')).toBeUndefined();
  expect(parseStat('cpu 1 2 3 4\n')).toEqual([]);
});

test('an old kernel with fewer columns is read', () => {
  expect(parseStat('cpu0 10 0 5 85 0\n')).toEqual([{ busy: 15, total: 100 }]);
});

test('never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const parse of [parseLoad, parseStat, parseMeminfo, parsePressure, parseUptime]) parse(text);
    }),
  );
});
