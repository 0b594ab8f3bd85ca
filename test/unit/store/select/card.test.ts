import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import { problem } from '../../../../src/core/problem.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import { selectSeenCount } from '../../../../src/store/select/address-state.ts';
import { type CardFacts, selectCard } from '../../../../src/store/select/card.ts';
import type { ConsoleState } from '../../../../src/store/state.ts';
import { cardLines } from '../../../../src/views/card-lines.ts';
import { UNICODE_GLYPHS } from '../../../../src/views/glyphs.ts';
import { report, source } from '../../../frames/panes/machine-states.ts';
import {
  batchOf,
  key,
  LOG,
  lineOf,
  logSpec,
  membersOf,
  NOW,
  net,
  reduced,
  sampleOf,
  setOf,
  stateOf,
} from '../rig.ts';

const IT = net('192.0.2.140');
const text = (state: ConsoleState, address = IT) =>
  cardLines(selectCard(state, address), { columns: 100, glyphs: UNICODE_GLYPHS, now: state.now })
    .map((line) => line.map((part) => part.text).join(''))
    .join('\n');
const set = setOf('f2b-http');
const banned = (...rows: Parameters<typeof membersOf>[1]): Msg => sampleOf([set], [membersOf(set, rows)]);
const act = (id: string, summary: string) => ({
  ...{
    id,
    at: NOW,
    operator: { user: 'root', console: 'c' },
    action: 'ban' as const,
    state: 'done' as const,
  },
  ...{ summary: sanitise(summary), reason: sanitise(''), result: sanitise(''), canUndo: true, commands: [] },
});

describe('what is not known', () => {
  it('is said to be so, and is never nought', () => {
    const blank = stateOf();
    const facts = selectCard(blank, IT);
    expect(facts.flows).toMatchObject({ kind: 'unknown' });
    expect(facts.traffic).toMatchObject({ kind: 'unknown' });
    expect(facts.acts).toMatchObject({ kind: 'unknown' });
    const shown = text(blank);
    for (const words of [
      '– the ban sets were not read yet',
      '– flows were not counted yet',
      '– the journal was not read yet',
    ])
      expect(shown).toContain(words);
    expect(shown).not.toContain('not banned');
    expect(shown).not.toMatch(/\b0 flows/);
  });

  it('of a set that is not listed leaves open whether it is banned', () => {
    const state = reduced(stateOf(), sampleOf([setOf('huge', { count: 1_000_000 })], []));
    expect(text(state)).toContain('– not in the sets that are listed; huge not listed');
    expect(text(state)).not.toContain('sets     in none');
    expect(text(reduced(stateOf(), sampleOf([setOf('bare', { count: 0 })], [])))).toContain('not banned');
  });

  it('of the flows is what is wrong, or that it is not among the top', () => {
    const failed = problem('not-permitted', 'not root');
    const blind: Msg = {
      ...{ kind: 'source/status-changed', source: 'flows' },
      status: { kind: 'unavailable', problem: failed },
    };
    expect(selectCard(reduced(stateOf(), blind), IT).flows).toEqual({ kind: 'unknown', why: 'not root' });
    const others = report([source('203.0.113.1', { ESTABLISHED: 4 })]);
    expect(selectCard(reduced(stateOf(), others), IT).flows).toMatchObject({
      ...{ kind: 'not-among', why: 'not among the top 1 source' },
    });
    expect(text(reduced(stateOf(), others))).not.toMatch(/0 flows/);
    const all = report([source('203.0.113.1', {}), source('203.0.113.2', {})], { distinct: 2 });
    expect(selectCard(reduced(stateOf(), all), IT).flows).toMatchObject({ why: 'not among the 2 sources' });
    const none = selectCard(reduced(stateOf(), report([])), IT);
    expect(none.flows).toMatchObject({ kind: 'not-among', why: 'no source was counted' });
  });
});

describe('sets', () => {
  it('name the ban with what is left of it, and others of its network', () => {
    const state = reduced(
      stateOf(),
      banned(
        { net: IT, expires: NOW + 3_600_000 },
        { net: net('192.0.2.7'), expires: NOW + 1000 },
        { net: net('192.0.2.8'), expires: NOW - 1000 },
        { net: net('198.51.100.1'), expires: NOW + 1000 },
      ),
    );
    const { sets } = selectCard(state, IT);
    expect(sets.holding.map(({ name, left }) => [name, left])).toEqual([['f2b-http', 3600]]);
    expect(sets.others).toBe(1);
    expect(text(state)).toContain('⊘ banned in f2b-http, proved by its rule; 1h left');
  });

  it('that no rule drops are no ban, and an ended one is none', () => {
    const unused = setOf('listed', { enforcement: { kind: 'unused' } });
    const held = reduced(stateOf(), sampleOf([unused], [membersOf(unused, [{ net: IT }])]));
    expect(text(held)).toContain('not banned: no rule drops the sets that hold it');
    expect(text(reduced(stateOf(), banned({ net: IT, expires: NOW })))).toMatch(/^now +not banned$/m);
  });

  it('that hold the network hold it, and say that all of it is banned', () => {
    const state = reduced(stateOf(), banned({ net: net('192.0.2.0/23'), expires: Number.POSITIVE_INFINITY }));
    expect(selectCard(state, IT).sets).toMatchObject({ whole: true });
    expect(text(state)).toContain('until changed');
  });
});

const line = (seq: number, words: string, status: number, stamp?: number) => {
  const made = lineOf(seq, words, stamp === undefined ? {} : { stamp: unixMs(stamp) });
  return { ...made, reading: { ...made.reading, status } };
};

describe('logs', () => {
  it('are counted by what they say, from first to last', () => {
    const state = reduced(
      stateOf(),
      batchOf([
        line(0, '192.0.2.140 a', 404, NOW - 9000),
        line(1, '192.0.2.140 b', 403, NOW - 60_000),
        line(2, '192.0.2.140 c', 200),
        line(3, '192.0.2.9 d', 200),
        line(4, '2001:db8::1 e 192.0.2.9', 500),
      ]),
    );
    const { logs } = selectCard(state, IT);
    expect(logs).toMatchObject({
      lines: 3,
      kept: 5,
      first: NOW - 60_000,
      last: NOW - 9000,
      undated: 1,
      others: 1,
    });
    expect([...(logs.logs[0]?.kinds ?? [])]).toEqual([
      ['4xx', 2],
      ['2xx', 1],
    ]);
  });

  it('that only a frozen pane still shows are said beside the kept ones', () => {
    const full = (from: number, words: string) =>
      batchOf(Array.from({ length: 600 }, (_, at) => line(from + at, words, 200, NOW - 5000 + from + at)));
    const spec = logSpec({ history: 300 });
    const live = reduced(stateOf(spec), batchOf([line(0, '192.0.2.140 a', 404, NOW - 9000)]));
    const gone = [full(1, '198.51.100.9 b'), full(601, '192.0.2.9 c')];
    expect(text(reduced(live, ...gone))).toContain('in none of 300 kept lines');
    const frozen = reduced(live, key(LOG, 'line-up'), ...gone);
    expect(selectCard(frozen, IT).logs).toMatchObject({
      ...{ lines: 0, kept: 300, older: { lines: 1, frozen: true } },
      ...{ first: NOW - 9000, last: NOW - 9000, undated: 0, others: 1 },
    });
    expect(text(frozen)).toMatch(
      /in none of 300 kept lines\n +and in 1 older line that a frozen pane still shows\n +first /,
    );
    expect(text(reduced(frozen, key(LOG, 'follow')))).not.toContain('older');
  });

  it('agree with a look at every line', () => {
    const address = fc.constantFrom('192.0.2.140', '192.0.2.14', '192.0.2.15', '198.51.100.9', 'nobody');
    const written = fc.option(fc.nat(1_000_000), { nil: undefined });
    const row = fc.tuple(fc.array(address, { maxLength: 3 }), written);
    fc.assert(
      fc.property(fc.array(row, { maxLength: 700 }), (rows) => {
        const lines = rows.map(([words, ago], at) =>
          lineOf(at, words.join(' '), ago === undefined ? {} : { stamp: unixMs(NOW - ago) }),
        );
        const state = reduced(stateOf(), batchOf(lines));
        const { logs } = selectCard(state, IT);
        const hits = rows.filter(([words]) => words.some((word) => word === IT.text));
        const times = hits.flatMap(([, ago]) => (ago === undefined ? [] : [NOW - ago]));
        expect(logs.lines).toBe(hits.length);
        expect(logs.lines).toBe(selectSeenCount(state, IT));
        expect(logs.kept).toBe(rows.length);
        expect(logs.undated).toBe(hits.length - times.length);
        expect(logs.first).toBe(times.length === 0 ? undefined : Math.min(...times));
        expect(logs.last).toBe(times.length === 0 ? undefined : Math.max(...times));
        const near = new Set(
          rows.flatMap(([words]) => words).filter((word) => /^192\.0\.2\.1[45]$/.test(word)),
        );
        expect(logs.others).toBe(near.size);
        const kinds = [...(logs.logs[0]?.kinds.values() ?? [])];
        expect(kinds.reduce((sum, count) => sum + count, 0)).toBe(hits.length);
      }),
      { numRuns: 40 },
    );
  });
});

it('shows the acts on it with who, what and result', () => {
  const rows = [act('2', 'ban 192.0.2.0/24 for 1h'), act('1', 'ban 198.51.100.1 for 1h')];
  const state = reduced(stateOf(), { kind: 'journal/loaded', rows });
  const { acts } = selectCard(state, IT);
  expect(acts.kind === 'known' && acts.rows.map(({ id }) => id)).toEqual(['2']);
  expect(text(state)).toMatch(/root: ban 192\.0\.2\.0\/24 for 1h\n +done, proved, can be undone/);
  expect(text(state, net('203.0.113.1'))).toContain('none among the last 2');
});

it('has lines for any address in any state, none wider than the card', () => {
  const states = [
    stateOf(),
    reduced(stateOf(), banned({ net: IT }), report([source(IT.text, { SYN_RECV: 9 }, { bytes: 7 })])),
  ];
  const address = fc.constantFrom(
    '192.0.2.140',
    '192.0.2.0/24',
    '0.0.0.0/0',
    '2001:db8::1',
    '::/0',
    'fd00::/8',
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...states),
      address,
      fc.integer({ min: 1, max: 120 }),
      (state, one, columns) => {
        const facts: CardFacts = selectCard(state, net(one));
        const lines = cardLines(facts, { columns, glyphs: UNICODE_GLYPHS, now: state.now });
        expect(lines.length).toBeGreaterThan(5);
        for (const parts of lines)
          expect(parts.map((part) => part.text).join('').length).toBeLessThanOrEqual(Math.max(columns, 10));
      },
    ),
  );
});
