import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chordOf, KEY_NAMES, parseChord, typedText } from '../../../src/keys/chords.ts';

describe('chords', () => {
  it.each([
    ['b', 'b'],
    ['C-b', 'C-b'],
    ['c-B', 'C-b'],
    ['^b', 'C-b'],
    ['M-1', 'M-1'],
    ['M-C-Up', 'C-M-Up'],
    ['S-Tab', 'BackTab'],
    ['pgup', 'PageUp'],
    ['BTab', 'BackTab'],
    ['esc', 'Escape'],
    ['space', 'Space'],
    [' ', 'Space'],
    ['-', '-'],
    ['C--', 'C--'],
    ['^', '^'],
    ['G', 'G'],
    ['f12', 'F12'],
    ['日', '日'],
    ['S-Up', 'S-Up'],
  ])('reads %j as %s', (written, chord) => {
    const key = parseChord(written);
    expect(key === undefined ? undefined : chordOf(key)).toBe(chord);
  });

  it.each(['', 'C-', 'C-C-a', 'Hyper-x', 'F13', 'ab', 'S-a', '\x1b', 'C-M'.repeat(3)])(
    'refuses %j',
    (written) => {
      expect(parseChord(written)).toBeUndefined();
    },
  );

  it('prints what it reads the same way', () => {
    const name = fc.oneof(fc.constantFrom(...KEY_NAMES), fc.constantFrom('a', 'Z', '!', '-', '^', 'é', '日'));
    fc.assert(
      fc.property(name, fc.boolean(), fc.boolean(), (base, ctrl, meta) => {
        const chord = chordOf({ name: ctrl ? base.replace('Z', 'z') : base, ctrl, meta, shift: false });
        const key = parseChord(chord);
        expect(key === undefined ? undefined : chordOf(key)).toBe(chord);
      }),
    );
  });

  it('never throws, whatever is written', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseChord(text)));
  });

  it('knows what a key types', () => {
    const plain = { ctrl: false, meta: false, shift: false };
    expect(typedText({ ...plain, name: 'a' })).toBe('a');
    expect(typedText({ ...plain, name: 'Space' })).toBe(' ');
    expect(typedText({ ...plain, name: 'Up' })).toBeUndefined();
    expect(typedText({ ...plain, name: 'a', ctrl: true })).toBeUndefined();
  });
});
