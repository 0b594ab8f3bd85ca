// A read-only console runs nothing: no program, no watched command and no command of a log, whether the session file or
// the operator asks for it; and it says so.

import { describe, expect, it } from 'vitest';
import { startSources } from '../../../../src/cli/console/console-sources.ts';
import { createController } from '../../../../src/cli/console/controller.ts';
import { newPaneItems } from '../../../../src/cli/console/new-pane-items.ts';
import { runPrograms } from '../../../../src/cli/console/programs.ts';
import type { LogSpec, PaneBody, PaneId, PaneSpec, Session } from '../../../../src/core/pane.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok } from '../../../../src/core/result.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { keyTexts } from '../../../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import type { Pump } from '../../../../src/sources/pump.ts';
import { RUNS_NOTHING } from '../../../../src/store/select/may-run.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { UNICODE_GLYPHS } from '../../../../src/views/glyphs.ts';
import { PAINTERS } from '../../../../src/views/painters.ts';
import { NOW, SESSION } from '../../../frames/shell-parts.ts';
import { keysOf, NO_EFFECTS, pressing } from './rig.ts';

const command = { kind: 'shell', line: 'touch /nonexistent/ran' } as const;
const log: LogSpec = {
  ...{ kind: 'log', files: [], units: [], merge: 'time', filters: [], history: 10, wrap: false },
  ...{ command: ['docker', 'logs', '-f', 'web'], start: 'auto' },
};
const BODIES = {
  run: { kind: 'run', command, start: 'auto', env: {}, history: 10 },
  watch: { kind: 'watch', command, start: 'auto', env: {} },
  log,
} satisfies Readonly<Record<string, PaneBody>>;

const sessionOf = (body: PaneBody): Session => ({
  ...SESSION,
  windows: [
    {
      ...{ name: 'one', layout: { kind: 'named', name: 'tiled' } },
      panes: [{ id: '1.1' as PaneId, body }] satisfies readonly PaneSpec[],
    },
  ],
});

/** What was started, in the order of its start. */
async function consoleWith(body: PaneBody, readOnly: boolean) {
  const store = createConsoleStore({
    ...{ session: sessionOf(body), now: NOW, size: { columns: 160, rows: 50 }, readOnly, privileged: true },
  });
  const started: string[] = [];
  const pump: Pump = {
    add: ({ id }) => {
      if (id.includes(':')) started.push(id);
      return { poke: () => undefined, stop: () => Promise.resolve() };
    },
    stop: () => Promise.resolve(),
  };
  const host = await createLocalHost({ sudo: 'never' });
  startSources({
    ...{ store, pump, host, place: { dir: '/nonexistent', run: '/nonexistent' }, env: {} },
    desk: {
      safeSet: () => Promise.resolve({ at: NOW, entries: [], operatorFound: true, gaps: [] }),
      journal: () => Promise.resolve(ok([])),
    },
  });
  const terminals = {
    now: () => NOW,
    openPty: () => {
      started.push('program');
      return Promise.resolve(fail(problem('refused', 'not in this test')));
    },
    endPtys: () => Promise.resolve(),
  };
  runPrograms({
    ...{ hostOf: () => terminals, hosts: () => [terminals] },
    ...{ store, nowMs: () => 0, later: () => () => undefined },
  });
  const controller = createController({
    ...{ store, keymap: DEFAULT_KEYMAP, effects: NO_EFFECTS, helpTotal: () => 1, mouse: false },
  });
  return {
    ...{ store, started, press: pressing(controller) },
    panes: () => store.getState().session.windows.flatMap(({ panes }) => panes.length),
    said: () => store.getState().modal.notice?.text,
    drawn: () => {
      const state = store.getState();
      const [pane] = state.session.windows[0]?.panes ?? [];
      if (pane === undefined) throw new Error('the pane is gone');
      const look = { columns: 100, rows: 10, focused: true, glyphs: UNICODE_GLYPHS };
      const view = PAINTERS[pane.body.kind](state, pane, look);
      return [view.state, ...view.body].map((line) => line.map(({ text }) => text).join('')).join('\n');
    },
  };
}

describe.each(Object.entries(BODIES))('a %s pane with "start: auto"', (_, body) => {
  it('starts by itself in a console that may act', async () => {
    const { started } = await consoleWith(body, false);
    await expect.poll(() => started).toHaveLength(1);
  });

  it('does not start in a read-only one, not even by its key, and says why', async () => {
    const { started, press, said, drawn } = await consoleWith(body, true);
    expect(drawn()).toContain(RUNS_NOTHING);
    expect(drawn()).not.toContain('Enter');
    press('Enter');
    expect(said()).toBe(RUNS_NOTHING);
    press(':', ...keysOf('start'), 'Enter');
    expect(said()).toBe(RUNS_NOTHING);
    expect(started).toEqual([]);
  });
});

describe('a read-only console', () => {
  it('makes no pane that would run something', async () => {
    const { press, said, panes, started } = await consoleWith({ kind: 'host' }, true);
    for (const line of ['run touch /nonexistent/ran', 'watch touch /nonexistent/ran']) {
      press(':', ...keysOf(line), 'Enter');
      expect(said()).toBe(RUNS_NOTHING);
    }
    expect(panes()).toEqual([1]);
    expect(started).toEqual([]);
  });

  it('offers none in the list for a new pane', async () => {
    const { store } = await consoleWith({ kind: 'host' }, true);
    const facts = { logs: [], journald: true, units: [], interfaces: [] };
    const ids = newPaneItems(store.getState(), facts, '/bin/sh').map(({ id }) => id);
    expect(ids).toEqual([
      ...['units *', 'bans', 'conntrack', 'traffic', 'host', 'journal', 'uplinks', 'jails', 'services'],
    ]);
  });

  it('takes a pane that runs nothing from the keyboard as any other', async () => {
    const { press, panes } = await consoleWith({ kind: 'host' }, true);
    press('C-b', '%', 'Enter');
    expect(panes()).toEqual([2]);
  });

  it('offers no key that starts or ends a program', () => {
    const { help, hints } = keyTexts(DEFAULT_KEYMAP, { readOnly: true });
    for (const mode of ['run', 'watch', 'log', 'prefix'] as const) {
      const words = [...hints(mode), ...help(mode).flatMap(({ rows }) => rows)].map((row) => row.words);
      expect(words.filter((text) => /^(start|run|end) (the|a)|^start/.test(text))).toEqual([]);
    }
  });
});
