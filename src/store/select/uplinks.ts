// The rows of an uplinks pane, section by section, each with what is wrong with it.

import type { Net } from '../../core/address.ts';
import { formatAge } from '../../core/duration.ts';
import type { Finding } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import {
  type AddressRow,
  type PeerRow,
  REACH_LOST,
  type ReachRow,
  type TableRow,
  type TunnelRow,
} from '../../core/uplinks.ts';
import type { ConsoleState } from '../state.ts';

/** `net`: what the key of following takes. */
export type UplinkRow = Readonly<{ key: string; net?: Net; findings: readonly Finding[] }> &
  (
    | Readonly<{ kind: 'address'; row: AddressRow }>
    | Readonly<{ kind: 'reach'; row: ReachRow }>
    | Readonly<{ kind: 'tunnel'; row: TunnelRow }>
    | Readonly<{ kind: 'peer'; row: PeerRow }>
    | Readonly<{ kind: 'table'; row: TableRow }>
  );
export type UplinkKind = UplinkRow['kind'];

const kept = new WeakMap<object, Readonly<{ reach: unknown; now: number; rows: readonly UplinkRow[] }>>();

export function uplinkRows(state: ConsoleState): readonly UplinkRow[] {
  const { sample, reach } = state.uplinks;
  if (sample === undefined) return [];
  const known = kept.get(sample);
  // Only how long a gateway is down changes with the clock, and that by the minute.
  const now = Math.floor(state.now / 10_000);
  if (known !== undefined && known.reach === reach && known.now === now) return known.rows;
  const rows: readonly UplinkRow[] = [
    ...sample.addresses.map((row): UplinkRow => {
      const key = `address ${row.dev} ${row.net.text}`;
      return { kind: 'address', key, row, net: row.net, findings: row.findings };
    }),
    ...(reach?.rows ?? []).map((row): UplinkRow => {
      const key = `reach ${row.from.text} ${row.to.text} ${row.dev}`;
      return { kind: 'reach', key, row, net: row.to, findings: reachFindings(row, state.now) };
    }),
    ...sample.tunnels.map(
      (row): UplinkRow => ({ kind: 'tunnel', key: `tunnel ${row.key}`, row, findings: row.findings }),
    ),
    ...sample.peers.map((row): UplinkRow => {
      const net = row.endpointNet === undefined ? {} : { net: row.endpointNet };
      return { kind: 'peer', key: `peer ${row.dev} ${row.key}`, row, ...net, findings: row.findings };
    }),
    ...sample.tables.map(
      (row): UplinkRow => ({
        kind: 'table',
        key: `table ${row.family} ${row.table}`,
        row,
        findings: row.findings,
      }),
    ),
  ];
  kept.set(sample, { reach, now, rows });
  return rows;
}

/** How long something lasts: "12 s", "4 m". */
export function ageText(ms: number): string {
  return formatAge(Math.max(1500, ms)).replace(/ ago$/, '');
}

/** A router that never answered may simply not answer pings. */
export function reachFindings(row: ReachRow, now: number): readonly Finding[] {
  const { what, to, from, error, lastMs, downSince, everAnswered } = row;
  const name = what === 'gateway' ? `the gateway ${to.text}` : to.text;
  if (error !== undefined)
    return [{ level: 'warning', says: sanitise(`${name} was not asked from ${from.text}: ${error}`) }];
  const lost = lastMs.findIndex((ms) => ms !== null);
  const inRow = lost < 0 ? lastMs.length : lost;
  if (downSince === undefined || inRow < REACH_LOST) return [];
  if (!everAnswered)
    return [
      {
        level: what === 'gateway' ? 'note' : 'warning',
        says: sanitise(`${name} has not answered ${from.text} since this pane looks`),
        todo: safe('it is down, or does not answer pings'),
      },
    ];
  return [
    {
      level: 'harm',
      says: sanitise(`${name} does not answer ${from.text} for ${ageText(now - downSince)}`),
      todo:
        what === 'gateway'
          ? sanitise(`what leaves from ${from.text} goes nowhere: another uplink, or the provider`)
          : safe('does the gateway answer? then it is further away'),
    },
  ];
}

export type Trouble = Readonly<{ harms: number; warnings: number }>;

export function uplinkTrouble(state: ConsoleState): Trouble {
  const all = [
    ...uplinkRows(state).flatMap(({ findings }) => findings),
    ...(state.uplinks.sample?.findings ?? []),
  ];
  return {
    harms: all.filter(({ level }) => level === 'harm').length,
    warnings: all.filter(({ level }) => level === 'warning').length,
  };
}
