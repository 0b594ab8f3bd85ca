// Goldens of what shows several hosts at once: the table of hosts, the bans of all of them, an act on many, the top row.

import { describe, expect, it } from 'vitest';
import { createController } from '../../src/cli/console/controller.ts';
import type { ActPreview } from '../../src/core/act.ts';
import type { PaneBody } from '../../src/core/pane.ts';
import { problem } from '../../src/core/problem.ts';
import { sanitise } from '../../src/core/sanitise.ts';
import { parseChord } from '../../src/keys/chords.ts';
import { keyTexts } from '../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../src/keys/keymap.ts';
import type { Msg } from '../../src/store/messages.ts';
import { type ConsoleStore, createConsoleStore } from '../../src/store/store.ts';
import { PAINTERS } from '../../src/views/painters.ts';
import type { ScreenOptions } from '../../src/views/screen.ts';
import {
  banned,
  busy,
  DOWN,
  fleetSession,
  hostId,
  live,
  NEEDS_YOU,
  on,
  SHIELDS_DOWN,
  shieldsUp,
  UP,
} from '../unit/store/fleet-rig.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { ASCII_OPTIONS, NOW, OPTIONS } from './shell-parts.ts';

const NAMES = ['rolly', 'edge1', 'edge2', 'mail', 'far-away.example.net', 'new'];
const GROUPS = { web: ['rolly', 'edge1', 'edge2'] };
const HARM = {
  findings: [{ level: 'harm', says: sanitise('packets to Docker ports do not meet this rule') }] as const,
};
const FEW: readonly Msg[] = [
  ...on(
    'local',
    ...busy(0.3, 0.1),
    ...banned('own', { '198.51.100.9': 600, '203.0.113.0/24': null }),
    SHIELDS_DOWN,
  ),
  ...on('rolly', UP, ...busy(0.9, 0.42), ...banned('f2b-http', { '198.51.100.9': 3600 }), SHIELDS_DOWN),
  ...on('edge1', UP, ...busy(2.4, 0.96), ...banned('f2b-http', { '203.0.113.7': 90 }, HARM), shieldsUp(95)),
  ...on('edge2', UP, ...busy(0.2, 0.3), ...banned('ban', { '198.51.100.9': null }), live('bans', 40_000)),
  ...on('mail', UP, ...banned('f2b-http', { '192.0.2.77': 5 }), NEEDS_YOU),
  ...on('far-away.example.net', DOWN),
];
const FIFTY = Array.from({ length: 49 }, (_, at) => `web-${String(at + 1).padStart(2, '0')}`);
const MANY: readonly Msg[] = FIFTY.flatMap((name, at) =>
  on(
    name,
    at % 17 === 3 ? DOWN : UP,
    ...busy((at % 9) / 4, (at % 11) / 10),
    ...banned('ban', { '192.0.2.1': 60 }),
  ),
);

const KEYS = keyTexts(DEFAULT_KEYMAP, { readOnly: false });
const REAL: ScreenOptions = { ...OPTIONS, painters: PAINTERS, keys: KEYS };

type Made = Readonly<{ names?: readonly string[]; told?: readonly Msg[]; size: readonly [number, number] }>;

function open(body: PaneBody, { names = NAMES, told = FEW, size: [columns, rows] }: Made): ConsoleStore {
  const store = createConsoleStore({
    ...{ session: fleetSession(names, body, GROUPS), now: NOW, size: { columns, rows } },
    ...{ readOnly: false, privileged: true },
  });
  for (const msg of told) store.dispatch(msg);
  return store;
}

function press(store: ConsoleStore, ...chords: readonly string[]): void {
  const nothing = (): undefined => undefined;
  const controller = createController({
    ...{ store, keymap: DEFAULT_KEYMAP, mouse: false, helpTotal: () => 0 },
    effects: {
      ...{ quit: nothing, suspend: nothing, redraw: nothing, setMouse: nothing, poke: nothing },
      ...{ listAsked: nothing, later: () => nothing },
    },
  });
  for (const chord of chords) {
    const key = parseChord(chord);
    if (key !== undefined) controller.input({ kind: 'key', key });
  }
}

const SIZES = [
  [39, 9],
  [80, 24],
  [120, 40],
  [200, 50],
] as const;
const HOSTS: PaneBody = { kind: 'hosts', hosts: [] };
const BANS: PaneBody = { kind: 'all-bans', hosts: [] };

describe.each(SIZES)('at %ix%i', (...size) => {
  const name = size.join('x');
  it('shows hosts, those that need somebody first', async () => {
    expectFrame(`hosts-${name}`, await frameOf(open(HOSTS, { size }), REAL));
  });

  it('shows fifty hosts', async () => {
    expectFrame(`hosts-50-${name}`, await frameOf(open(HOSTS, { size, names: FIFTY, told: MANY }), REAL));
  });

  it('shows the bans of all hosts', async () => {
    expectFrame(`all-bans-${name}`, await frameOf(open(BANS, { size }), REAL));
  });

  it('shows an act on all of them, those that failed first', async () => {
    const store = open(HOSTS, { size });
    acted(store);
    expectFrame(`fleet-act-${name}`, await frameOf(store, REAL));
  });

  it('shows what fifty hosts would do', async () => {
    const store = open(HOSTS, { size, names: FIFTY, told: MANY });
    press(store, 'a', 'b', ...'192.0.2.9', 'Enter');
    for (const [at, host] of FIFTY.entries()) {
      const preview = at % 7 === 2 ? REFUSED : READY;
      if (at % 5 > 0)
        store.dispatch({ kind: 'fleet/previewed', act: 1, host: hostId(host), round: 1, preview });
    }
    expectFrame(`fleet-50-${name}`, await frameOf(store, REAL));
  });
});

const READY: ActPreview = {
  kind: 'ready',
  token: 't',
  plan: {
    ...{ action: 'ban', summary: sanitise('ban 192.0.2.9'), undo: [], notes: [], risk: 'reversible' },
    steps: [
      {
        command: {
          argv: ['nft', 'add', 'element', 'inet', 'opsconsole', 'ban4', '{ 192.0.2.9 timeout 1d }'],
          ...{ timeoutMs: 1, outputMaxBytes: 1 },
        },
      },
    ],
  },
};
const REFUSED = { kind: 'refused', reasons: [sanitise('192.0.2.9 is your ssh session')] } as const;

function acted(store: ConsoleStore): void {
  press(store, 'a', 'b', ...'192.0.2.9', 'Enter');
  const previewed = (host: string, preview: Extract<Msg, { kind: 'fleet/previewed' }>['preview']): void =>
    store.dispatch({ kind: 'fleet/previewed', act: 1, host: hostId(host), round: 1, preview });
  for (const host of ['local', 'rolly', 'edge1', 'mail']) previewed(host, READY);
  previewed('edge2', REFUSED);
  const why = problem('no-line', 'no connection to far-away.example.net');
  previewed('far-away.example.net', { kind: 'failed', problem: why });
  press(store, 'Enter');
  const base = {
    actId: 'a',
    action: 'ban',
    summary: sanitise('banned 192.0.2.9 for 1d'),
    canUndo: true,
  } as const;
  const reported = (
    host: string,
    outcome: Extract<Msg, { kind: 'fleet/reported' }>['report']['outcome'],
  ): void =>
    store.dispatch({
      ...{ kind: 'fleet/reported', act: 1, host: hostId(host), round: 1 },
      report: { ...base, outcome },
    });
  const proof = { kind: 'proved', says: sanitise('in inet opsconsole ban4, dropped by rule') } as const;
  reported('local', { kind: 'done', durationMs: 40, proof });
  const missing = [sanitise('no rule drops what is in it')];
  reported('rolly', { kind: 'done', durationMs: 40, proof: { kind: 'unproved', missing } });
  const full = problem('bad-exit', 'nft said: Error: No space left on device', { detail: 'set is full' });
  reported('mail', { kind: 'failed', problem: full, stepIndex: 0, undone: true });
}

describe('what is one of its kind', () => {
  const size = [80, 24] as const;

  it('is said without colours and in ASCII', async () => {
    const store = open(HOSTS, { size });
    acted(store);
    const options = { ...ASCII_OPTIONS, painters: PAINTERS, keys: KEYS };
    expectFrame('fleet-act-ascii', await frameOf(store, options));
  });

  it('shows one address host by host', async () => {
    const store = open(BANS, { size });
    press(store, 'j', 'Enter');
    expectFrame('all-bans-open', await frameOf(store, REAL));
  });

  it('asks on which hosts', async () => {
    const store = open(BANS, { size });
    press(store, 'u');
    expectFrame('fleet-scope', await frameOf(store, REAL));
  });

  it('asks before the shields of several hosts', async () => {
    const store = open(HOSTS, { size });
    press(store, 'Space', 'Space', 'Space', '!');
    expectFrame('fleet-shields', await frameOf(store, REAL));
  });

  it('says in the top row what is up elsewhere, with its clock, at any width', async () => {
    for (const columns of [40, 60, 80, 120]) {
      const frame = await frameOf(open(BANS, { size: [columns, 24] }), REAL);
      expect([columns, frame[0]]).toEqual([columns, expect.stringMatching(/1:35/)]);
    }
  });
});
