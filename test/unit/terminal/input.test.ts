import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputEvent } from '../../../src/core/intent.ts';
import { ESCAPE_MS, InputParser, PASTE_MAX } from '../../../src/terminal/input.ts';

/** A parser whose clock is turned by hand. */
function start() {
  const events: InputEvent[] = [];
  let waiting: { ms: number; task: () => void } | undefined;
  const parser = new InputParser({
    emit: (event) => events.push(event),
    later(ms, task) {
      waiting = { ms, task };
      return () => {
        waiting = undefined;
      };
    },
  });
  return {
    parser,
    events,
    push: (text: string) => parser.push(Buffer.from(text)),
    waitsFor: () => waiting?.ms,
    timeOut() {
      const { task } = waiting ?? { task: () => undefined };
      waiting = undefined;
      task();
    },
  };
}

/** "C-M-S-Up" and the like, for short expectations. */
function shown(event: InputEvent): string {
  if (event.kind === 'paste') return `paste(${event.text})`;
  if (event.kind !== 'key') return JSON.stringify(event);
  const { name, ctrl, meta, shift } = event.key;
  return `${ctrl ? 'C-' : ''}${meta ? 'M-' : ''}${shift ? 'S-' : ''}${name}`;
}

function keysOf(text: string): string[] {
  const input = start();
  input.push(text);
  return input.events.map(shown);
}

describe('input', () => {
  it.each([
    ['aA/é日😀', ['a', 'A', '/', 'é', '日', '😀']],
    [' \r\t\x7f\x08', ['Space', 'Enter', 'Tab', 'Backspace', 'Backspace']],
    ['\x00\x01\x02\x03\x1a\x1c\x1f', ['C-Space', 'C-a', 'C-b', 'C-c', 'C-z', 'C-\\', 'C-_']],
    ['\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F', ['Up', 'Down', 'Right', 'Left', 'Home', 'End']],
    ['\x1bOA\x1bOB\x1bOH\x1bOP\x1bOS\x1bOM', ['Up', 'Down', 'Home', 'F1', 'F4', 'Enter']],
    ['\x1b[2~\x1b[3~\x1b[5~\x1b[6~\x1b[1~\x1b[8~', ['Insert', 'Delete', 'PageUp', 'PageDown', 'Home', 'End']],
    ['\x1b[11~\x1b[15~\x1b[17~\x1b[21~\x1b[23~\x1b[24~', ['F1', 'F5', 'F6', 'F10', 'F11', 'F12']],
    ['\x1b[[A\x1b[[E', ['F1', 'F5']],
    [
      '\x1b[1;5A\x1b[1;2B\x1b[1;3C\x1b[1;8D\x1b[5;5~',
      ['C-Up', 'S-Down', 'M-Right', 'C-M-S-Left', 'C-PageUp'],
    ],
    ['\x1b[Oa', ['a']],
    ['\x1bOa\x1b[a\x1b[3^', ['C-Up', 'S-Up', 'C-Delete']],
    ['\x1b[Z', ['BackTab']],
    ['\x1b1\x1bx\x1b\r\x1bé', ['M-1', 'M-x', 'M-Enter', 'M-é']],
    ['\x1b\x1b[A', ['Escape', 'Up']],
  ])('reads %j', (bytes, keys) => {
    expect(keysOf(bytes).filter((key) => !key.includes('focus'))).toEqual(keys);
  });

  it.each([
    ['an answer about the terminal', '\x1b[?62;22c'],
    ['a cursor report', '\x1b[24;80R'],
    ['a mode report', '\x1b[?2026;2$y'],
    ['a kitty key', '\x1b[97;5u'],
    ['an unknown function key', '\x1b[99~'],
    ['a colour answer', '\x1b]11;rgb:0000/0000/0000\x1b\\'],
    ['a title', '\x1b]0;rm -rf\x07'],
    ['a device string', '\x1bP>|xterm(390)\x1b\\'],
    ['an old mouse report', '\x1b[M !!'],
    ['the start of a paste mark', '\x1b[200'],
    ['an endless sequence', `\x1b[${'1;'.repeat(500)}A`],
  ])('swallows %s', (_, bytes) => {
    const input = start();
    input.push(bytes);
    input.timeOut();
    input.push('x');
    expect(input.events.map(shown)).toEqual(['x']);
  });

  it.each(['P', 'X', ']', '^', '_'])('takes %s with Alt for a key when no string follows', (letter) => {
    const input = start();
    input.push(`\x1b${letter}`);
    expect(input.events).toEqual([]);
    input.timeOut();
    expect(input.events.map(shown)).toEqual([`M-${letter}`]);
  });

  it('tells of the answer to the question for the status, and makes no key of it, in a paste neither', () => {
    let answers = 0;
    const events: InputEvent[] = [];
    const parser = new InputParser({ emit: (event) => events.push(event), onAnswer: () => answers++ });
    for (const piece of ['a\x1b', '[0', 'nb\x1b[3n', '\x1b[200~one\x1b[0n two\x1b[201~', 'c'])
      parser.push(Buffer.from(piece));
    expect(answers).toBe(2);
    expect(events.map(shown)).toEqual(['a', 'b', 'paste(one two)', 'c']);
  });

  it('drops bytes that are no UTF-8', () => {
    const input = start();
    input.parser.push(Uint8Array.of(0xff, 0xc3, 0x28, 0x80, 0x61));
    expect(input.events.map(shown)).toEqual(['(', 'a']);
  });

  it('takes a lone ESC for Escape after a short while, and not before', () => {
    const input = start();
    input.push('\x1b');
    expect(input.events).toEqual([]);
    expect(input.waitsFor()).toBe(ESCAPE_MS);
    input.timeOut();
    expect(input.events.map(shown)).toEqual(['Escape']);
  });

  it('gives up half a sequence without a key', () => {
    const input = start();
    input.push('\x1b[1;');
    input.timeOut();
    input.push('q');
    expect(input.events.map(shown)).toEqual(['q']);
  });

  it('reads the mouse', () => {
    const input = start();
    input.push(
      '\x1b[<0;12;3M\x1b[<0;12;3m\x1b[<32;13;4M\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<35;5;5M\x1b[<66;1;1M',
    );
    expect(input.events).toEqual([
      { kind: 'mouse', action: 'press', button: 0, column: 11, row: 2 },
      { kind: 'mouse', action: 'release', button: 0, column: 11, row: 2 },
      { kind: 'mouse', action: 'drag', button: 0, column: 12, row: 3 },
      { kind: 'mouse', action: 'wheel-up', button: 0, column: 0, row: 0 },
      { kind: 'mouse', action: 'wheel-down', button: 1, column: 0, row: 0 },
    ]);
  });

  it('reads focus, and says once that input ended', () => {
    const input = start();
    input.push('\x1b[I\x1b[O');
    input.parser.end();
    input.parser.end();
    input.push('q');
    expect(input.events).toEqual([
      { kind: 'focus', focused: true },
      { kind: 'focus', focused: false },
      { kind: 'closed' },
    ]);
  });
});

describe('paste', () => {
  it('is one event, whatever it holds', () => {
    const input = start();
    input.push('\x1b[200~b\ru\r\n\x1b[A\x03z\x1b[201~q');
    expect(input.events.map(shown)).toEqual(['paste(b\nu\n\x1b[A\x03z)', 'q']);
  });

  it('is given as it is when its end does not come, and its late rest is never typed', () => {
    const input = start();
    input.push('\x1b[200~begin');
    input.timeOut();
    expect(input.events.map(shown)).toEqual(['paste(begin)']);
    input.push('the long rest of what was pasted: b');
    input.push(' the end b\x1b[201~j');
    expect(input.events.slice(1).map(shown)).toEqual(['j']);
    const typing = start();
    typing.push('\x1b[200~begin');
    typing.timeOut();
    typing.push('q');
    expect(typing.events.map(shown)).toEqual(['paste(begin)', 'q']);
  });

  it('is cut at its cap and its end still seen', () => {
    const input = start();
    input.push(`\x1b[200~${'x'.repeat(PASTE_MAX - 3)}`);
    for (const part of ['yyyyyyyy', 'zz\x1b[2', '01~', 'q']) input.push(part);
    const [paste, next] = input.events;
    expect(paste).toEqual({ kind: 'paste', text: `${'x'.repeat(PASTE_MAX - 3)}yyy` });
    expect(next === undefined ? '' : shown(next)).toBe('q');
  });
});

describe('any input', () => {
  const bytes = fc
    .array(
      fc.oneof(
        fc.uint8Array({ maxLength: 6 }),
        fc
          .constantFrom(
            '\x1b',
            '\x1b[',
            '\x1bO',
            '\x1b[<0;1;',
            '1;5A',
            'M',
            '\x1b[200~',
            '\x1b[201~',
            '\x1b]',
            '\x07',
          )
          .map((text) => Uint8Array.from(Buffer.from(text))),
        fc.string({ unit: 'grapheme', maxLength: 4 }).map((text) => Uint8Array.from(Buffer.from(text))),
      ),
      { maxLength: 12 },
    )
    .map((parts) => Buffer.concat(parts));

  it('never throws and means the same however it is cut', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(40)), (all, cuts) => {
        const whole = start();
        whole.parser.push(all);
        const cut = start();
        const marks = [0, ...cuts.filter((at) => at < all.length).sort((a, b) => a - b), all.length];
        for (let i = 1; i < marks.length; i++) cut.parser.push(all.subarray(marks[i - 1], marks[i]));
        expect(cut.events).toEqual(whole.events);
        cut.timeOut();
      }),
      { numRuns: 2000 },
    );
  });

  it('never makes a key of what is inside a paste', () => {
    fc.assert(
      fc.property(bytes, (all) => {
        const input = start();
        const inside = Buffer.from(all.toString('latin1').replaceAll('\x1b[201~', ''), 'latin1');
        input.push('\x1b[200~');
        input.parser.push(inside);
        expect(input.events).toEqual([]);
        input.push('\x1b[201~');
        expect(input.events.map((event) => event.kind)).toEqual(['paste']);
      }),
      { numRuns: 500 },
    );
  });
});
