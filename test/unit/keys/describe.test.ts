import { describe, expect, it } from 'vitest';
import type { KeyMode } from '../../../src/core/intent.ts';
import type { KeyOverride } from '../../../src/core/pane.ts';
import { describeKeys } from '../../../src/keys/describe.ts';
import { DEFAULT_KEYMAP } from '../../../src/keys/keymap.ts';
import { createLiveKeys, liveTexts } from '../../../src/keys/live-keys.ts';

const FOLLOW: KeyOverride = { mode: 'log', intent: 'follow', chords: ['Z'], line: 9, column: 3 };
const live = createLiveKeys({ readOnly: false });

function what(modes: readonly KeyMode[], typed: string, keys: readonly KeyOverride[] = []) {
  const found = describeKeys(
    { live: live({ prefix: 'C-b', keys }).keymap, delivered: DEFAULT_KEYMAP },
    modes,
    typed,
  );
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

describe('live keys', () => {
  it('are computed once for a session, and follow another', () => {
    const keys = [FOLLOW];
    const first = live({ prefix: 'C-b', keys });
    expect(live({ prefix: 'C-b', keys })).toBe(first);
    let prefix = 'C-b';
    const texts = liveTexts(() => live({ prefix, keys }));
    expect(texts.keyFor('log', 'follow')).toBe('Z');
    expect(texts.keyFor('global', 'prefix')).toBe('C-b');
    prefix = 'C-a';
    expect(texts.keyFor('global', 'prefix')).toBe('C-a');
  });

  it('mark what the session file has changed, and nothing else', () => {
    const rows = live({ prefix: 'C-b', keys: [FOLLOW] })
      .texts.help('log')
      .flatMap((section) => section.rows);
    expect(rows.filter(({ changed }) => changed === true).map(({ name }) => name)).toEqual(['follow']);
  });

  it('tell how a sequence goes on', () => {
    const top = { ...FOLLOW, intent: 'follow', chords: ['Z z', 'Z t'] };
    const { texts } = live({ prefix: 'C-b', keys: [top] });
    expect(texts.after(['log'], ['Z'])).toEqual([
      { keys: 'z', words: 'follow' },
      { keys: 't', words: 'follow' },
    ]);
    expect(texts.after(['log'], ['g'])).toEqual([]);
  });
});
