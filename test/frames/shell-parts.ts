// A session, painters and keys made up for frames of the shell: the real panes have frames of their own.

import { parseHost } from '../../src/core/address.ts';
import { unixMs } from '../../src/core/brand.ts';
import type { Role } from '../../src/core/line.ts';
import {
  DEFAULT_TIMES,
  type LayoutNode,
  type PaneBody,
  type PaneId,
  type PaneSpec,
  type Session,
} from '../../src/core/pane.ts';
import { type SafeText, sanitise } from '../../src/core/sanitise.ts';
import { DEFAULT_SHIELDS } from '../../src/core/shields-defaults.ts';
import type { ActTarget } from '../../src/store/slice.ts';
import { type ConsoleStore, createConsoleStore } from '../../src/store/store.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../src/views/glyphs.ts';
import type { DrawPane } from '../../src/views/panes/pane.ts';
import type { ScreenOptions } from '../../src/views/screen.ts';

process.env.TZ = 'UTC';

export const NOW = unixMs(Date.UTC(2026, 2, 14, 2, 13, 5));

const id = (text: string) => text as PaneId;
const log = (file: string): PaneBody => ({
  kind: 'log',
  files: [file],
  units: [],
  merge: 'time',
  filters: [],
  history: 1000,
  wrap: false,
});
const pane = (paneId: string, body: PaneBody): PaneSpec => ({ id: id(paneId), body });
const leaf = (paneId: string, percent?: number): LayoutNode => ({
  kind: 'pane',
  pane: id(paneId),
  ...(percent === undefined ? {} : { size: { kind: 'percent', value: percent } }),
});

const watch: LayoutNode = {
  kind: 'split',
  direction: 'row',
  children: [
    {
      kind: 'split',
      direction: 'column',
      size: { kind: 'percent', value: 63 },
      children: [leaf('1.1', 45), leaf('1.2'), { ...leaf('1.5'), size: { kind: 'cells', value: 3 } }],
    },
    { kind: 'split', direction: 'column', children: [leaf('1.3', 45), leaf('1.4'), leaf('1.6')] },
  ],
};

export const SESSION: Session = {
  name: 'rolly',
  origin: { kind: 'detected' },
  refreshMs: 1000,
  bans: { durations: [3600, 86_400, 604_800], defaultSeconds: 86_400, cut: true },
  allow: [],
  theme: 'ansi',
  times: DEFAULT_TIMES,
  reload: 'ask',
  mouse: false,
  prefix: 'C-b',
  shields: DEFAULT_SHIELDS,
  keys: [],
  windows: [
    {
      name: 'watch',
      layout: { kind: 'tree', root: watch },
      panes: [
        pane('1.1', log('/var/log/nginx/access.log')),
        pane('1.2', log('/var/log/auth.log')),
        pane('1.3', { kind: 'conntrack' }),
        pane('1.4', { kind: 'bans', sets: [] }),
        pane('1.5', { kind: 'host' }),
        pane('1.6', { kind: 'traffic', interfaces: [] }),
      ],
    },
    {
      name: 'mail',
      layout: { kind: 'named', name: 'main-vertical' },
      panes: [pane('2.1', log('/var/log/mail.log')), pane('2.2', { kind: 'journal' })],
    },
  ],
};

const STATES: Readonly<Record<string, readonly [string, Role]>> = {
  '1.1': ['live · 312/s', 'good'],
  '1.2': ['frozen · 214 new', 'accent'],
  '1.3': ['stale 12 s', 'warn'],
  '1.4': ['no permission — nft needs root or sudo -n', 'bad'],
};

const paint: DrawPane = (_state, spec, context) => {
  const [words, role] = STATES[spec.id] ?? ['live', 'good'];
  const what = spec.body.kind === 'log' ? `  ${spec.body.files.join(' ')}` : '';
  return {
    title: [{ text: sanitise(spec.body.kind) }, { text: sanitise(what) }],
    state: [{ text: sanitise(words), role }],
    body: Array.from({ length: Math.min(3, context.rows) }, (_, row) => [
      { text: sanitise(`${spec.body.kind} row ${row + 1} of ${context.columns}x${context.rows}`) },
    ]),
  };
};

const text = (value: string) => value as SafeText;
const KEYS: Readonly<Record<string, string>> = {
  'page-down': 'PageDown',
  accept: 'Enter',
  cancel: 'Esc',
  'field-next': 'Tab',
  'choice-previous': 'Left',
  'choice-next': 'Right',
  prefix: 'C-b',
  undo: 'z',
  'over-journal': 'C-o',
};

export const OPTIONS: ScreenOptions = {
  theme: { name: 'ansi', ascii: false },
  glyphs: UNICODE_GLYPHS,
  painters: {
    ...{ log: paint, bans: paint, conntrack: paint, traffic: paint, host: paint, journal: paint },
    ...{ run: paint, watch: paint, jails: paint, services: paint, hosts: paint, 'all-bans': paint },
    ...{ uplinks: paint },
  },
  keys: {
    keyFor: (_mode, intent) => (KEYS[intent] === undefined ? undefined : text(KEYS[intent])),
    hints: () =>
      ['b ban', 'u unban', 'c cut', '/ search', '& filter', 'f follow', '? help'].map((hint) => ({
        keys: text(hint.split(' ')[0] ?? ''),
        words: text(hint.split(' ')[1] ?? ''),
      })),
    after: () => [],
    help: (mode) =>
      [mode, 'everywhere'].map((title, section) => ({
        title: text(title),
        rows: Array.from({ length: 12 }, (_, row) => ({
          keys: text(row % 3 === 0 ? `C-b ${row}` : `${row}`),
          words: sanitise(`what key ${row} of section ${section} does`),
        })),
      })),
  },
  summary: () => ({
    host: text('rolly'),
    numbers: { load: 3.1, cores: 2, conntrack: 0.71, fullInMs: 240_000, down: 48.2e6, up: 3.1e6 },
  }),
};

export const ASCII_OPTIONS: ScreenOptions = {
  ...OPTIONS,
  theme: { name: 'mono', ascii: true },
  glyphs: ASCII_GLYPHS,
};

export function storeAt(columns: number, rows: number): ConsoleStore {
  return createConsoleStore({
    session: SESSION,
    now: NOW,
    size: { columns, rows },
    readOnly: false,
    privileged: true,
  });
}

export function targetOf(address: string): ActTarget {
  const parsed = parseHost(address);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return { nets: [parsed.value], origin: sanitise('nginx access, line 02:13:05 (field: client)') };
}
