import { expect, test } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { LinkState } from '../../../../src/core/hosts.ts';
import type { SetInfo, SetKey } from '../../../../src/core/rows.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import {
  DEFAULT_LIMITS,
  dueSets,
  isBig,
  type Listed,
  limitsOver,
} from '../../../../src/sources/bans/schedule.ts';
import { ipset, nftSet } from '../../firewall/build.ts';

const NOW = 1_000_000;
const key = (text: string): SetKey => text as SetKey;
const listed = (ageMs: number, extra: Partial<Listed> = {}): Listed => ({
  at: NOW - ageMs,
  tookMs: 10,
  length: 5,
  count: 5,
  ask: 0,
  tooSlow: false,
  ...extra,
});

function due(set: SetInfo, last: Listed | undefined, asked = false): boolean {
  const known = new Map(last === undefined ? [] : [[set.key, last] as const]);
  return dueSets([set], known, { now: NOW, ask: asked ? 1 : 0 }).length === 1;
}

test('an ipset is listed at first, when its count changed, and now and then', () => {
  const set = ipset({ count: 5 });
  expect(due(set, undefined)).toBe(true);
  expect(due(set, listed(1000))).toBe(false);
  expect(due(ipset({ count: 6 }), listed(1000))).toBe(true);
  // Not so often that listing takes more than its share.
  expect(due(ipset({ count: 5001 }), listed(1000, { tookMs: 200 }))).toBe(false);
  expect(due(ipset({ count: 5001 }), listed(5000, { tookMs: 200 }))).toBe(true);
  expect(due(set, listed(20_000))).toBe(true);
  expect(due(ipset({ count: 5000 }), listed(19_000, { count: 5000, tookMs: 1000 }))).toBe(false);
  expect(due(ipset({ count: 0 }), listed(99_000, { count: 0 }))).toBe(false);
  expect(due(ipset({ count: 0 }), listed(1000))).toBe(true);
});

test('an nft set has no count: it is listed by time', () => {
  expect(due(nftSet(), undefined)).toBe(true);
  expect(due(nftSet(), listed(1000, { count: undefined }))).toBe(false);
  expect(due(nftSet(), listed(6000, { count: undefined }))).toBe(true);
});

test('a busy machine puts a small set off no longer than an idle one, and a bigger one for a bounded time', () => {
  expect(due(ipset({ count: 6 }), listed(10, { tookMs: 2000 }))).toBe(true);
  expect(due(ipset({ count: 0 }), listed(10, { tookMs: 2000 }))).toBe(true);
  expect(due(ipset({ count: 5 }), listed(15_000, { tookMs: 2000 }))).toBe(true);
  expect(due(nftSet(), listed(4_500, { tookMs: 2000 }))).toBe(true);
  expect(due(nftSet(), listed(9_000, { length: 5000, tookMs: 400 }))).toBe(false);
  expect(due(nftSet(), listed(10_000, { length: 5000, tookMs: 400 }))).toBe(true);
});

test('a look that was too slow is made again after a while, not because somebody acted', () => {
  const slow = { tooSlow: true, length: 0, tookMs: 800, count: undefined };
  expect(due(nftSet(), listed(30_000, slow))).toBe(false);
  expect(due(nftSet(), listed(30_000, slow), true)).toBe(false);
  expect(due(nftSet(), listed(32_000, slow))).toBe(true);
});

test('after an act every small set is read at once', () => {
  expect(due(nftSet(), listed(100), true)).toBe(true);
  expect(due(ipset({ count: 5 }), listed(100), true)).toBe(true);
  expect(due(ipset({ count: 200_000 }), listed(100), true)).toBe(false);
});

test('big sets wait until they are asked for', () => {
  expect(isBig(ipset({ count: 100_001 }), undefined, DEFAULT_LIMITS)).toBe(true);
  expect(isBig(nftSet(), listed(0, { length: 20_001 }), DEFAULT_LIMITS)).toBe(true);
  expect(isBig(nftSet(), listed(0, { tooSlow: true }), DEFAULT_LIMITS)).toBe(true);
  expect(due(ipset({ count: 100_001 }), undefined)).toBe(false);
});

test('those of known size come first, then what has changed, then the oldest', () => {
  const sets = [
    nftSet({ key: key('nft:new') }),
    ipset({ key: key('old'), count: 5 }),
    ipset({ key: key('new'), count: 5 }),
    ipset({ key: key('older'), count: 5 }),
    ipset({ key: key('changed'), count: 6 }),
  ];
  const known = new Map([
    ['old', listed(20_000)],
    ['older', listed(30_000)],
    ['changed', listed(10_000)],
  ]);
  expect(dueSets(sets, known, { now: NOW, ask: 0 }).map((set) => set.key)).toEqual([
    'new',
    'nft:new',
    'changed',
    'older',
    'old',
  ]);
});

test('over a narrow line a set is big sooner, and asked for by hand later', () => {
  const over = (bytesPerSecond?: number): LinkState => ({
    ...{ kind: 'up', since: unixMs(0), rttMs: 600, skewMs: 0, system: safe('Linux') },
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
  });
  for (const line of [undefined, over(), over(10_000_000)])
    expect(limitsOver(DEFAULT_LIMITS, line)).toEqual(DEFAULT_LIMITS);
  expect(limitsOver(DEFAULT_LIMITS, over(8000))).toMatchObject({ ipsetMax: 200, nftMax: 200 });
  expect(limitsOver(DEFAULT_LIMITS, over(8000), true)).toMatchObject({ ipsetMax: 1000, nftMax: 1000 });
  expect(limitsOver(DEFAULT_LIMITS, over(1))).toMatchObject({ ipsetMax: 20, nftMax: 20 });
});
