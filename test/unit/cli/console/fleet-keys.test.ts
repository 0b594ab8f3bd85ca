// Keys in a table of hosts and in the dialog of an act on several: where they lead, and what they ask of which host.

import { describe, expect, it } from 'vitest';
import { createController } from '../../../../src/cli/console/controller.ts';
import { needsKey } from '../../../../src/cli/console/mouse.ts';
import type { HostId } from '../../../../src/core/hosts.ts';
import { hostOfPane, type PaneBody } from '../../../../src/core/pane.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { parseChord } from '../../../../src/keys/chords.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import type { ConsoleState } from '../../../../src/store/state.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import {
  banned,
  DOWN,
  fleetSession,
  hostId,
  NEEDS_YOU,
  on,
  SHIELDS_DOWN,
  shieldsUp,
  UP,
} from '../../store/fleet-rig.ts';
import { NOW } from '../../store/rig.ts';

const HOSTS: PaneBody = { kind: 'hosts', hosts: [] };
const NAMES = ['rolly', 'edge'];
const QUIET = [
  ...on('local', SHIELDS_DOWN),
  ...on('rolly', UP, SHIELDS_DOWN),
  ...on('edge', UP, SHIELDS_DOWN),
];

function consoleOf(body: PaneBody, told: readonly Msg[], drawn?: () => ConsoleState) {
  const size = { columns: 160, rows: 60 };
  const session = fleetSession(NAMES, body, { web: ['rolly', 'edge'] });
  const store = createConsoleStore({ session, now: NOW, size, readOnly: false, privileged: true });
  for (const msg of told) store.dispatch(msg);
  const asked: string[] = [];
  const nothing = (): undefined => undefined;
  const controller = createController({
    ...{ store, keymap: DEFAULT_KEYMAP, mouse: false, helpTotal: () => 0 },
    ...(drawn === undefined ? {} : { drawn }),
    effects: {
      ...{ quit: nothing, suspend: nothing, redraw: nothing, setMouse: nothing },
      ...{ listAsked: nothing, later: () => nothing },
      poke: () => asked.push('poke'),
      hosts: {
        login: (id: HostId) => asked.push(`login ${id}`),
        retry: (id: HostId) => asked.push(`retry ${id}`),
      },
    },
  });
  const press = (...chords: readonly string[]): void => {
    for (const chord of chords) {
      const key = parseChord(chord);
      if (key !== undefined) controller.input({ kind: 'key', key });
    }
  };
  return { store, asked, press };
}

const at = (state: ConsoleState): readonly unknown[] => {
  const pane = state.layout.views[state.layout.window]?.recent[0];
  return [state.session.windows[state.layout.window]?.name, hostOfPane(state.session, pane)];
};

describe('a table of hosts', () => {
  it('leads to the first pane of a host, and makes a window for one that has none', () => {
    const { store, press } = consoleOf(HOSTS, QUIET);
    press('j', 'Enter');
    expect(at(store.getState())).toEqual(['edge', 'rolly']);
    press('C-b', '1', 'j', 'Enter');
    const { session } = store.getState();
    expect(at(store.getState())).toEqual(['edge', 'edge']);
    expect(session.windows.at(-1)?.panes.map(({ body, host }) => [body.kind, host])).toEqual([
      ['host', 'edge'],
      ['bans', 'edge'],
      ['log', 'edge'],
      ['conntrack', 'edge'],
    ]);
  });

  it('tries a line again that is down, and says what one needs that waits for somebody', () => {
    const { store, asked, press } = consoleOf(HOSTS, [
      ...QUIET,
      ...on('edge', DOWN),
      ...on('rolly', NEEDS_YOU),
    ]);
    press('R');
    expect(store.getState().modal.notice?.text).toContain(':host login rolly');
    press('j', 'R', 'r');
    expect(asked).toEqual(['retry edge', 'retry edge']);
    press('j', 'r');
    expect(asked).toEqual(['retry edge', 'retry edge', 'poke']);
  });

  it('means the host that was on screen, also when another stands there now', () => {
    const shown: { state?: ConsoleState } = {};
    const { store, asked, press } = consoleOf(
      HOSTS,
      [...QUIET, ...on('edge', DOWN)],
      () => shown.state ?? store.getState(),
    );
    shown.state = store.getState();
    for (const msg of on('rolly', NEEDS_YOU)) store.dispatch(msg);
    press('R');
    expect(asked).toEqual(['retry edge']);
  });

  it('raises the shields of the host under the cursor at once, and asks before those of several', () => {
    const { store, press } = consoleOf(HOSTS, QUIET);
    const wishOf = (name: string) => store.getState().hosts[hostId(name)]?.shields.operation?.wish.kind;
    press('j', '!');
    expect(['local', 'rolly', 'edge'].map(wishOf)).toEqual([undefined, 'raise', undefined]);
    press('a', '!');
    expect(store.getState().modal.modal.kind).toBe('fleet');
    expect(wishOf('edge')).toBeUndefined();
    press('Escape');
    expect([store.getState().modal.modal.kind, wishOf('edge')]).toEqual(['none', undefined]);
  });

  it('keeps them on all marked hosts', () => {
    const { store, press } = consoleOf(HOSTS, [
      ...QUIET,
      ...on('rolly', shieldsUp(90)),
      ...on('edge', shieldsUp(90)),
    ]);
    press('Space', 'Space', '+');
    const wishes = ['local', 'rolly', 'edge'].map(
      (name) => store.getState().hosts[hostId(name)]?.shields.operation?.wish.kind,
    );
    expect(wishes).toEqual([undefined, 'renew', 'renew']);
  });

  it('lowers them only where all are up', () => {
    const { store, press } = consoleOf(HOSTS, [
      ...QUIET,
      ...on('rolly', shieldsUp(90)),
      ...on('edge', shieldsUp(90)),
    ]);
    press('Space', 'Space', '!');
    expect(store.getState().fleet.act?.rows.map(({ job }) => job.kind === 'shields' && job.way)).toEqual([
      'lower',
      'lower',
    ]);
  });
});

describe('an act with a scope', () => {
  it('begins with the marked hosts, and asks each of them', () => {
    const { store, press } = consoleOf(HOSTS, QUIET);
    press('j', 'Space', 'Space', 'b', ...'192.0.2.9', 'Enter');
    const { act } = store.getState().fleet;
    expect(act?.title).toBe('Ban 192.0.2.9 on rolly, edge');
    expect(act?.rows.map(({ host, step }) => [host, step.kind])).toEqual([
      ['rolly', 'asked'],
      ['edge', 'asked'],
    ]);
  });

  it('runs nothing by a click: that needs the key', () => {
    const { store, press } = consoleOf(HOSTS, QUIET);
    const enter = { id: 'accept' } as const;
    expect(needsKey(store.getState(), enter)).toBe(false);
    press('a', '!');
    expect(needsKey(store.getState(), enter)).toBe(true);
    press('Enter');
    expect(needsKey(store.getState(), enter)).toBe(false);
  });

  it('is of one host where it is not said otherwise, and of the group that is chosen', () => {
    const { store, press } = consoleOf({ kind: 'bans', sets: [] }, QUIET);
    press('b', ...'192.0.2.9');
    const preview = () => {
      const { modal } = store.getState().modal;
      return modal.kind === 'act' ? modal.act.preview : undefined;
    };
    expect(preview()).toEqual({ kind: 'pending' });
    press('Tab', 'Right');
    expect(preview()).toEqual({ kind: 'elsewhere', hosts: ['rolly', 'edge'] });
    press('Left');
    expect(preview()).toEqual({ kind: 'pending' });
  });

  it('is of all hosts in the table of all bans, and does not run with something wrong in a field', () => {
    const { store, press } = consoleOf(
      { kind: 'all-bans', hosts: [] },
      on('edge', UP, ...banned('f', { '192.0.2.1': 60 })),
    );
    press('b', 'Right', 'Right', 'Right', 'Enter');
    expect(store.getState().modal.modal.kind).toBe('act');
    press('Escape', 'u', 'Enter');
    expect(store.getState().fleet.act?.rows.map(({ host }) => host)).toEqual(['local', 'rolly', 'edge']);
  });

  it('is undone on each host by its own act, and another waits while one runs', () => {
    const { store, press } = consoleOf(HOSTS, QUIET);
    press('a', 'u', ...'192.0.2.9', 'Enter');
    const { rows } = store.getState().fleet.act ?? { rows: [] };
    const plan = {
      action: 'unban',
      summary: sanitise('u'),
      steps: [],
      undo: [],
      notes: [],
      risk: 'reversible',
    } as const;
    for (const { host } of rows)
      store.dispatch({
        kind: 'fleet/previewed',
        act: 1,
        host,
        round: 1,
        preview: { kind: 'ready', token: 't', plan },
      });
    press('Enter', 'Escape', 'b', ...'192.0.2.9', 'Enter');
    expect(store.getState().fleet.act?.id).toBe(1);
    for (const { host } of rows)
      store.dispatch({
        ...{ kind: 'fleet/reported', act: 1, host, round: 1 },
        report: {
          ...{ actId: `of ${host}`, action: 'unban', summary: sanitise('u'), canUndo: true },
          outcome: { kind: 'done', durationMs: 1, proof: { kind: 'proved', says: sanitise('p') } },
        },
      });
    press('Escape', 'z');
    expect(store.getState().fleet.act?.rows.map(({ job }) => job.kind === 'act' && job.draft)).toEqual(
      rows.map(({ host }) => ({ action: 'undo', actId: `of ${host}` })),
    );
  });
});
