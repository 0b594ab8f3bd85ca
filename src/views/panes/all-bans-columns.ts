// The columns of the bans of all hosts: where an address is banned, until when, whether a rule drops it there.

import { formatDuration } from '../../core/duration.ts';
import type { Line, Role } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { UNKNOWN } from '../../core/units.ts';
import { widthOf } from '../../core/width.ts';
import type { FleetRow, FleetSort } from '../../store/fleet/all-bans.ts';
import type { HostSays } from '../../store/fleet/presence.ts';
import type { Glyphs } from '../glyphs.ts';
import type { Cell, Column } from './columns.ts';

/** A row with what each host says of it. */
export type ShownRow = Readonly<{ row: FleetRow; says: readonly HostSays[]; lit: boolean }>;

export type AllBansLook = Readonly<{
  glyphs: Glyphs;
  sort: FleetSort;
  reverse: boolean;
  addressColumns: number;
}>;

const NAMED = 3;

export function allBansColumns(look: AllBansLook): readonly Column<ShownRow>[] {
  const { glyphs } = look;
  const head = (name: string, sort?: FleetSort): SafeText => {
    if (sort !== look.sort) return sanitise(name);
    const descending = (sort === 'hosts') !== look.reverse;
    return sanitise(`${name}${descending ? glyphs.down : glyphs.up}`);
  };
  const column = (name: SafeText, rank: number, min: number) => ({
    ...{ head: name, rank, min, grow: 0, align: 'left' as const },
  });
  return [
    {
      ...column(head('address', 'address'), 0, look.addressColumns),
      cell: ({ row, lit }) => ({
        text: sanitise(row.net.text),
        ...(lit ? { role: 'followed' as const } : {}),
      }),
    },
    { ...column(head('on', 'hosts'), 1, 9), grow: 1, cell: onCell },
    { ...column(head('left', 'left'), 3, 9), grow: 3, cell: leftCell },
    { ...column(safe('dropped?'), 2, 10), grow: 4, cell: (shown) => provedCell(shown, glyphs) },
    { ...column(safe('not on'), 4, 14), grow: 2, cell: absentCell },
    { ...column(safe('sets'), 5, 10), grow: 5, cell: setsCell },
  ];
}

type There = Extract<HostSays, { kind: 'there' | 'covered' }>;
const there = ({ says }: ShownRow): readonly There[] =>
  says.filter((one): one is There => one.kind === 'there' || one.kind === 'covered');

/** "all 12", "edge1, edge2", "9 of 12": of hosts that could not be read it is not known. */
function onCell(shown: ShownRow): Cell {
  const found = there(shown);
  const all = shown.says.length;
  if (found.length === 0) return { text: safe('ended'), role: 'dim' };
  if (found.length === all && all > 1) return { text: sanitise(`all ${all}`) };
  const count = sanitise(`${found.length} of ${all}`);
  if (found.length > NAMED) return { text: count };
  return { text: sanitise(found.map(({ host }) => host.id).join(', '), 80), short: count };
}

/** The earliest end and the latest, where hosts differ. */
function leftCell({ says }: ShownRow): Cell {
  const lefts = says.flatMap((one) => (one.kind === 'there' ? [(one.end - one.host.seen.now) / 1000] : []));
  if (lefts.length === 0) return { text: safe(UNKNOWN), role: 'dim' };
  const [first, last] = [Math.min(...lefts), Math.max(...lefts)];
  if (Number.isNaN(first)) return { text: safe(UNKNOWN), role: 'dim' };
  const from = leftText(first);
  const to = leftText(last);
  const role: Role = first < 600 ? 'warn' : 'plain';
  return from === to ? { text: from, role } : { text: sanitise(`${from} to ${to}`), short: from, role };
}

export function leftText(seconds: number): SafeText {
  if (Number.isNaN(seconds)) return safe('end not known');
  if (seconds === Number.POSITIVE_INFINITY) return safe('no end');
  return seconds <= 0 ? safe('ended') : sanitise(formatDuration(Math.ceil(seconds)));
}

function provedCell(shown: ShownRow, glyphs: Glyphs): Cell {
  const found = there(shown);
  const proved = found.filter((one) => one.proved).length;
  const good = glyphs.chart === 'ascii' ? 'ok:' : glyphs.safe;
  if (found.length === 0) return { text: safe(UNKNOWN), role: 'dim' };
  const old = found.some(({ host }) => host.age !== undefined);
  if (proved === found.length && old)
    return {
      text: sanitise(`${good} a rule dropped it when it was read`),
      short: sanitise(`${good} as read`),
      role: 'warn',
    };
  if (proved === found.length)
    return { text: sanitise(`${good} a rule drops it`), short: sanitise(`${good} rule`), role: 'good' };
  const names = found.filter((one) => !one.proved).map(({ host }) => host.id);
  const text = sanitise(`${glyphs.bad} passes on ${names.join(', ')}`, 120);
  return { text, short: sanitise(`${glyphs.bad} ${proved} of ${found.length}`), role: 'bad' };
}

/** Hosts that were read and do not have it; beside them how many nobody knows of. */
function absentCell({ says }: ShownRow): Cell {
  const absent = says.filter(({ kind }) => kind === 'absent').map(({ host }) => host.id);
  const unknown = says.filter(({ kind }) => kind === 'unknown').length;
  const doubt = unknown === 0 ? '' : `${unknown} not known`;
  if (absent.length === 0) return { text: sanitise(doubt), role: 'dim' };
  const names = absent.length > NAMED ? `${absent.length} hosts` : absent.join(', ');
  const rest = doubt === '' ? '' : `; ${doubt}`;
  const short = sanitise(`${absent.length} ${absent.length === 1 ? 'host' : 'hosts'}`);
  return { text: sanitise(`${names}${rest}`, 120), short, role: 'warn' };
}

function setsCell({ row }: ShownRow): Cell {
  const names = [...new Set(row.elements.map(({ part }) => part.name))];
  return { text: sanitise(names.join(', '), 120), role: 'dim' };
}

export function addressColumns(shown: readonly ShownRow[], least: number): number {
  return shown.reduce((most, { row }) => Math.max(most, widthOf(sanitise(row.net.text))), least);
}

/** One host's line of an address that is shown in full. */
export function detailSpans(says: HostSays, glyphs: Glyphs): Line {
  const aged = says.host.age === undefined ? '' : `, ${says.host.age}`;
  switch (says.kind) {
    case 'there':
    case 'ended': {
      const sets = [...new Set(says.elements.map(({ part }) => part.name))].join(', ');
      const left = leftText((says.end - says.host.seen.now) / 1000);
      const rule = says.proved ? 'a rule drops it' : 'no rule is known to drop it';
      const words = says.kind === 'ended' ? 'ended' : `${left}, ${rule}`;
      const role: Role = says.kind === 'ended' ? 'dim' : says.proved ? 'good' : 'bad';
      return [
        { text: sanitise(`${words}${aged}`), role },
        { text: sanitise(`  ${sets}`, 160), role: 'dim' },
      ];
    }
    case 'covered': {
      const rule = says.proved ? 'a rule drops it' : 'no rule is known to drop it';
      return [
        { text: sanitise(`inside ${says.by.text}, ${rule}${aged}`), role: says.proved ? 'good' : 'bad' },
      ];
    }
    case 'absent':
      return [{ text: sanitise(`${glyphs.bad} not there`), role: 'warn' }];
    case 'unknown':
      return [{ text: sanitise(`not known: ${says.why}`), role: 'dim' }];
  }
}
