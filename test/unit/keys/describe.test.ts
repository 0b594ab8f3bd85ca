import { describe, expect, it } from 'vitest';
import type { KeyMode } from '../../../src/core/intent.ts';
import type { KeyOverride } from '../../../src/core/pane.ts';
import { describeKeys } from '../../../src/keys/describe.ts';
import { keyTexts } from '../../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../../src/keys/keymap.ts';
import { applyOverrides } from '../../../src/keys/overrides.ts';

const FOLLOW: KeyOverride = { mode: 'log', intent: 'follow', chords: ['Z'], line: 9, column: 3 };
const live = (keys: readonly KeyOverride[]) => applyOverrides(DEFAULT_KEYMAP, { prefix: 'C-b', keys }).keymap;
const texts = (keys: readonly KeyOverride[]) => keyTexts(live(keys), { readOnly: false });

function what(modes: readonly KeyMode[], typed: string, keys: readonly KeyOverride[] = []) {
  const found = describeKeys({ live: live(keys), delivered: DEFAULT_KEYMAP }, modes, typed);
  return {
    row: found.row && `${found.row.mode} ${found.row.intent}`,
    changed: found.row?.changed,
    before: found.before && `${found.before.mode} ${found.before.intent}`,
    elsewhere: found.elsewhere.map(({ mode }) => mode),
  };
}

describe('what a key does', () => {
  it('is what the first live table says', () => {
    expect(what(['log'], '/')).toMatchObject({ row: 'log search', before: undefined });
    expect(what(['bans'], 'b')).toMatchObject({ row: 'pane ban' });
    expect(what(['trial', 'bans'], 'Enter')).toMatchObject({ row: 'trial keep' });
    expect(what(['prefix'], 'z')).toMatchObject({ row: 'prefix zoom' });
  });

  it('may be nothing here and something elsewhere', () => {
    const { row, elsewhere } = what(['host'], 'f');
    expect(row).toBeUndefined();
    expect(elsewhere).toContain('log');
  });

  it('says where the session file changed it, and what it was before', () => {
    expect(what(['log'], 'Z', [FOLLOW])).toMatchObject({
      row: 'log follow',
      changed: { line: 9, column: 3 },
      before: undefined,
    });
    expect(what(['log'], 'f', [FOLLOW])).toMatchObject({ row: undefined, before: 'log follow' });
  });
});

describe('keys in words', () => {
  it('mark what the session file has changed, and nothing else', () => {
    const rows = texts([FOLLOW])
      .help('log')
      .flatMap((section) => section.rows);
    expect(rows.filter(({ changed }) => changed === true).map(({ name }) => name)).toEqual(['follow']);
  });

  it('tell how a sequence goes on', () => {
    const own = texts([{ ...FOLLOW, chords: ['Z z', 'Z t'] }]);
    expect(own.after(['log'], ['Z'])).toEqual([
      { keys: 'z', words: 'follow' },
      { keys: 't', words: 'follow' },
    ]);
    expect(own.after(['log'], ['g'])).toEqual([]);
  });
});
