// Program panes from key to process and back: a real console without a screen, with real programs.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { createController } from '../../../../src/cli/console/controller.ts';
import { type Programs, runPrograms } from '../../../../src/cli/console/programs.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import type { PaneId, PaneSpec, RunSpec, Session } from '../../../../src/core/pane.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import { selectKeyMode } from '../../../../src/store/select/shell.ts';
import { selectQuitWords } from '../../../../src/store/select/shields-status.ts';
import type { ProgramPane } from '../../../../src/store/slices/programs.ts';
import { type ConsoleStore, createConsoleStore } from '../../../../src/store/store.ts';
import { SESSION } from '../../../frames/shell-parts.ts';
import { membersOf } from '../../host/members.ts';
import { NO_EFFECTS, pressing } from './rig.ts';

const WAIT = { timeout: 15_000, interval: 20 } as const;
const A = 'a' as PaneId;
const B = 'b' as PaneId;

const run = (line: string, more: Partial<RunSpec> = {}): RunSpec => ({
  ...{ kind: 'run', command: { kind: 'shell', line }, start: 'auto', env: {}, history: 50 },
  ...more,
});
const sessionOf = (a: RunSpec, b: RunSpec, apart = false): Session => {
  const layout = { kind: 'named', name: 'even-horizontal' } as const;
  const panes: readonly PaneSpec[] = [
    { id: A, body: a },
    { id: B, body: b },
  ];
  const windows = apart
    ? panes.map((pane) => ({ name: pane.id, layout, panes: [pane] }))
    : [{ name: 'work', layout, panes }];
  return { ...SESSION, windows };
};

const open: Programs[] = [];
afterEach(async () => {
  for (const programs of open.splice(0)) await programs.close();
});

async function consoleWith(session: Session, keymap = DEFAULT_KEYMAP) {
  const host = await createLocalHost({ sudo: 'never' });
  const store = createConsoleStore({
    ...{ session, now: unixMs(Date.now()), size: { columns: 120, rows: 30 } },
    ...{ readOnly: false, privileged: true },
  });
  const later = (ms: number, task: () => void): (() => void) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  };
  const programs = runPrograms({
    hostOf: () => host,
    hosts: () => [host],
    store,
    nowMs: () => performance.now(),
    later,
  });
  open.push(programs);
  const controller = createController({
    store,
    keymap,
    effects: {
      ...{ ...NO_EFFECTS, later, programs, paste: programs.paste, programMouse: programs.mouse },
    },
    helpTotal: () => 1,
    mouse: false,
  });
  return {
    store,
    programs,
    controller,
    press: pressing(controller),
  };
}

const paneOf = (store: ConsoleStore, id: PaneId): ProgramPane => {
  const pane = store.getState().programs.panes.get(id);
  if (pane === undefined) throw new Error(`no program pane ${id}`);
  return pane;
};
const textOf = (store: ConsoleStore, id: PaneId): string =>
  (paneOf(store, id).screen?.lines ?? []).map((line) => line.map(({ text }) => text).join('')).join('\n');
const shows = (store: ConsoleStore, id: PaneId, words: string): Promise<void> =>
  vi.waitFor(() => expect(textOf(store, id)).toContain(words), WAIT);
const phaseOf = (store: ConsoleStore, id: PaneId): string => paneOf(store, id).phase.kind;

describe('a program that has the focus', () => {
  it('gets keys and pastes; the prefix twice is the prefix', async () => {
    const { store, press, controller } = await consoleWith(
      sessionOf(run('stty -echo; echo ready; cat -v'), run('true', { start: 'suspended' })),
    );
    await shows(store, A, 'ready');
    expect(selectKeyMode(store.getState())).toBe('program');
    press('q', 'C-b', 'C-b', ':', 'Enter');
    await shows(store, A, 'q^B:');
    controller.input({ kind: 'paste', text: 'pasted\n' });
    await shows(store, A, 'pasted');
    expect(store.getState().modal.modal.kind).toBe('none');
    press('C-c');
    await vi.waitFor(
      () => expect(paneOf(store, A).phase).toMatchObject({ kind: 'ended', signal: 'SIGINT' }),
      WAIT,
    );
    expect(selectKeyMode(store.getState())).toBe('run');
  });

  it('gets all keys of a sequence of ours that comes to nothing, and none of one that does not', async () => {
    const zoom = { mode: 'program', intent: 'zoom', chords: ['C-x C-o z'], words: 'zoom' } as const;
    const { store, press } = await consoleWith(
      sessionOf(run('stty raw -echo; echo ready; exec cat -v'), run('true', { start: 'suspended' })),
      [...DEFAULT_KEYMAP, { ...zoom, group: 'windows and panes' }],
    );
    await shows(store, A, 'ready');
    press('C-x', 'C-o', 'q', 'C-x', 'Escape', 'C-x', 'C-o', 'z', '.');
    await shows(store, A, '^X^Oq^X^[.');
    expect(store.getState().layout.views[0]?.zoomed).toBe(true);
  });

  it('that does not read is not given more than can be kept for it, which is said', async () => {
    const { store, controller } = await consoleWith(
      sessionOf(run('stty raw -echo; echo ready; exec sleep 1000'), run('true', { start: 'suspended' })),
    );
    await shows(store, A, 'ready');
    controller.input({ kind: 'paste', text: 'x'.repeat(1 << 20) });
    expect(store.getState().modal.notice).toBeUndefined();
    controller.input({ kind: 'paste', text: 'y'.repeat(2 << 20) });
    expect(store.getState().modal.notice?.text).toContain('does not read');
  });

  it('gets what was typed before it ran', async () => {
    const { store, press } = await consoleWith(
      sessionOf(run('read -r line; echo "<$line>"; cat'), run('true', { start: 'suspended' })),
    );
    press('e', 'a', 'r', 'l', 'y', 'Enter');
    await shows(store, A, '<early>');
  });

  it('gets the mouse as it asked for it; the wheel as arrows where it knows none', async () => {
    const { store, controller } = await consoleWith(
      sessionOf(
        run("stty raw -echo; printf '\\033[?1049h\\033[?1000h\\033[?1006hready'; exec cat -v"),
        run("stty raw -echo; printf '\\033[?1049hready'; exec cat -v"),
      ),
    );
    await shows(store, A, 'ready');
    await shows(store, B, 'ready');
    store.dispatch({ kind: 'look/mouse-switched', on: true });
    const at = { kind: 'mouse', button: 0, row: 4 } as const;
    controller.input({ ...at, action: 'press', column: 6 });
    await shows(store, A, '^[[<0;6;3M');
    controller.input({ ...at, action: 'wheel-down', column: 6 });
    await shows(store, A, '^[[<65;6;3M');
    controller.input({ ...at, action: 'wheel-up', column: 100 });
    await shows(store, B, '^[[A^[[A^[[A');
  });

  it('is ended by its key, killed by the second', async () => {
    const { store, press } = await consoleWith(
      sessionOf(
        run("trap '' HUP; echo ready; while :; do sleep 1; done"),
        run('true', { start: 'suspended' }),
      ),
    );
    await shows(store, A, 'ready');
    press('C-b', 'K');
    expect(paneOf(store, A).phase).toMatchObject({ kind: 'running', ending: true });
    press('C-b', 'K');
    await vi.waitFor(() => expect(paneOf(store, A).phase).toMatchObject({ signal: 'SIGKILL' }), WAIT);
    press('C-b', 'K');
    expect(store.getState().modal.notice?.text).toBe('no program runs in this pane');
  });
});

describe('starting', () => {
  it('is not done unasked; Enter does it, and again after the end', async () => {
    const { store, press, programs } = await consoleWith(
      sessionOf(run('echo "$$ ran"; exit 3', { start: 'suspended' }), run('echo other; cat')),
    );
    await shows(store, B, 'other');
    expect([phaseOf(store, A), programs.lines(A)]).toEqual(['suspended', undefined]);
    press('Enter');
    await vi.waitFor(
      () => expect(paneOf(store, A).phase).toMatchObject({ kind: 'ended', exitCode: 3 }),
      WAIT,
    );
    const first = textOf(store, A);
    expect(programs.lines(A)?.join('\n')).toContain('ran');
    press('Enter');
    await vi.waitFor(
      () => expect([phaseOf(store, A), textOf(store, A) === first]).toEqual(['ended', false]),
      WAIT,
    );
  });

  it('that fails says why', async () => {
    const { store } = await consoleWith(
      sessionOf(
        run('', { command: { kind: 'argv', argv: ['no-such-program-here'] } }),
        run('true', { cwd: '/no/such/folder' }),
      ),
    );
    await vi.waitFor(
      () => expect([phaseOf(store, A), phaseOf(store, B)]).toEqual(['failed', 'failed']),
      WAIT,
    );
    expect(paneOf(store, A).phase).toMatchObject({ problem: { code: 'missing-tool' } });
  });
});

describe('the workspace and its programs', () => {
  it('a program has the size of its pane, also behind', async () => {
    const line = "trap 'stty size' WINCH; stty size; while :; do sleep 0.1; done";
    const { store, programs } = await consoleWith(sessionOf(run(line), run(line), true));
    const sizes = (id: PaneId): string => programs.lines(id)?.join(' ') ?? '';
    await vi.waitFor(
      () =>
        expect([sizes(A), sizes(B)]).toEqual([
          expect.stringContaining('118'),
          expect.stringContaining('118'),
        ]),
      WAIT,
    );
    store.dispatch({ kind: 'terminal/resized', columns: 100, rows: 26 });
    await vi.waitFor(
      () =>
        expect([sizes(A), sizes(B)]).toEqual([
          expect.stringContaining(' 98'),
          expect.stringContaining(' 98'),
        ]),
      WAIT,
    );
  });

  it('one behind is not drawn until it is seen', async () => {
    const { store, programs, press } = await consoleWith(
      sessionOf(run('cat'), run('echo behind; cat'), true),
    );
    await vi.waitFor(() => expect(programs.lines(B)?.join('')).toContain('behind'), WAIT);
    expect(textOf(store, B).trim()).toBe('');
    press('C-b', 'n');
    await shows(store, B, 'behind');
  });

  it('a pane that goes takes its program with it, one that stays keeps it', async () => {
    const { store } = await consoleWith(sessionOf(run('echo one; cat'), run('echo two; cat')));
    await shows(store, A, 'one');
    await shows(store, B, 'two');
    const pids = [A, B].map((id) => {
      const { phase } = paneOf(store, id);
      return phase.kind === 'running' ? phase.pid : 0;
    });
    expect(selectQuitWords(store.getState()).map(({ text }) => text)).toContain(
      '2 programs in panes will be ended.',
    );
    store.dispatch({ kind: 'workspace/pane-closed', pane: B });
    await vi.waitFor(() => expect(membersOf(pids[1] ?? 0)).toEqual([]), WAIT);
    expect(membersOf(pids[0] ?? 0).length).toBeGreaterThan(0);
    // The same place, another program.
    store.dispatch({ kind: 'workspace/replaced', session: sessionOf(run('echo new; cat'), run('true')) });
    await shows(store, A, 'new');
    await vi.waitFor(() => expect(membersOf(pids[0] ?? 0)).toEqual([]), WAIT);
  });

  it('a bell is told where it is not heard, and forgotten where it is', async () => {
    const { store, press } = await consoleWith(sessionOf(run('cat'), run("printf '\\a'; cat"), true));
    await vi.waitFor(() => expect(paneOf(store, B).bell).toBe(true), WAIT);
    expect(store.getState().modal.notice?.text).toBe('bell in window 2: b');
    press('C-b', 'n');
    expect(paneOf(store, B).bell).toBe(false);
  });
});
