import { describe, expect, it } from 'vitest';
import { keyTexts } from '../../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../../src/keys/keymap.ts';
import type { Msg } from '../../../src/store/messages.ts';
import { liveHints } from '../../../src/views/live-hints.ts';
import { storeAt } from '../../frames/shell-parts.ts';
import { membersOf, NOW, net, sampleOf, setOf } from '../store/rig.ts';

const keys = keyTexts(DEFAULT_KEYMAP, { readOnly: false });

describe('the keys of the bottom line', () => {
  const shown = (set: ReturnType<typeof setOf>) => {
    const store = storeAt(120, 40);
    const member = { net: net('192.0.2.1'), expires: NOW + 600_000 };
    const bans: Msg = sampleOf([set], [membersOf(set, [member])]);
    store.dispatch(bans);
    const pane = store.getState().session.windows[0]?.panes.find(({ body }) => body.kind === 'bans');
    if (pane === undefined) throw new Error('no bans on this screen');
    store.dispatch({ kind: 'layout/pane-focused', pane: pane.id });
    return liveHints(store.getState(), keys.hints('bans')).map(({ name }) => name);
  };

  it('extend and shorten a ban that has an end, and not what ends with the shields', () => {
    expect(shown(setOf('f2b-http'))).toEqual(expect.arrayContaining(['extend', 'shorten', 'ban']));
    const names = shown({ ...setOf('syn'), shields: true });
    expect(names).toContain('ban');
    expect(names).not.toContain('extend');
    expect(names).not.toContain('shorten');
  });

  it('keep the shields only in their trial', () => {
    const names = liveHints(storeAt(120, 40).getState(), keys.hints('prefix')).map(({ name }) => name);
    expect(names[0]).toBe('split-right');
    expect(names).not.toContain('keep');
  });

  it('say a key once, as the table has it that is asked first', () => {
    const hints = [...keys.hints('trial'), ...keys.hints('run')];
    const shownKeys = liveHints(storeAt(120, 40).getState(), hints).map(({ keys: typed }) => typed);
    expect(shownKeys.filter((typed) => typed === 'Enter')).toHaveLength(1);
  });
});
