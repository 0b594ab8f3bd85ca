// The columns of the sections of an uplinks pane, the most telling ones first when there is little room.

import { formatAge } from '../../core/duration.ts';
import type { Role } from '../../core/line.ts';
import type { Finding } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { formatBytes, UNKNOWN } from '../../core/units.ts';
import type { AddressRow, PeerRow, ReachRow, TableRow, TunnelRow } from '../../core/uplinks.ts';
import { ageText } from '../../store/select/uplinks.ts';
import { lossText, msText } from '../../store/select/uplinks-detail.ts';
import type { Cell, Column } from './columns.ts';

/** A row of a section with what is wrong with it. */
export type Judged<Row> = Readonly<{ row: Row; findings: readonly Finding[] }>;

const unknown: Cell = { text: safe(UNKNOWN), role: 'dim' };
const text = (words: string, role?: Role): Cell => ({
  text: sanitise(words, 100),
  ...(role === undefined ? {} : { role }),
});

type Place = Readonly<{ rank: number; min: number; grow?: number; align?: 'left' | 'right' }>;

function column<Row>(
  head: SafeText,
  { rank, min, grow = 0, align = 'left' }: Place,
  cell: (one: Judged<Row>) => Cell,
): Column<Judged<Row>> {
  return { head, rank, min, grow, align, cell };
}

/** What is worst of it in two words; the foot and the detail say it in full. */
function checkCell(well: Cell, { findings }: Judged<unknown>): Cell {
  if (findings.some(({ level }) => level === 'harm')) return text('broken', 'bad');
  if (findings.some(({ level }) => level === 'warning')) return text('check it', 'warn');
  return findings.length > 0 ? text('note') : well;
}

const WELL = text('well', 'good');

export const ADDRESS_COLUMNS: readonly Column<Judged<AddressRow>>[] = [
  column(safe('address'), { rank: 0, min: 15, grow: 1 }, ({ row }) => text(`${row.net.text}/${row.prefix}`)),
  column(safe('on'), { rank: 3, min: 6, grow: 2 }, ({ row }) => text(row.dev)),
  column(safe('link'), { rank: 5, min: 10 }, ({ row }) =>
    text(row.state, row.state === 'up' ? 'good' : row.state === 'unknown' ? 'dim' : 'bad'),
  ),
  column(safe('mtu'), { rank: 8, min: 5, align: 'right' }, ({ row }) =>
    row.mtu === undefined ? unknown : text(String(row.mtu)),
  ),
  column(safe('leaves by'), { rank: 2, min: 9, grow: 3 }, leavesCell),
  column(safe('table'), { rank: 6, min: 5, grow: 5 }, ({ row: { way } }) =>
    way.kind === 'goes' ? text(way.table) : unknown,
  ),
  column(safe('gateway'), { rank: 4, min: 13, grow: 4 }, ({ row }) =>
    row.gateway === undefined ? text('none', 'dim') : text(row.gateway.text),
  ),
  column(safe('check'), { rank: 1, min: 8 }, (one) =>
    checkCell(one.row.way.kind === 'goes' ? WELL : unknown, one),
  ),
];

function leavesCell({ row: { way, dev } }: Judged<AddressRow>): Cell {
  if (way.kind === 'unknown') return unknown;
  if (way.kind === 'none') return { ...text(`nowhere: ${way.says}`, 'bad'), short: safe('nowhere') };
  return text(way.dev, way.dev === dev ? 'plain' : 'strong');
}

export function reachColumns(now: number): readonly Column<Judged<ReachRow>>[] {
  return [
    column(safe('to'), { rank: 0, min: 15, grow: 1 }, ({ row }) => text(row.to.text)),
    column(safe('what'), { rank: 6, min: 7 }, ({ row }) => text(row.what, 'dim')),
    column(safe('from'), { rank: 3, min: 13, grow: 2 }, ({ row }) => text(row.from.text)),
    column(safe('on'), { rank: 5, min: 6, grow: 3 }, ({ row }) => text(row.dev)),
    column(safe('rtt'), { rank: 1, min: 8, align: 'right' }, ({ row }) =>
      row.error === undefined
        ? text(msText(row.lastMs[0]), row.lastMs[0] === null ? 'bad' : 'plain')
        : unknown,
    ),
    column(safe('lost'), { rank: 4, min: 5, align: 'right' }, ({ row }) =>
      text(lossText(row), row.lastMs.includes(null) ? 'warn' : 'plain'),
    ),
    column(safe('state'), { rank: 2, min: 12, grow: 4 }, (one) => reachState(one, now)),
  ];
}

function reachState(
  { row: { error, downSince, upSince, everAnswered } }: Judged<ReachRow>,
  now: number,
): Cell {
  if (error !== undefined) return { ...text(error, 'warn'), short: safe('not asked') };
  if (downSince !== undefined)
    return everAnswered
      ? {
          ...text(`silent for ${ageText(now - downSince)}`, 'bad'),
          short: sanitise(`down ${ageText(now - downSince)}`),
        }
      : text('no answer', 'warn');
  return upSince === undefined ? unknown : text('answers', 'good');
}

export function tunnelColumns(now: number): readonly Column<Judged<TunnelRow>>[] {
  return [
    column(safe('tunnel'), { rank: 0, min: 12, grow: 1 }, ({ row }) => text(row.name)),
    column(safe('listens at'), { rank: 3, min: 15, grow: 2 }, ({ row }) =>
      row.listen === undefined ? text('nowhere here', 'dim') : text(row.listen),
    ),
    column(safe('listens'), { rank: 1, min: 7 }, ({ row }) =>
      row.listening === undefined ? unknown : row.listening ? text('yes', 'good') : text('no', 'bad'),
    ),
    column(safe('answers'), { rank: 4, min: 7 }, ({ row }) => answerCell(row)),
    column(safe('since'), { rank: 5, min: 7, align: 'right' }, ({ row }) =>
      row.process === undefined ? noProcess(row) : text(ageText(now - row.process.since)),
    ),
    column(safe('forwards'), { rank: 6, min: 14, grow: 3 }, ({ row }) =>
      text(row.forwards.map((one) => one.text).join(' ')),
    ),
    column(safe('check'), { rank: 2, min: 8 }, (one) => checkCell(WELL, one)),
  ];
}

/** Somebody listens there: another program, or an ssh whose forwards stand in its configuration. */
function noProcess({ listening }: TunnelRow): Cell {
  return listening === false ? text('no ssh', 'bad') : unknown;
}

const ANSWERS: Readonly<Record<NonNullable<TunnelRow['answer']>, Cell>> = {
  spoke: text('yes', 'good'),
  held: text('waits'),
  closed: text('no', 'bad'),
  refused: text('no', 'bad'),
  'not-asked': unknown,
};

function answerCell({ answer }: TunnelRow): Cell {
  return answer === undefined ? unknown : ANSWERS[answer];
}

export function peerColumns(now: number): readonly Column<Judged<PeerRow>>[] {
  return [
    column(safe('WireGuard peer'), { rank: 0, min: 14 }, ({ row }) => text(`${row.key}…`)),
    column(safe('on'), { rank: 4, min: 6, grow: 3 }, ({ row }) => text(row.dev)),
    column(safe('handshake'), { rank: 1, min: 11, align: 'right' }, ({ row }) =>
      row.handshakeAt === undefined ? text('never', 'warn') : text(formatAge(now - row.handshakeAt)),
    ),
    column(safe('endpoint'), { rank: 2, min: 18, grow: 1 }, ({ row }) =>
      row.endpoint === undefined ? text('none', 'dim') : text(row.endpoint),
    ),
    column(safe('in'), { rank: 5, min: 9, align: 'right' }, ({ row }) =>
      text(formatBytes(row.receivedBytes)),
    ),
    column(safe('out'), { rank: 6, min: 9, align: 'right' }, ({ row }) => text(formatBytes(row.sentBytes))),
    column(safe('allowed'), { rank: 7, min: 14, grow: 4 }, ({ row }) =>
      text(row.allowed.map((net) => net.text).join(' ')),
    ),
    column(safe('check'), { rank: 3, min: 8 }, (one) => checkCell(WELL, one)),
  ];
}

export const TABLE_COLUMNS: readonly Column<Judged<TableRow>>[] = [
  column(safe('table'), { rank: 0, min: 8, grow: 1 }, ({ row }) => text(row.table)),
  column(safe('IPv'), { rank: 1, min: 3 }, ({ row }) => text(String(row.family))),
  column(safe('routes'), { rank: 5, min: 6, align: 'right' }, ({ row }) =>
    text(String(row.routes), row.routes === 0 ? 'warn' : 'plain'),
  ),
  column(safe('way out'), { rank: 3, min: 20, grow: 2 }, ({ row }) =>
    row.wayOut === undefined ? text('none', 'dim') : text(row.wayOut.replace(/^default /, '')),
  ),
  column(safe('named by rule'), { rank: 4, min: 14, grow: 3 }, ({ row }) =>
    row.namedBy.length === 0 ? text('none', 'warn') : text(row.namedBy.join(', ')),
  ),
  column(safe('check'), { rank: 2, min: 8 }, (one) => checkCell(WELL, one)),
];
