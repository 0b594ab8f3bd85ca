import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { LineBox } from '../../../../src/store/logs/line-box.ts';
import { stampsIn } from '../../../../src/store/logs/line-box.ts';
import { lineText } from '../../../../src/store/logs/line-text.ts';
import { lineBox } from '../../../../src/store/logs/log-pane.ts';
import { lineOf, logPane, NOW, net, reduced, stateOf, textBatch } from '../rig.ts';

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

  it('makes room for the longest address of the pane, so that all lines begin below each other', () => {
    const long = '2001:db8:1234:5678:9abc:def0:1234:5678';
    const wide = box({ address: long.length });
    expect(shown(`${long} x`, wide).lead?.columns).toBe(long.length + 1);
    expect(shown('192.0.2.1 x', wide).lead?.columns).toBe(long.length + 1);
    expect(shown('192.0.2.1 x').lead?.columns).toBe(16);
  });

  it('cuts a long address in a narrow pane, and then leaves it in the text', () => {
    const long = '2001:db8:1234:5678:9abc:def0:1234:5678';
    const narrow = box({ columns: 72, address: long.length });
    expect(shown(`${long} x`, narrow)).toMatchObject({ lead: { columns: 34 }, text: `${long} x` });
    expect(shown('192.0.2.1 x', narrow)).toMatchObject({ lead: { columns: 34 }, text: 'x' });
    const drawn = shown(`${long} x`, box({ columns: 48, address: long.length }));
    expect(drawn).toMatchObject({ lead: { columns: 16 }, text: `${long} x` });
  });

  it('takes the longest of all kept lines, which does not change while the screen moves', () => {
    const long = '2001:db8:1234:5678:9abc:def0:1234:5678';
    const log = logPane(reduced(stateOf(), textBatch([`${long} x`, ...Array(500).fill('192.0.2.1 y')])));
    const size = { columns: 100, rows: 10 };
    expect(lineBox(log, size).address).toBe(long.length);
    const up = logPane(reduced(stateOf(), textBatch(['192.0.2.10 y', 'nobody'])));
    expect(lineBox(up, size).address).toBe(10);
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
