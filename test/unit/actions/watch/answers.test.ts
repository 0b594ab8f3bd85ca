// The answers of `opsconsole shields … --json` as the watch reads them, and that nothing else is taken for one.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDone, parseLower, parseRaise } from '../../../../src/actions/watch/answers.ts';

const json = (value: unknown): string => `${JSON.stringify(value)}\n`;
const TROUBLE = { code: 'no-space', summary: 'the disk is full', hint: 'make room' };

describe('raising', () => {
  it('up: what was left out and warned of', () => {
    const report = {
      status: 'done',
      kind: 'up',
      now: {},
      already: false,
      leftOut: [{ measure: 'fail2ban', why: 'it does not run' }],
      warnings: ['many\x1b[31m', 7],
    };
    expect(parseRaise(json(report))).toEqual({
      kind: 'up',
      leftOut: [{ measure: 'fail2ban', why: 'it does not run' }],
      warnings: [expect.not.stringContaining('\x1b')],
    });
    expect(parseRaise('{"kind":"up","leftOut":[null,[],3],"warnings":{}}')).toEqual({
      kind: 'up',
      leftOut: [],
      warnings: [],
    });
  });

  it('refused, with the reasons', () => {
    expect(parseRaise(json({ status: 'refused', reasons: ['nobody is there'] }))).toEqual({
      kind: 'refused',
      reasons: ['nobody is there'],
    });
    expect(parseRaise(json({ status: 'refused' }))).toBeUndefined();
  });

  it('failed: whether it was taken back, and nothing about it when nothing was begun', () => {
    expect(parseRaise(json({ status: 'failed', problem: TROUBLE, undone: false }))).toEqual({
      kind: 'failed',
      problem: TROUBLE,
      undone: false,
    });
    const notBegun = parseRaise(json({ status: 'failed', problem: { code: '??', summary: 'no' } }));
    expect(notBegun).toEqual({ kind: 'failed', problem: { code: 'bad-exit', summary: 'no' } });
  });
});

it('lowering: what happened to each thing', () => {
  const items = [
    { result: 'drift', what: 'sysctl x', detail: 'now 7' },
    { result: 'restored', what: 'y' },
    { result: 'odd' },
  ];
  expect(parseLower(json({ status: 'done', kind: 'down', outcome: { items } }))).toEqual({
    kind: 'down',
    outcome: { items: items.slice(0, 2) },
  });
  expect(parseLower('{"kind":"down"}')).toEqual({ kind: 'down', outcome: { items: [] } });
  expect(parseLower(json({ status: 'failed', problem: TROUBLE }))).toEqual({
    kind: 'failed',
    problem: TROUBLE,
  });
});

it('renewing and looking', () => {
  for (const answer of [{ status: 'done', now: {} }, { status: 'unproved' }, { kind: 'down' }])
    expect(parseDone(json(answer))).toEqual({ ok: true, value: undefined });
  expect(parseDone(json({ status: 'failed', kind: 'unknown', problem: TROUBLE }))).toEqual({
    ok: false,
    problem: TROUBLE,
  });
});

const PARSERS = [parseRaise, parseLower, parseDone];

it('half an answer, another object or none is no answer', () => {
  const whole = json({ status: 'refused', reasons: ['x'] });
  for (const text of ['', '{}', '[]', 'null', '7', '{"status":"?"}', whole.slice(0, -3)])
    expect([text, ...PARSERS.map((parse) => parse(text))]).toEqual([text, undefined, undefined, undefined]);
});

it('random bytes and random objects never throw', () => {
  const keys = ['status', 'kind', 'problem', 'reasons', 'leftOut', 'warnings', 'outcome', 'undone'];
  const words = fc.constantFrom('up', 'down', 'failed', 'refused', 'done');
  const odd = fc.dictionary(fc.constantFrom(...keys), fc.oneof(words, fc.jsonValue()));
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array).toString('utf8'));
  const text = fc.oneof(fc.string(), bytes, odd.map(json));
  fc.assert(
    fc.property(text, (given) => {
      for (const parse of PARSERS) parse(given);
    }),
  );
});
