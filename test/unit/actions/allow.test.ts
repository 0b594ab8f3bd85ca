// The names of the allow-list: what of an answer is taken, what is remembered, and that the file of it reads back.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerNames, bookAfter } from '../../../src/actions/allow/answers.ts';
import { EMPTY_BOOK, parseAllowBook, printAllowBook } from '../../../src/actions/allow/book.ts';
import { makeNet, type Net, parseHost } from '../../../src/core/address.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { problem } from '../../../src/core/problem.ts';
import { fail, ok } from '../../../src/core/result.ts';

const host = (text: string): Net => {
  const parsed = parseHost(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};
const at = unixMs(1_795_206_324_000);
const resolving = (table: Readonly<Record<string, readonly string[]>>) => async (name: string) => {
  const found = table[name];
  return found === undefined ? fail(problem('not-found', 'no')) : ok(found);
};

describe('answers', () => {
  test('only addresses that somebody comes from, each once', async () => {
    const answers = [
      '203.0.113.7',
      '203.0.113.7',
      '::ffff:203.0.113.7',
      '2001:db8::7',
      '0.0.0.0',
      '127.0.0.1',
      '169.254.1.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      'fe80::1',
      'ff02::1',
      '010.1.1.1',
      'x',
    ];
    const [answer] = await answerNames(['h'], resolving({ h: answers }), { book: EMPTY_BOOK, now: at });
    expect(answer?.nets.map(({ text }) => text)).toEqual(['203.0.113.7', '2001:db8::7']);
  });

  test.each([
    ['no answer', {}],
    ['an answer of nobody', { h: ['0.0.0.0'] }],
    ['an answer of everybody', { h: Array.from({ length: 17 }, (_, index) => `198.51.100.${index + 1}`) }],
  ])('%s keeps the last good one, with its age', async (_, table) => {
    const book = { ...EMPTY_BOOK, names: new Map([['h', { at, nets: [host('203.0.113.7')] }]]) };
    const now = unixMs(at + 7_200_000);
    const [answer] = await answerNames(['h'], resolving(table), { book, now });
    expect(answer).toMatchObject({ at, nets: [{ text: '203.0.113.7' }] });
    expect(answer?.trouble).toMatch(/its answer of 2h ago is kept/);
    expect(bookAfter(book, answer === undefined ? [] : [answer])).toEqual(book);
  });

  test('a name that never resolved is said', async () => {
    const [answer] = await answerNames(['h\u001b[2J'], resolving({}), { book: EMPTY_BOOK, now: at });
    expect(answer).toMatchObject({ nets: [] });
    expect(answer?.trouble).toContain('never did before');
    expect(answer?.trouble).not.toContain('\u001b');
  });
});

describe('the file', () => {
  const net = fc.oneof(
    fc.nat(0xffffffff).map((value) => makeNet(4, BigInt(value), 32)),
    fc.bigInt(0n, (1n << 128n) - 1n).map((value) => host(makeNet(6, value, 128).text)),
  );
  const nets = fc
    .uniqueArray(net, { minLength: 1, maxLength: 4, selector: ({ text }) => text })
    .map((all) => [...all].sort((a, b) => (a.text < b.text ? -1 : 1)));
  const key = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text !== '__proto__');
  const book = fc.record({
    names: fc.uniqueArray(fc.tuple(key, fc.record({ at: fc.nat().map(unixMs), nets })), {
      selector: ([name]) => name,
    }),
    put: fc.uniqueArray(fc.tuple(key, nets), { selector: ([name]) => name }),
  });

  test('reads back as it was written', () => {
    fc.assert(
      fc.property(book, ({ names, put }) => {
        const wanted = { names: new Map(names), put: new Map(put) };
        expect(parseAllowBook(printAllowBook(wanted), 'allow.json')).toEqual(ok(wanted));
      }),
    );
  });

  test('never throws, and a damaged one is never taken for an empty one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseAllowBook(text, 'allow.json').ok).toBe(false);
      }),
    );
    expect(parseAllowBook('{"version":2,"names":{},"put":{}}', 'f')).toMatchObject({
      ok: false,
      problem: { summary: 'f was written by a newer opsconsole' },
    });
  });
});
