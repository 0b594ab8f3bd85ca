import { describe, expect, it } from 'vitest';
import { renderKeysDoc } from '../../../src/keys/docs.ts';
import { keyTexts } from '../../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../../src/keys/keymap.ts';
import { applyOverrides } from '../../../src/keys/overrides.ts';

const texts = keyTexts(DEFAULT_KEYMAP, { readOnly: false });
const readOnly = keyTexts(DEFAULT_KEYMAP, { readOnly: true });
const shown = (list: readonly Readonly<{ keys: string; words: string }>[]) =>
  list.map(({ keys, words }) => `${keys} ${words}`);

describe('hints', () => {
  it('begin with the acts, then the keys of the pane, and end with the prefix and help', () => {
    const log = shown(texts.hints('log'));
    expect(log.slice(0, 7)).toEqual([
      ...['b ban', 'u unban', 'c cut', '! shields', '/ search', 'f follow', '@ follow address'],
    ]);
    expect(log.slice(-4)).toEqual(['t tighten', 'z undo', 'C-b panes', '? help']);
    expect(shown(texts.hints('bans'))).toContain('/ filter');
    expect(shown(texts.hints('host'))).not.toContain('/ search');
  });

  it('offer no act in a read-only console', () => {
    expect(shown(readOnly.hints('log'))[0]).toBe('/ search');
    expect(readOnly.keyFor('bans', 'ban')).toBeUndefined();
    expect(readOnly.help('bans').map(({ title }) => title)).not.toContain('acts');
  });

  it('show the operator’s own keys, and not what was taken away', () => {
    const keys = [
      { mode: 'pane', intent: 'ban', chords: ['B'], line: 1, column: 1 },
      { mode: 'pane', intent: 'cut', chords: [], line: 2, column: 1 },
    ];
    const own = keyTexts(applyOverrides(DEFAULT_KEYMAP, { prefix: 'C-a', keys }).keymap, { readOnly: false });
    expect(shown(own.hints('log')).slice(0, 3)).toEqual(['B ban', 'u unban', '! shields']);
    expect(own.keyFor('log', 'cut')).toBeUndefined();
    const after = own.help('log').find(({ prefixed }) => prefixed === true);
    expect(after?.rows.map(({ keys: typed }) => typed)).toContain('C-a z');
  });

  it('after the prefix begin with the panes, as a user of tmux looks for them', () => {
    expect(shown(texts.hints('prefix')).slice(0, 9)).toEqual([
      ...['Enter keep', '% split', '" down', 'x close', 'z zoom', 'o next pane', 'c new window'],
      ...['w windows', 'S save'],
    ]);
    expect(shown(texts.hints('prefix')).at(-1)).toBe('? help');
  });

  it('in a program are what the prefix offers, with the prefix', () => {
    expect(shown(texts.hints('program'))).toEqual([
      ...['M-! shields', 'C-b Enter keep', 'C-b o next pane', 'C-b z zoom', 'C-b [ copy'],
      ...['C-b K end it', 'C-b ? help'],
    ]);
  });
});

describe('help', () => {
  it('holds every key that works, the pane’s own before the general ones', () => {
    const sections = texts.help('log');
    expect(sections.map(({ title }) => title)).toEqual([
      ...['acts', 'this pane', 'console', 'windows and panes', 'after C-b', 'moving'],
    ]);
    const rows = sections.flatMap(({ rows: list }) => shown(list));
    expect(rows).toContain('Down, j down');
    expect(rows).toContain('C-b z the pane over the whole window, and back');
    expect(rows).toContain('C-b 0–9 window by number; 0 is the tenth');
  });

  it('of a dialog shows only what works there', () => {
    const rows = texts.help('dialog').flatMap(({ rows: list }) => shown(list));
    expect(rows).toContain('Enter do what the dialog shows');
    expect(rows.join()).not.toContain('ban');
  });

  it('says how an intent is typed now', () => {
    expect(texts.keyFor('log', 'undo')).toBe('z');
    expect(texts.keyFor('dialog', 'cancel')).toBe('Escape');
    expect(texts.keyFor('dialog', 'undo')).toBeUndefined();
  });
});

describe('docs/keys.md', () => {
  it('has a line for every row of the keymap', () => {
    const page = renderKeysDoc(DEFAULT_KEYMAP);
    for (const row of DEFAULT_KEYMAP) expect(page).toContain(`| ${row.words} | \`${row.intent}\` |`);
    expect(page).toContain('## In a log (`log`)');
  });
});
