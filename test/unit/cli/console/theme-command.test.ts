// `:theme NAME`: what it takes, what it says, and that the screen is drawn anew with it, bodies included.

import { describe, expect, it } from 'vitest';
import { completeCommand, parseCommand, parseTheme } from '../../../../src/cli/console/command-line.ts';
import { createController, type Effects } from '../../../../src/cli/console/controller.ts';
import { THEME_NAMES } from '../../../../src/core/pane.ts';
import { parseChord } from '../../../../src/keys/chords.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import { createScreenDrawer } from '../../../../src/views/screen.ts';
import type { Theme } from '../../../../src/views/theme.ts';
import { OPTIONS, storeAt } from '../../../frames/shell-parts.ts';

const nothing = (): void => undefined;
const EFFECTS = {
  ...{ quit: nothing, suspend: nothing, redraw: nothing, setMouse: nothing, poke: nothing },
  ...{ listAsked: nothing, later: () => nothing },
} satisfies Effects;

function rig(mono = false) {
  const store = storeAt(120, 40);
  const controller = createController({
    ...{ store, keymap: DEFAULT_KEYMAP, effects: EFFECTS, helpTotal: () => 1, mouse: false, mono },
  });
  const type = (line: string): void => {
    for (const letter of [...line].map((one) => (one === ' ' ? 'Space' : one)).concat('Enter')) {
      const key = parseChord(letter);
      if (key !== undefined) controller.input({ kind: 'key', key });
    }
  };
  return { store, type, said: () => store.getState().modal.notice?.text };
}

const why = (name: string) => {
  const parsed = parseTheme(name);
  return parsed.ok ? '' : parsed.problem.summary;
};

describe(':theme', () => {
  it('takes the names of the themes', () => {
    for (const theme of THEME_NAMES)
      expect(parseCommand(`theme ${theme}`)).toEqual({ ok: true, value: { kind: 'theme', theme } });
  });

  it('says what it does not know', () => {
    expect(why('drak')).toBe('"drak" is no theme: did you mean dark?');
    expect(why('solarised')).toBe('"solarised" is no theme: ansi, dark, light, contrast or mono');
    expect(why('')).toBe('theme needs a name: ansi, dark, light, contrast or mono');
  });

  it('is completed', () => {
    const names = { windows: [], profiles: [] };
    expect(completeCommand('the', names).text).toBe('theme ');
    expect(completeCommand('theme l', names).text).toBe('theme light ');
    expect(completeCommand('theme ', names).choices).toEqual(THEME_NAMES);
    expect(completeCommand('theme light ', names).choices).toEqual([]);
  });

  it('draws frames and bodies in its colours at once', () => {
    const { store, type, said } = rig();
    const theme: Theme = { ...OPTIONS.theme, depth: 'true' };
    const draw = createScreenDrawer({
      ...OPTIONS,
      theme,
      painters: {
        ...OPTIONS.painters,
        // The same lines each time, as a pane gives that did not change.
        conntrack: () => ({ title: BODY, state: [], body: [BODY] }),
      },
    });
    const text = (key: string) => draw(store.getState()).areas.find((area) => area.key === key)?.text ?? '';
    const before = text('pane 1.3');
    expect(before).toContain('\x1b[31m');
    type(':theme light');
    expect(store.getState().session.theme).toBe('light');
    expect(said()).toBe('theme light');
    expect(text('pane 1.3')).toContain('\x1b[38;2;175;0;0m');
    expect(text('chrome')).toContain('38;2;0;95;135');
  });

  it('says when the terminal has no colours', () => {
    const { store, type, said } = rig(true);
    type(':theme dark');
    expect(store.getState().session.theme).toBe('dark');
    expect(said()).toBe('theme dark; no colours here: NO_COLOR is set, or the terminal has none');
  });
});

const BODY = [{ text: 'bad' as never, role: 'bad' as const }];
