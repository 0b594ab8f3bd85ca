// Every state in which a log, bans, conntrack, traffic, host or journal pane may be met: what was told to the console,
// and the keys that were pressed in the pane since.

import { unixMs } from '../../src/core/brand.ts';
import type { IntentId } from '../../src/core/intent.ts';
import type { PaneBody, PaneId } from '../../src/core/pane.ts';
import { type Problem, problem } from '../../src/core/problem.ts';
import { sanitise } from '../../src/core/sanitise.ts';
import type { SourceId } from '../../src/core/status.ts';
import type { Msg } from '../../src/store/messages.ts';
import { batchOf, fileOf, LOG, logSpec, membersOf, NOW, net, sampleOf, setOf } from '../unit/store/rig.ts';
import { FAILING, HEALTHY, HOSTILE, HUNDRED, JAIL_SETS, jailsOf } from './jail-samples.ts';
import { ACTS, BAN_SAMPLE, GUARD, HTTP, LOG_LINES, later, request } from './pane-samples.ts';
import { CONTRADICTED, CONTRADICTED_EMPTY } from './panes/findings-states.ts';
import {
  FLOOD,
  hostSamples,
  live,
  report,
  samples,
  source,
  status,
  timeouts,
  trafficSamples,
} from './panes/machine-states.ts';
import { SERVICES_STATES } from './service-states.ts';
import { UPLINKS_STATES } from './uplink-states.ts';

/** The pane has the number 1.1 in each of them. */
export const PANE: PaneId = LOG;

export type Step = Msg | Readonly<{ press: IntentId; text?: string }>;
export type KindState = Readonly<{
  body: PaneBody;
  steps: readonly Step[];
  readOnly?: boolean;
  privileged?: boolean;
  /** Zoomed, with another pane behind it. */
  zoomed?: boolean;
}>;
type States = Readonly<Record<string, KindState>>;

const press = (...ids: readonly IntentId[]): readonly Step[] => ids.map((id) => ({ press: id }));
type Prompted = Extract<Msg, { kind: 'pane/prompted' }>;
const prompted = (purpose: Prompted['purpose'], text: string): Msg => ({
  ...{ kind: 'pane/prompted', pane: PANE, purpose, text, accepted: true },
});
const late = (seconds: number): Msg => ({ kind: 'clock/ticked', now: later(seconds) });
const slow = problem('timed-out', 'no answer within 10 s', { hint: 'the machine may be overloaded' });
/** No answer for half a minute. */
const retrying = (id: SourceId): readonly Msg[] => [
  late(31),
  status(id, { kind: 'retrying', problem: slow, retryAt: later(35), lastSampleAt: NOW }),
];
const unavailable = (id: SourceId, why: Problem): Msg => status(id, { kind: 'unavailable', problem: why });
const safeSet: Msg = {
  kind: 'safe-set/computed',
  safeSet: {
    ...{ at: NOW, operatorFound: true, gaps: [] },
    entries: [{ net: net('203.0.113.5'), why: sanitise('your ssh session') }],
  },
};

const LOGS: SourceId = `log:${PANE}`;
const file = '/var/log/nginx/access.log';
const two = ['/var/log/a.log', '/var/log/b.log'] as const;
const lines: readonly Msg[] = [
  live(LOGS),
  safeSet,
  sampleOf([HTTP], [membersOf(HTTP, [{ net: net('198.51.100.9'), expires: later(60) }])]),
  batchOf([], { total: 0, at: unixMs(NOW - 2000) }),
  batchOf(LOG_LINES, { total: 631 }),
];
const log = (steps: readonly Step[], extra: Parameters<typeof logSpec>[0] = {}): KindState => ({
  ...{ body: logSpec(extra), steps },
});
const fileIs = (kind: Parameters<typeof fileOf>[1]): Msg => batchOf([], { files: [fileOf(file, kind)] });
const byCommand = { files: [], command: ['journalctl', '-f', '-u', 'web'], start: 'suspended' } as const;
const frozen: readonly Step[] = [
  ...[...lines, prompted('search', 'wp-login')],
  ...press('search-previous', 'line-mark', 'stamp-mode'),
  batchOf([request(7, 0, '192.0.2.7 - new')], { total: 845 }),
];

const LOG_STATES: States = {
  following: log(lines),
  zoomed: { ...log(lines), zoomed: true },
  frozen: log(frozen),
  filtered: log([
    ...[...lines, prompted('filter-in', 'wp-login'), prompted('filter-in', 'feed')],
    ...[prompted('filter-out', '198\\.51'), { press: 'filters-toggle', text: '3' } as const],
    ...press('filter-context'),
  ]),
  'nothing-passes': log([...lines, prompted('filter-in', 'absent')]),
  'bad-pattern': log([...lines, prompted('filter-in', 'a(')]),
  picked: log([...lines, ...press('address-next')]),
  wrapped: log([...lines, ...press('wrap')]),
  sideways: log([...lines, ...press('right', 'right')]),
  skipped: log([...lines, batchOf([request(7, 0, '192.0.2.7 - after')], { total: 1836, skipped: 1204 })]),
  lanes: log(
    [
      ...lines.slice(0, 3),
      batchOf(
        LOG_LINES.map((line) => ({ ...line, file: line.seq % 2 })),
        { files: [fileOf(two[0]), fileOf(two[1], 'rotated')] },
      ),
    ],
    { merge: 'side-by-side', files: two },
  ),
  opening: log([]),
  empty: log([live(LOGS), batchOf([])]),
  missing: log([live(LOGS), fileIs('missing')]),
  denied: { ...log([live(LOGS), fileIs('denied')]), privileged: false },
  'no-match': log([live(LOGS), batchOf([], { files: [] })], { files: ['/var/log/nginx/*.log'] }),
  retrying: log([...lines, ...retrying(LOGS)]),
  unavailable: log([
    unavailable(
      LOGS,
      problem('not-permitted', `${file} cannot be read`, {
        hint: 'start through sudo, or join the group adm',
      }),
    ),
  ]),
  'command-waits': log([], byCommand),
  'command-ended': log([live(LOGS), batchOf([], { files: [fileOf('journalctl -f -u web', 'ended')] })], {
    ...byCommand,
    start: 'auto',
  }),
  'read-only': { ...log([], byCommand), readOnly: true },
};

const listed: readonly Msg[] = [live('bans'), safeSet, BAN_SAMPLE];
const bans = (steps: readonly Step[]): KindState => ({ body: { kind: 'bans', sets: [] }, steps });
const big = setOf('crowdsec-blocklist', { backend: 'nft', count: 1_000_000, owner: 'crowdsec' });
const partly: Msg = {
  ...sampleOf([big, GUARD], []),
  gaps: [sanitise('iptables: not installed'), sanitise('nft: no permission')],
};
const noRights = problem('not-permitted', 'ban sets cannot be read', {
  hint: 'start opsconsole through sudo',
});

const BANS_STATES: States = {
  listed: bans(listed),
  zoomed: { ...bans(listed), zoomed: true },
  marked: bans([...listed, ...press('mark', 'mark')]),
  sorted: bans([...listed, ...press('sort-next', 'sort-next', 'sort-reverse')]),
  filtered: bans([...listed, prompted('filter', '.100.')]),
  'nothing-passes': bans([...listed, prompted('filter', 'zz')]),
  'no-such-set': bans([...listed, { kind: 'bans/sets-chosen', pane: PANE, names: ['absent'] }]),
  details: bans([...listed, ...press('bottom', 'open')]),
  'details-safe': bans([...listed, ...press('line-down', 'line-down', 'open')]),
  'read-only': { ...bans(listed), readOnly: true },
  contradicted: bans([live('bans'), CONTRADICTED]),
  'contradicted-details': bans([live('bans'), CONTRADICTED, ...press('line-down', 'open')]),
  'contradicted-unused': bans([live('bans'), CONTRADICTED, ...press('bottom', 'open')]),
  'contradicted-empty': bans([live('bans'), CONTRADICTED_EMPTY]),
  reading: bans([]),
  'no-sets': { ...bans([live('bans'), sampleOf([], [])]), privileged: false },
  empty: bans([live('bans'), sampleOf([HTTP, GUARD], [membersOf(HTTP, []), membersOf(GUARD, [])])]),
  unlisted: bans([live('bans'), partly]),
  listing: bans([live('bans'), partly, ...press('open')]),
  stale: bans([...listed, late(40)]),
  retrying: bans([...listed, ...retrying('bans')]),
  'never-answered': bans([status('bans', { kind: 'retrying', problem: slow, retryAt: later(4) })]),
  unavailable: { ...bans([unavailable('bans', noRights)]), privileged: false },
};

const attacked: readonly Msg[] = [
  ...samples(120, (second) => ({
    count: Math.round(40_000 + 1230 * second + 500 * Math.sin(second / 5)),
    ...{ max: 262_144, insertFailed: second * 12, drop: 0, earlyDrop: 40, accounting: false },
  })),
  report(FLOOD, {
    distinct: 1830,
    networks: [source('192.0.2.0/24', { SYN_RECV: 88_010, ESTABLISHED: 3112, UDP: 83 }, { members: 2 })],
  }),
  ...[safeSet, live('conntrack'), live('flows')],
];
const conntrack = (steps: readonly Step[]): KindState => ({ body: { kind: 'conntrack' }, steps });
const limits = (values: Parameters<typeof timeouts>[0], ...ids: readonly IntentId[]): KindState =>
  conntrack([...attacked, timeouts(values), live('timeouts'), ...press('timeouts', ...ids)]);
const calm = samples(2, () => ({ count: 31, max: 262_144 }));
const notRoot = problem('not-permitted', 'not root: only the count and the maximum can be read', {
  hint: 'start as root, or allow "sudo -n conntrack", to see who fills the table',
});
const notLoaded = problem('not-found', 'connection tracking is not loaded: no firewall rule uses it', {
  hint: 'it starts with the first rule that tests "ct state"; then press r',
});

const CONNTRACK_STATES: States = {
  attacked: conntrack(attacked),
  zoomed: { ...conntrack(attacked), zoomed: true },
  marked: conntrack([...attacked, ...press('line-down', 'mark', 'mark')]),
  networks: conntrack([...attacked, ...press('group-networks')]),
  ours: conntrack([...attacked, report([source('10.0.0.23', { SYN_SENT: 60_000 }, { ours: true })])]),
  full: conntrack([...samples(9, () => ({ count: 1000, max: 1000 })), live('conntrack')]),
  empty: conntrack([
    ...samples(2, () => ({ count: 0, max: 262_144, insertFailed: 0, drop: 0, earlyDrop: 0 })),
    ...[report([], { states: [] }), live('conntrack'), live('flows')],
  ]),
  'read-only': { ...conntrack(attacked), readOnly: true },
  starting: conntrack([]),
  'not-loaded': conntrack([unavailable('conntrack', notLoaded)]),
  'not-root': {
    ...conntrack([...calm, live('conntrack'), unavailable('flows', notRoot)]),
    privileged: false,
  },
  stale: conntrack([...attacked, late(40)]),
  retrying: conntrack([...attacked, ...retrying('conntrack')]),
  'flows-retrying': conntrack([...calm, live('conntrack'), ...retrying('flows')]),
  'timeouts-default': limits('default'),
  'timeouts-mixed': limits('mixed', 'line-down'),
  'timeouts-siege': limits('siege', 'bottom'),
  'timeouts-reading': conntrack([...attacked, ...press('timeouts')]),
  'timeouts-denied': conntrack([...attacked, unavailable('timeouts', notRoot), ...press('timeouts')]),
};

const rates = [...trafficSamples(60), live('traffic')];
const talkers = report([], {
  talkers: [
    source('192.0.2.140', { ESTABLISHED: 12 }, { bytes: 9.1e9 }),
    source('10.0.0.23', { ESTABLISHED: 3 }, { bytes: 52_000, ours: true }),
    source('2001:db8:9::51', { ESTABLISHED: 3 }, { bytes: 1900 }),
  ],
});
const traffic = (steps: readonly Step[], interfaces: readonly string[] = []): KindState => ({
  ...{ body: { kind: 'traffic', interfaces }, steps },
});
const talking = [...rates, talkers, live('flows')];
const noSysfs = problem('not-found', '/proc/net/dev is not there', { hint: 'is /proc mounted?' });

const TRAFFIC_STATES: States = {
  talkers: traffic(talking),
  zoomed: { ...traffic(talking), zoomed: true },
  marked: traffic([...talking, ...press('mark', 'mark')]),
  one: traffic(talking, ['eth1']),
  gone: traffic(talking, ['ppp0', 'tun1']),
  'no-accounting': traffic([...attacked, ...rates]),
  'no-flows': traffic([...rates, report([], { states: [] })]),
  'not-root': { ...traffic([...rates, unavailable('flows', notRoot)]), privileged: false },
  'first-sample': traffic([...trafficSamples(1), live('traffic')]),
  'read-only': { ...traffic(talking), readOnly: true },
  starting: traffic([]),
  stale: traffic([...talking, late(40)]),
  retrying: traffic([...talking, ...retrying('traffic')]),
  unavailable: traffic([unavailable('traffic', noSysfs)]),
};

const busy = [...hostSamples(60), live('host')];
const host = (steps: readonly Step[]): KindState => ({ body: { kind: 'host' }, steps });
const HOST_STATES: States = {
  busy: host(busy),
  zoomed: { ...host(busy), zoomed: true },
  'first-sample': host([...hostSamples(1), live('host')]),
  'little-known': host([
    { kind: 'host/sampled', sample: { at: NOW, name: sanitise('rolly'), cores: 96, cpu: [] } },
    live('host'),
  ]),
  'read-only': { ...host(busy), readOnly: true },
  starting: host([]),
  stale: host([...busy, late(40)]),
  retrying: host([...busy, ...retrying('host')]),
  unavailable: host([unavailable('host', problem('unreadable', '/proc/stat is not understood'))]),
};

const acted: readonly Msg[] = [live('journal'), { kind: 'journal/loaded', rows: ACTS }];
const journal = (steps: readonly Step[]): KindState => ({ body: { kind: 'journal' }, steps });
const diskFull = problem('no-space', 'the journal cannot be written: the disk is full', {
  hint: 'free some space',
});
const sealed = problem('not-permitted', '/var/lib/opsconsole/journal cannot be read', {
  hint: 'start opsconsole through sudo',
});
const JOURNAL_STATES: States = {
  listed: journal(acted),
  zoomed: { ...journal(acted), zoomed: true },
  details: journal([...acted, ...press('bottom', 'line-up', 'open')]),
  'details-scrolled': journal([...acted, ...press('bottom', 'line-up', 'open', 'bottom')]),
  'read-only': { ...journal(acted), readOnly: true },
  reading: journal([]),
  empty: journal([live('journal'), { kind: 'journal/loaded', rows: [] }]),
  broken: journal([live('journal'), { kind: 'journal/loaded', rows: [], problem: diskFull }]),
  'broken-listed': journal([live('journal'), { kind: 'journal/loaded', rows: ACTS, problem: diskFull }]),
  stale: journal([...acted, late(300)]),
  retrying: journal([...acted, ...retrying('journal')]),
  'never-answered': journal([status('journal', { kind: 'retrying', problem: slow, retryAt: later(4) })]),
  unavailable: { ...journal([unavailable('journal', sealed)]), privileged: false },
};

const jails = (steps: readonly Step[]): KindState => ({ body: { kind: 'jails' }, steps });
const failing: readonly Msg[] = [live('jails'), sampleOf([...JAIL_SETS], []), jailsOf(FAILING)];
const notThere = problem('missing-tool', 'fail2ban is not installed', {
  hint: 'nothing here reads its jails then',
});
const hung = problem('timed-out', 'the fail2ban server does not answer', {
  hint: 'it hangs or is very busy; its bans go on. Its own words: /var/log/fail2ban.log',
});
const stopped = problem('not-found', 'the fail2ban server does not run');
const hangs: Msg = status('jails', {
  ...{ kind: 'retrying', problem: hung, retryAt: later(35), lastSampleAt: NOW },
});
const gaps = ['fail2ban logs to SYSLOG: no times of matches and bans, only totals'];

const JAILS_STATES: States = {
  healthy: jails([live('jails'), jailsOf(HEALTHY)]),
  failing: jails(failing),
  zoomed: { ...jails(failing), zoomed: true },
  'by-name': jails([...failing, ...press('sort-next', 'line-down')]),
  details: jails([...failing, ...press('open')]),
  'details-end': jails([...failing, ...press('line-down', 'line-down', 'line-down', 'open', 'bottom')]),
  gaps: jails([live('jails'), jailsOf(HEALTHY, { gaps: gaps.map((gap) => sanitise(gap)) })]),
  hundred: jails([live('jails'), jailsOf(HUNDRED), ...press('page-down')]),
  hostile: jails([live('jails'), jailsOf(HOSTILE)]),
  'hostile-details': jails([live('jails'), jailsOf(HOSTILE), ...press('bottom', 'open')]),
  'read-only': { ...jails(failing), readOnly: true },
  reading: jails([]),
  'no-jails': jails([live('jails'), jailsOf([], { gaps: [sanitise('fail2ban runs without a jail')] })]),
  stale: jails([...failing, late(300)]),
  hung: jails([...failing, late(31), hangs]),
  'never-answered': jails([hangs]),
  stopped: jails([...failing, late(31), unavailable('jails', stopped)]),
  absent: jails([unavailable('jails', notThere)]),
};

export const KIND_STATES = {
  log: LOG_STATES,
  bans: BANS_STATES,
  conntrack: CONNTRACK_STATES,
  traffic: TRAFFIC_STATES,
  host: HOST_STATES,
  journal: JOURNAL_STATES,
  jails: JAILS_STATES,
  services: SERVICES_STATES,
  uplinks: UPLINKS_STATES,
} as const satisfies Partial<Record<PaneBody['kind'], States>>;
