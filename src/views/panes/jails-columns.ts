// The columns of the table of jails, the most telling ones first when there is little room.

import type { JailHealth } from '../../core/jails.ts';
import type { Role } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { formatCount, UNKNOWN } from '../../core/units.ts';
import { widthOf } from '../../core/width.ts';
import { actionText, countText, HEALTH_ROLES, whenText } from '../../store/select/jail-detail.ts';
import type { JailView } from '../../store/select/jails.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { Cell, Column } from './columns.ts';

const unknown: Cell = { text: safe(UNKNOWN), role: 'dim' };

/** One long name does not take the room of all that is known of the others. */
const NAME_SHARE = 5;
const NAME_MIN = 15;

export type JailTable = Readonly<{ views: readonly JailView[]; columns: number }>;

export function jailColumns(state: ConsoleState, { views, columns }: JailTable): readonly Column<JailView>[] {
  const most = Math.max(NAME_MIN, Math.floor(columns / NAME_SHARE));
  const names = views.reduce((widest, { label }) => Math.max(widest, widthOf(label)), 8);
  const banned = views.reduce((widest, view) => Math.max(widest, widthOf(lastBanCell(view, state).text)), 8);
  return [
    { ...column('jail', 0, Math.min(names, most)), grow: 5, cell: ({ label }) => ({ text: label }) },
    { ...column('health', 1, 9), grow: 1, cell: healthCell },
    { ...column('lines/h', 6, 7), align: 'right', cell: linesCell },
    { ...column('match/h', 5, 7), align: 'right', cell: matchCell },
    { ...column('failed', 4, 6), align: 'right', cell: ({ row }) => pair(row.failedNow, row.failedTotal) },
    { ...column('banned', 2, 6), align: 'right', cell: ({ row }) => pair(row.bannedNow, row.bannedTotal) },
    // What u takes back: never without its address where there is room for one.
    {
      ...column('last ban', 3, Math.min(banned, LAST_BAN)),
      grow: 2,
      cell: (view) => lastBanCell(view, state),
    },
    { ...column('blocks by', 7, 13), grow: 4, cell: blocksCell },
    { ...column('limits', 8, 14), grow: 3, cell: limitsCell },
    { ...column('reads', 9, 40), grow: 6, cell: readsCell },
  ];
}

/** Time and an IPv4 address. */
const LAST_BAN = 24;

function column(head: string, rank: number, min: number) {
  return { head: safe(head), rank, min, grow: 7, align: 'left' as const };
}

const WORDS: Readonly<Record<JailHealth['kind'], SafeText>> = {
  well: safe('matching'),
  quiet: safe('quiet'),
  blind: safe('no match'),
  broken: safe('log gone'),
  unknown: safe('unknown'),
};

/** What is worst of it in two words; the foot and the detail say it in full. */
function healthCell({ row, findings }: JailView): Cell {
  const { kind } = row.health;
  if (kind === 'broken' || kind === 'blind') return { text: WORDS[kind], role: HEALTH_ROLES[kind] };
  if (row.actions?.length === 0) return { text: safe('no action'), role: 'bad' };
  const harm = findings.some(({ level }) => level === 'harm');
  if (harm) return { text: safe('not stopped'), short: safe('leaks'), role: 'bad' };
  if (findings.some(({ level }) => level === 'warning')) return { text: safe('check it'), role: 'warn' };
  return { text: WORDS[kind], role: HEALTH_ROLES[kind] };
}

function linesCell({ row }: JailView): Cell {
  const known = row.logs.flatMap(({ lines }) => lines ?? []);
  if (known.length === 0) return unknown;
  const count = known.reduce((total, { hour }) => total + hour.count, 0);
  return { text: sanitise(countText({ count, atLeast: known.some(({ hour }) => hour.atLeast) })) };
}

function matchCell({ row }: JailView): Cell {
  if (row.matches === undefined) return unknown;
  const role: Role = row.health.kind === 'blind' ? 'bad' : 'plain';
  return { text: sanitise(countText(row.matches.hour)), role };
}

function pair(now: number | undefined, total: number | undefined): Cell {
  if (now === undefined && total === undefined) return unknown;
  return { text: sanitise(`${formatCount(now)}/${formatCount(total)}`), short: sanitise(formatCount(now)) };
}

function lastBanCell({ row }: JailView, { now }: ConsoleState): Cell {
  const { lastBan } = row;
  if (lastBan === undefined) return unknown;
  const when = whenText(lastBan.at, now);
  return { text: sanitise(`${when} ${lastBan.what}`), short: lastBan.what };
}

function blocksCell({ row, kernel }: JailView): Cell {
  if (row.actions === undefined) return unknown;
  if (row.actions.length === 0) return { text: safe('none'), role: 'bad' };
  const action = actionText(row.actions);
  if (kernel === undefined) return { text: sanitise(action, 60) };
  const sets = kernel.length === 0 ? 'no set' : kernel.join(' ');
  return {
    text: sanitise(`${action} > ${sets}`, 100),
    short: sanitise(action, 60),
    ...(kernel.length === 0 ? { role: 'warn' as const } : {}),
  };
}

function limitsCell({ row }: JailView): Cell {
  const { maxRetry, findSeconds, banSeconds } = row;
  if (maxRetry === undefined && findSeconds === undefined && banSeconds === undefined) return unknown;
  const ban = banSeconds === null ? 'ever' : short(banSeconds);
  return { text: sanitise(`${maxRetry ?? '?'} in ${short(findSeconds)}: ${ban}`) };
}

function short(seconds: number | undefined): string {
  if (seconds === undefined) return '?';
  for (const [unit, size] of [
    ['w', 604_800],
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const)
    if (seconds >= size && seconds % size === 0) return `${seconds / size}${unit}`;
  return `${seconds}s`;
}

function readsCell({ row }: JailView): Cell {
  const { reads } = row;
  if (reads.kind === 'unknown') return unknown;
  if (reads.kind === 'journal') return { text: sanitise(`journal ${reads.matches}`, 100) };
  if (reads.files.length === 0) return { text: safe('nothing'), role: 'bad' };
  return { text: sanitise(reads.files.join(' '), 100) };
}
