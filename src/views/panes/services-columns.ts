// The columns of the table of services, the most telling ones first when there is little room.

import { formatDuration } from '../../core/duration.ts';
import type { Role } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { ServiceRow } from '../../core/services/sample.ts';
import type { ServiceState } from '../../core/services/thing.ts';
import { formatBytes, formatCount, UNKNOWN } from '../../core/units.ts';
import { widthOf } from '../../core/width.ts';
import type { Cell, Column } from './columns.ts';

export const SERVICE_ROLES: Readonly<Record<ServiceState, Role>> = {
  running: 'good',
  stopped: 'plain',
  failed: 'bad',
  changing: 'warn',
  absent: 'warn',
  unknown: 'warn',
};

const WORDS: Readonly<Record<ServiceState, SafeText>> = {
  running: safe('running'),
  stopped: safe('stopped'),
  failed: safe('failed'),
  changing: safe('changing'),
  absent: safe('not there'),
  unknown: safe('unknown'),
};

const unknown: Cell = { text: safe(UNKNOWN), role: 'dim' };
const NAME_MAX = 24;

export function serviceColumns(now: number, rows: readonly ServiceRow[]): readonly Column<ServiceRow>[] {
  const names = rows.reduce((widest, { name }) => Math.max(widest, widthOf(name)), 8);
  return [
    { ...column('service', 0, Math.min(names, NAME_MAX)), grow: 4, cell: ({ name }) => ({ text: name }) },
    { ...column('state', 1, 9), grow: 1, cell: stateCell },
    { ...column('since', 2, 8), align: 'right', cell: (row) => sinceCell(row, now) },
    { ...column('restarts', 4, 8), align: 'right', cell: restartsCell },
    { ...column('memory', 3, 8), align: 'right', cell: memoryCell },
    { ...column('pid', 6, 7), align: 'right', cell: pidCell },
    { ...column('by', 7, 7), grow: 3, cell: byCell },
    { ...column('says', 5, 20), grow: 2, cell: saysCell },
  ];
}

function column(head: string, rank: number, min: number) {
  return { head: safe(head), rank, min, grow: 5, align: 'left' as const };
}

function stateCell({ reading, problem }: ServiceRow): Cell {
  if (reading === undefined)
    return { text: problem === undefined ? safe('asking') : safe('unknown'), role: 'warn' };
  return { text: WORDS[reading.state], role: SERVICE_ROLES[reading.state] };
}

const age = (ms: number): string => formatDuration(ms / 1000);

/** Without its manager's word: in this state for so long at least. */
function sinceCell({ reading, watched, thing }: ServiceRow, now: number): Cell {
  if (reading?.since !== undefined) return { text: sanitise(age(now - reading.since)) };
  if (reading === undefined || thing === undefined || reading.state === 'unknown') return unknown;
  const seen = age(now - watched.since);
  return { text: sanitise(watched.exact ? seen : `>${seen}`) };
}

/** "2 seen": only while it was watched. */
function restartsCell({ reading, watched }: ServiceRow): Cell {
  if (reading?.restarts !== undefined)
    return { text: sanitise(formatCount(reading.restarts)), role: reading.restarts > 0 ? 'warn' : 'plain' };
  if (watched.restarts === 0) return unknown;
  return { text: sanitise(`${formatCount(watched.restarts)} seen`), role: 'warn' };
}

function memoryCell({ reading }: ServiceRow): Cell {
  return reading?.memoryBytes === undefined ? unknown : { text: sanitise(formatBytes(reading.memoryBytes)) };
}

function pidCell({ reading }: ServiceRow): Cell {
  return reading?.pid === undefined ? unknown : { text: sanitise(String(reading.pid)) };
}

function byCell({ thing }: ServiceRow): Cell {
  if (thing === undefined) return { text: safe('systemd'), role: 'dim' };
  return { text: thing.by.kind === 'argv' ? safe('command') : safe(thing.by.kind), role: 'dim' };
}

function saysCell({ reading, problem }: ServiceRow): Cell {
  if (problem !== undefined) return { text: sanitise(problem.summary, 120), role: 'warn' };
  return reading === undefined ? unknown : { text: reading.says, role: 'dim' };
}
