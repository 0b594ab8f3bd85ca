// Goldens of the list for a new pane: on each size of screen, and what it previews.

import { describe, it } from 'vitest';
import { openNewPane } from '../../src/cli/console/new-pane.ts';
import { NO_FACTS, newPaneItems } from '../../src/cli/console/new-pane-items.ts';
import { problem } from '../../src/core/problem.ts';
import { sanitise } from '../../src/core/sanitise.ts';
import type { Msg } from '../../src/store/messages.ts';
import type { TailState } from '../../src/store/new-pane-picker.ts';
import { type ConsoleStore, createConsoleStore } from '../../src/store/store.ts';
import { PAINTERS } from '../../src/views/painters.ts';
import type { ScreenOptions } from '../../src/views/screen.ts';
import { lineOf, membersOf, net, sampleOf, setOf } from '../unit/store/rig.ts';
import { report, source, timeouts, trafficSamples } from './panes/machine-states.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { ASCII_OPTIONS, NOW, OPTIONS, SESSION } from './shell-parts.ts';

const set = setOf('f2b-http');
const sources = [source('192.0.2.9', { SYN_RECV: 80 }), source('198.51.100.4', { ESTABLISHED: 3 })];
const DATA: readonly Msg[] = [
  sampleOf([set], [membersOf(set, [{ net: net('198.51.100.9'), expires: NOW + 600_000 }])]),
  ...trafficSamples(10),
  report(sources, { total: 83 }),
  { kind: 'conntrack/sampled', sample: { at: NOW, count: 83, max: 262_144, accounting: true } },
  timeouts('default'),
];
const FACTS = {
  logs: [
    { subject: 'web', path: '/var/log/nginx/access.log' },
    { subject: 'auth', path: '/var/log/auth.log' },
    { subject: 'mail', path: '/var/log/a/very/long/path/that/does/not/fit/in/the/list/mail.log' },
  ],
  journald: true,
  units: ['ssh.service'],
  interfaces: ['eth0'],
} as const;

const TAIL: TailState = {
  kind: 'read',
  tail: {
    lines: [
      lineOf(0, '203.0.113.9 - - "GET /wp-login.php HTTP/1.1" 404 162', { stamp: NOW }),
      lineOf(1, '198.51.100.9 - - "GET / HTTP/1.1" 200 5120', { stamp: NOW }),
    ],
    total: 2,
    bytes: 120,
    skipped: 0,
    files: [{ name: sanitise('/var/log/nginx/access.log'), kind: 'open', bytes: 120, lines: 2 }],
    at: NOW,
  },
};

/** The list with the cursor `down` entries below the shell. */
function openAt(columns: number, rows: number, down: number, ...msgs: readonly Msg[]): ConsoleStore {
  const store = createConsoleStore({
    ...{ session: SESSION, now: NOW, size: { columns, rows }, readOnly: false, privileged: true },
  });
  for (const msg of DATA) store.dispatch(msg);
  // The list asks for nothing here; what it finds is told by the test.
  openNewPane({ store, effects: {} } as never, { kind: 'split', pane: '1.1' as never, direction: 'row' });
  const items = newPaneItems(store.getState(), FACTS, '/bin/bash');
  store.dispatch({ kind: 'new-pane/found', items, looking: false });
  for (const msg of msgs) store.dispatch(msg);
  const intent = { id: 'line-down' } as const;
  for (let step = 0; step < down; step++) store.dispatch({ kind: 'modal/intent', intent, rows });
  return store;
}

const real = (options: ScreenOptions): ScreenOptions => ({ ...options, painters: PAINTERS });
const WEB = 'log /var/log/nginx/access.log';
const tail = (found: TailState): Msg => ({ kind: 'new-pane/tail', item: WEB, tail: found });
const typed = (text: string): readonly Msg[] =>
  [...text].map((letter) => ({
    kind: 'modal/intent',
    ...{ intent: { id: 'text-insert', text: letter }, rows: 20 },
  }));

describe('the list for a new pane', () => {
  it.each([
    [80, 24],
    [120, 40],
    [200, 50],
    [39, 9],
  ])('previews the log under the cursor at %i×%i', async (columns, rows) => {
    const store = openAt(columns, rows, 1, tail(TAIL));
    expectFrame(`new-pane-${columns}x${rows}`, await frameOf(store, real(OPTIONS)));
  });

  it.each<[string, number, readonly Msg[]]>([
    ['shell', 0, []],
    ['reading', 1, [tail({ kind: 'reading' })]],
    ['failed', 1, [tail({ kind: 'failed', problem: problem('timed-out', 'no line came in time') })]],
    ['filtered', 0, typed('conn')],
    ['bans', 0, typed('bans f2b')],
    ['traffic', 0, typed('traffic eth0')],
    ['journal', 0, typed('what opsconsole')],
    ['watch', 0, typed('watch…')],
    ['nothing', 0, typed('no such')],
  ])('says or draws what it would be: %s', async (name, down, msgs) => {
    expectFrame(`new-pane-${name}`, await frameOf(openAt(110, 30, down, ...msgs), real(OPTIONS)));
  });

  it('is drawn in ASCII, and says that it still looks', async () => {
    const store = openAt(110, 30, 0);
    const items = newPaneItems(store.getState(), NO_FACTS, '/bin/bash');
    store.dispatch({ kind: 'new-pane/found', items, looking: true });
    expectFrame('new-pane-ascii', await frameOf(store, real(ASCII_OPTIONS)));
  });
});
