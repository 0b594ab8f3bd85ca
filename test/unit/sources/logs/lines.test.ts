import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LOG_LINE_MAX } from '../../../../src/core/rows.ts';
import { countNewlines, createLineSplitter, lineText } from '../../../../src/sources/logs/lines.ts';

describe('lineText', () => {
  test.each([
    ['plain\n', 'plain'],
    ['dos\r\n', 'dos'],
    ['\0\0\0after a hole\n', 'after a hole'],
    ['a\0b', 'a\\x00b'],
    ['\x1b[2J\x9b', '\\x1b[2J\\x9b'],
    ['', ''],
  ])('%j', (raw, shown) => {
    expect(lineText(Buffer.from(raw))).toBe(shown);
  });

  test('bytes that are no UTF-8 are shown as such', () => {
    expect(lineText(Buffer.from([0x61, 0xff, 0x9b, 0x62]))).toBe('a\ufffd\ufffdb');
  });

  test('never longer than allowed, and a cut is marked', () => {
    const unit = fc.constantFrom('a', '\x1b', 'ü', '😀', '\u202e');
    fc.assert(
      fc.property(unit, fc.integer({ min: 1, max: 9000 }), (part, count) => {
        const raw = part.repeat(count);
        const text = lineText(Buffer.from(raw));
        expect(text.length).toBeLessThanOrEqual(LOG_LINE_MAX);
        expect(/[\ud800-\udbff](?![\udc00-\udfff])/.test(text)).toBe(false);
        if (raw.length > LOG_LINE_MAX) expect(text.endsWith('…')).toBe(true);
      }),
    );
  });
});

describe('createLineSplitter', () => {
  test('lines do not depend on how the bytes were cut into chunks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'bc', '\n', '\r\n', ''), { maxLength: 60 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
        (parts, sizes) => {
          const whole = Buffer.from(parts.join(''));
          const lines: string[] = [];
          const splitter = createLineSplitter((line) => lines.push(line.toString()));
          for (let at = 0; at < whole.length; ) {
            const size = sizes.next().value ?? 1;
            splitter.push(whole.subarray(at, at + size));
            at += size;
          }
          splitter.end();
          const expected = whole.toString().split('\n');
          if (expected.at(-1) === '') expected.pop();
          expect(lines).toEqual(expected);
          expect(countNewlines(whole)).toBe(whole.toString().split('\n').length - 1);
        },
      ),
    );
  });

  test('of a long line only the beginning is held, and its length is told', () => {
    const seen: (readonly [number, number])[] = [];
    const splitter = createLineSplitter((line, bytes) => seen.push([line.length, bytes]), 10);
    for (let index = 0; index < 100; index++) splitter.push(Buffer.from('x'.repeat(7)));
    splitter.push(Buffer.from('\nshort\n'));
    expect(seen).toEqual([
      [10, 700],
      [5, 5],
    ]);
  });
});
