// The list of what a new pane shows, worked with keys: it opens at once, fills in, keeps its cursor, reads the log under
// it once, and makes what was chosen where it was wished.

import { describe, expect, it } from 'vitest';
import { createController } from '../../../../src/cli/console/controller.ts';
import { openNewPane } from '../../../../src/cli/console/new-pane.ts';
import { SHOWN_KINDS } from '../../../../src/cli/console/new-pane-command.ts';
import type { PaneFacts } from '../../../../src/cli/console/new-pane-items.ts';
import type { LogSpec, PaneId, PaneSpec } from '../../../../src/core/pane.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import type { PickerState } from '../../../../src/store/modal-state.ts';
import type { TailState } from '../../../../src/store/new-pane-picker.ts';
import { focusedPane } from '../../../../src/store/slices/layout.ts';
import { pickerMatches } from '../../../../src/store/slices/modal-intent.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { NOW, SESSION } from '../../../frames/shell-parts.ts';
import { keysOf, NO_EFFECTS, pressing } from './rig.ts';

const FACTS: PaneFacts = {
  logs: [
    { subject: 'web', path: '/var/log/nginx/access.log' },
    { subject: 'auth', path: '/var/log/auth.log' },
  ],
  journald: true,
  units: ['ssh.service', 'nginx.service'],
  interfaces: ['eth0', 'wg0'],
};

/** `answer`: what is looked up comes when the test says so. */
function rig() {
  const store = createConsoleStore({
    ...{ session: SESSION, now: NOW, size: { columns: 160, rows: 60 }, readOnly: false, privileged: true },
  });
  const facts = Promise.withResolvers<PaneFacts>();
  const read: string[] = [];
  const controller = createController({
    store,
    keymap: DEFAULT_KEYMAP,
    effects: {
      ...NO_EFFECTS,
      newPane: {
        shell: '/bin/zsh',
        facts: () => facts.promise,
        tail: (spec: LogSpec): Promise<TailState> => {
          read.push([...spec.files, ...spec.units].join(' '));
          return new Promise(() => undefined);
        },
      },
    },
    helpTotal: () => 60,
    mouse: false,
  });
  const press = pressing(controller);
  const picker = (): PickerState | undefined => {
    const { modal } = store.getState().modal;
    return modal.kind === 'picker' ? modal.picker : undefined;
  };
  return {
    store,
    press,
    picker,
    read,
    type: (text: string) => press(...keysOf(text)),
    found: async () => {
      facts.resolve(FACTS);
      await facts.promise;
      await Promise.resolve();
    },
    chosen: () => {
      const open = picker();
      return open === undefined ? undefined : pickerMatches(open)[open.at]?.id;
    },
    focused: (): PaneSpec | undefined => focusedPane(store.getState()),
    notice: () => store.getState().modal.notice?.text,
  };
}

describe('the list', () => {
  it('opens at once with what is known, and fills in', async () => {
    const { press, picker, found } = rig();
    press('C-b', '%');
    const ids = () => picker()?.items.map(({ id }) => id);
    expect(ids()).toEqual([
      ...['shell', 'bans', 'conntrack', 'traffic', 'host', 'journal', 'uplinks', 'jails', 'services'],
      ...['new-run', 'new-watch'],
    ]);
    expect(picker()).toMatchObject({ looking: true, title: 'New pane, on the right' });
    await found();
    expect(picker()?.looking).toBe(false);
    expect(ids()).toEqual([
      ...['shell', 'log /var/log/nginx/access.log', 'log /var/log/auth.log', 'units *'],
      ...['unit ssh.service', 'unit nginx.service', 'bans', 'conntrack'],
      ...['traffic', 'traffic eth0', 'traffic wg0', 'host', 'journal', 'uplinks', 'jails', 'services'],
      ...['new-run', 'new-watch'],
    ]);
  });

  it('keeps the cursor on its entry while it fills in', async () => {
    const { press, chosen, found } = rig();
    press('C-b', '"', 'Down', 'Down');
    expect(chosen()).toBe('conntrack');
    await found();
    expect(chosen()).toBe('conntrack');
  });

  it('reads the end of the log under the cursor, once', async () => {
    const { press, type, read, found } = rig();
    press('C-b', '%');
    await found();
    expect(read).toEqual([]);
    press('Down', 'Down', 'Up', 'Down');
    expect(read).toEqual(['/var/log/nginx/access.log', '/var/log/auth.log']);
    type('ssh');
    expect(read.at(-1)).toBe('ssh.service');
  });

  it('changes nothing when it is left, also when something is found later', async () => {
    const { press, store, found } = rig();
    const before = store.getState().session;
    press('C-b', 'c', 'Down', 'Escape');
    await found();
    expect(store.getState().session).toBe(before);
    expect(store.getState().modal.modal.kind).toBe('none');
  });

  it('makes nothing when nothing matches', () => {
    const { press, type, store } = rig();
    const before = store.getState().session;
    press('C-b', '%');
    type('no such thing');
    press('Enter');
    expect(store.getState().session).toBe(before);
  });
});

describe('what is chosen', () => {
  it('is a shell on Enter, run at once, right of the pane or below it', () => {
    const { press, focused, store } = rig();
    const count = () => store.getState().session.windows[0]?.panes.length;
    press('C-b', '%', 'Enter');
    expect(focused()?.body).toMatchObject({
      kind: 'run',
      command: { kind: 'argv', argv: ['/bin/zsh'] },
      start: 'auto',
    });
    expect(count()).toBe(7);
  });

  it('is a log, a unit, a set or an interface by its name', async () => {
    const { press, type, focused, found } = rig();
    press('C-b', 'c');
    await found();
    type('nginx.service');
    press('Enter');
    expect(focused()?.body).toMatchObject({ kind: 'log', units: ['nginx.service'], files: [] });
    press('C-b', 'v');
    await found();
    type('wg0');
    press('Enter');
    expect(focused()?.body).toEqual({ kind: 'traffic', interfaces: ['wg0'] });
  });

  it('takes the place of what the pane showed', () => {
    const { press, type, focused, store } = rig();
    const { session } = store.getState();
    const before = focused()?.id;
    press('C-b', 'v');
    type('journal');
    press('Enter');
    expect(focused()?.body).toEqual({ kind: 'journal' });
    expect(focused()?.id).not.toBe(before);
    expect(store.getState().session.windows[0]?.panes.length).toBe(session.windows[0]?.panes.length);
  });

  it('asks for the command line of a program or a watch, and makes nothing of an empty one', () => {
    const { press, type, focused, store } = rig();
    const before = store.getState().session;
    press('C-b', '%');
    type('watch');
    press('Enter');
    expect(store.getState().modal.modal).toMatchObject({ kind: 'prompt', prompt: { purpose: 'new-watch' } });
    press('Enter');
    expect(store.getState().session).toBe(before);
    press('C-b', '%');
    type('watch');
    press('Enter');
    type('ss -s | head');
    press('Enter');
    const pane = focused();
    expect(pane?.body).toMatchObject({ kind: 'watch', command: { kind: 'shell', line: 'ss -s | head' } });
    expect(store.getState().watches.panes.get(pane?.id as PaneId)?.started).toBe(true);
    press('C-b', 'c');
    type('program');
    press('Enter');
    type('top');
    press('Enter');
    expect(focused()?.body).toMatchObject({ kind: 'run', command: { kind: 'shell', line: 'top' } });
    expect(store.getState().session.windows.at(-1)?.name).toBe('top');
  });

  it('says why it cannot be', () => {
    const { store, press, notice } = rig();
    const wish = { kind: 'replace', pane: 'gone' as PaneId } as const;
    const effects = { listAsked: () => undefined } as never;
    openNewPane({ store, effects } as never, wish);
    press('Enter');
    expect(notice()).toMatch(/pane/);
  });
});

describe('the commands', () => {
  const line = (text: string) => {
    const rigged = rig();
    rigged.press(':');
    rigged.type(text);
    rigged.press('Enter');
    return rigged;
  };

  it('run and watch put their pane beside, or in a window where there is no room', () => {
    const beside = line('watch ss  -s');
    expect(beside.focused()?.body).toMatchObject({ command: { kind: 'shell', line: 'ss  -s' } });
    expect(beside.store.getState().session.windows.length).toBe(2);
    // As often as wished: each asks for half of the room of the one before. A program has all keys but the prefix.
    const { store, press, type } = beside;
    for (let turn = 0; turn < 20; turn++) {
      press('C-b', ':');
      type('run top -b');
      press('Enter');
    }
    const { windows } = store.getState().session;
    expect(windows.flatMap(({ panes }) => panes).filter(({ body }) => body.kind === 'run').length).toBe(20);
    expect(windows.slice(2).map(({ name }) => name)).toContain('top');
  });

  it('show another kind in the pane, or the list', () => {
    expect(line('show traffic eth0 wg0').focused()?.body).toEqual({
      kind: 'traffic',
      interfaces: ['eth0', 'wg0'],
    });
    expect(line('show log ssh.service').focused()?.body).toMatchObject({ units: ['ssh.service'] });
    expect(line('show log /var/log/a b').focused()?.body).toMatchObject({ files: ['/var/log/a b'] });
    expect(line('show bans inet f2b addr').focused()?.body).toEqual({
      kind: 'bans',
      sets: ['inet f2b addr'],
    });
    expect(line('show').picker()?.title).toBe('Show in this pane');
  });

  it.each([
    ['run', 'run needs a command, as you would type it in a shell'],
    ['show graph', `"graph" cannot be shown: ${SHOWN_KINDS.join(', ')} can`],
    ['show log', 'log needs a path from /, a journald unit, or * for the whole journal'],
    ['show host now', `"host now" cannot be shown: ${SHOWN_KINDS.join(', ')} can`],
  ])('%s is refused in a sentence', (text, error) => {
    const { store } = line(text);
    expect(store.getState().modal.modal).toMatchObject({ kind: 'prompt', prompt: { error } });
  });
});
