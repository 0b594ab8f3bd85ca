// Every key that a pane, the prefix and the overlays offer, pressed on a console full of data: each must show something
// new on screen or ask something of the world. A key without effect would be a lie in the help.

import { describe, expect, it } from 'vitest';
import { createController } from '../../src/cli/console/controller.ts';
import { unixMs } from '../../src/core/brand.ts';
import type { HostId } from '../../src/core/hosts.ts';
import type { IntentId } from '../../src/core/intent.ts';
import type { PaneId, PaneKind, PaneSpec, Session } from '../../src/core/pane.ts';
import { sanitise } from '../../src/core/sanitise.ts';
import { parseChord } from '../../src/keys/chords.ts';
import { keysOf, keyTexts } from '../../src/keys/hints.ts';
import { DEFAULT_KEYMAP, modeChain } from '../../src/keys/keymap.ts';
import type { KeyRow } from '../../src/keys/row.ts';
import { watchLines } from '../../src/sources/watch/lines.ts';
import type { Msg } from '../../src/store/messages.ts';
import { createConsoleStore } from '../../src/store/store.ts';
import { UNICODE_GLYPHS } from '../../src/views/glyphs.ts';
import { PAINTERS } from '../../src/views/painters.ts';
import { createScreenDrawer } from '../../src/views/screen.ts';
import { batchOf, lineOf, membersOf, net, sampleOf, setOf } from '../unit/store/rig.ts';
import { banOf, jailOf, jailsOf } from './jail-samples.ts';
import { report, source, timeouts, trafficSamples } from './panes/machine-states.ts';
import { readingOf, rowOf, servicesOf } from './service-states.ts';
import { NOW, SESSION } from './shell-parts.ts';
import { UPLINKS_BODY, UPLINKS_MANY } from './uplink-states.ts';

const many = Array.from({ length: 90 }, (_, at) => `192.0.2.${at + 1}`);
const set = setOf('f2b-http');
const other = setOf('sshguard');
const member = (text: string, at: number) => ({
  net: net(text),
  expires: unixMs(NOW + (at + 2) * 600_000),
  packets: (at * 37) % 91,
});
const sources = many.map((text, at) => source(text, { SYN_RECV: 100 - at }, { bytes: 9_000_000 - at }));
const networks = [source('192.0.2.0/24', { SYN_RECV: 900 }, { members: 90 })];
const log = (pane: string): Msg =>
  batchOf(
    many.map((text, at) =>
      lineOf(at, `${text} - - GET /${at % 9} for ${many[89 - at] ?? ''} ${'x'.repeat(150)}`, { stamp: NOW }),
    ),
    { pane: pane as PaneId, at: NOW },
  );
const acts: Msg = {
  kind: 'journal/loaded',
  rows: many.map((text, at) => ({
    id: `act-${at}`,
    at: unixMs(NOW - at * 1000),
    operator: { user: 'root', console: 'c1' },
    action: 'ban',
    summary: sanitise(`ban ${text}`),
    reason: sanitise('scan'),
    commands: Array.from({ length: 80 }, (_, line) => ({
      ...{ argv: ['nft', `${line}`] as const, timeoutMs: 1, outputMaxBytes: 1 },
    })),
    state: 'done',
    result: sanitise('dropped'),
    canUndo: true,
  })),
};
const DATA: readonly Msg[] = [
  log('1.1'),
  log('1.2'),
  log('2.1'),
  sampleOf([set, other], [membersOf(set, many.map(member)), membersOf(other, many.slice(0, 9).map(member))]),
  ...trafficSamples(10),
  report(sources, { talkers: sources, networks, total: 4000 }),
  { kind: 'conntrack/sampled', sample: { at: NOW, count: 4000, max: 262_144, accounting: true } },
  timeouts('default'),
  acts,
  UPLINKS_MANY,
  servicesOf(
    many.map((_, at) =>
      rowOf(`web-${(at * 31) % 90}`, readingOf(at % 3 === 0 ? 'failed' : 'running', `${at}`)),
    ),
  ),
  jailsOf(many.map((text, at) => jailOf(`web-${(at * 31) % 90}`, { lastBan: banOf(text) }))),
];

/** More than a screen of it, so that every key of moving moves. */
const REVIEW = {
  title: sanitise('Save'),
  lines: many.map((text) => ({ text: sanitise(`+ ${text}`) })),
  accept: sanitise('writes it'),
};

/** More than a screen of them. */
const HOSTS = many.map((_, at) => ({
  ...{ id: `web-2.5-${at}` as HostId, destination: `web-${at}`, sudo: 'auto' as const },
}));

type Kind = PaneKind;
const FOCUS: Readonly<Record<Kind, PaneId>> = {
  log: '1.1' as PaneId,
  conntrack: '1.3' as PaneId,
  bans: '1.4' as PaneId,
  host: '1.5' as PaneId,
  traffic: '1.6' as PaneId,
  journal: '2.2' as PaneId,
  jails: '1.5' as PaneId,
  hosts: '1.5' as PaneId,
  'all-bans': '1.5' as PaneId,
  services: '1.5' as PaneId,
  uplinks: '1.5' as PaneId,
  watch: '1.5' as PaneId,
  run: '1.5' as PaneId,
};

const ran = (turn: number): Msg => ({
  kind: 'watch/ran',
  pane: FOCUS.watch,
  run: {
    ...{ at: NOW, durationMs: 5, exitCode: 0 },
    ...watchLines(many.map((text, at) => `${text} ${many[89 - at]} ${turn} ${'x'.repeat(200)}`).join('\n')),
  },
});

/** A watch, a program or a jails pane where the host is else. */
function sessionFor(kind: Kind): Session {
  if (kind === 'jails' || kind === 'services') return inPlaceOfHost({ kind });
  if (kind === 'uplinks') return inPlaceOfHost(UPLINKS_BODY);
  if (kind === 'hosts') return { ...inPlaceOfHost({ kind, hosts: [] }), hosts: HOSTS };
  if (kind === 'all-bans') return inPlaceOfHost({ kind, hosts: [] });
  if (kind !== 'watch' && kind !== 'run') return SESSION;
  const command = { kind: 'shell', line: 'ss -tn' } as const;
  const start = kind === 'watch' ? ('auto' as const) : ('suspended' as const);
  return inPlaceOfHost({ kind, command, start, env: {}, history: 100 });
}

function inPlaceOfHost(body: PaneSpec['body']): Session {
  const windows = SESSION.windows.map((window) => ({
    ...window,
    panes: window.panes.map((pane): PaneSpec => (pane.id === FOCUS.watch ? { ...pane, body } : pane)),
  }));
  return { ...SESSION, windows };
}

/** A console with the focus on a pane; `look`: all that the operator sees, and what was asked of the world. */
function consoleOn(kind: Kind) {
  const store = createConsoleStore({
    session: sessionFor(kind),
    now: NOW,
    size: { columns: 160, rows: 60 },
    readOnly: false,
    privileged: true,
  });
  for (const msg of kind === 'watch' ? [...DATA, ran(1), ran(2)] : DATA) store.dispatch(msg);
  store.dispatch({ kind: 'layout/window-selected', window: kind === 'journal' ? 1 : 0 });
  store.dispatch({ kind: 'layout/pane-focused', pane: '1.2' as PaneId });
  store.dispatch({ kind: 'layout/pane-focused', pane: FOCUS[kind] });
  const asked: string[] = [];
  const controller = createController({
    store,
    keymap: DEFAULT_KEYMAP,
    effects: {
      quit: () => asked.push('quit'),
      suspend: () => asked.push('suspend'),
      redraw: () => asked.push('redraw'),
      setMouse: () => asked.push('mouse'),
      poke: () => asked.push('poke'),
      listAsked: () => undefined,
      testFilter: () => asked.push('test'),
      session: {
        command: ({ kind }) => {
          asked.push(kind);
          if (kind === 'save') store.dispatch({ kind: 'modal/review-opened', review: REVIEW });
        },
        chosen: () => undefined,
        accepted: () => undefined,
      },
      later: () => () => undefined,
    },
    helpTotal: () => 200,
    mouse: false,
  });
  const draw = createScreenDrawer({
    theme: { name: 'ansi', ascii: false },
    glyphs: UNICODE_GLYPHS,
    painters: PAINTERS,
    keys: keyTexts(DEFAULT_KEYMAP, { readOnly: false }),
    summary: () => ({ numbers: {} }),
  });
  return {
    press: (chords: readonly string[]) => {
      for (const chord of chords) {
        const key = parseChord(chord);
        if (key === undefined) throw new Error(`${chord} is no key`);
        controller.input({ kind: 'key', key });
      }
    },
    look: () => JSON.stringify([draw(store.getState()).areas, asked]),
  };
}

const times = (count: number, chord: string): readonly string[] => Array.from({ length: count }, () => chord);
const typed = (text: string): readonly string[] => [...text];

/** Where a key may be pressed: one of them must show what it does. */
const PLACES: readonly (readonly string[])[] = [
  [],
  times(5, 'j'),
  times(5, 'k'),
  times(40, 'j'),
  times(40, 'k'),
  ['k', 'l', 'l', 'l'],
  ['k', 'm', 'k', 'k', 'm', 'k', 'k', 'k', 'm', 'k'],
  ['Space', 'Space'],
  ['/', ...typed('2.5'), 'Enter'],
  ['&', ...typed('GET'), 'Enter'],
  ['C-b', '2', 'C-b', '1'],
  ['M-4', 'M-3', 'M-4'],
  ['M-1'],
  ['r'],
];

function changes(kind: Kind, before: readonly string[], chord: string): boolean {
  const console = consoleOn(kind);
  console.press(before);
  const old = console.look();
  console.press([chord]);
  return console.look() !== old;
}

const works = (kind: Kind, chord: string, places: readonly (readonly string[])[]): boolean =>
  places.some((place) => changes(kind, place, chord));

/** Nothing scrolls in a host pane, nor where no program has run: they show all that they know. */
const STILL: ReadonlySet<Kind> = new Set(['host', 'run']);
const moves = (row: KeyRow): boolean => row.mode === 'pane' && row.group === 'moving';

describe.each(Object.keys(FOCUS) as readonly Kind[])('every key in a %s pane', (kind) => {
  const rows = modeChain(kind).flatMap((mode) => DEFAULT_KEYMAP.filter((row) => row.mode === mode));
  const live = rows.filter((row) => !STILL.has(kind) || !moves(row));

  it.each(live.map((row) => [keysOf(row), row] as const))('%s', (_, row) => {
    for (const chord of row.chords) {
      // There are six panes, and the focus is on one of them.
      if (row.intent === 'focus-number' && Number(chord.slice(2)) > 6) continue;
      expect([chord, works(kind, chord, PLACES)]).toEqual([chord, true]);
    }
  });
});

const PREFIXED = DEFAULT_KEYMAP.filter((row) => row.mode === 'prefix');
const OVERLAYS = [
  { mode: 'help', open: ['?'] },
  { mode: 'prompt', open: [':'] },
  { mode: 'picker', open: ['C-b', 'w'] },
  { mode: 'dialog', open: ['b'] },
  { mode: 'numbers', open: ['C-b', 'q'] },
  { mode: 'review', open: ['C-b', 'S'] },
  { mode: 'copy', open: ['C-b', '['] },
  { mode: 'plain', open: ['C-b', 'P'] },
] as const;

/** Where the keys of copy mode have something to do, after it was opened. */
const COPYING: readonly (readonly string[])[] = [
  ['g'],
  ['g', 'W', 'W'],
  ['g', '$'],
  ['V', 'k', 'k'],
  ['/', ...typed('192'), 'Enter', 'k', 'k'],
  ['g', 'C-d', 'C-d'],
];

describe('every key after the prefix', () => {
  it.each(PREFIXED.map((row) => [keysOf(row), row] as const))('%s', (_, row) => {
    const places = PLACES.flatMap((place) => [[...place, 'C-b']]);
    for (const chord of row.chords) expect([chord, works('bans', chord, places)]).toEqual([chord, true]);
  });
});

/** A card of which a part is out of sight: about a network, below the line in the middle of a zoomed log. */
const LONG_CARD = ['C-b', 'z', ...times(30, 'k'), ':', ...typed('follow 192.0.2.0/24'), 'Enter'];
const CARDS: readonly (readonly string[])[] = [['@'], LONG_CARD, [...LONG_CARD, 'End']];

describe('every key in a card', () => {
  const rows = DEFAULT_KEYMAP.filter((row) => row.mode === 'card');
  it.each(rows.map((row) => [keysOf(row), row] as const))('%s', (_, row) => {
    for (const chord of row.chords) expect([chord, works('log', chord, CARDS)]).toEqual([chord, true]);
  });
});

/** The shields of all hosts, asked for in a table of hosts. */
describe('every key in an act on several hosts', () => {
  const open = ['a', '!'];
  const places = [open, [...open, ...times(5, 'j')], [...open, 'G'], [...open, 'Enter', ...times(40, 'j')]];
  const rows = DEFAULT_KEYMAP.filter((row) => row.mode === 'fleet');
  it.each(rows.map((row) => [keysOf(row), row] as const))('%s', (_, row) => {
    for (const chord of row.chords) expect([chord, works('hosts', chord, places)]).toEqual([chord, true]);
  });
});

/** After a journal failed, and where commands do not fit: shown by the dialogs' own tests. */
const LATER: ReadonlySet<IntentId> = new Set(['over-journal', 'page-down', 'page-up']);

describe.each(OVERLAYS)('every key in a $mode', ({ mode, open }) => {
  const text = typed('ban a b');
  const places: readonly (readonly string[])[] = [
    [...open],
    [...open, ...times(20, 'Down')],
    [...open, 'C-d'],
    [...open, 'End'],
    [...open, 'Tab'],
    [...open, 'Right'],
    [...open, ...times(6, 'Tab')],
    [...open, 'Tab', 'Tab', 'Tab', 'Tab', 'Tab', ...text],
    [...open, 'Tab', 'Tab', 'Tab', 'Tab', 'Tab', ...text, 'Home', 'Right'],
    [...open, ...text],
    [...open, ...text, 'Left', 'Left'],
    [...open, ...typed('zoom'), 'Enter', ...open],
    [...open, ...typed('zoom'), 'Enter', ...open, 'Up'],
    ...COPYING.map((keys) => [...open, ...keys]),
  ];
  const rows = DEFAULT_KEYMAP.filter(
    (row) => row.mode === mode && !(mode === 'dialog' && LATER.has(row.intent)),
  );
  it.each(rows.map((row) => [keysOf(row), row] as const))('%s', (_, row) => {
    for (const chord of row.chords) {
      if (row.intent === 'focus-number' && Number(chord) > 6) continue;
      expect([chord, works('log', chord, places)]).toEqual([chord, true]);
    }
  });
});
