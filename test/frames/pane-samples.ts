// What log, bans and journal panes show in frames: lines of a web server, four ban sets, and acts in every state.

import type { JournalRow } from '../../src/core/act.ts';
import { unixMs } from '../../src/core/brand.ts';
import { command } from '../../src/core/plan.ts';
import type { ReadLine, SetKey } from '../../src/core/rows.ts';
import { safe, sanitise } from '../../src/core/sanitise.ts';
import { lineOf, membersOf, NOW, net, sampleOf, setOf } from '../unit/store/rig.ts';

/** So many seconds before now. */
export const at = (seconds: number) => unixMs(NOW - seconds * 1000);
export const request = (
  seq: number,
  seconds: number,
  text: string,
  extra: Partial<ReadLine> = {},
): ReadLine => lineOf(seq, text, { stamp: at(seconds), readAt: at(seconds), ...extra });

export const LOG_LINES = [
  request(0, 12, '203.0.113.77 - - [14/Mar/2026:02:12:53 +0000] "GET /blog/ipsets HTTP/1.1" 200 5120'),
  request(1, 10, '198.51.100.9 - - [14/Mar/2026:02:12:55 +0000] "POST /wp-login.php HTTP/1.1" 404 162'),
  request(
    2,
    9,
    '192.0.2.140 - - [14/Mar/2026:02:12:56 +0000] "GET /components/com_b2jcontact/css HTTP/1.1" 404 162',
  ),
  request(
    3,
    8,
    '192.0.2.140 - - [14/Mar/2026:02:12:57 +0000] "GET /wls-wsat/CoordinatorPortType HTTP/1.1" 404 9',
  ),
  request(4, 5, '203.0.113.5 - admin [14/Mar/2026:02:13:00 +0000] "GET /server-status HTTP/1.1" 200 812'),
  request(5, 3, '2001:db8::51 - - [14/Mar/2026:02:13:02 +0000] "GET /feed?q=\x1b[2J日本語 HTTP/1.1" 200 0'),
  request(
    6,
    1,
    '192.0.2.140 - - [14/Mar/2026:02:13:04 +0000] "POST /wp-login.php HTTP/1.1" 404 162 "198.51.100.9"',
  ),
];

export const later = (seconds: number) => unixMs(NOW + seconds * 1000);
const rule = sanitise('filter INPUT: match-set f2b-http src drop');
export const HTTP = setOf('f2b-http', {
  twin: 'ipset:f2b-http6' as SetKey,
  enforcement: { kind: 'dropped', rule, afterEstablished: false },
});
const http6 = setOf('f2b-http6', { family: 6, twin: HTTP.key, enforcement: { kind: 'unused' } });
export const GUARD = setOf('sshguard', {
  owner: 'sshguard',
  counters: false,
  enforcement: { kind: 'dropped', rule, afterEstablished: true },
});
const manual = setOf('manual', {
  owner: 'unknown',
  enforcement: { kind: 'unknown', why: sanitise('rules cannot be read without root') },
});
export const BAN_SAMPLE = sampleOf(
  [HTTP, http6, GUARD, manual],
  [
    membersOf(HTTP, [
      { net: net('198.51.100.9'), expires: later(86_340), packets: 1402, comment: 'wp-login scan' },
      { net: net('198.51.100.64/26'), expires: later(792_000), packets: 12, comment: '\x1b]52;c;x\x07 evil' },
      { net: net('203.0.113.5'), expires: later(42), packets: 91_310 },
    ]),
    membersOf(http6, [{ net: net('2001:db8:9::/64'), expires: later(720) }]),
    membersOf(GUARD, [{ net: net('192.0.2.18'), expires: Number.POSITIVE_INFINITY }]),
    membersOf(manual, [{ net: net('192.0.2.77'), expires: later(-5), packets: 3 }]),
  ],
);
const base: JournalRow = {
  id: 'a1',
  at: unixMs(NOW - 60_000),
  operator: { user: 'root', sudoUser: 'alice', sshPeer: '203.0.113.5', tty: 'pts/0', console: 'c1' },
  action: 'ban',
  summary: safe('banned 192.0.2.140 for 1d in f2b-http'),
  reason: safe('wp-login scan'),
  commands: [
    command(['ipset', 'restore', '-exist'], { stdin: 'add f2b-http 192.0.2.140 timeout 86400\n' }),
    command(['conntrack', '-D', '-s', '192.0.2.140']),
  ],
  state: 'done',
  result: safe('in f2b-http, dropped by a rule, 91,204 flows gone'),
  canUndo: true,
};
export const ACTS: readonly JournalRow[] = [
  base,
  { ...base, id: 'a2', at: unixMs(NOW - 50_000), state: 'unproved', result: safe('no rule uses the set') },
  { ...base, id: 'a3', at: unixMs(NOW - 40_000), state: 'failed', result: sanitise('ipset: \x1b[31mno') },
  {
    ...base,
    id: 'a4',
    at: unixMs(NOW - 30_000),
    action: 'undo',
    undoes: 'a1',
    canUndo: false,
    commands: [],
    reason: safe(''),
  },
  { ...base, id: 'a5', at: unixMs(NOW - 90_000_000), state: 'undone', canUndo: false },
  {
    ...base,
    id: 'a6',
    at: unixMs(NOW - 20_000),
    state: 'refused',
    canUndo: false,
    result: safe('your ssh session'),
  },
  { ...base, id: 'a7', at: unixMs(NOW - 10_000), state: 'intended', canUndo: false, result: safe('') },
];
