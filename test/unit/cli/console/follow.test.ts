// Following an address with keys and commands, in a console with a store and no terminal.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createController } from '../../../../src/cli/console/controller.ts';
import type { PaneId } from '../../../../src/core/pane.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { createScreenDrawer } from '../../../../src/views/screen.ts';
import { DATA, OPTIONS } from '../../../frames/follow-screens.ts';
import { NOW, SESSION } from '../../../frames/shell-parts.ts';
import { batchOf, fileOf, lineOf } from '../../store/rig.ts';
import { NO_EFFECTS, pressing } from './rig.ts';

function rig(size = { columns: 160, rows: 40 }) {
  const store = createConsoleStore({ session: SESSION, now: NOW, size, readOnly: false, privileged: true });
  for (const msg of DATA) store.dispatch(msg);
  const controller = createController({
    ...{ store, keymap: DEFAULT_KEYMAP, helpTotal: () => 60, mouse: false },
    effects: NO_EFFECTS,
  });
  const press = pressing(controller);
  const state = () => store.getState();
  return {
    ...{ store, press, state },
    mouse: (action: 'press' | 'wheel-down', row: number) =>
      controller.input({ kind: 'mouse', action, button: 0, column: 40, row }),
    run: (line: string) => press(':', ...line, 'Enter'),
    followed: () => state().follow.followed?.net.text,
    card: () => state().follow.followed?.card,
    focus: () => state().layout.views[state().layout.window]?.recent[0],
    notice: () => state().modal.notice?.text,
  };
}

describe('the key of following', () => {
  it('follows the address under the cursor and opens its card, which has the keys', () => {
    const { press, followed, card, state } = rig();
    press('@');
    expect([followed(), card()]).toEqual(['192.0.2.140', true]);
    press('Escape');
    expect([followed(), card()]).toEqual(['192.0.2.140', false]);
    press('@', '@');
    expect([followed(), card()]).toEqual(['192.0.2.140', false]);
    press('@', 'x');
    expect(state().follow.followed).toBeUndefined();
  });

  it('switches to another address, and opens the card where there is none under the cursor', () => {
    const { press, followed, card } = rig();
    press('@', 'Escape', 'k', '@');
    expect([followed(), card()]).toEqual(['198.51.100.9', true]);
    press('Escape', 'M-5', '@');
    expect([followed(), card()]).toEqual(['198.51.100.9', true]);
  });

  it.each([
    ['M-2', '192.0.2.7'],
    ['M-3', '203.0.113.77'],
    ['M-4', '192.0.2.128/26'],
    ['M-6', '203.0.113.77'],
  ])('takes the row under the cursor in the pane of %s, whatever is marked', (pane, address) => {
    const { press, followed } = rig();
    press(pane, '@');
    expect(followed()).toBe(address);
  });

  it('takes the address of an act in the journal, and one picked by hand in a log', () => {
    const { press, followed, store } = rig();
    press('C-b', 'n', 'C-b', 'o', '@');
    expect(followed()).toBe('192.0.2.140');
    const line = lineOf(0, '198.51.100.1 for 198.51.100.2');
    store.dispatch(batchOf([line], { pane: '2.1' as PaneId, files: [fileOf('/var/log/mail.log')] }));
    press('Escape', 'C-b', 'o', 'Tab', '@');
    expect(followed()).toBe('198.51.100.2');
  });

  it('says what to do where nothing is under the cursor', () => {
    const { press, notice, followed } = rig();
    press('M-5', '@');
    expect([notice(), followed()]).toEqual([
      ...['no address is under the cursor; :follow ADDRESS follows any', undefined],
    ]);
  });
});

describe('the command', () => {
  it('follows what is typed in its canonical spelling, and ends it', () => {
    const { run, followed, card, notice } = rig();
    run('follow ::ffff:192.0.2.18');
    expect([followed(), card()]).toEqual(['192.0.2.18', true]);
    run('follow 2001:DB8::/33');
    expect(followed()).toBe('2001:db8::/33');
    run('follow off');
    expect([followed(), notice()]).toEqual([undefined, '2001:db8::/33 is no longer followed']);
    run('follow off');
    expect(notice()).toBe('no address is followed');
    run('follow');
    expect(followed()).toBe('192.0.2.140');
  });

  it('refuses what is no address while it can be corrected', () => {
    const { run, state, followed } = rig();
    run('follow nobody');
    expect(state().modal.modal.kind).toBe('prompt');
    expect(followed()).toBeUndefined();
  });
});

describe('going from place to place', () => {
  it('goes through the log, the next panes and windows, and round, saying where', () => {
    const { press, notice, focus, state } = rig();
    press('@', 'Escape');
    const seen = Array.from({ length: 9 }, () => {
      press('M-n');
      return `${focus()} ${notice()}`;
    });
    expect(seen).toEqual([
      '1.2 1 of 2 · auth',
      '1.2 2 of 2 · auth',
      '1.3 1 of 1 · ct',
      '1.4 1 of 2 · bans',
      '1.4 2 of 2 · bans',
      '1.6 1 of 1 · net',
      '2.2 1 of 1 · journal',
      '1.1 1 of 3 · access · from the first pane again',
      '1.1 2 of 3 · access',
    ]);
    expect(state().logs.panes.get('1.1' as PaneId)?.frozen).toBeDefined();
    press('M-p', 'M-p');
    expect(`${focus()} ${notice()}`).toBe('2.2 1 of 1 · journal · from the last pane again');
  });

  it('goes on from the card with n and p, and the card stays', () => {
    const { press, card, focus, notice } = rig();
    press('@', 'p');
    expect([card(), focus(), notice()]).toEqual([true, '1.1', '2 of 3 · access']);
    press('n', 'n');
    expect([card(), focus()]).toEqual([true, '1.2']);
    press('M-1');
    expect([card(), focus()]).toEqual([false, '1.1']);
  });

  it('says so when nothing is followed, or it stands nowhere', () => {
    const { press, run, notice } = rig();
    press('M-n');
    expect(notice()).toBe('no address is followed: @ follows the one under the cursor');
    run('follow 203.0.113.200');
    press('n');
    expect(notice()).toBe('203.0.113.200 stands in no pane now');
  });
});

describe('the card', () => {
  it.each([
    ['b', 'ban'],
    ['u', 'unban'],
    ['c', 'cut'],
  ])('%s acts on the followed address, not on the row behind it', (key, action) => {
    const { press, run, state } = rig();
    run('follow 203.0.113.200');
    press(key);
    const { modal } = state().modal;
    const form = modal.kind === 'act' ? modal.act.form : undefined;
    expect(form).toMatchObject({ action, origin: 'card' });
    expect(modal.kind === 'act' && modal.act.reading).toMatchObject({
      draft: { nets: [{ text: '203.0.113.200' }] },
    });
    press('Escape');
    expect(state().follow.followed?.card).toBe(true);
  });

  it('keeps the shields, the prefix, help and the command line within reach', () => {
    for (const [keys, kind] of [
      [['?'], 'help'],
      [[':'], 'prompt'],
      [['C-b', 'w'], 'picker'],
    ] as const) {
      const { press, state } = rig();
      press('@', ...keys);
      expect(state().modal.modal.kind).toBe(kind);
    }
  });

  it('scrolls to its end and back, never beyond', () => {
    const { press, state } = rig({ columns: 39, rows: 9 });
    const top = () => state().follow.followed?.top;
    press('@', 'k');
    expect(top()).toBe(0);
    press('j');
    expect(top()).toBe(1);
    press('G');
    const end = top() ?? 0;
    expect(end).toBeGreaterThan(10);
    press('j', 'PageDown', 'C-d');
    expect(top()).toBe(end);
    press('g');
    expect(top()).toBe(0);
  });
});

it('draws and survives any keys in any order', () => {
  const key = fc.constantFrom(
    ...['@', 'M-n', 'M-p', 'n', 'p', 'x', 'Escape', 'j', 'k', 'G', 'g', 'PageDown', 'Tab', 'b', 'C-b', 'z'],
    ...['M-1', 'M-3', 'M-4', 'M-6', 'T', 'Enter', 'Space', '!', 'w'],
  );
  const size = fc.constantFrom(
    { columns: 160, rows: 40 },
    { columns: 80, rows: 24 },
    { columns: 39, rows: 9 },
    { columns: 5, rows: 3 },
  );
  fc.assert(
    fc.property(size, fc.array(key, { maxLength: 30 }), (screen, keys) => {
      const { press, state } = rig(screen);
      const draw = createScreenDrawer(OPTIONS);
      for (const one of keys) {
        press(one);
        const { areas } = draw(state());
        const card = areas.find(({ key: name }) => name === 'card');
        expect(card !== undefined).toBe(
          state().follow.followed?.card === true && state().copy.plain === undefined,
        );
      }
    }),
    { numRuns: 60 },
  );
});

it('looks at the logs for the card once a second, whatever streams', () => {
  const { press, store } = rig();
  press('@');
  const draw = createScreenDrawer(OPTIONS);
  const card = () => draw(store.getState()).areas.find(({ key }) => key === 'card')?.text;
  const before = card();
  for (let at = 0; at < 50; at++) {
    const lines = [lineOf(100 + at, '192.0.2.140 again')];
    store.dispatch(
      batchOf(lines, {
        pane: '1.1' as PaneId,
        total: 101 + at,
        files: [fileOf('/var/log/nginx/access.log')],
      }),
    );
    expect(card()).toBe(before);
  }
  store.dispatch({ kind: 'clock/ticked', now: (NOW + 1000) as typeof NOW });
  expect(card()).toContain('in 55 of 60 kept lines');
});

it('takes the mouse where it is: the wheel scrolls it, a click does not go through it', () => {
  const { press, mouse, state } = rig({ columns: 80, rows: 24 });
  press('F2', '@');
  const cursor = state().logs.panes.get('1.1' as PaneId)?.frozen;
  mouse('wheel-down', 12);
  expect(state().follow.followed?.top).toBe(3);
  mouse('press', 12);
  expect([state().follow.followed?.card, state().logs.panes.get('1.1' as PaneId)?.frozen]).toEqual([
    true,
    cursor,
  ]);
  mouse('press', 4);
  expect(state().follow.followed?.card).toBe(false);
});
