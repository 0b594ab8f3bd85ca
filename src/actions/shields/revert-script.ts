// Prints revert.sh, the one thing that takes the shields down: everybody runs it, the watcher, `shields down`, recovery.
// Values are data of this raise, each a quoted word; what is done with them is static sh.
//
//   revert.sh wait        sleeps on the deadline, then lowers (by timer)
//   revert.sh down BY     lowers now; ends with 0 when they are down, 4 when another runner still is at it
//   revert.sh item N...   takes back single items, 1 = first of `items`; ends with 5 when one of them failed
//
// Several may run at once and any may be killed: one of them lowers, the others wait for its outcome or go on where it died.

import { quoteWord } from '../../core/plan.ts';
import type { ShieldsPlace, ShieldsState } from '../../core/shields.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { RevertItem } from './measure.ts';
import { REVERT_KINDS } from './revert-kinds.ts';
import { REVERT_MODES } from './revert-modes.ts';
import { REVERT_PF } from './revert-pf.ts';
import { REVERT_PRELUDE } from './revert-prelude.ts';
import { REVERT_WALLS } from './revert-walls.ts';

export type RevertInput = Readonly<{
  state: ShieldsState;
  /** Where the files of this raise really lie. */
  place: ShieldsPlace;
  /** When the trial ends: counts when the deadline cannot be read. */
  trialUptime: number;
  /** In the order of apply; the script goes backwards. */
  items: readonly RevertItem[];
}>;

/** How long fail2ban's, nft's and the other tools' share of an item may take at most, for those who wait for the outcome. */
const ITEM_SECONDS = 120;
const SERVER_SECONDS = 30;
const STATUS_SECONDS = 10;

/** Throws on values that cannot be a line of a script (control characters): those are refused long before. */
export function printRevertScript({ state, place, trialUptime, items }: RevertInput): string {
  const wait = items.reduce((sum, item) => sum + secondsOf(item), 60);
  return [
    '#!/bin/sh',
    '# Takes the shields of opsconsole down. Safe to run twice, by hand as well: sh revert.sh down operator',
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin',
    'LC_ALL=C',
    'export PATH LC_ALL',
    'umask 077',
    `ID=${word(state.id)}`,
    `DIR=${word(place.dir)}`,
    `RUN=${word(place.run)}`,
    `BOOT=${word(state.bootId)}`,
    `RAISED=${whole(state.raisedUptime)}`,
    `TRIAL_END=${whole(trialUptime)}`,
    `LOCK_WAIT=${wait}`,
    `COUNT=${items.length}`,
    `CLOCK=${state.wall === 'pf' ? 'boottime' : 'proc'}`,
    REVERT_PRELUDE.trimEnd(),
    REVERT_KINDS.trimEnd(),
    REVERT_WALLS.trimEnd(),
    ...(state.wall === 'pf' ? [REVERT_PF.trimEnd()] : []),
    '',
    '# --- what this raise changed',
    '',
    ...items.flatMap((item, index) => printItem(item, index + 1)),
    REVERT_MODES.trimEnd(),
    '',
    'main "$@"; exit',
    '',
  ].join('\n');
}

function printItem(item: RevertItem, number: number): readonly string[] {
  const body = bodyOf(item);
  const parts = partsOf(item, number);
  return [...parts, `item_${number}() {`, ...body.map((line) => `  ${line}`), '}'];
}

function bodyOf(item: RevertItem): readonly string[] {
  switch (item.kind) {
    case 'sysctl':
      return [words('back_sysctl', item.name, sysctlPath(item.name), item.before.trim(), item.wrote.trim())];
    case 'wall':
      return [`back_${item.variant}`];
    case 'fail2ban':
      return [words('back_fail2ban', item.jail, item.option, item.before, item.wrote)];
    case 'command':
      return [words('back_command', item.name, String(seconds(item.timeoutSeconds)), ...program(item.argv))];
    case 'include':
      return [words('back_include', item.link, item.file)];
    case 'service':
      return [words('back_service', item.name, item.do)];
    case 'pins':
      return [
        `WHAT='conntrack pins' LIVE=0 ENDED=0 TROUBLE=`,
        'if gone_with_boot; then return; fi',
        ...item.flows.map((flow) => words('back_pin', String(whole(flow.seconds)), ...flow.words)),
        'back_pins',
      ];
    default:
      return unreachable(item);
  }
}

function partsOf(item: RevertItem, number: number): readonly string[] {
  if (item.kind === 'include') return printServer(item, number);
  if (item.kind !== 'service') return [];
  const run = (most: number, argv: readonly string[]): string =>
    words('foreign', String(seconds(most)), ...program(argv));
  return [
    `status_${number}() { ${item.status === undefined ? 'return 99' : run(STATUS_SECONDS, item.status)}; }`,
    `act_${number}() { ${run(item.timeoutSeconds, item.argv)}; }`,
  ];
}

function printServer(item: Extract<RevertItem, { kind: 'include' }>, number: number): readonly string[] {
  const run = (argv: readonly string[]): string => words('foreign', String(SERVER_SECONDS), ...program(argv));
  return [
    `test_${number}() { ${item.test === undefined ? ':' : run(item.test)}; }`,
    `reload_${number}() { ${run(item.reload)}; }`,
  ];
}

function secondsOf(item: RevertItem): number {
  if (item.kind === 'command') return seconds(item.timeoutSeconds) + 5;
  if (item.kind === 'service') return seconds(item.timeoutSeconds) + 2 * STATUS_SECONDS + 15;
  if (item.kind === 'include') return 2 * (SERVER_SECONDS + 5);
  return item.kind === 'pins' ? ITEM_SECONDS + 10 * item.flows.length : ITEM_SECONDS;
}

const words = (name: string, ...values: readonly string[]): string => [name, ...values.map(word)].join(' ');

/** One word of sh, whatever it holds. Tabs are the kernel's own between numbers. */
function word(value: string): string {
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) throw new Error('a control character in a value of revert.sh');
  return quoteWord(value);
}

/** `exec -x` and `timeout 5 -x` would take it for an option. */
function program(argv: readonly string[]): readonly string[] {
  if (argv[0] === undefined || argv[0] === '' || argv[0].startsWith('-'))
    throw new Error('a command of revert.sh without a program');
  return argv;
}

function whole(value: number): number {
  if (!Number.isFinite(value) || value < 0) throw new Error(`${value} is no time for revert.sh`);
  return Math.ceil(value);
}

/** 0 would mean "for ever" to timeout(1). */
const seconds = (value: number): number => Math.max(1, whole(value));

/** As sysctl(8) has it: dots part the names, a slash stands for a dot within one ("net.ipv4.conf.eth0/100.rp_filter"). */
function sysctlPath(name: string): string {
  const path = name.replace(/[./]/g, (sign) => (sign === '.' ? '/' : '.'));
  // A part of dots only would lead out of /proc/sys.
  if (!/^[\w@:+.-]+(\/[\w@:+.-]+)*$/.test(path) || /(^|\/)\.+(\/|$)/.test(path))
    throw new Error('no name of a sysctl');
  return `/proc/sys/${path}`;
}
