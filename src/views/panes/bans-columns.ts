// The columns of the bans pane: what each says of one member of a set.

import { formatDuration } from '../../core/duration.ts';
import { worstFinding } from '../../core/findings.ts';
import { memberNet, secondsLeft } from '../../core/members.ts';
import type { SetInfo } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { formatBytes, formatCount, UNKNOWN } from '../../core/units.ts';
import { unreachable } from '../../core/unreachable.ts';
import { widthOf } from '../../core/width.ts';
import { listHolding } from '../../store/bans/list-behind.ts';
import type { Item, Sort } from '../../store/bans/table.ts';
import { safeReason } from '../../store/select/address-state.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { Glyphs } from '../glyphs.ts';
import { FOLLOWED, type Light } from '../parts/follow-light.ts';
import type { Cell, Column } from './columns.ts';

export type MemberItem = Extract<Item, { kind: 'row' }>;

export type ColumnsFor = Readonly<{
  state: ConsoleState;
  glyphs: Glyphs;
  sort: Sort;
  reverse: boolean;
  /** Widest address on screen, so that addresses line up without being cut. */
  addressColumns: number;
  /** Room for the names of the sets on screen, as far as they may have it. */
  setColumns: number;
  /** Room for the short words on what drops a row. */
  wordColumns: number;
  /** The row whose address an act would take. */
  cursor: MemberItem | undefined;
  isLit: Light | undefined;
}>;

export function bansColumns(options: ColumnsFor): readonly Column<MemberItem>[] {
  const { state } = options;
  const head = (name: string, sort?: Sort): SafeText => headText(name, sort, options);
  const text = (column: Omit<Column<MemberItem>, 'align' | 'grow'> & Partial<Column<MemberItem>>) => ({
    align: 'left' as const,
    grow: 0,
    ...column,
  });
  return [
    text({
      head: head('address', 'address'),
      rank: 0,
      min: options.addressColumns,
      cell: addressCell(options),
    }),
    text({
      head: head('set', 'set'),
      rank: 4,
      min: options.setColumns,
      grow: 2,
      cell: ({ part }) => ({ text: part.name }),
    }),
    text({
      head: head('v'),
      rank: 9,
      min: 2,
      cell: ({ part }) => ({ text: sanitise(`v${part.set.family}`) }),
    }),
    text({
      head: head('left', 'left'),
      rank: 1,
      min: 8,
      grow: 1,
      align: 'right',
      cell: (item) => leftCell(item, state),
    }),
    text({
      head: head('packets', 'packets'),
      rank: 3,
      min: 9,
      align: 'right',
      cell: ({ part, row }) => ({ text: sanitise(formatCount(part.members.packets?.[row])) }),
    }),
    text({
      head: head('bytes'),
      rank: 7,
      min: 9,
      align: 'right',
      cell: ({ part, row }) => ({ text: sanitise(formatBytes(part.members.bytes?.[row])) }),
    }),
    text({
      head: head('by', 'by'),
      rank: 6,
      min: 10,
      cell: ({ part }) => ({
        text: sanitise(part.set.owner === 'unknown' ? UNKNOWN : part.set.owner),
      }),
    }),
    text({ head: head('reason'), rank: 5, min: 13, grow: 3, cell: (item) => reasonCell(item, state) }),
    text({
      head: head('dropped?'),
      rank: 2,
      min: options.wordColumns,
      grow: 4,
      cell: ({ part }) => ({ ...enforcedCell(part.set, options.glyphs), cutFrom: SENTENCE }),
    }),
  ];
}

/** The sorted column says which way: what is at the top comes first. */
function headText(name: string, sort: Sort | undefined, options: ColumnsFor): SafeText {
  if (sort === undefined || sort !== options.sort) return safe(name);
  const descending = (sort === 'packets') !== options.reverse;
  return sanitise(`${name}${descending ? options.glyphs.down : options.glyphs.up}`);
}

function addressCell({ cursor, isLit }: ColumnsFor): (item: MemberItem) => Cell {
  return (item) => {
    const net = memberNet(item.part.members, item.row);
    const text = sanitise(net.text);
    const lit = isLit?.(net) === true;
    if (item === cursor) return { text, role: lit ? FOLLOWED : 'strong', under: true };
    return lit ? { text, role: FOLLOWED } : { text };
  };
}

function leftCell({ part, row }: MemberItem, { bans, now }: ConsoleState): Cell {
  const left = secondsLeft(part.members, row, now);
  if (left === undefined) return { text: sanitise(UNKNOWN) };
  if (left === null && part.set.shields === true)
    return { text: safe('with shields'), short: safe('shields') };
  if (left === null) {
    const list = listHolding(bans, part.set, memberNet(part.members, row));
    if (list?.backend === 'fail2ban')
      return { text: safe('by its jail'), short: safe('by jail'), role: 'dim' };
    if (list !== undefined) return { text: safe('by its list'), short: safe('by list'), role: 'dim' };
    return { text: safe('until changed'), short: safe('no end') };
  }
  if (left <= 0) return { text: safe('ended'), role: 'dim' };
  return { text: sanitise(formatDuration(left)), role: left < 600 ? 'warn' : 'plain' };
}

/** A ban of something that must never be banned is said before any comment. */
function reasonCell({ part, row }: MemberItem, state: ConsoleState): Cell {
  const why = safeReason(state.safeSet, memberNet(part.members, row));
  if (why !== undefined) return { text: sanitise(`! safe: ${why}`), role: 'bad' };
  return { text: sanitise(part.members.comments.get(row) ?? '', 200), role: 'dim' };
}

/** A rule or a reason that is cut here says more than one word of it. */
const SENTENCE = 32;
const WORDS_MIN = 10;
const WIDE = 60;

/** A narrow pane has room for a sign and a word, a wider one for the whole of the short words. */
export function wordColumns(members: readonly MemberItem[], columns: number, glyphs: Glyphs): number {
  if (columns < WIDE) return WORDS_MIN;
  return members.reduce((most, { part }) => {
    const { text, short } = enforcedCell(part.set, glyphs);
    return Math.max(most, widthOf(short ?? text));
  }, WORDS_MIN);
}

export function enforcedCell(set: Pick<SetInfo, 'enforcement' | 'findings'>, glyphs: Glyphs): Cell {
  const { enforcement } = set;
  switch (enforcement.kind) {
    case 'dropped':
      return droppedCell(enforcement, set, glyphs);
    case 'not-dropped':
      if (enforcement.because === 'accepts')
        return { text: sanitise(`let pass: ${enforcement.rule}`), short: safe('let pass'), role: 'warn' };
      return {
        text: sanitise(`${glyphs.bad} not dropped: ${enforcement.rule}`),
        short: sanitise(`${glyphs.bad} no drop`),
        role: 'bad',
      };
    case 'unused':
      return {
        text: sanitise(`${glyphs.bad} no rule uses this set`),
        short: sanitise(`${glyphs.bad} unused`),
        role: 'bad',
      };
    case 'unknown':
      return { text: sanitise(`? ${enforcement.why}`), short: safe('? unknown'), role: 'warn' };
    default:
      return unreachable(enforcement);
  }
}

type Dropped = Extract<SetInfo['enforcement'], { kind: 'dropped' }>;

function droppedCell(
  { rule, afterEstablished }: Dropped,
  set: Pick<SetInfo, 'findings'>,
  glyphs: Glyphs,
): Cell {
  // A lone letter would say nothing here.
  const good = glyphs.chart === 'ascii' ? 'ok:' : glyphs.safe;
  const worst = worstFinding(set);
  if (worst?.level === 'harm')
    return {
      text: sanitise(`${glyphs.bad} in part: ${worst.says}`),
      short: sanitise(`${glyphs.bad} in part`),
      role: 'bad',
    };
  // Live flows pass an accept of established ones before they meet this rule.
  if (afterEstablished)
    return {
      text: sanitise(`${good} new flows only: ${rule}`),
      short: sanitise(`${good} new only`),
      role: 'warn',
    };
  if (worst !== undefined)
    return {
      text: sanitise(`${good} but ${worst.says}`),
      short: sanitise(`${good} but${glyphs.ellipsis}`),
      role: 'warn',
    };
  return { text: sanitise(`${good} ${rule}`), short: sanitise(`${good} rule`), role: 'good' };
}
