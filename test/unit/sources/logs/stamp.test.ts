import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStamp } from '../../../../src/sources/logs/stamp.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const iso = (text: string, now = NOW): string | undefined => {
  const stamp = readStamp(text, now);
  return stamp === undefined ? undefined : new Date(stamp).toISOString();
};

const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe('with a zone', () => {
  test.each([
    ['2026-11-20T12:00:00Z h t: x', '2026-11-20T12:00:00.000Z'],
    ['2026-11-20T12:00:00.123456+01:00 h t: x', '2026-11-20T11:00:00.123Z'],
    ['2026-11-20T12:00:00+0100 h t: x', '2026-11-20T11:00:00.000Z'],
    ['<38>1 2026-11-20T12:00:00.5Z h t - - - x', '2026-11-20T12:00:00.500Z'],
    ['203.0.113.7 - - [20/Nov/2026:12:00:00 -0530] "GET / HTTP/1.1" 200 1', '2026-11-20T17:30:00.000Z'],
    ['1763640000.123    4 203.0.113.7 TCP_MISS/200 1 GET x', '2025-11-20T12:00:00.123Z'],
    ['Fri 2026-11-20 12:00:00 UTC h t: x', '2026-11-20T12:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });
});

describe('in local time (Berlin)', () => {
  test.each([
    ['Nov 20 12:00:00 h t: x', '2026-11-20T11:00:00.000Z'],
    ['Jul  1 12:00:00 h t: x', '2026-07-01T10:00:00.000Z'],
    ['<38>Nov 20 12:00:00 h t: x', '2026-11-20T11:00:00.000Z'],
    ['2026-11-20 12:00:00,123 fail2ban.actions [1]: x', '2026-11-20T11:00:00.123Z'],
    ['2026/11/20 12:00:00 [error] 1#1: x', '2026-11-20T11:00:00.000Z'],
    ['[Fri Nov 20 12:00:00.123456 2026] [core:error] x', '2026-11-20T11:00:00.123Z'],
    ['2026-11-20 12:00:00 H=(x) [203.0.113.7] x', '2026-11-20T11:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });
});

describe('without a year', () => {
  test('December read in January is last year', () => {
    expect(iso('Dec 31 23:59:59 h t: x', Date.UTC(2027, 0, 1))).toBe('2026-12-31T22:59:59.000Z');
  });
  test('a clock that is ahead over New Year gives next year', () => {
    expect(iso('Jan  1 00:00:05 h t: x', Date.UTC(2026, 11, 31, 22, 59, 59))).toBe(
      '2026-12-31T23:00:05.000Z',
    );
  });
  test('29 February belongs to the last leap year', () => {
    expect(iso('Feb 29 12:00:00 h t: x')).toBe('2024-02-29T11:00:00.000Z');
  });
});

test.each([
  'Foo 20 12:00:00 h t: x',
  'Nov 31 12:00:00 h t: x',
  'Nov 20 24:00:00 h t: x',
  '2026-13-01T00:00:00Z x',
  '2026-02-30T00:00:00Z x',
  'no time here',
  '203.0.113.7 - [20/Nov/2026:12:00:00 +0000] - [20/Nov/2026:12:00:00 +0000] no quote',
  '',
])('no time in %j', (text) => {
  expect(readStamp(text, NOW)).toBeUndefined();
});

test('a user name that imitates the time of an access line is not believed', () => {
  const line =
    '203.0.113.7 - a [01/Jan/2000:00:00:00 +0000] [20/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 401 1';
  expect(iso(line)).toBe('2026-11-20T12:00:00.000Z');
});

test('print and read again: any moment as ISO', () => {
  const date = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(date, (moment) => {
      expect(readStamp(`${moment.toISOString()} h t: x`, NOW)).toBe(moment.getTime());
    }),
  );
});

test('random text never throws', () => {
  fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => void readStamp(text, NOW)));
});
