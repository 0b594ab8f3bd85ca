// Goldens of the log pane's body: what an operator reads, and what each run of cells means.

import { describe, expect, it } from 'vitest';
import { unixMs } from '../../src/core/brand.ts';
import { problem } from '../../src/core/problem.ts';
import { sanitise } from '../../src/core/sanitise.ts';
import { widthOf } from '../../src/core/width.ts';
import type { Msg } from '../../src/store/messages.ts';
import type { ConsoleState } from '../../src/store/state.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../src/views/glyphs.ts';
import { drawLog } from '../../src/views/panes/log.ts';
import type { PaneView } from '../../src/views/panes/pane.ts';
import {
  ACCESS,
  batchOf,
  fileOf,
  key,
  LOG,
  logSpec,
  membersOf,
  NOW,
  net,
  reduced,
  sampleOf,
  setOf,
  specOf,
  stateOf,
} from '../unit/store/rig.ts';
import { at, LOG_LINES, request } from './pane-samples.ts';
import { goldenOf, plainLine } from './pane-views.ts';
import { expectFrame } from './rig.tsx';

process.env.TZ = 'UTC';

const http = setOf('f2b-http');
const live: Msg = {
  kind: 'source/status-changed',
  source: `log:${LOG}`,
  status: { kind: 'live', sampledAt: NOW, everyMs: 1000 },
};
const known: readonly Msg[] = [
  live,
  sampleOf([http], [membersOf(http, [{ net: net('198.51.100.9'), expires: unixMs(NOW + 60_000) }])]),
  {
    kind: 'safe-set/computed',
    safeSet: {
      at: NOW,
      entries: [{ net: net('203.0.113.5'), why: sanitise('your ssh session') }],
      operatorFound: true,
      gaps: [],
    },
  },
  batchOf([], { total: 0, at: at(2) }),
  batchOf(LOG_LINES, { total: 631 }),
];
const prompted = (purpose: 'search' | 'filter-in' | 'filter-out', text: string): Msg => ({
  kind: 'pane/prompted',
  pane: LOG,
  purpose,
  text,
  accepted: true,
});

function draw(
  state: ConsoleState,
  columns: number,
  rows: number,
  extra: Readonly<{ ascii?: boolean; focused?: boolean }> = {},
): PaneView {
  const body = stateSpec(state);
  const glyphs = extra.ascii === true ? ASCII_GLYPHS : UNICODE_GLYPHS;
  return drawLog(state, specOf(LOG, body), { columns, rows, focused: extra.focused ?? true, glyphs });
}

function stateSpec(state: ConsoleState) {
  const pane = state.logs.panes.get(LOG);
  if (pane === undefined) throw new Error('no log pane');
  return pane.spec;
}

function golden(name: string, view: PaneView, columns: number, rows: number): void {
  expect(view.body.length).toBeLessThanOrEqual(rows);
  for (const line of view.body) expect(widthOf(plainLine(line))).toBeLessThanOrEqual(columns);
  expectFrame(`pane-log-${name}`, goldenOf(view, columns));
}

describe('the log pane', () => {
  const state = reduced(stateOf(), ...known);

  it.each([
    [100, 8],
    [75, 5],
    [38, 4],
    [9, 2],
  ])('follows at %i×%i: states of addresses, cursor, target underlined', (columns, rows) => {
    golden(`follow-${columns}x${rows}`, draw(state, columns, rows), columns, rows);
  });

  it('says how much is new while it is frozen, with search, marks and times', () => {
    const size = { columns: 100, rows: 8 };
    const frozen = reduced(
      state,
      prompted('search', 'wp-login'),
      key(LOG, 'search-previous', size),
      key(LOG, 'line-mark', size),
      key(LOG, 'stamp-mode', size),
      batchOf([request(7, 0, '192.0.2.7 - new')], { total: 845 }),
    );
    golden('frozen', draw(frozen, 100, 8), 100, 8);
  });

  it('says what was skipped, in its place', () => {
    const skipped = reduced(
      state,
      batchOf([request(7, 0, '192.0.2.7 - after')], { total: 1836, skipped: 1204 }),
    );
    golden('skipped', draw(skipped, 60, 4), 60, 4);
    const again = reduced(skipped, {
      ...batchOf([request(8, 0, '192.0.2.7 - once more')], { total: 1 }),
      run: 1,
    });
    golden('again', draw(again, 60, 5), 60, 5);
    golden('again-24x5', draw(again, 24, 5), 24, 5);
  });

  it('wraps, and scrolls sideways', () => {
    golden('wrapped', draw(reduced(state, key(LOG, 'wrap')), 48, 7), 48, 7);
    const right = reduced(state, key(LOG, 'right'), key(LOG, 'right'));
    golden('sideways', draw(right, 48, 4), 48, 4);
  });

  it('shows its filters, and context as dim lines', () => {
    const filtered = reduced(
      state,
      prompted('filter-in', 'wp-login'),
      prompted('filter-in', 'feed'),
      prompted('filter-out', '198\\.51'),
      key(LOG, 'filters-toggle', { text: '3' }),
      key(LOG, 'filter-context'),
    );
    golden('filters', draw(filtered, 100, 8), 100, 8);
  });

  it('picks another address with Tab, in ASCII', () => {
    const picked = reduced(state, key(LOG, 'address-next', { columns: 120 }));
    golden('picked-ascii', draw(picked, 120, 3, { ascii: true }), 120, 3);
  });

  it('shows the cursor without inverse when it has not the focus', () => {
    const view = draw(state, 80, 3, { focused: false });
    expect(view.body.flat().some((part) => part.on === true)).toBe(false);
    expect(plainLine(view.body[2] ?? [])).toMatch(/^›/);
  });

  it('puts files side by side, each with its name and state', () => {
    const spec = logSpec({ merge: 'side-by-side', files: ['/var/log/a.log', '/var/log/b.log'] });
    const files = [fileOf('/var/log/a.log'), fileOf('/var/log/b.log', 'rotated')];
    const lines = LOG_LINES.map((line) => ({ ...line, file: line.seq % 2 }));
    const lanes = reduced(stateOf(spec), ...known.slice(0, 3), batchOf(lines, { files }), key(LOG, 'right'));
    golden('lanes', draw(lanes, 80, 5), 80, 5);
    golden('lanes-narrow', draw(lanes, 30, 3), 30, 3);
  });

  it('says a bad pattern on the frame', () => {
    const bad = reduced(state, prompted('filter-in', 'a('));
    expect(plainLine(draw(bad, 80, 3).state)).toMatch(/^a\(: unterminated group/);
  });
});

describe('a log pane without a line', () => {
  const unavailable: Msg = {
    kind: 'source/status-changed',
    source: `log:${LOG}`,
    status: {
      kind: 'unavailable',
      problem: problem('not-permitted', '/var/log/nginx/access.log cannot be read', {
        hint: 'start opsconsole through sudo, or join the group adm',
      }),
    },
  };

  it.each<[string, readonly Msg[]]>([
    ['opening', []],
    ['quiet', [live, batchOf([])]],
    ['denied-file', [live, batchOf([], { files: [ACCESS, fileOf('/var/log/auth.log', 'denied')] })]],
    ['missing', [live, batchOf([], { files: [fileOf('/var/log/nginx/access.log', 'missing')] })]],
    ['no-match', [live, batchOf([], { files: [] })]],
    ['unavailable', [unavailable]],
    ['filtered-out', [...known, prompted('filter-in', 'absent')]],
  ])('says why and what to do: %s', (name, msgs) => {
    const state = { ...stateOf(), privileged: false };
    golden(`empty-${name}`, draw(reduced(state, ...msgs), 60, 6), 60, 6);
  });

  it.each<[string, readonly Msg[]]>([
    ['waiting', []],
    ['ended', [live, batchOf([], { files: [fileOf('journalctl -f -u web', 'ended')] })]],
  ])('says what its command would run, and how it starts: %s', (name, msgs) => {
    const start = name === 'waiting' ? 'suspended' : 'auto';
    const spec = logSpec({ files: [], command: ['journalctl', '-f', '-u', 'web'], start });
    golden(`command-${name}`, draw(reduced(stateOf(spec), ...msgs), 60, 6), 60, 6);
  });

  it('does not seem to open for ever what runs and is silent', () => {
    const state = stateOf(logSpec({ files: [], units: ['ssh.service'] }));
    const said = (...msgs: readonly Msg[]): string =>
      draw(reduced(state, ...msgs), 60, 6)
        .body.map(plainLine)
        .join(' ');
    expect(said()).toContain('Opening ssh.service');
    expect(said(live)).toContain('No line from ssh.service yet');
    const all = reduced(stateOf(logSpec({ files: [], units: ['*'] })), live);
    expect(draw(all, 60, 6).body.map(plainLine).join(' ')).toContain('No line from journal yet');
  });

  it('fits in one cell', () => {
    expect(draw(stateOf(), 1, 1).body).toHaveLength(1);
    expect(draw(stateOf(), 0, 0).body).toHaveLength(0);
  });
});
