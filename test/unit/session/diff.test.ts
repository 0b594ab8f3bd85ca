// The diff that a save shows before it writes.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffCount, diffLines } from '../../../src/session/diff.ts';

describe('diffLines', () => {
  it('says what goes and comes with signs and roles', () => {
    const lines = diffLines('a\nb\nc\nd\ne\nf\n', 'a\nb\nc\nD\ne\nf');
    expect(lines).toEqual([
      { text: 'line 2', role: 'dim' },
      { text: ' b', role: 'plain' },
      { text: ' c', role: 'plain' },
      { text: '-d', role: 'bad' },
      { text: '+D', role: 'good' },
      { text: ' e', role: 'plain' },
      { text: '-f', role: 'bad' },
      { text: '+f', role: 'good' },
    ]);
    expect(diffCount(lines)).toBe('2 lines added, 2 removed');
    expect(diffCount(diffLines('', 'a\n'))).toBe('1 line added');
    expect(diffCount(diffLines('a\nb\n', ''))).toBe('2 lines removed');
  });

  it('lets no control character through', () => {
    const [, line] = diffLines('', 'title: "\u001b[31m"\n');
    expect(line?.text).not.toContain('\u001b');
  });

  it('is empty exactly for equal texts', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '', ' c'), { maxLength: 8 })
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(diffLines(before, after).length === 0).toBe(before === after);
      }),
    );
  });
});
