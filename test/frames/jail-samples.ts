// Jails in every condition, for frames: one that works, those that see nothing and why, hostile names.

import type { JailEvent, JailRow, JailsSample } from '../../src/core/jails.ts';
import { sanitise } from '../../src/core/sanitise.ts';
import type { Msg } from '../../src/store/messages.ts';
import { NOW, net, setOf } from '../unit/store/rig.ts';
import { at } from './pane-samples.ts';

type HourAndDay = NonNullable<JailRow['matches']>;

export const counted = (hour: number, day: number, atLeast = false): HourAndDay => ({
  hour: { count: hour, atLeast },
  day: { count: day, atLeast },
});

export const eventOf = (kind: JailEvent['kind'], what: string, seconds: number): JailEvent => ({
  ...{ kind, at: at(seconds), what: sanitise(what) },
  ...(/^[\d.:a-f]+$/.test(what) ? { net: net(what) } : {}),
});
export const banOf = (what: string): JailEvent => eventOf('ban', what, 90);

/** Healthy, unless told otherwise. */
export function jailOf(name: string, extra: Partial<JailRow> = {}): JailRow {
  return {
    name,
    ...{ failedNow: 2, failedTotal: 412, bannedNow: 3, bannedTotal: 81 },
    reads: { kind: 'files', files: ['/var/log/auth.log'] },
    logs: [fileOf('/var/log/auth.log', counted(812, 19_640))],
    ...{ banSeconds: 600, findSeconds: 600, maxRetry: 5, actions: ['nftables-multiport'] },
    ...{ matches: counted(14, 388), lastMatchAt: at(40), lastBan: banOf('203.0.113.7') },
    events: [
      eventOf('found', '203.0.113.7', 91),
      banOf('203.0.113.7'),
      eventOf('unban', '198.51.100.9', 3700),
    ].sort((a, b) => b.at - a.at),
    health: { kind: 'well', says: sanitise('matches: 14 in the last hour, 388 in a day') },
    findings: [],
    ...extra,
  };
}

export const fileOf = (path: string, lines?: HourAndDay): JailRow['logs'][number] => ({
  ...{ name: sanitise(path), path, state: 'read' as const },
  ...(lines === undefined ? {} : { lines, lastLineAt: at(2) }),
});

export const jailsOf = (jails: readonly JailRow[], extra: Partial<JailsSample> = {}): Msg => ({
  kind: 'jails/sampled',
  sample: { at: NOW, version: sanitise('1.0.2'), jails, gaps: [], ...extra },
});

const nothing = {
  matches: counted(0, 0),
  events: [],
  failedNow: 0,
  failedTotal: 0,
  bannedNow: 0,
  bannedTotal: 0,
};
const never: Partial<JailRow> = { ...nothing, lastBan: undefined as never };

export const FAILING: readonly JailRow[] = [
  jailOf('sshd', {
    events: [
      eventOf('already-banned', '203.0.113.7', 20),
      eventOf('restore-ban', '198.51.100.20', 7000),
      ...jailOf('x').events,
    ],
    restored: { at: at(7000), count: 412 },
    findings: [
      {
        level: 'harm',
        says: sanitise(
          '203.0.113.7 is banned and still matches (12 times in the last hour): its ban does not stop it',
        ),
        todo: sanitise(
          'look whether a rule uses the set of this jail, and cut the live flows of the address',
        ),
      },
    ],
  }),
  jailOf('nginx-botsearch', {
    ...never,
    reads: { kind: 'files', files: ['/var/log/nginx/access.log'] },
    logs: [fileOf('/var/log/nginx/access.log', counted(5210, 88_012, true))],
    health: {
      kind: 'blind',
      says: sanitise('the log grows and nothing matches: at least 5210 lines in the last hour, no match'),
      todo: sanitise('its lines carry no address: the program must log the address of its peer'),
    },
  }),
  jailOf('postfix', {
    ...never,
    reads: { kind: 'files', files: ['/var/log/mail.log'] },
    logs: [{ name: sanitise('/var/log/mail.log'), path: '/var/log/mail.log', state: 'missing' }],
    banSeconds: null,
    health: {
      kind: 'broken',
      says: sanitise('/var/log/mail.log is gone: renamed or rotated away; the jail sees nothing of it'),
      todo: sanitise('/var/log/mail.log.1 is written now: correct its logpath, then reload the jail'),
    },
  }),
  jailOf('sshd-journal', {
    ...never,
    reads: { kind: 'journal', matches: '_SYSTEMD_UNIT=sshd.service + _COMM=sshd' },
    logs: [
      { name: sanitise('_SYSTEMD_UNIT=sshd.service + _COMM=sshd'), state: 'read', lines: counted(0, 0) },
    ],
    health: {
      kind: 'broken',
      says: sanitise('nothing comes from _SYSTEMD_UNIT=sshd.service + _COMM=sshd'),
      todo: sanitise('the lines come from _SYSTEMD_UNIT=ssh.service now: correct its journalmatch'),
    },
  }),
  jailOf('dovecot', {
    actions: [],
    health: { kind: 'quiet', says: sanitise('hardly anything is written there') },
  }),
];

export const HEALTHY = [
  jailOf('sshd'),
  jailOf('nginx-http-auth', { banSeconds: 86_400 }),
  jailOf('recidive'),
];

export const HOSTILE = [
  jailOf('\x1b[2J\x1b]0;owned\x07jail'),
  jailOf('‮drawkcab​'),
  jailOf('日本語の監獄 with blanks'),
  jailOf('a'.repeat(100), { actions: ['\x1b[31mred', 'b'.repeat(90)] }),
  jailOf('x', {
    reads: { kind: 'files', files: [`/var/log/\x07${'d'.repeat(120)}`] },
    lastBan: eventOf('ban', '\x1b[5mnot-an-address', 5),
    events: [eventOf('ban', '\x1b]52;c;x\x07', 5)],
  }),
];

export const HUNDRED = Array.from({ length: 100 }, (_, index) =>
  jailOf(`site-${String((index * 37) % 100).padStart(3, '0')}`, {
    bannedNow: index,
    ...(index % 33 === 5 ? { health: FAILING[1]?.health ?? jailOf('x').health } : {}),
  }),
);

/** Jails as ban sets, the first with its kernel set. */
export const JAIL_SETS = [
  setOf('addr-set-sshd', { backend: 'nft', table: 'inet f2b-table', owner: 'fail2ban' }),
  setOf('sshd', {
    ...{ backend: 'fail2ban', owner: 'fail2ban', fixedTimeout: 600 },
    enforcedBy: [setOf('addr-set-sshd', { backend: 'nft', table: 'inet f2b-table' }).key],
  }),
  setOf('dovecot', { ...{ backend: 'fail2ban', owner: 'fail2ban' }, enforcedBy: [] }),
] as const;
