// Program panes in every state, with screens that a real terminal made of real bytes.

import { describe, expect, it } from 'vitest';
import { unixMs } from '../../src/core/brand.ts';
import type { PaneId, PaneSpec, RunSpec, Session } from '../../src/core/pane.ts';
import { problem } from '../../src/core/problem.ts';
import { keyTexts } from '../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../src/keys/keymap.ts';
import { createEmulator } from '../../src/sources/program/emulator.ts';
import { selectKeyModes } from '../../src/store/select/shell.ts';
import type { ProgramPhase } from '../../src/store/slices/programs.ts';
import { type ConsoleStore, createConsoleStore } from '../../src/store/store.ts';
import { helpSections } from '../../src/views/overlays.ts';
import { PAINTERS } from '../../src/views/painters.ts';
import { arrangementOf, createScreenDrawer, type ScreenOptions } from '../../src/views/screen.ts';
import { ALICE, upNow } from '../fakes/shields.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { NOW, OPTIONS, SESSION } from './shell-parts.ts';

const REAL: ScreenOptions = {
  ...OPTIONS,
  painters: PAINTERS,
  keys: keyTexts(DEFAULT_KEYMAP, { readOnly: false }),
  summary: () => ({ numbers: {} }),
};
const SIZES = [
  [80, 24],
  [120, 40],
  [200, 50],
  [39, 9],
] as const;

const spec = (line: string, more: Partial<RunSpec> = {}): RunSpec => ({
  ...{ kind: 'run', command: { kind: 'shell', line }, start: 'suspended', env: {}, history: 100 },
  ...more,
});
type Case = Readonly<{ line: string; spec?: Partial<RunSpec>; bytes?: string; phase: ProgramPhase }>;
const running = (ago: number): ProgramPhase => ({ kind: 'running', pid: 7, since: unixMs(NOW - ago) });
const SCREENFUL = Array.from({ length: 60 }, (_, at) => `line ${at}\r\n`).join('');
const CASES: Readonly<Record<string, Case>> = {
  suspended: {
    line: 'mutt -R -f =inbox',
    spec: { cwd: '/home/op/mail', env: { EDITOR: 'vi', LANG: 'C' } },
    phase: { kind: 'suspended' },
  },
  starting: { line: 'htop', phase: { kind: 'starting' } },
  running: {
    line: 'bash',
    bytes:
      '\x1b]2;bash in /srv\x07\x1b[1;32mop@rolly\x1b[m:\x1b[34m/srv\x1b[m$ ls\r\n\x1b[31mred\x1b[m 世界 e\u0301 \ue0b0\r\n$ ',
    phase: running(130_000),
  },
  ending: { line: 'bash', bytes: '$ ', phase: { kind: 'running', pid: 7, since: NOW, ending: true } },
  'ended-well': {
    line: 'make backup',
    bytes: 'done\r\n',
    phase: { kind: 'ended', exitCode: 0, at: NOW, ranMs: 65_000 },
  },
  'ended-badly': {
    line: 'nosuch',
    bytes: `${SCREENFUL}sh: 1: nosuch: not found\r\n`,
    phase: { kind: 'ended', exitCode: 127, at: NOW, ranMs: 12 },
  },
  killed: {
    line: 'htop',
    bytes: SCREENFUL,
    phase: { kind: 'ended', signal: 'SIGTERM', at: NOW, ranMs: 3_700_000 },
  },
  failed: {
    line: 'htop',
    phase: {
      kind: 'failed',
      problem: problem('missing-tool', 'there is no program htop', {
        hint: 'install it, or give its whole path',
      }),
    },
  },
};

const RUN = '1.1' as PaneId;

async function storeOf(one: Case, [columns, rows]: readonly [number, number]): Promise<ConsoleStore> {
  const panes: readonly PaneSpec[] = [
    { id: RUN, body: spec(one.line, one.spec) },
    { id: '1.2' as PaneId, body: spec('tail -f notes') },
  ];
  const layout = { kind: 'named', name: 'even-horizontal' } as const;
  const session: Session = { ...SESSION, windows: [{ name: 'work', layout, panes }] };
  const size = { columns, rows };
  const store = createConsoleStore({
    session,
    now: NOW,
    size,
    readOnly: false,
    privileged: true,
    operator: ALICE,
  });
  store.dispatch({ kind: 'program/phase-changed', pane: RUN, phase: one.phase });
  if (one.bytes === undefined) return store;
  const body = arrangementOf(store.getState()).placed.find(({ pane }) => pane === RUN)?.body;
  const emulator = await createEmulator({
    ...{ columns: body?.columns ?? 80, rows: body?.rows ?? 24, history: 100 },
    onAnswer: () => undefined,
    onBell: () => undefined,
  });
  await new Promise<void>((done) => emulator.write(Buffer.from(one.bytes ?? ''), done));
  store.dispatch({ kind: 'program/drawn', pane: RUN, screen: emulator.screen() });
  return store;
}

describe.each(SIZES)('at %ix%i', (columns, rows) => {
  it.each(Object.entries(CASES))('a program pane that is %s', async (name, one) => {
    const store = await storeOf(one, [columns, rows]);
    expectFrame(`programs/${name}-${columns}x${rows}`, await frameOf(store, REAL));
  });
});

describe('a program pane', () => {
  const areaOf = (store: ConsoleStore): string =>
    createScreenDrawer(REAL)(store.getState()).areas.find(({ key }) => key === `pane ${RUN}`)?.text ?? '';

  it('has the colours of its program, and a cursor while it has the focus', async () => {
    const store = await storeOf(
      { line: 'x', bytes: '\x1b[31mred\x1b[m|\x1b[2D', phase: running(0) },
      [80, 24],
    );
    expect(areaOf(store)).toMatch(/^\x1b\[31mre\x1b\[0m\x1b\[7;31md\x1b\[0m\|/);
    store.dispatch({ kind: 'layout/pane-focused', pane: '1.2' as PaneId });
    expect(areaOf(store)).toMatch(/^\x1b\[31mred\x1b\[0m\|/);
  });

  it('has its cursor behind the last word, and on a wide character', async () => {
    const behind = await storeOf({ line: 'x', bytes: 'ab  ', phase: running(0) }, [80, 24]);
    expect(areaOf(behind)).toMatch(/^ab {2}\x1b\[7m \x1b\[0m/);
    const wide = await storeOf({ line: 'x', bytes: 'a世b\x1b[3D', phase: running(0) }, [80, 24]);
    expect(areaOf(wide)).toMatch(/^a\x1b\[7m世\x1b\[0mb/);
  });

  it('says that its bell rang where it has not the focus', async () => {
    const store = await storeOf({ line: 'x', bytes: '', phase: running(0) }, [120, 40]);
    store.dispatch({ kind: 'program/bell', pane: RUN, on: true });
    expect((await frameOf(store, REAL))[1]).not.toContain('bell');
    store.dispatch({ kind: 'layout/pane-focused', pane: '1.2' as PaneId });
    expect((await frameOf(store, REAL))[1]).toContain('bell · running 0s');
  });

  it('keeps its Enter while shields are in trial: they are kept after the prefix, and the top line says so', async () => {
    const store = await storeOf({ line: 'x', bytes: '', phase: running(0) }, [200, 50]);
    store.dispatch({ kind: 'shields/sampled', at: NOW, now: upNow(NOW) });
    expect(selectKeyModes(store.getState())).toEqual(['program']);
    const [top = ''] = await frameOf(store, REAL);
    expect(top).toContain('C-b Enter keeps');
    expect(top).toContain('M-! lowers');
    const rows = helpSections(store.getState(), REAL.keys).flatMap((section) => section.rows);
    expect(rows.find(({ keys }) => keys === 'C-b Enter')?.words).toContain('keep the shields');
    expect(rows.find(({ keys }) => keys === 'Enter')).toBeUndefined();
    store.dispatch({ kind: 'layout/pane-focused', pane: '1.2' as PaneId });
    expect(selectKeyModes(store.getState())).toEqual(['trial', 'run']);
    expect((await frameOf(store, REAL))[0]).toMatch(/[^b] Enter keeps/);
    // What Enter does not do now is said nowhere.
    const shown = (await frameOf(store, REAL)).join('\n');
    expect(shown).toContain(':start');
    expect(shown).not.toMatch(/Enter start/);
  });
});
