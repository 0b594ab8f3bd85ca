// With several hosts a result says where, and the key that undoes takes back what is said, wherever the focus is.

import { expect, it, vi } from 'vitest';
import { createController } from '../../../../src/cli/console/controller.ts';
import { runFleet } from '../../../../src/cli/console/fleet.ts';
import type { ActPreview, ActReport } from '../../../../src/core/act.ts';
import { LOCAL } from '../../../../src/core/hosts.ts';
import { problem } from '../../../../src/core/problem.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { parseChord } from '../../../../src/keys/chords.ts';
import { keyTexts } from '../../../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import type { FleetAct } from '../../../../src/store/fleet/fleet-act.ts';
import { fleetNotice } from '../../../../src/store/fleet/fleet-notice.ts';
import { banForm } from '../../../../src/store/forms.ts';
import { selectAct } from '../../../../src/store/select/shell.ts';
import { type ConsoleStore, createConsoleStore } from '../../../../src/store/store.ts';
import { FIRST_ROW } from '../../../../src/store/table-cursor.ts';
import { EMPTY_INPUT } from '../../../../src/store/text-input.ts';
import { actTitle } from '../../../../src/views/dialogs/act-title.ts';
import { arrangementOf } from '../../../../src/views/screen.ts';
import { statusLines } from '../../../../src/views/status-rows.ts';
import { OPTIONS } from '../../../frames/shell-parts.ts';
import { fleetSession, hostId, on, UP } from '../../store/fleet-rig.ts';
import { NOW, net } from '../../store/rig.ts';

const [ROLLY, EDGE] = [hostId('rolly'), hostId('edge')];
const SAID = 'banned 192.0.2.9 for 1h · dropped by nft';
const done = (actId: string, canUndo = true): ActReport => ({
  ...{ actId, action: 'ban', summary: sanitise(SAID), canUndo },
  outcome: { kind: 'done', durationMs: 1, proof: { kind: 'proved', says: sanitise(SAID) } },
});
const ready: ActPreview = {
  ...{ kind: 'ready', token: 't' },
  plan: {
    ...{ action: 'ban', summary: sanitise('ban it'), steps: [], undo: [], notes: [], risk: 'reversible' },
  },
};

function consoleOf() {
  const session = fleetSession(['rolly', 'edge'], { kind: 'hosts', hosts: [] });
  const size = { columns: 160, rows: 40 };
  const store = createConsoleStore({ session, now: NOW, size, readOnly: false, privileged: true });
  for (const msg of [...on('rolly', UP), ...on('edge', UP)]) store.dispatch(msg);
  const nothing = (): undefined => undefined;
  const controller = createController({
    ...{ store, keymap: DEFAULT_KEYMAP, mouse: false, helpTotal: () => 0 },
    effects: {
      ...{ quit: nothing, suspend: nothing, redraw: nothing, setMouse: nothing, poke: nothing },
      ...{ listAsked: nothing, later: () => nothing },
    },
  });
  const press = (...chords: readonly string[]): void => {
    for (const chord of chords) {
      const key = parseChord(chord);
      if (key !== undefined) controller.input({ kind: 'key', key });
    }
  };
  return { store, press };
}

/** An act on one host, from its dialog to its report. */
function acted(store: ConsoleStore, host = EDGE, report = done('on-edge')): void {
  const { bans } = store.getState().session;
  const form = banForm({ target: undefined, typed: '192.0.2.9', defaults: bans, sets: [] });
  store.dispatch({ kind: 'modal/act-opened', form, host });
  expect(store.getState().at).toBe(host);
  const act = selectAct(store.getState());
  expect(act && actTitle(act, sanitise(host))).toBe(`Ban 192.0.2.9 on ${host}`);
  store.dispatch({ kind: 'modal/act-previewed', revision: act?.revision ?? 0, preview: ready });
  store.dispatch({ kind: 'modal/intent', intent: { id: 'accept' }, rows: 9 });
  store.dispatch({ kind: 'modal/act-reported', report });
}

const bottom = (store: ConsoleStore): string => {
  const state = store.getState();
  const keys = keyTexts(DEFAULT_KEYMAP, { readOnly: false });
  const look = { ...OPTIONS, keys };
  const line = statusLines(state, look, arrangementOf(state)).get(state.size.rows - 1) ?? [];
  return line.map(({ text }) => text).join('');
};

it('a result names the host, and is undone there', () => {
  const { store, press } = consoleOf();
  acted(store);
  expect(store.getState().at).toBe(LOCAL);
  expect(bottom(store)).toContain('banned 192.0.2.9 for 1h on edge · dropped by nft · z undoes');
  press('C-b', '2');
  expect(store.getState().at).toBe(ROLLY);
  press('z');
  expect(store.getState().at).toBe(EDGE);
  const dialog = selectAct(store.getState());
  expect(dialog?.reading).toMatchObject({ kind: 'draft', draft: { action: 'undo', actId: 'on-edge' } });
  press('Escape');
  expect(store.getState().at).toBe(ROLLY);
});

it('an act on several hosts takes the place of an older result, and z takes it back from any pane', async () => {
  const { store, press } = consoleOf();
  const fleet = runFleet({
    ...{ store, readOnly: false, later: () => () => undefined, onReported: () => undefined },
    port: {
      deskOf: (id) => ({ preview: async () => ready, perform: async () => done(`on-${id}`, id === ROLLY) }),
    },
  });
  acted(store);
  const job = { kind: 'act', draft: { action: 'cut', nets: [net('192.0.2.1')] } } as const;
  const jobs = [ROLLY, EDGE].map((host) => ({ host, job }));
  store.dispatch({ kind: 'fleet/opened', action: 'cut', title: sanitise('Cut 192.0.2.1 on all'), jobs });
  const steps = (): unknown => store.getState().fleet.act?.rows.map(({ step }) => step.kind);
  await vi.waitFor(() => expect(steps()).toEqual(['ready', 'ready']));
  expect(bottom(store)).toContain('banned 192.0.2.9');
  press('Enter');
  await vi.waitFor(() => expect(steps()).toEqual(['done', 'done']));
  press('Enter');
  expect(store.getState().modal.modal.kind).toBe('none');
  expect(bottom(store)).toContain('Cut 192.0.2.1 on all: 2 proved · z undoes');
  press('C-b', '2', 'z');
  expect(store.getState().fleet.act).toMatchObject({
    ...{ action: 'undo', title: 'Undo on rolly' },
    rows: [{ host: ROLLY, job: { draft: { action: 'undo', actId: 'on-rolly' } } }],
  });
  // Left undone: the line still says what z takes back, and it does.
  press('Escape', 'z');
  expect(store.getState().fleet.act).toMatchObject({ action: 'undo', rows: [{ host: ROLLY }] });
  await fleet.close();
});

it('what did not end well is said as such', () => {
  const job = { kind: 'act', draft: { action: 'cut', nets: [net('192.0.2.1')] } } as const;
  const row = (host: string, step: FleetAct['rows'][number]['step']): FleetAct['rows'][number] => ({
    ...{ host: hostId(host), job, round: 1, step },
  });
  const running = row('a', { kind: 'running', token: 't' });
  const made = (...rows: FleetAct['rows']): FleetAct => ({
    ...{ id: 1, action: 'cut', title: sanitise('Cut x'), rows, input: EMPTY_INPUT },
    ...{ cursor: FIRST_ROW, complaint: undefined },
  });
  const ended = made(
    row('a', { kind: 'failed', problem: problem('bad-exit', 'no') }),
    row('b', { kind: 'unreached', problem: problem('no-line', 'no') }),
    row('c', { kind: 'done', says: sanitise('gone'), missing: [sanitise('one is left')], canUndo: false }),
  );
  expect(fleetNotice(ended, made(running))).toEqual({
    ...{ text: 'Cut x: 1 not proved, 1 failed, 1 not connected', role: 'bad' },
  });
  expect(fleetNotice(ended, ended)).toBeUndefined();
  expect(fleetNotice(made(running), made(running))).toBeUndefined();
  expect(fleetNotice({ ...ended, id: 2 }, made(running))).toBeUndefined();
});
