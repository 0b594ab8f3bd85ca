import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { LineBox } from '../../../../src/store/logs/line-box.ts';
import { stampsIn } from '../../../../src/store/logs/line-box.ts';
import { lineText } from '../../../../src/store/logs/line-text.ts';
import { lineOf, NOW, net } from '../rig.ts';

const box = (extra: Partial<LineBox> = {}): LineBox => ({
  columns: 100,
  rows: 10,
  wrap: false,
  stamps: 'clock',
  ...extra,
});
const stamped = (text: string) => lineOf(0, text, { stamp: unixMs(NOW) });
const shown = (text: string, of: LineBox = box()) => {
  const line = stamped(text);
  return lineText(line, of, line.reading.chosen);
};

describe('the text of a line', () => {
  it.each([
    [
      'Nov 20 12:00:00 rolly sshd[1]: Failed password from 192.0.2.1',
      'rolly sshd[1]: Failed password from 192.0.2.1',
    ],
    ['<34>Nov  2 12:00:00 rolly sshd[1]: x', 'rolly sshd[1]: x'],
    ['2026-11-20T12:00:00.123+01:00 rolly sshd: x', 'rolly sshd: x'],
    ['2026-11-20 12:00:00,123 fail2ban.actions: NOTICE', 'fail2ban.actions: NOTICE'],
    ['2026/11/20 12:00:00 [error] 1#1: x', '[error] 1#1: x'],
    ['[Fri Nov 20 12:00:00.123456 2026] [core:error] x', '[core:error] x'],
    ['1763640000.123    200 TCP_MISS/200', '200 TCP_MISS/200'],
    ['x.org - - [20/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200', 'x.org "GET / HTTP/1.1" 200'],
    ['x.org - admin [20/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200', 'x.org - admin "GET / HTTP/1.1" 200'],
    ['no time here', 'no time here'],
  ])('leaves out the time that stands in a column: %s', (text, wanted) => {
    expect(shown(text).text).toBe(wanted);
  });

  it('leaves a line without a time as it is, even where one is written that nobody understood', () => {
    const line = lineOf(0, 'Nov 20 12:00:00 x');
    expect(lineText(line, box(), undefined).text).toBe('Nov 20 12:00:00 x');
  });

  it('puts the address of an act in front, and not twice', () => {
    const { lead, text } = shown('192.0.2.1 - - [20/Nov/2026:12:00:00 +0000] "GET /192.0.2.1" 404');
    expect(lead).toEqual({ net: net('192.0.2.1'), columns: 16 });
    expect(text).toBe('"GET /192.0.2.1" 404');
  });

  it('gives a long address its own room', () => {
    const long = '2001:db8:1234:5678:9abc:def0:1234:5678';
    expect(shown(`${long} x`).lead?.columns).toBe(long.length + 1);
  });

  it('keeps the address that the format names where it is when another one was picked', () => {
    const line = stamped('192.0.2.1 for 198.51.100.9');
    const { lead, text } = lineText(line, box(), net('198.51.100.9'));
    expect(lead?.net.text).toBe('198.51.100.9');
    expect(text).toBe('192.0.2.1 for 198.51.100.9');
  });

  it('shows a line as written when that is wished, and in a narrow box keeps the address in its place', () => {
    const text = '192.0.2.1 - - [20/Nov/2026:12:00:00 +0000] "GET /"';
    expect(shown(text, box({ stamps: 'written' }))).toMatchObject({ lead: undefined, text });
    expect(shown(text, box({ columns: 34, stamps: 'none' }))).toMatchObject({
      lead: undefined,
      text: '192.0.2.1 "GET /"',
    });
    expect(stampsIn(40, 'clock')).toBe('none');
    expect(stampsIn(40, 'relative')).toBe('relative');
  });

  it('places every address of the text where it stands', () => {
    const piece = fc.constantFrom(
      '192.0.2.1',
      ' ',
      '- - ',
      '[20/Nov/2026:12:00:00 +0000] "',
      'x',
      '::1',
      'Nov 20 12:00:00 ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 120 }), (pieces, columns) => {
        const line = stamped(pieces.join(''));
        for (const stamps of ['clock', 'written', 'none'] as const) {
          const { text, all } = lineText(line, box({ columns, stamps }), line.reading.chosen);
          for (const found of all) expect(text.slice(found.start, found.end)).toBe(found.net.text);
        }
      }),
    );
  });
});
