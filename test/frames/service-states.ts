// The services pane in every state, for frames: all that runs, what failed, hostile words, hosts without any manager.

import { unixMs } from '../../src/core/brand.ts';
import { problem } from '../../src/core/problem.ts';
import { sanitise } from '../../src/core/sanitise.ts';
import type { ServiceRow, ServicesSample } from '../../src/core/services/sample.ts';
import type { Manager, Reading, ServiceState } from '../../src/core/services/thing.ts';
import type { Msg } from '../../src/store/messages.ts';
import { NOW } from '../unit/store/rig.ts';
import type { KindState, Step } from './kinds-states.ts';
import { later } from './pane-samples.ts';
import { live, status } from './panes/machine-states.ts';

const ago = (seconds: number) => unixMs(NOW - seconds * 1000);
const watched = { since: ago(125), exact: false, restarts: 0 };

export const readingOf = (state: ServiceState, says: string, extra: Partial<Reading> = {}): Reading => ({
  state,
  says: sanitise(says),
  ...extra,
});

export function rowOf(
  name: string,
  reading: Reading | undefined,
  extra: Partial<ServiceRow> = {},
): ServiceRow {
  const by: Manager = { kind: 'systemd', unit: `${name}.service` };
  return {
    name: sanitise(name),
    thing: { what: 'service', name, by },
    ...(reading === undefined ? {} : { reading }),
    watched,
    ...extra,
  };
}

export const servicesOf = (rows: readonly ServiceRow[], extra: Partial<ServicesSample> = {}): Msg => ({
  kind: 'services/sampled',
  sample: { at: NOW, declared: true, rows, ...extra },
});

const own = (name: string): NonNullable<ServiceRow['thing']> => ({
  what: 'service',
  name,
  by: {
    kind: 'argv',
    status: ['service', name, 'status'],
    start: ['service', name, 'start'],
    stop: ['service', name, 'stop'],
  },
});

const NGINX = rowOf(
  'nginx',
  readingOf('running', 'active (running)', {
    since: ago(93_784),
    restarts: 0,
    memoryBytes: 48_234_496,
    pid: 812,
  }),
);
const MONIT = rowOf(
  'search',
  readingOf('running', 'ok', { since: ago(660), memoryBytes: 912_680_550, pid: 9921 }),
  {
    thing: { what: 'service', name: 'search', by: { kind: 'monit', check: 'search' } },
  },
);
const WIKI = rowOf('wiki', readingOf('running', 'wiki runs, pid 4711'), {
  thing: own('wiki'),
  watched: { since: ago(3725), exact: false, restarts: 2 },
});
const HEALTHY = [NGINX, MONIT, WIKI];

const FAILING = [
  NGINX,
  rowOf('queue', readingOf('failed', 'failed (exit-code, status 3)', { since: ago(42), restarts: 5 })),
  rowOf('mail', readingOf('changing', 'activating (auto-restart, exit-code, status 1)', { restarts: 118 })),
  WIKI,
  rowOf('search', undefined, {
    problem: problem('bad-exit', 'monit does not answer', {
      hint: 'does it run, and does its control file have `set httpd`? `monit status` says more',
    }),
    thing: { what: 'service', name: 'search', by: { kind: 'monit', check: 'search' } },
  }),
  rowOf('backup', readingOf('stopped', 'exit 3: backup does not run'), { thing: own('backup') }),
  rowOf('old', readingOf('absent', 'no such unit')),
  rowOf('probe', readingOf('unknown', 'no status command'), {
    thing: {
      what: 'service',
      name: 'probe',
      by: { kind: 'argv', restart: ['/usr/local/bin/probe', '--again'] },
    },
  }),
];

const HOSTILE = [
  rowOf('wiki', readingOf('running', '\u001b]0;owned\u0007 \u202e run \u0000 it'.repeat(3))),
  rowOf('w'.repeat(63), readingOf('failed', 'x'.repeat(80), { memoryBytes: 9e15, restarts: 9e12, pid: 4e9 })),
];
const HUNDRED = Array.from({ length: 100 }, (_, at) => {
  const state = at % 17 === 0 ? 'failed' : at % 5 === 0 ? 'stopped' : 'running';
  return rowOf(`worker-${at}`, readingOf(state, state, { since: ago(at * 977) }));
});

const services = (steps: readonly Step[]): KindState => ({ body: { kind: 'services' }, steps });
const told = (rows: readonly ServiceRow[], extra: Partial<ServicesSample> = {}): readonly Msg[] => [
  live('services'),
  servicesOf(rows, extra),
];
const press = (...ids: readonly ('line-down' | 'page-down' | 'sort-next' | 'bottom')[]): readonly Step[] =>
  ids.map((id) => ({ press: id }));
const slow = problem('timed-out', 'no answer within 10 s', { hint: 'the machine may be overloaded' });
const units = ['wiki.service', 'certbot.timer'].map(
  (unit): ServiceRow => ({
    name: sanitise(unit),
    reading: readingOf('failed', 'failed'),
    watched,
  }),
);

export const SERVICES_STATES = {
  healthy: services(told(HEALTHY)),
  failing: services(told(FAILING)),
  'as-in-file': services([...told(FAILING), ...press('sort-next', 'bottom')]),
  zoomed: { ...services(told(FAILING)), zoomed: true },
  hundred: services([...told(HUNDRED), ...press('page-down')]),
  hostile: services(told(HOSTILE)),
  'read-only': { ...services(told(FAILING)), readOnly: true },
  reading: services([]),
  'none-declared': services(told([], { declared: false })),
  'failed-units': services(told(units, { declared: false })),
  stale: services([...told(HEALTHY), { kind: 'clock/ticked', now: later(300) }]),
  'never-answered': services([status('services', { kind: 'retrying', problem: slow, retryAt: later(4) })]),
} as const;
