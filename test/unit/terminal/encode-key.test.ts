// Keys as a program in a pane is to get them: exact bytes, and the way there and back through our own input parser.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputEvent, Key } from '../../../src/core/intent.ts';
import { KEY_NAMES, parseChord } from '../../../src/keys/chords.ts';
import { encodeFocus, encodeKey, encodePaste } from '../../../src/terminal/encode-key.ts';
import { InputParser } from '../../../src/terminal/input.ts';

const key = (chord: string): Key => {
  const parsed = parseChord(chord);
  if (parsed === undefined) throw new Error(`${chord} is no key`);
  return parsed;
};
const bytes = (chord: string, applicationCursor = false): string =>
  encodeKey(key(chord), { applicationCursor });

describe('bytes of a key', () => {
  it.each([
    ['a', 'a'],
    ['A', 'A'],
    ['é', 'é'],
    ['世', '世'],
    ['Space', ' '],
    ['Enter', '\r'],
    ['Tab', '\t'],
    ['BackTab', '\x1b[Z'],
    ['Escape', '\x1b'],
    ['Backspace', '\x7f'],
    ['C-a', '\x01'],
    ['C-z', '\x1a'],
    ['C-Space', '\x00'],
    ['C-[', '\x1b'],
    ['C-\\', '\x1c'],
    ['C-]', '\x1d'],
    ['C-^', '\x1e'],
    ['C-_', '\x1f'],
    ['C-/', '\x1f'],
    ['C-?', '\x7f'],
    ['C-Backspace', '\x08'],
    ['M-a', '\x1ba'],
    ['M-Enter', '\x1b\r'],
    ['M-C-a', '\x1b\x01'],
    ['M-Backspace', '\x1b\x7f'],
    ['Up', '\x1b[A'],
    ['Home', '\x1b[H'],
    ['End', '\x1b[F'],
    ['C-Left', '\x1b[1;5D'],
    ['S-Up', '\x1b[1;2A'],
    ['M-Right', '\x1b[1;3C'],
    ['C-M-S-Down', '\x1b[1;8B'],
    ['Insert', '\x1b[2~'],
    ['Delete', '\x1b[3~'],
    ['PageUp', '\x1b[5~'],
    ['C-PageDown', '\x1b[6;5~'],
    ['F1', '\x1bOP'],
    ['F4', '\x1bOS'],
    ['S-F1', '\x1b[1;2P'],
    ['F5', '\x1b[15~'],
    ['F11', '\x1b[23~'],
    ['C-F12', '\x1b[24;5~'],
  ])('%s', (chord, expected) => expect(bytes(chord)).toBe(expected));

  it.each([
    ['Up', '\x1bOA'],
    ['Left', '\x1bOD'],
    ['Home', '\x1bOH'],
    ['C-Up', '\x1b[1;5A'],
    ['PageUp', '\x1b[5~'],
  ])('%s in application mode', (chord, expected) => expect(bytes(chord, true)).toBe(expected));
});

/** What our own parser makes of bytes. */
function read(text: string): readonly InputEvent[] {
  const events: InputEvent[] = [];
  const parser = new InputParser({
    emit: (event) => events.push(event),
    // Whatever waits for more gets none.
    later: (_, task) => {
      queued.push(task);
      return () => queued.splice(queued.indexOf(task), 1);
    },
  });
  const queued: (() => void)[] = [];
  parser.push(Buffer.from(text));
  for (const task of queued.splice(0)) task();
  return events;
}

const modifiers = fc.record({ ctrl: fc.boolean(), meta: fc.boolean(), shift: fc.boolean() });
const SHIFTED = /^(Up|Down|Left|Right|Home|End|Insert|Delete|PageUp|PageDown|F\d+)$/;
const named = fc.tuple(fc.constantFrom(...KEY_NAMES.filter((name) => SHIFTED.test(name))), modifiers);
const typed = fc.tuple(
  fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCXYZ0189!"/;~é世', 'Space', 'Enter', 'Tab', 'Backspace'),
  fc.boolean(),
);

describe('there and back', () => {
  it('of keys with a name and any modifiers', () => {
    fc.assert(
      fc.property(named, fc.boolean(), ([name, held], applicationCursor) => {
        const pressed: Key = { name, ...held };
        expect(read(encodeKey(pressed, { applicationCursor }))).toEqual([{ kind: 'key', key: pressed }]);
      }),
    );
  });

  it('of typed keys, also with Alt', () => {
    fc.assert(
      fc.property(typed, ([name, meta]) => {
        const pressed: Key = { name, meta, ctrl: false, shift: false };
        expect(read(encodeKey(pressed, { applicationCursor: false }))).toEqual([
          { kind: 'key', key: pressed },
        ]);
      }),
    );
  });

  it('of Control with letters', () => {
    // Tab, Enter and Backspace are C-i, C-m and C-h.
    for (const name of 'abcdefgjklnopqrstuvwxyz') {
      const pressed: Key = { name, ctrl: true, meta: false, shift: false };
      expect(read(encodeKey(pressed, { applicationCursor: false }))).toEqual([{ kind: 'key', key: pressed }]);
    }
  });

  it('nothing at all is never more than one key press', () => {
    fc.assert(
      fc.property(fc.string(), modifiers, (name, held) => {
        const sent = encodeKey({ name, ...held }, { applicationCursor: false });
        // Alt and what is Escape: xterm sends it twice, and nobody can tell that from two presses.
        expect(read(sent).length).toBeLessThan(sent === '\x1b\x1b' ? 3 : 2);
      }),
      { examples: [['3', { ctrl: true, meta: true, shift: false }]] },
    );
  });
});

describe('a paste', () => {
  it('ends lines as Enter does, and has marks where the program wants them', () => {
    expect(encodePaste('a\nb\r\nc\td', { bracketedPaste: false })).toBe('a\rb\rc\td');
    expect(encodePaste('a\nb', { bracketedPaste: true })).toBe('\x1b[200~a\rb\x1b[201~');
  });

  it('cannot end itself early, nor bring any control', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('\x1b[201~', '\x1b', '\x9b', '\x03', 'rm', '\n', '世')),
        (parts) => {
          const sent = encodePaste(parts.join(''), { bracketedPaste: true });
          expect(sent.indexOf('\x1b[201~')).toBe(sent.length - 6);
          expect(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(sent.slice(6, -6))).toBe(false);
        },
      ),
    );
  });
});

it('the focus is told as xterm tells it', () => {
  expect([encodeFocus(true), encodeFocus(false)]).toEqual(['\x1b[I', '\x1b[O']);
});
