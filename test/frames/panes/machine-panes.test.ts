// Bodies of the conntrack, traffic and host panes as golden text, in every state that an operator can meet.

import { expect, test } from 'vitest';
import { problem } from '../../../src/core/problem.ts';
import { widthOf } from '../../../src/core/width.ts';
import type { ConsoleState } from '../../../src/store/state.ts';
import { ASCII_GLYPHS, type Glyphs, UNICODE_GLYPHS } from '../../../src/views/glyphs.ts';
import { drawConntrack } from '../../../src/views/panes/conntrack.ts';
import { drawHost } from '../../../src/views/panes/host.ts';
import type { DrawPane } from '../../../src/views/panes/pane.ts';
import { drawTraffic } from '../../../src/views/panes/traffic.ts';
import { expectFrame } from '../rig.tsx';
import {
  attacked,
  blank,
  CONNTRACK,
  denied,
  HOST,
  hostSamples,
  key,
  live,
  NOW,
  report,
  samples,
  source,
  status,
  TRAFFIC,
  timeouts,
  told,
  trafficSamples,
} from './machine-states.ts';

const PANES = {
  conntrack: { draw: drawConntrack, pane: CONNTRACK },
  traffic: { draw: drawTraffic, pane: TRAFFIC },
  host: { draw: drawHost, pane: HOST },
} as const;

type Shape = Readonly<{ columns: number; rows: number; glyphs?: Glyphs; focused?: boolean }>;

function drawn(kind: keyof typeof PANES, state: ConsoleState, shape: Shape): ReturnType<DrawPane> {
  const { draw, pane } = PANES[kind];
  return draw(state, pane, { focused: true, glyphs: UNICODE_GLYPHS, ...shape });
}

/** Title and state as the frame would hold them, then the body; inverse lines end in "◂", underlined text stands in _ _. */
function text(kind: keyof typeof PANES, state: ConsoleState, shape: Shape): readonly string[] {
  const view = drawn(kind, state, shape);
  const plain = (line: (typeof view.body)[number]): string => line.map((part) => part.text).join('');
  const body = view.body.map((line) => {
    const marked = line.map((part) => (part.under === true ? `_${part.text}_` : part.text)).join('');
    return `${marked.trimEnd()}${line.some((part) => part.on === true) ? ' ◂' : ''}`;
  });
  return [`[${plain(view.title)}] [${plain(view.state)}]`, ...body];
}

const big = { columns: 90, rows: 24 };
const quarter = { columns: 44, rows: 9 };
const flows = { columns: 70, rows: 16 };

const CASES: Readonly<Record<string, () => readonly string[]>> = {
  'conntrack-attacked': () => text('conntrack', attacked(), big),
  'conntrack-quarter': () => text('conntrack', attacked(), quarter),
  'conntrack-ascii': () => text('conntrack', attacked(), { ...big, glyphs: ASCII_GLYPHS }),
  'conntrack-wide': () => text('conntrack', attacked(), { columns: 118, rows: 12 }),
  'timeouts-narrow': () =>
    text(
      'conntrack',
      told(attacked(), timeouts('default'), live('timeouts'), ...key(CONNTRACK, 'timeouts', 'line-down')),
      { columns: 47, rows: 14 },
    ),
  'conntrack-marks': () =>
    text('conntrack', told(attacked(), ...key(CONNTRACK, 'line-down', 'mark', 'mark')), flows),
  'conntrack-networks': () => text('conntrack', told(attacked(), ...key(CONNTRACK, 'group-networks')), flows),
  'conntrack-ours': () =>
    text(
      'conntrack',
      told(attacked(), report([source('10.0.0.23', { SYN_SENT: 60_000 }, { ours: true })])),
      flows,
    ),
  'conntrack-full': () =>
    text('conntrack', told(blank(), ...samples(9, () => ({ count: 1000, max: 1000 })), live('conntrack')), {
      columns: 60,
      rows: 4,
    }),
  'conntrack-starting': () => text('conntrack', blank(), quarter),
  'conntrack-not-loaded': () =>
    text(
      'conntrack',
      told(
        blank(),
        status('conntrack', {
          kind: 'unavailable',
          problem: problem('not-found', 'connection tracking is not loaded: no firewall rule uses it', {
            hint: 'it starts with the first rule that tests "ct state"; then press r',
          }),
        }),
      ),
      quarter,
    ),
  'conntrack-not-root': () =>
    text(
      'conntrack',
      told(blank(), ...samples(2, () => ({ count: 31, max: 262_144 })), live('conntrack'), denied('flows')),
      flows,
    ),
  'conntrack-empty': () =>
    text(
      'conntrack',
      told(
        blank(),
        ...samples(2, () => ({ count: 0, max: 262_144, insertFailed: 0, drop: 0, earlyDrop: 0 })),
        report([], { states: [] }),
        live('conntrack'),
      ),
      flows,
    ),
  'conntrack-stale': () => text('conntrack', { ...attacked(), now: (NOW + 40_000) as typeof NOW }, flows),
  'timeouts-default': () =>
    text(
      'conntrack',
      told(attacked(), timeouts('default'), live('timeouts'), ...key(CONNTRACK, 'timeouts')),
      big,
    ),
  'timeouts-mixed': () =>
    text(
      'conntrack',
      told(attacked(), timeouts('mixed'), live('timeouts'), ...key(CONNTRACK, 'timeouts', 'line-down')),
      { columns: 60, rows: 12 },
    ),
  'timeouts-siege': () =>
    text('conntrack', told(attacked(), timeouts('siege'), ...key(CONNTRACK, 'timeouts', 'bottom')), big),
  'traffic-two': () =>
    text('traffic', told(blank(), ...trafficSamples(60), live('traffic')), { columns: 100, rows: 18 }),
  'traffic-quarter': () => text('traffic', told(blank(), ...trafficSamples(60), live('traffic')), quarter),
  'traffic-talkers': () =>
    text(
      'traffic',
      told(
        attacked(),
        ...trafficSamples(60),
        report([], {
          talkers: [
            source('192.0.2.140', { ESTABLISHED: 12 }, { bytes: 9.1e9 }),
            source('10.0.0.23', { ESTABLISHED: 3 }, { bytes: 52_000, ours: true }),
          ],
        }),
        live('traffic'),
      ),
      { columns: 70, rows: 18 },
    ),
  'traffic-no-accounting': () =>
    text('traffic', told(attacked(), ...trafficSamples(60), live('traffic')), { columns: 80, rows: 16 }),
  'traffic-first-sample': () =>
    text('traffic', told(blank(), ...trafficSamples(1), live('traffic')), quarter),
  'traffic-starting': () => text('traffic', blank(), quarter),
  'host-busy': () => text('host', told(blank(), ...hostSamples(60), live('host')), { columns: 100, rows: 5 }),
  'host-tall': () => text('host', told(blank(), ...hostSamples(60), live('host')), { columns: 50, rows: 18 }),
  'host-ascii': () =>
    text('host', told(blank(), ...hostSamples(60)), { columns: 60, rows: 14, glyphs: ASCII_GLYPHS }),
  'host-first-sample': () =>
    text('host', told(blank(), ...hostSamples(1), live('host')), { columns: 80, rows: 5 }),
  'host-starting': () => text('host', blank(), quarter),
};

for (const [name, draw] of Object.entries(CASES))
  test(name, () => {
    expectFrame(`panes/${name}`, draw());
  });

const EVERY_STATE = [
  blank(),
  told(attacked(), ...trafficSamples(30), ...hostSamples(30), ...key(CONNTRACK, 'bottom')),
  told(attacked(), timeouts('mixed'), ...key(CONNTRACK, 'timeouts')),
];

test('no pane is ever larger than its room, at any size from 1×1', () => {
  for (const state of EVERY_STATE)
    for (const kind of ['conntrack', 'traffic', 'host'] as const)
      for (const glyphs of [UNICODE_GLYPHS, ASCII_GLYPHS, { ...UNICODE_GLYPHS, chart: 'blocks' as const }])
        for (const columns of [1, 2, 3, 5, 8, 11, 12, 13, 20, 31, 44, 80, 200])
          for (const rows of [1, 2, 3, 4, 5, 7, 9, 14, 30]) {
            const view = drawn(kind, state, { columns, rows, glyphs });
            expect(view.body.length).toBeLessThanOrEqual(rows);
            for (const line of view.body)
              expect(line.reduce((sum, part) => sum + widthOf(part.text), 0)).toBeLessThanOrEqual(columns);
          }
});

test('only the focused pane draws an inverse cursor line', () => {
  const inverse = (focused: boolean): boolean =>
    drawn('conntrack', attacked(), { ...flows, focused }).body.some((line) => line.some((part) => part.on));
  expect(inverse(true)).toBe(true);
  expect(inverse(false)).toBe(false);
});

test('in ASCII nothing above 0x7e is drawn but the words of units and unknown', () => {
  for (const kind of ['conntrack', 'host', 'traffic'] as const) {
    const state = told(attacked(), ...trafficSamples(30), ...hostSamples(30));
    const view = drawn(kind, state, { ...big, glyphs: ASCII_GLYPHS });
    const all = view.body.flatMap((line) => line.map((part) => part.text)).join('');
    expect(all.replaceAll(/[…–]/g, '')).toMatch(/^[\x20-\x7e]*$/);
  }
});
