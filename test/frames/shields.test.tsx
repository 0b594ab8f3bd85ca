// Goldens of the shields on screen: down, raising, trial, held, gone, small, without colour, in ASCII, and the pages.

import { describe, expect, it } from 'vitest';
import { unixMs } from '../../src/core/brand.ts';
import { safe } from '../../src/core/sanitise.ts';
import type { ShieldsNow } from '../../src/core/shields.ts';
import { keyTexts } from '../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../src/keys/keymap.ts';
import { loweredPage, previewPage, raisedPage } from '../../src/store/select/shields-pages.ts';
import { type ConsoleStore, createConsoleStore } from '../../src/store/store.ts';
import { pageRows, wrapPage } from '../../src/views/dialogs/page.ts';
import type { ScreenOptions } from '../../src/views/screen.ts';
import { ALICE, BOB, outcomeOf, PREVIEW, raisedReport, upNow } from '../fakes/shields.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { ASCII_OPTIONS, NOW, OPTIONS, SESSION } from './shell-parts.ts';

const KEYS = { ...OPTIONS, keys: keyTexts(DEFAULT_KEYMAP, { readOnly: false }) };
const READ_ONLY = { ...OPTIONS, keys: keyTexts(DEFAULT_KEYMAP, { readOnly: true }) };

function storeAt(columns: number, rows: number, readOnly = false): ConsoleStore {
  return createConsoleStore({
    ...{ session: SESSION, now: NOW, size: { columns, rows }, readOnly, privileged: true },
    operator: ALICE,
  });
}

function knowing(now: ShieldsNow, columns: number, rows: number): ConsoleStore {
  const store = storeAt(columns, rows);
  store.dispatch({ kind: 'shields/sampled', now, at: NOW });
  return store;
}

const HELD = upNow(NOW, { phase: 'held', leftSeconds: 3570, holdLeftSeconds: 3570 });
const topOf = async (store: ConsoleStore, options: ScreenOptions = KEYS): Promise<string> =>
  (await frameOf(store, options))[0] ?? '';

describe('the top line', () => {
  it.each<[string, ShieldsNow]>([
    ['down', { kind: 'down' }],
    ['trial', upNow(NOW)],
    ['held', HELD],
    ['gone', upNow(NOW, { wall: 'gone' })],
    ['other', upNow(NOW, {}, BOB)],
  ])('while the shields are %s', async (name, now) => {
    expectFrame(`shields-${name}-120x40`, await frameOf(knowing(now, 120, 40), KEYS));
    expectFrame(`shields-${name}-80x24`, await frameOf(knowing(now, 80, 24), KEYS));
  });

  it('while they are being raised', async () => {
    const store = knowing({ kind: 'down' }, 80, 24);
    store.dispatch({ kind: 'shields/asked', wish: { kind: 'raise' } });
    store.dispatch({ kind: 'shields/progressed', doing: safe('loading the wall') });
    expectFrame('shields-raising', await frameOf(store, KEYS));
  });

  it('says it all in words where there is no colour, and in ASCII', async () => {
    const words = { ...ASCII_OPTIONS, keys: KEYS.keys };
    const screen = await frameOf(knowing(upNow(NOW), 120, 40), words);
    expectFrame('shields-ascii', screen);
    expect(screen.join('')).not.toMatch(/[^\x20-\x7e]/);
    expect(
      await topOf(knowing(upNow(NOW), 120, 40), { ...KEYS, theme: { name: 'mono', ascii: false } }),
    ).toBe(await topOf(knowing(upNow(NOW), 120, 40)));
  });

  it('counts on between two readings', async () => {
    const store = knowing(upNow(NOW), 80, 24);
    store.dispatch({ kind: 'clock/ticked', now: unixMs(NOW + 7000) });
    expect(await topOf(store)).toContain('SHIELDS UP by you 0:21 · trial 1:39, Enter keeps');
  });

  it('shows no keys in a read-only console', async () => {
    const store = storeAt(120, 40, true);
    store.dispatch({ kind: 'shields/sampled', now: upNow(NOW), at: NOW });
    const screen = await frameOf(store, READ_ONLY);
    expect(screen[0]).toContain('SHIELDS UP by you 0:14 · trial ends in 1:46 ·');
    expect(screen[0]).not.toContain('lowers');
    expect(screen.at(-1)).not.toContain('shields');
  });

  it.each([
    [30, 9],
    [20, 5],
    [20, 4],
    [20, 2],
  ])('still says that they are up, and the clock, at %ix%i', async (columns, rows) => {
    const top = await topOf(knowing(HELD, columns, rows));
    expect(top).toContain('SHIELDS UP');
    expect(top).toContain('59:30');
  });
});

describe('the keys of a trial', () => {
  it('stand in the bottom line and in the help', async () => {
    const store = knowing(upNow(NOW), 120, 40);
    expect((await frameOf(store, KEYS)).at(-1)).toMatch(/^ +Enter keep {2}b ban .* ! shields .*\? help$/);
    store.dispatch({ kind: 'modal/help-opened' });
    expect((await frameOf(store, KEYS)).join('\n')).toMatch(
      /Enter +keep the shields until the end of the hold/,
    );
  });
});

describe('pages', () => {
  const REMARKS = raisedReport(upNow(NOW), {
    leftOut: [{ measure: 'conntrack-max', why: safe('only 210 MiB of memory are free') }],
    warnings: [safe('netfilter-persistent is installed: save nothing while the shields are up')],
  });

  it('tell what raising left out', async () => {
    const store = knowing(upNow(NOW), 80, 24);
    store.dispatch({ kind: 'modal/page-opened', page: raisedPage(REMARKS) });
    expectFrame('shields-page-raised', await frameOf(store, KEYS));
  });

  it('tell on one screen what lowering did', async () => {
    const store = knowing({ kind: 'down' }, 80, 24);
    const report = { kind: 'down', outcome: outcomeOf(NOW), already: false } as const;
    store.dispatch({ kind: 'modal/page-opened', page: loweredPage(report, 860) });
    expectFrame('shields-page-lowered', await frameOf(store, KEYS));
    expectFrame('shields-page-lowered-ascii', await frameOf(store, { ...ASCII_OPTIONS, keys: KEYS.keys }));
  });

  it.each([
    [80, 24],
    [120, 40],
    [39, 9],
  ])('preview at %ix%i', async (columns, rows) => {
    const store = knowing({ kind: 'down' }, columns, rows);
    store.dispatch({ kind: 'modal/page-opened', page: previewPage(PREVIEW) });
    expectFrame(`shields-page-preview-${columns}x${rows}`, await frameOf(store, KEYS));
  });

  it('tell how the shields stand', async () => {
    const store = knowing(upNow(NOW), 120, 40);
    store.dispatch({ kind: 'modal/page-opened', page: { title: safe('Shields'), lines: 'shields' } });
    expectFrame('shields-page-status', await frameOf(store, KEYS));
  });

  it('scroll to their end, and lose no word when they are wrapped', async () => {
    const store = knowing({ kind: 'down' }, 39, 9);
    const page = previewPage(PREVIEW);
    const { size } = store.getState();
    store.dispatch({ kind: 'modal/page-opened', page });
    if (typeof page.lines === 'string') throw new Error('a preview has lines of its own');
    const rows = wrapPage(page.lines, size);
    const words = (text: string) => text.replace(/\s+/g, '');
    expect(words(rows.map((row) => row.map(({ text }) => text).join('')).join(''))).toBe(
      words(page.lines.map(({ text }) => text).join('')),
    );
    const end = {
      kind: 'modal/intent',
      intent: { id: 'bottom' },
      rows: pageRows(size),
      total: rows.length,
    } as const;
    store.dispatch(end);
    expectFrame('shields-page-preview-end', await frameOf(store, KEYS));
  });
});

describe('the question before leaving', () => {
  it('says what becomes of a trial', async () => {
    const store = knowing(upNow(NOW, { leftSeconds: 72 }), 80, 24);
    store.dispatch({ kind: 'modal/quit-asked' });
    expectFrame('shields-quit', await frameOf(store, KEYS));
  });
});
