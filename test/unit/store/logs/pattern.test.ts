import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, matches, type Pattern, rangesOf } from '../../../../src/store/logs/pattern.ts';

function compiled(text: string): Pattern {
  const result = compilePattern(text);
  if (!result.ok) throw new Error(`${text}: ${result.problem.summary}`);
  return result.value;
}

describe('a typed pattern', () => {
  it('ignores case until it has a capital', () => {
    expect(matches(compiled('wp-login'), 'GET /WP-Login.php')).toBe(true);
    expect(matches(compiled('WP-login'), 'GET /wp-login.php')).toBe(false);
    expect(matches(compiled('\\Sroot'), 'for ROOT xRoot')).toBe(true);
  });

  it('finds every place, never an empty one', () => {
    expect(rangesOf(compiled('o+'), 'foo boo')).toEqual([
      { start: 1, end: 3 },
      { start: 5, end: 7 },
    ]);
    expect(rangesOf(compiled('x*'), 'abc')).toEqual([]);
  });

  it('marks the pieces of a.*b', () => {
    expect(rangesOf(compiled('get.*php'), 'GET /x.php HTTP')).toEqual([
      { start: 0, end: 3 },
      { start: 7, end: 10 },
    ]);
  });

  it.each([
    ['(', /unterminated group/i],
    ['[a', /unterminated character class/i],
    ['(a+)+$', /repeat inside a repeat/],
    ['((ab)*x)*', /repeat inside a repeat/],
    ['(a{1,})+', /repeat inside a repeat/],
    ['(a)\\1', /back-references/],
    ['(?=a)b', /look-around/],
    ['(?<name>a)', /look-around|named/],
    ['a{1000}', /more than 100 times/],
    ['\\p{L}', /unicode classes/],
    ['x'.repeat(201), /longer than 200/],
  ])('refuses %s and says why', (text, why) => {
    const result = compilePattern(text);
    expect(result.ok ? '' : result.problem.summary).toMatch(why);
  });

  it.each(['(?:a|b)+', '[(?=]+', '(\\d+\\.){3}\\d+', '\\(+', 'a{2,5}', '[[+*]', '^$', '\\[a+\\]+'])(
    'takes %s',
    (text) => {
      expect(compilePattern(text).ok).toBe(true);
    },
  );

  it('matches as the engine does, for fixed pieces joined by .*', () => {
    const piece = fc.constantFrom('a', 'b', 'ab', '[ab]', '\\w', '.', '', 'a.b');
    const pattern = fc
      .tuple(fc.boolean(), fc.array(piece, { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([start, pieces, end]) => `${start ? '^' : ''}${pieces.join('.*')}${end ? '$' : ''}`)
      .chain((text) => fc.constantFrom(text, text.replace('.*', '.+'), text.replaceAll('.*', '.+')));
    fc.assert(
      fc.property(pattern, fc.stringMatching(/^[abc]{0,12}$/), (text, line) => {
        expect(matches(compiled(text), line)).toBe(new RegExp(text).test(line));
      }),
    );
  });

  it('never throws, whatever is typed, and its ranges lie in the line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.string({ unit: 'binary' }),
        (text, line) => {
          const result = compilePattern(text);
          if (!result.ok) return;
          for (const { start, end } of rangesOf(result.value, line)) {
            expect(start).toBeLessThan(end);
            expect(end).toBeLessThanOrEqual(line.length);
          }
        },
      ),
    );
  });

  it('looks for a piece after the one before in one pass, however hostile the line', () => {
    const hostile = 'foobarbaz'.repeat(450);
    expect(matches(compiled('foo.*bar.*baz.*x'), hostile)).toBe(false);
    expect(matches(compiled('foo.*bar.+baz.*x'), `${hostile}x`)).toBe(true);
  });
});
