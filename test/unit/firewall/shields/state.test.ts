// The files of the shields: what we print is read back the same, and nothing else is believed.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { type Deadline, MEASURES, type ShieldsState } from '../../../../src/core/shields.ts';
import {
  newShieldsId,
  parseCurrent,
  parseDeadline,
  parseLeftOut,
  parseState,
  parseUptime,
  printDeadline,
  printLeftOut,
  printState,
  withoutLeftOut,
} from '../../../../src/firewall/shields/state.ts';

const BASE = '/var/lib/opsconsole/shields';
const hex = (length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''));
const bootId = fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map((parts) => parts.join('-'));
const text = fc.string({ unit: 'binary', maxLength: 15 }).map((raw) => sanitise(raw) as string);
const seconds = fc.integer({ min: 0, max: 31_622_400 });
const optional = (key: string) =>
  fc.option(text, { nil: undefined }).map((value) => (value === undefined ? {} : { [key]: value }));

const state: fc.Arbitrary<ShieldsState> = fc
  .record({
    version: fc.constant(1 as const),
    id: hex(8),
    bootId,
    profile: text,
    auto: fc.boolean(),
    by: fc
      .tuple(
        fc.record({ user: text, console: text }),
        optional('sudoUser'),
        optional('tty'),
        optional('sshPeer'),
      )
      .map((parts) => Object.assign({}, ...parts) as ShieldsState['by']),
    raisedAt: fc.integer({ min: 0, max: 4e12 }).map(unixMs),
    raisedUptime: fc.double({ min: 0, max: 1e9, noNaN: true }).filter((value) => !Object.is(value, -0)),
    trialSeconds: seconds,
    holdSeconds: seconds,
    wall: fc.constantFrom('nft' as const, 'iptables' as const, 'none' as const),
    measures: fc.array(
      fc.record({ measure: fc.constantFrom(...MEASURES), says: text.map((says) => sanitise(says)) }),
      { maxLength: 5 },
    ),
  })
  .map((value) => value);

const one: ShieldsState = {
  version: 1,
  id: '1a2b3c4d',
  bootId: '00000000-1111-2222-3333-444444444444',
  profile: 'default',
  auto: false,
  by: { user: 'root', console: 'c', tty: '/dev/pts/1' },
  raisedAt: unixMs(1_800_000_000_000),
  raisedUptime: 12.5,
  trialSeconds: 120,
  holdSeconds: 3600,
  wall: 'nft',
  measures: [{ measure: 'tcp', says: sanitise('cookies') }],
};

describe('state.json', () => {
  test('reads back what was printed', () => {
    fc.assert(
      fc.property(state, (value) => {
        expect(parseState(printState(value), BASE, value.id)).toEqual({ ok: true, value });
      }),
    );
  });

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(parseState(Buffer.from(bytes).toString('utf8'), BASE, '1a2b3c4d').ok).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(parseState(json, BASE, '1a2b3c4d').ok).toBe(false);
      }),
    );
  });

  test('one spoilt field spoils it', () => {
    const spoilt = fc.tuple(
      fc.constantFrom(...(Object.keys(one) as (keyof ShieldsState)[])),
      fc.constantFrom(null, 'x', -1, 1e300, [], {}, [{}], [{ measure: 'tcp' }], { user: 1 }, undefined),
    );
    fc.assert(
      fc.property(spoilt, ([name, value]) => {
        fc.pre(!(name === 'profile' && value === 'x'));
        fc.pre(!(name === 'measures' && Array.isArray(value) && value.length === 0));
        const parsed = parseState(JSON.stringify({ ...one, [name]: value }), BASE, one.id);
        expect(parsed.ok, `${name} = ${JSON.stringify(value)}`).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('half a file, another id and a newer version say what to type', () => {
    const hint = `sh ${BASE}/1a2b3c4d/revert.sh down operator`;
    const cases: readonly (readonly [string, string, RegExp])[] = [
      [printState(one).slice(0, 90), one.id, /cannot be understood/],
      [printState({ ...one, id: 'ffffffff' }), one.id, /id is not as we write it/],
      [printState(one).replace('"version": 1', '"version": 2'), one.id, /raised by a newer opsconsole/],
    ];
    for (const [written, id, words] of cases) {
      const parsed = parseState(written, BASE, id);
      expect(parsed).toMatchObject({
        ok: false,
        problem: { code: 'unreadable', summary: expect.stringMatching(words) },
      });
      expect(!parsed.ok && parsed.problem.hint).toContain(hint);
    }
  });

  test('hostile words in it are made safe', () => {
    const written = printState(one)
      .replace('cookies', '\\u001b[2Jcookies')
      .replace('"root"', '"ro\\u202eot"');
    const parsed = parseState(written, BASE, one.id);
    expect(parsed.ok && parsed.value.measures[0]?.says).toBe('\\x1b[2Jcookies');
    expect(parsed.ok && parsed.value.by.user).toBe('ro\\u202eot');
  });
});

describe('deadline, current, uptime', () => {
  const deadline: fc.Arbitrary<Deadline> = fc.record({
    phase: fc.constantFrom('raising' as const, 'trial' as const, 'held' as const),
    uptime: fc.integer({ min: 0, max: 999_999_999_999 }).map((value) => value / 100),
  });

  test('read back what was printed', () => {
    fc.assert(
      fc.property(deadline, (value) => {
        expect(parseDeadline(printDeadline(value))).toEqual(value);
      }),
    );
    fc.assert(
      fc.property(hex(8), (id) => {
        expect(parseCurrent(`${id}\n`)).toBe(id);
      }),
    );
    expect(newShieldsId()).toMatch(/^[0-9a-f]{8}$/);
  });

  test('never throw and believe nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (raw) => {
        const read = parseDeadline(raw);
        expect(read === undefined || Number.isFinite(read.uptime)).toBe(true);
        expect(parseCurrent(raw) === undefined || /^[0-9a-f]{8}\n?$/.test(raw)).toBe(true);
        expect(parseUptime(raw) === undefined || Number(parseUptime(raw)) >= 0).toBe(true);
      }),
    );
    for (const raw of [
      '',
      'trial',
      'trial x',
      'trial -1',
      'trial 1e9',
      'kept 100',
      'trial 1 2',
      ' trial 1',
      'trial 1\n\n',
    ])
      expect(parseDeadline(raw), raw).toBeUndefined();
    for (const raw of ['', '../../x1', '1A2B3C4D', '1a2b3c4', '1a2b3c4d5', '1a2b3c4d\n\n'])
      expect(parseCurrent(raw), raw).toBeUndefined();
    // An in-place overwrite pads with zeros.
    expect(parseDeadline('trial 000120\n')).toEqual({ phase: 'trial', uptime: 120 });
    expect(parseUptime('3139.08 6000.11\n')).toBe(3139.08);
  });
});

describe('left-out.json', () => {
  const leftOut = fc.array(
    fc.record({
      measure: fc.constantFrom(...MEASURES),
      says: text.map((says) => sanitise(says)),
      why: text.map((why) => sanitise(why)),
    }),
    { maxLength: 5 },
  );

  test('reads back what was printed, and never throws', () => {
    fc.assert(
      fc.property(leftOut, (all) => {
        expect(parseLeftOut(printLeftOut(all))).toEqual(all);
      }),
    );
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (any) => void parseLeftOut(any)));
    for (const strange of ['', '{}', '[1]', '[{"measure":"x","says":""}]', '[{"measure":"tcp"}]'])
      expect(parseLeftOut(strange)).toBeUndefined();
    const hostile = '[{"measure":"tcp","says":"a","why":"\\u001b[2J"}]';
    expect(parseLeftOut(hostile)?.[0]?.why).not.toContain('\u001b');
    expect(parseLeftOut('[{"measure":"tcp","says":"a"}]')).toEqual([{ measure: 'tcp', says: 'a', why: '' }]);
  });

  test('of two commands only the one that was left out is gone', () => {
    const run = (says: string) => ({ measure: 'run' as const, says: sanitise(says) });
    const two = { ...one, measures: [run('a'), run('b')] };
    expect(withoutLeftOut(two, [{ ...run('a'), why: sanitise('no') }]).measures).toEqual([run('b')]);
  });
});
