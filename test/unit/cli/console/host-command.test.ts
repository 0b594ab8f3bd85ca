// `:host` typed into the console: which host a pane is on, and what is asked of the lines.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createController } from '../../../../src/cli/console/controller.ts';
import { parseHostCommand } from '../../../../src/cli/console/host-command.ts';
import { type HostId, LOCAL } from '../../../../src/core/hosts.ts';
import { hostOfPane } from '../../../../src/core/pane.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import { focusedPane } from '../../../../src/store/slices/layout.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { NOW, SESSION } from '../../../frames/shell-parts.ts';
import { keysOf, NO_EFFECTS, pressing } from './rig.ts';

const EDGE = 'edge' as HostId;

function rig(hosts: readonly HostId[] = [EDGE]) {
  const entries = hosts.map((id) => ({ id, destination: id, sudo: 'auto' }) as const);
  const store = createConsoleStore({
    ...{ session: { ...SESSION, hosts: entries }, now: NOW, size: { columns: 120, rows: 40 } },
    ...{ readOnly: false, privileged: true },
  });
  const asked: string[] = [];
  const controller = createController({
    ...{ store, keymap: DEFAULT_KEYMAP, mouse: false, helpTotal: () => 60 },
    effects: {
      ...NO_EFFECTS,
      hosts: {
        login: (id) => void asked.push(`login ${id}`),
        retry: (id) => void asked.push(`retry ${id}`),
      },
    },
  });
  const press = pressing(controller);
  const state = () => store.getState();
  return {
    ...{ press, asked, state },
    command: (text: string): void => press(':', ...keysOf(text), 'Enter'),
    host: () => hostOfPane(state().session, focusedPane(state())?.id),
    notice: () => String(state().modal.notice?.text),
  };
}

describe(':host', () => {
  it('puts the focused pane on another host and back, and what it shows is that host', () => {
    const { command, host, state } = rig();
    const kind = focusedPane(state())?.body.kind;
    command('host edge');
    expect([host(), state().at, focusedPane(state())?.body.kind]).toEqual([EDGE, EDGE, kind]);
    command('host local');
    expect([host(), state().at]).toEqual([LOCAL, LOCAL]);
  });

  it('lists the hosts with their lines; Enter chooses', () => {
    const { press, host, state } = rig();
    press('C-b', 'h');
    const { modal } = state().modal;
    expect(modal).toMatchObject({ kind: 'picker', picker: { purpose: 'hosts', at: 0 } });
    if (modal.kind === 'picker')
      expect(modal.picker.items.map(({ label, detail }) => [label, detail])).toEqual([
        ['local', 'this machine'],
        ['edge', 'not tried yet'],
      ]);
    press('Down', 'Enter');
    expect(host()).toBe(EDGE);
  });

  it('adds a host to the session that is open', () => {
    const { command, state, asked, notice } = rig([]);
    command('host add admin@rolly.example.net');
    expect(state().session.hosts).toEqual([
      { id: 'rolly', destination: 'admin@rolly.example.net', sudo: 'auto' },
    ]);
    expect([asked, Object.keys(state().hosts), notice()]).toEqual([
      ['retry rolly'],
      [LOCAL, 'rolly'],
      'rolly added; :host rolly shows this pane there',
    ]);
  });

  it('asks for a line to be tried again, or for a login', () => {
    const { command, asked } = rig();
    command('host retry edge');
    command('host edge');
    command('host login');
    expect(asked).toEqual(['retry edge', 'login edge']);
  });

  it.each([
    ['host edgy', 'there is no host edgy in this session; did you mean edge?; :host add edgy adds it'],
    ['host add edge', 'edge is a host of this session already'],
    ['host login local', 'this machine needs no line'],
  ])('%s: %s', (line, words) => {
    const { command, notice, state } = rig();
    command(line);
    expect([notice(), state().session.hosts?.length]).toEqual([words, 1]);
  });

  it.each([
    ['add', '-oProxyCommand=x'],
    ['add', 'a;b'],
    ['add', 'local'],
    ['add'],
    ['a', 'b'],
    ['a', 'b', 'c'],
  ])('refuses %j %j', (...words) => expect(parseHostCommand(words).ok).toBe(false));

  it('never throws, and never makes a destination that ssh could take for an option', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 3 }), (words) => {
        const parsed = parseHostCommand(['add', ...words]);
        if (parsed.ok && parsed.value.kind === 'add')
          expect(parsed.value.entry.destination).not.toMatch(/^-|@-|[^\w.:@-]/);
      }),
    );
  });
});
