import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INTENTS } from '../../../src/core/intent.ts';
import type { KeyOverride } from '../../../src/core/pane.ts';
import { KEY_NAMES } from '../../../src/keys/chords.ts';
import { DEFAULT_KEYMAP, MODES } from '../../../src/keys/keymap.ts';
import { applyOverrides, findCollision } from '../../../src/keys/overrides.ts';

function wish(mode: string, intent: string, ...chords: string[]): KeyOverride {
  return { mode, intent, chords, line: 7, column: 5 };
}

function apply(...keys: KeyOverride[]) {
  const { keymap, problems } = applyOverrides(DEFAULT_KEYMAP, { prefix: 'C-b', keys });
  const chordsOf = (mode: string, intent: string) =>
    keymap.find((row) => row.mode === mode && row.intent === intent)?.chords;
  return { keymap, chordsOf, messages: problems.map(({ message }) => message), problems };
}

describe('keys of the session file', () => {
  it('leave the default keymap as it is when there are none', () => {
    expect(apply().keymap).toEqual(DEFAULT_KEYMAP);
    expect(apply().problems).toEqual([]);
  });

  it('replace the keys of an intent, spelt in any known way', () => {
    const { chordsOf, problems } = apply(wish('log', 'follow', 'pgup', '^y'), wish('pane', 'page-up', 'K'));
    expect(problems).toEqual([]);
    expect(chordsOf('log', 'follow')).toEqual(['PageUp', 'C-y']);
    expect(chordsOf('pane', 'page-up')).toEqual(['K']);
  });

  it('may swap two keys, take one away, and bind a general intent in one pane', () => {
    const { chordsOf, problems } = apply(
      wish('log', 'search-next', 'N'),
      wish('log', 'search-previous', 'n'),
      wish('pane', 'ban'),
      wish('log', 'refresh', 'R'),
    );
    expect(problems).toEqual([]);
    expect(chordsOf('log', 'search-next')).toEqual(['N']);
    expect(chordsOf('pane', 'ban')).toEqual([]);
    expect(chordsOf('log', 'refresh')).toEqual(['R']);
  });

  it.each([
    [wish('logs', 'follow', 'x'), 'keys: logs: follow: "logs" is no table of keys; did you mean log?'],
    [
      wish('log', 'folow', 'x'),
      'keys: log: folow: "folow" is nothing that a key can do; did you mean follow?',
    ],
    [wish('log', 'follow', 'PageUpp'), 'keys: log: follow: "PageUpp" is no key; did you mean PageUp?'],
    [wish('bans', 'follow', 'x'), 'keys: bans: follow: follow has no meaning in bans; it works in log'],
    [
      wish('prompt', 'accept', 'y'),
      'keys: prompt: accept: y types itself in prompt; choose a key with Ctrl or Meta, or a named one',
    ],
    [
      wish('log', 'follow', 'b'),
      'keys: log: follow: b is taken by ban (pane: ban the address under the cursor, or the marked ones); ' +
        'rebind that one or choose another key',
    ],
  ])('are reported when they cannot be: %j', (bad, message) => {
    const { problems, keymap } = apply(bad);
    expect(problems).toEqual([{ line: 7, column: 5, message }]);
    expect(keymap).toEqual(DEFAULT_KEYMAP);
  });

  it('apply as far as they can', () => {
    const { chordsOf, messages } = apply(wish('log', 'follow', 'b'), wish('global', 'refresh', 'Y'));
    expect(messages).toHaveLength(1);
    expect(chordsOf('global', 'refresh')).toEqual(['Y']);
    expect(chordsOf('log', 'follow')).toEqual(['f', 'F', 'Space']);
  });

  it('never leave a collision, and never throw', () => {
    const word = (known: readonly string[]) =>
      fc.oneof(fc.constantFrom(...known), fc.string({ maxLength: 4 }));
    const chord = fc.oneof(
      fc.constantFrom(...KEY_NAMES),
      fc.string({ maxLength: 3 }),
      fc.constantFrom('C-f', 'q', 'M-1'),
    );
    const any = fc.record({
      mode: word(MODES),
      intent: word(INTENTS),
      chords: fc.array(chord, { maxLength: 3 }),
      line: fc.nat(),
      column: fc.nat(),
    });
    fc.assert(
      fc.property(chord, fc.array(any, { maxLength: 8 }), (prefix, keys) => {
        const { keymap } = applyOverrides(DEFAULT_KEYMAP, { prefix, keys });
        expect(findCollision(keymap)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe('the prefix of the session', () => {
  const withPrefix = (prefix: string, ...keys: KeyOverride[]) => {
    const { keymap, problems } = applyOverrides(DEFAULT_KEYMAP, { prefix, keys });
    const chords = keymap.filter((row) => row.intent === 'prefix' || row.intent === 'send-prefix');
    return { chords: chords.map((row) => row.chords), messages: problems.map(({ message }) => message) };
  };

  it('is pressed twice to go through', () => {
    expect(withPrefix('C-a')).toEqual({ chords: [['C-a'], ['C-a'], ['C-a'], ['C-a']], messages: [] });
  });

  it('stays as it was when it is no key or taken', () => {
    expect(withPrefix('Contrl-a').chords).toEqual([['C-b'], ['C-b'], ['C-b'], ['C-b']]);
    expect(withPrefix('Contrl-a').messages).toEqual(['prefix: "Contrl-a" is no key; see docs/keys.md']);
    expect(withPrefix('C-f').chords).toEqual([['C-b'], ['C-b'], ['C-b'], ['C-b']]);
    expect(withPrefix('C-f').messages[0]).toContain('C-f is taken by page-down');
    const taking = DEFAULT_KEYMAP.filter((row) => row.intent === 'page-down' && row.chords.includes('C-f'));
    const free = taking.map(({ mode }) => wish(mode, 'page-down', 'PageDown'));
    expect(withPrefix('C-f', ...free)).toEqual({
      chords: [['C-f'], ['C-f'], ['C-f'], ['C-f']],
      messages: [],
    });
  });
});
