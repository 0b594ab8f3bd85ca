// Keys of an operator's own: sequences, the key that describes keys, the help that is narrowed, and what is said of mistakes.

import { describe, expect, it } from 'vitest';
import { createController } from '../../../../src/cli/console/controller.ts';
import { keyProblemsPage, parseKeysCommand, saidOfKeys } from '../../../../src/cli/console/key-problems.ts';
import type { KeyOverride, LogSpec } from '../../../../src/core/pane.ts';
import { keyTexts } from '../../../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import { applyOverrides } from '../../../../src/keys/overrides.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { helpMatches } from '../../../../src/views/dialogs/help.ts';
import { createScreenDrawer, helpSections } from '../../../../src/views/screen.ts';
import { NOW, OPTIONS, SESSION } from '../../../frames/shell-parts.ts';
import { logSpec, stateOf } from '../../store/rig.ts';
import { NO_EFFECTS, pressing } from './rig.ts';

const wish = (mode: string, intent: string, ...chords: string[]): KeyOverride => ({
  ...{ mode, intent, chords, line: 12, column: 9 },
});

function rig(...own: KeyOverride[]) {
  const session = { ...SESSION, origin: { kind: 'file', path: '/etc/oc/web.yml' }, keys: own } as const;
  const { keymap } = applyOverrides(DEFAULT_KEYMAP, session);
  const keys = keyTexts(keymap, { readOnly: false });
  const store = createConsoleStore({
    ...{ session, now: NOW, size: { columns: 120, rows: 40 }, readOnly: false, privileged: true },
  });
  const controller = createController({
    ...{ store, keymap, mouse: false, helpTotal: () => 60 },
    effects: NO_EFFECTS,
  });
  const draw = createScreenDrawer({ ...OPTIONS, keys });
  const page = () => {
    const { modal } = store.getState().modal;
    if (modal.kind !== 'page' || typeof modal.page.lines === 'string') return [modal.kind];
    return [modal.page.title, ...modal.page.lines.map(({ text }) => text)];
  };
  return {
    store,
    keys,
    page,
    modal: () => store.getState().modal.modal,
    press: pressing(controller),
    /** The bottom line as plain text. */
    bottom: () => {
      const chrome = draw(store.getState()).areas.find(({ key }) => key === 'chrome')?.text ?? '';
      return (chrome.split('\n').at(-1) ?? '').replace(/\x1b\[[0-9;]*m/g, '');
    },
  };
}

describe('the help', () => {
  it('of a log says how its command is started only where it reads one', () => {
    const { store, keys } = rig();
    const names = (log: Partial<LogSpec>) => {
      const state = stateOf(logSpec(log));
      return helpSections({ ...store.getState(), ...state }, keys).flatMap(({ rows }) =>
        rows.map(({ name }) => name),
      );
    };
    expect(names({})).not.toContain('start');
    expect(names({ command: ['dmesg', '-w'] })).toContain('start');
  });

  it('begins with the acts, and after the prefix with what the prefix does', () => {
    const { store, keys, press } = rig();
    const titles = () => helpSections(store.getState(), keys).map(({ title }) => title);
    press('?');
    expect(titles()[0]).toBe('acts');
    press('Escape', 'C-b', '?');
    expect(titles().slice(0, 2)).toEqual(['after C-b', 'acts']);
    press('/', 'z', 'Enter');
    expect(titles()[0]).toBe('after C-b');
  });
});

describe('a sequence', () => {
  it('waits for its end, says so, and then does what it means', () => {
    const { press, modal, bottom, store } = rig(wish('global', 'command-line', 'Z z'));
    press('Z');
    expect(modal().kind).toBe('none');
    expect(bottom()).toContain('Z …');
    expect(bottom()).toContain('z type a command');
    press('z');
    expect(modal().kind).toBe('prompt');
    expect(store.getState().keys.pending).toEqual([]);
  });

  it.each(['Escape', 'b'])('is ended by %s, which does nothing else', (key) => {
    const { press, modal, bottom, store } = rig(wish('global', 'command-line', 'Z z'));
    press('Z', key);
    expect(store.getState().keys.pending).toEqual([]);
    expect(modal().kind).toBe('none');
    expect(bottom()).not.toContain('…');
    press('z');
    expect(modal().kind).not.toBe('prompt');
  });

  it('may stand after the prefix', () => {
    const { press, modal, bottom, store } = rig(
      wish('prefix', 'command-line', 'x x'),
      wish('prefix', 'pane-close', 'X'),
    );
    press('C-b', 'x');
    expect(bottom()).toContain('C-b x …');
    expect(store.getState().modal.prefixPending).toBe(true);
    press('x');
    expect(modal().kind).toBe('prompt');
    expect(store.getState().modal.prefixPending).toBe(false);
  });

  it('may be typed in a dialog, where other keys type themselves', () => {
    const { press, modal } = rig(wish('prompt', 'cancel', 'C-x C-c'));
    press(':', 'q', 'C-x', 'C-c');
    expect(modal().kind).toBe('none');
  });
});

describe('the key that describes keys', () => {
  it('tells what a key does here, and does not do it', () => {
    const { press, page, bottom } = rig();
    press('C-b', '/');
    expect(bottom()).toContain('describe which key?');
    press('b');
    expect(page()).toEqual(
      expect.arrayContaining([
        'Key b',
        'b: ban the address under the cursor, or the marked ones',
        'table   In every pane (pane)',
      ]),
    );
    press('Escape');
    press('C-b', '/', 'Escape');
    expect(page()[0]).toBe('Key Escape');
  });

  it('takes the prefix, and sequences', () => {
    const { press, page, bottom } = rig(wish('log', 'follow', 'Z z'));
    press('C-b', '/', 'C-b');
    expect(bottom()).toContain('describe which key? C-b');
    press('z');
    expect(page()).toContain('C-b z: the pane over the whole window, and back');
    press('Escape', 'C-b', '/', 'Z', 'z');
    expect(page()[0]).toBe('Key Z z');
    expect(page()).toContain('Given by the session file: /etc/oc/web.yml:12:9');
  });

  it('says what a key meant before, and where else it means something', () => {
    const { press, page } = rig(wish('log', 'follow', 'Z'));
    press('C-b', '/', 'f');
    expect(page()).toEqual(
      expect.arrayContaining([
        'f does nothing here.',
        'Without the session file it is follow: follow the end, or freeze',
      ]),
    );
    press('Escape', 'C-b', '/', 'e');
    expect(page()).toContain('It means something elsewhere:');
  });
});

describe('the help', () => {
  it('is narrowed by what is typed, until Escape shows all keys again', () => {
    const { press, modal, keys, store } = rig(wish('log', 'follow', 'Z'));
    press('?', '/', 'Z', 'Space', 'f');
    const help = modal();
    if (help.kind !== 'help') throw new Error('the help is not open');
    expect(help).toMatchObject({ typing: true, filter: { text: 'Z f' } });
    const shown = helpMatches(helpSections(store.getState(), keys), help.filter.text);
    expect(shown.flatMap(({ rows }) => rows)).toEqual([
      expect.objectContaining({ keys: 'Z', name: 'follow', changed: true }),
    ]);
    press('Enter');
    expect(modal()).toMatchObject({ kind: 'help', typing: false });
    press('/', 'Escape');
    expect(modal()).toMatchObject({ kind: 'help', typing: false, filter: { text: '' } });
    press('q');
    expect(modal().kind).toBe('none');
  });
});

describe('what is wrong with the keys of a session file', () => {
  const session = {
    ...SESSION,
    origin: { kind: 'file', path: '/etc/oc/web.yml' },
    prefix: 'Q-x',
    prefixAt: { line: 3, column: 9 },
    keys: [wish('log', 'folow', 'x')],
  } as const;

  it('is counted in the notice, and listed with its places', () => {
    const { problems } = applyOverrides(DEFAULT_KEYMAP, session);
    expect(saidOfKeys(problems)).toBe(
      '2 keys of the session file cannot be bound; :keys problems lists them',
    );
    expect(saidOfKeys(problems.slice(0, 1))).toContain('(line 3)');
    expect(saidOfKeys([])).toBeUndefined();
    const { lines } = keyProblemsPage(session);
    expect(typeof lines === 'string' ? [] : lines.map(({ text }) => text)).toEqual([
      '/etc/oc/web.yml:3:9: prefix: "Q-x" is no key; see docs/keys.md',
      '/etc/oc/web.yml:12:9: keys: log: folow: "folow" is nothing that a key can do; did you mean follow?',
    ]);
  });

  it('has a command', () => {
    expect(parseKeysCommand('')).toEqual({ ok: true, value: 'help' });
    expect(parseKeysCommand('problems')).toEqual({ ok: true, value: 'problems' });
    expect(parseKeysCommand('x')).toMatchObject({ ok: false });
  });
});
