import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalRow } from '../../../../src/core/act.ts';
import { contains, makeNet, type Net } from '../../../../src/core/address.ts';
import { command } from '../../../../src/core/plan.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { actTouches, isAbridged, isRelated, netsOfAct } from '../../../../src/store/follow/match.ts';
import { NOW, net } from '../rig.ts';

const anyNet = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), fc.nat(128))
  .map(
    ([four, value, prefix]): Net =>
      four ? makeNet(4, value & 0xffffffffn, prefix % 33) : makeNet(6, value, prefix),
  );

let acts = 0;
const actOf = (summary: string, ...stdin: readonly string[]): JournalRow => ({
  ...{ id: `a${++acts}`, at: NOW, operator: { user: 'root', console: 'c' }, action: 'ban', state: 'done' },
  ...{ summary: sanitise(summary), reason: sanitise(''), result: sanitise(''), canUndo: true },
  commands: stdin.map((text) => command(['nft', '-f', '-'], { stdin: text })),
});

describe('an address and the followed one', () => {
  it.each([
    ['192.0.2.140', '192.0.2.140', true],
    ['192.0.2.140', '192.0.2.0/24', true],
    ['192.0.2.0/24', '192.0.2.140', true],
    ['192.0.2.140', '192.0.2.14', false],
    ['192.0.2.140', '198.51.100.0/24', false],
    ['192.0.2.140', '::/0', false],
    ['2001:db8::1', '2001:db8::/64', true],
    ['2001:db8:0:1::1', '2001:db8::/64', false],
  ])('%s and %s: %s', (followed, other, related) => {
    expect(isRelated(net(followed), net(other))).toBe(related);
  });

  it('are related when one holds the other, and only then', () => {
    fc.assert(
      fc.property(anyNet, anyNet, (a, b) => {
        expect(isRelated(a, b)).toBe(contains(a, b) || contains(b, a));
        expect(isRelated(a, b)).toBe(isRelated(b, a));
      }),
    );
  });
});

describe('the addresses of an act', () => {
  const texts = (row: JournalRow) => netsOfAct(row).map(({ text }) => text);

  it('stand in its summary and in what it ran', () => {
    const row = actOf(
      'ban 192.0.2.140 for 1h',
      'add element inet opsconsole ban4 { 192.0.2.140 timeout 1h, 198.51.100.0/24 }\nadd x { 2001:db8::7 }',
    );
    expect(texts(row)).toEqual(['192.0.2.140', '198.51.100.0/24', '2001:db8::7']);
    expect(actTouches(row, net('198.51.100.9'))).toBe(true);
    expect(actTouches(row, net('192.0.2.14'))).toBe(false);
  });

  it('are not made up from one that a listing cut in two', () => {
    const row = actOf('ban 2 addresses', 'add { 203.0.113.9, 192.0.2.14… (900 characters in all)');
    expect(texts(row)).toEqual(['203.0.113.9']);
    expect(isAbridged(row)).toBe(true);
    expect(isAbridged(actOf('ban 192.0.2.1', 'add { 192.0.2.1 }'))).toBe(false);
  });

  it('are no versions, times or words', () => {
    expect(texts(actOf('lower 02:13:05 from 1.2 to 3.4.5.6.7, add:bad ::/0 dead.beef'))).toEqual([]);
  });

  it('are found in any text without a throw, and any address is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void netsOfAct(actOf(text))));
    fc.assert(
      fc.property(anyNet, (one) => {
        fc.pre(one.prefix > 0 && one.value > 0n);
        expect(texts(actOf(`ban ${one.text} for 1h`))).toContain(one.text);
      }),
    );
  });
});
