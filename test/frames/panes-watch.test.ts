// Goldens of the watch pane: each of its states, and on screens from the largest to the smallest.

import { describe, expect, it } from 'vitest';
import { unixMs } from '../../src/core/brand.ts';
import type { PaneId, PaneSpec, Session, WatchSpec } from '../../src/core/pane.ts';
import { problem } from '../../src/core/problem.ts';
import type { WatchRun } from '../../src/core/rows.ts';
import type { SourceStatus } from '../../src/core/status.ts';
import { widthOf } from '../../src/core/width.ts';
import { watchLines } from '../../src/sources/watch/lines.ts';
import type { Msg } from '../../src/store/messages.ts';
import { type ConsoleState, initialState } from '../../src/store/state.ts';
import { createConsoleStore } from '../../src/store/store.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../src/views/glyphs.ts';
import { drawWatch } from '../../src/views/panes/watch.ts';
import { reduced } from '../unit/store/rig.ts';
import { goldenOf, plainLine } from './pane-views.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { NOW, OPTIONS, SESSION } from './shell-parts.ts';

const WATCH = '1.1' as PaneId;
const paneOf = (extra: Partial<WatchSpec>): PaneSpec => ({
  id: WATCH,
  body: {
    kind: 'watch',
    ...{ command: { kind: 'shell', line: 'ss -tn state established' }, start: 'auto', env: {}, ...extra },
  },
});
const sessionOf = (pane: PaneSpec): Session => ({
  ...SESSION,
  windows: [{ name: 'sockets', layout: { kind: 'named', name: 'tiled' }, panes: [pane] }],
});

function stateOf(extra: Partial<WatchSpec>, ...msgs: readonly Msg[]): ConsoleState {
  const size = { columns: 120, rows: 40 };
  const session = sessionOf(paneOf(extra));
  return reduced(initialState({ session, now: NOW, size, readOnly: false, privileged: true }), ...msgs);
}

const HEAD = 'Recv-Q  Send-Q  Local Address:Port   Peer Address:Port';
const FIRST = [
  HEAD,
  '0       0       192.0.2.7:443        203.0.113.9:51022',
  '0       36      192.0.2.7:22         198.51.100.4:40110',
  '0       0       192.0.2.7:443        203.0.113.200:1',
];
const SECOND = [
  HEAD,
  '0       0       192.0.2.7:443        203.0.113.9:51022',
  '0       188     192.0.2.7:22         198.51.100.4:40110',
  '0       0       192.0.2.7:443        203.0.113.77:7',
];

const ran = (lines: readonly string[], extra: Partial<WatchRun> = { exitCode: 0 }): Msg => ({
  kind: 'watch/ran',
  pane: WATCH,
  run: { at: NOW, durationMs: 12, ...watchLines(lines.join('\n')), ...extra },
});
const status = (found: SourceStatus): Msg => ({
  kind: 'source/status-changed',
  source: `watch:${WATCH}`,
  status: found,
});
const live = status({ kind: 'live', sampledAt: NOW, everyMs: 2000 });
const started = status({ kind: 'starting', since: NOW });
const stale: readonly Msg[] = [
  status({
    kind: 'retrying',
    problem: problem('timed-out', 'sh gave no answer within 30 s and was ended'),
    retryAt: unixMs(NOW + 4000),
    lastSampleAt: unixMs(NOW - 44_000),
  }),
];
const key = (id: 'line-down' | 'changes-toggle' | 'right'): Msg => ({
  kind: 'pane/intent',
  ...{ pane: WATCH, intent: { id }, rows: 6, columns: 80 },
});
const stop: Msg = { kind: 'watch/started', pane: WATCH, on: false };
const missing = status({
  kind: 'unavailable',
  problem: problem('missing-tool', 'ss is not installed', { hint: 'install the package that has ss' }),
});

type Case = readonly [string, Partial<WatchSpec>, readonly Msg[]];
const CASES: readonly Case[] = [
  ['suspended', { start: 'suspended' }, []],
  ['first-run', {}, [started]],
  ['unavailable', {}, [missing]],
  ['unchanged', {}, [live, ran(FIRST), ran(FIRST)]],
  ['changed', {}, [live, ran(FIRST), ran(SECOND), key('line-down')]],
  ['changes-off', {}, [live, ran(FIRST), ran(SECOND), key('changes-toggle')]],
  ['shorter', {}, [live, ran(SECOND), ran(SECOND.slice(0, 2))]],
  ['sideways', {}, [live, ran(FIRST), ran(SECOND), key('right')]],
  ['failed', {}, [live, ran(['Cannot open netlink socket: Permission denied'], { exitCode: 3 })]],
  ['silent', {}, [live, ran([], { exitCode: 1 })]],
  ['cut', {}, [live, ran(FIRST, { cut: true })]],
  ['stale', {}, [ran(FIRST), ...stale]],
  ['stopped', {}, [live, ran(FIRST, { at: unixMs(NOW - 61_000), exitCode: 0 }), stop]],
];

function golden(
  name: string,
  state: ConsoleState,
  look: Readonly<{ columns: number; rows: number; ascii?: boolean }>,
) {
  const { columns, rows, ascii } = look;
  const glyphs = ascii === true ? ASCII_GLYPHS : UNICODE_GLYPHS;
  const [pane] = state.session.windows[0]?.panes ?? [];
  if (pane === undefined) throw new Error('no pane');
  const view = drawWatch(state, pane, { columns, rows, focused: true, glyphs });
  expect(view.body.length).toBeLessThanOrEqual(rows);
  for (const line of view.body) expect(widthOf(plainLine(line))).toBeLessThanOrEqual(columns);
  expectFrame(`pane-watch-${name}`, goldenOf(view, columns));
}

describe('the watch pane', () => {
  it.each(CASES)('%s', (name, extra, msgs) => {
    golden(name, stateOf(extra, ...msgs), { columns: 78, rows: 6 });
  });

  it('is cut to a narrow pane, and says that lines go on', () => {
    const state = stateOf({}, live, ran(FIRST), ran(SECOND), key('line-down'));
    golden('narrow', state, { columns: 30, rows: 3, ascii: true });
    golden('tiny', state, { columns: 9, rows: 2 });
  });
});

it('on its frame the run time gives way to the command, then the interval', () => {
  const state = stateOf({}, live, ran(FIRST), ran(FIRST));
  const [pane] = state.session.windows[0]?.panes ?? [];
  if (pane === undefined) throw new Error('no pane');
  const frame = (columns: number): readonly string[] => {
    const view = drawWatch(state, pane, { columns, rows: 1, focused: true, glyphs: UNICODE_GLYPHS });
    return [plainLine(view.title), plainLine(view.state)];
  };
  const name = 'watch  ss -tn state established';
  expect(frame(72)).toEqual([`${name}  every 2 s`, 'no change · 0.01 s · live']);
  expect(frame(71)).toEqual([`${name}  every 2 s`, 'no change · live']);
  expect(frame(62)).toEqual([name, 'no change · live']);
});

describe('a window with a watch pane', () => {
  it.each([
    [80, 24],
    [120, 40],
    [200, 50],
    [39, 9],
  ])('at %i×%i', async (columns, rows) => {
    const store = createConsoleStore({
      ...{ session: sessionOf(paneOf({})), now: NOW, size: { columns, rows }, readOnly: false },
      privileged: true,
    });
    for (const msg of [live, ran(FIRST), ran(SECOND), key('line-down')]) store.dispatch(msg);
    const painters = { ...OPTIONS.painters, watch: drawWatch };
    expectFrame(`watch-${columns}x${rows}`, await frameOf(store, { ...OPTIONS, painters }));
  });
});
