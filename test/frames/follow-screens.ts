// A console full of one address: made of messages as the sources send them, for frames of following it.

import type { ActDraft } from '../../src/core/act.ts';
import { unixMs } from '../../src/core/brand.ts';
import type { PaneId } from '../../src/core/pane.ts';
import { sanitise } from '../../src/core/sanitise.ts';
import { keyTexts } from '../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../src/keys/keymap.ts';
import type { Msg } from '../../src/store/messages.ts';
import { type ConsoleStore, createConsoleStore } from '../../src/store/store.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../src/views/glyphs.ts';
import { PAINTERS } from '../../src/views/painters.ts';
import type { ScreenOptions } from '../../src/views/screen.ts';
import { batchOf, fileOf, lineOf, membersOf, net, sampleOf, setOf } from '../unit/store/rig.ts';
import { report, source, trafficSamples } from './panes/machine-states.ts';
import { NOW, SESSION } from './shell-parts.ts';

export const FOLLOWED = '192.0.2.140';
export const ACCESS = '1.1' as PaneId;
export const AUTH = '1.2' as PaneId;

export const OPTIONS: ScreenOptions = {
  theme: { name: 'ansi', ascii: false },
  glyphs: UNICODE_GLYPHS,
  painters: PAINTERS,
  keys: keyTexts(DEFAULT_KEYMAP, { readOnly: false }),
  summary: () => ({ host: sanitise('rolly'), numbers: { load: 0.4, cores: 2, conntrack: 0.1 } }),
};
export const ASCII: ScreenOptions = {
  ...OPTIONS,
  theme: { name: 'mono', ascii: true },
  glyphs: ASCII_GLYPHS,
};

const web = [
  ['203.0.113.77', '/blog', 200],
  [FOLLOWED, '/wp-login.php', 404],
  ['192.0.2.18', '/feed', 200],
  [FOLLOWED, '/', 200],
  ['198.51.100.9', '/xmlrpc.php', 404],
  [FOLLOWED, '/wls-wsat', 503],
] as const;
const ssh = [
  ['Failed password for root', FOLLOWED, 'failed-password'],
  ['Accepted publickey for ops', '203.0.113.5', 'accepted'],
  ['Failed password for admin', FOLLOWED, 'failed-password'],
  ['Invalid user oracle', '192.0.2.7', 'invalid-user'],
] as const;

const webLines = web.map(([address, path, status], at) => {
  const stamp = unixMs(NOW - (60 - at * 9) * 1000);
  const line = lineOf(at, `${address} "GET ${path} HTTP/1.1" ${status}`, { stamp });
  return { ...line, reading: { ...line.reading, status } };
});
const sshLines = ssh.map(([words, address, kind], at) => {
  const line = lineOf(at, `sshd[7]: ${words} from ${address}`, {
    stamp: unixMs(NOW - (500 - at * 100) * 1000),
  });
  return { ...line, reading: { ...line.reading, format: 'sshd', kind } };
});

const own = setOf('f2b-http');
const range = setOf('blocklist', {
  holdsNets: true,
  type: 'hash:net',
  enforcement: { kind: 'unused' },
});

const sources = [
  source('203.0.113.77', { ESTABLISHED: 120 }, { bytes: 8_000_000 }),
  source(FOLLOWED, { SYN_RECV: 88, ESTABLISHED: 3 }, { bytes: 4_200_000 }),
  source('198.51.100.9', { ESTABLISHED: 2 }, { bytes: 40_000 }),
];

export const DATA: readonly Msg[] = [
  batchOf(webLines, { pane: ACCESS, at: NOW, files: [fileOf('/var/log/nginx/access.log')] }),
  batchOf(sshLines, { pane: AUTH, at: NOW, files: [fileOf('/var/log/auth.log')] }),
  sampleOf(
    [own, range],
    [
      membersOf(own, [
        { net: net(FOLLOWED), expires: unixMs(NOW + 3_540_000), packets: 4402 },
        { net: net('198.51.100.9'), expires: unixMs(NOW + 60_000), packets: 7 },
        { net: net('192.0.2.7'), expires: unixMs(NOW + 600_000), packets: 1 },
      ]),
      membersOf(range, [{ net: net('192.0.2.128/26'), expires: Number.POSITIVE_INFINITY }]),
    ],
  ),
  ...trafficSamples(4),
  report(sources, {
    talkers: sources,
    networks: [source('192.0.2.0/24', { SYN_RECV: 90 }, { members: 3 })],
    total: 215,
  }),
  { kind: 'conntrack/sampled', sample: { at: NOW, count: 215, max: 262_144, accounting: true } },
  {
    kind: 'journal/loaded',
    rows: [
      act('a2', 'cut', `cut the flows of ${FOLLOWED}`, 30),
      act('a1', 'ban', 'ban 198.51.100.9 for 1h', 90),
    ],
  },
];

function act(id: string, action: ActDraft['action'], summary: string, secondsAgo: number) {
  return {
    ...{ id, action, at: unixMs(NOW - secondsAgo * 1000), operator: { user: 'root', console: 'c1' } },
    ...{ summary: sanitise(summary), reason: sanitise('scan'), result: sanitise('proved'), canUndo: true },
    ...{ commands: [], state: 'done' as const },
  };
}

export function followScreen(columns: number, rows: number, window = 0): ConsoleStore {
  const size = { columns, rows };
  const store = createConsoleStore({ session: SESSION, now: NOW, size, readOnly: false, privileged: true });
  for (const msg of DATA) store.dispatch(msg);
  store.dispatch({ kind: 'layout/window-selected', window });
  return store;
}

export const began = (card: boolean): Msg => ({ kind: 'follow/began', net: net(FOLLOWED), card });
