// Goldens of the shell at four sizes and in the states that an operator meets.

import { describe, expect, it } from 'vitest';
import { unixMs } from '../../src/core/brand.ts';
import { LOCAL } from '../../src/core/hosts.ts';
import type { PaneId } from '../../src/core/pane.ts';
import { safe, sanitise } from '../../src/core/sanitise.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { ASCII_OPTIONS, NOW, OPTIONS, storeAt } from './shell-parts.ts';

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 50],
  [39, 9],
] as const;

describe('the shell', () => {
  for (const [columns, rows] of SIZES) {
    it(`fits ${columns}x${rows}`, async () => {
      const screen = await frameOf(storeAt(columns, rows), OPTIONS);
      expect(screen).toHaveLength(rows);
      expectFrame(`shell-${columns}x${rows}`, screen);
    });
  }

  it('says the last result beside the keys', async () => {
    const store = storeAt(120, 40);
    store.dispatch({
      kind: 'modal/noticed',
      text: safe('banned 198.51.100.9 for 1d, 1,402 packets dropped'),
      role: 'good',
      undo: { kind: 'act', host: LOCAL, actId: 'a' },
    });
    expectFrame('shell-notice', await frameOf(store, OPTIONS));
  });

  it('zooms the focused pane', async () => {
    const store = storeAt(120, 40);
    store.dispatch({ kind: 'layout/pane-focused', pane: '1.4' as PaneId });
    store.dispatch({ kind: 'layout/zoom-toggled' });
    expectFrame('shell-zoomed', await frameOf(store, OPTIONS));
  });

  it('shows the number of each pane', async () => {
    const store = storeAt(120, 40);
    store.dispatch({ kind: 'layout/numbers-shown', on: true });
    expectFrame('shell-numbers', await frameOf(store, OPTIONS));
  });

  it('says that the key after the prefix is waited for', async () => {
    const store = storeAt(80, 24);
    store.dispatch({ kind: 'modal/noticed', text: safe('banned it'), role: 'good' });
    store.dispatch({ kind: 'modal/prefix-pending', on: true });
    const [last = ''] = (await frameOf(store, OPTIONS)).slice(-1);
    expect(last).toMatch(/^ {2}C-b … .* \? help$/);
  });

  it('lets a new result take the room of the keys, and gives it back later', async () => {
    const store = storeAt(80, 24);
    const text = sanitise(`banned ${'1234567 '.repeat(6)}and 1 more`);
    store.dispatch({ kind: 'modal/noticed', text, role: 'good' });
    const last = async () => (await frameOf(store, OPTIONS)).at(-1) ?? '';
    expect(await last()).toMatch(/and 1 more +\? help$/);
    store.dispatch({ kind: 'clock/ticked', now: unixMs(NOW + 9000) });
    expect(await last()).toMatch(/… .*u unban .*\? help$/);
  });

  it('names the panes that have no room, or counts them', async () => {
    const top = async (columns: number) => (await frameOf(storeAt(columns, 24), OPTIONS))[0] ?? '';
    expect(await top(90)).toContain('+ct bans host net');
    expect(await top(62)).not.toContain('ct bans');
    const low = (await frameOf(storeAt(62, 7), OPTIONS))[0];
    expect(low).toContain('1:access* 2 3 4 5 6');
  });

  it('edits a command in the bottom line', async () => {
    const store = storeAt(80, 24);
    store.dispatch({ kind: 'modal/prompt-opened', purpose: 'command', text: 'ban 192.0.2.300' });
    store.dispatch({ kind: 'modal/prompt-failed', error: sanitise('"192.0.2.300" is not an IP address') });
    expectFrame('shell-command', await frameOf(store, OPTIONS));
  });

  it('is plain ASCII when asked to', async () => {
    const screen = await frameOf(storeAt(120, 40), ASCII_OPTIONS);
    expect(screen.join('\n')).toMatch(/^[\x20-\x7e\n]*$/);
    expectFrame('shell-ascii', screen);
  });

  it('draws every size down to one cell without falling over', async () => {
    for (const [columns, rows] of [
      [1, 1],
      [2, 2],
      [9, 3],
      [10, 4],
      [20, 5],
      [79, 24],
      [80, 23],
    ] as const) {
      const screen = await frameOf(storeAt(columns, rows), OPTIONS);
      expect(screen).toHaveLength(rows);
      for (const row of screen) expect(row.length).toBeLessThanOrEqual(columns);
    }
  });
});
