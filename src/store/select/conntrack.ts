// What the conntrack numbers mean: how long until the table is full, whose flood it is, which preset is in force.

import type { Preset } from '../../core/act.ts';
import type { SourceRow, TimeoutRow } from '../../core/rows.ts';
import type { ConntrackPoint, ConntrackState } from '../slices/conntrack.ts';

/** The trend is read from this much of the history. */
const WINDOW_MS = 60_000;
const POINTS_MIN = 5;
const SPAN_MIN_MS = 4000;
/** A fit that explains less of the movement than this is no trend. */
const FIT_MIN = 0.5;
/** Later than this says nothing about tonight. */
const HORIZON_MS = 24 * 3_600_000;
/** In a table emptier than this only a fast growth is worth a word. */
const SHARE_MIN = 0.05;
const FAST_MS = 3_600_000;

/** Milliseconds until the table is full at the present pace; 0 = full; undefined = not growing, or unknown. */
export function selectFullInMs({ sample, history }: ConntrackState): number | undefined {
  const { count, max } = sample ?? {};
  if (count === undefined || max === undefined || max === 0) return undefined;
  if (count >= max) return 0;
  const growth = growthPerMs(history);
  if (growth === undefined) return undefined;
  const ms = (max - count) / growth;
  return ms <= (count >= max * SHARE_MIN ? HORIZON_MS : FAST_MS) ? ms : undefined;
}

/** Slope of a least-squares line through the last minute, flows per millisecond; undefined unless it clearly rises. */
export function growthPerMs(history: readonly ConntrackPoint[]): number | undefined {
  const newest = history.at(-1)?.at;
  if (newest === undefined) return undefined;
  const points = history.flatMap(({ at, count }) =>
    count === undefined || at > newest || newest - at > WINDOW_MS ? [] : [{ x: at - newest, y: count }],
  );
  const first = points[0];
  if (first === undefined || points.length < POINTS_MIN || -first.x < SPAN_MIN_MS) return undefined;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const { x, y } of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  if (xx === 0 || yy === 0 || xy <= 0 || (xy * xy) / (xx * yy) < FIT_MIN) return undefined;
  return xy / xx;
}

/** Half-open: the handshake is not finished. A SYN flood is made of these. */
export function halfOpenOf(row: SourceRow): number {
  const count = (state: string): number => row.states.get(state) ?? 0;
  return count('SYN_SENT') + count('SYN_RECV') + count('SYN_SENT2');
}

/** Share of the table, and size, from which one of our own addresses is called a flood. */
const FLOOD_SHARE = 0.25;
const FLOOD_FLOWS = 1000;

/** The one of our own hosts that fills the table: an infected machine behind us, or our own scanner. */
export function selectOwnFlood({ flows }: ConntrackState): SourceRow | undefined {
  return flows?.sources.find(
    (row) => row.ours && row.flows >= FLOOD_FLOWS && row.flows >= flows.total * FLOOD_SHARE,
  );
}

export function presetValue(row: TimeoutRow, preset: Preset): number {
  return preset === 'default' ? row.kernelDefault : row[preset];
}

/** The preset whose every known value is in force; undefined = a mixture, or nothing is known. */
export function presetNow(rows: readonly TimeoutRow[]): Preset | undefined {
  const known = rows.filter((row) => row.current !== undefined);
  if (known.length === 0) return undefined;
  return (['default', 'modest', 'siege'] as const).find((preset) =>
    known.every((row) => row.current === presetValue(row, preset)),
  );
}

/** How many timeouts a preset would change from what they are now. */
export function presetChanges(
  rows: readonly TimeoutRow[],
  preset: Preset,
): Readonly<{ shorter: number; longer: number }> {
  let shorter = 0;
  let longer = 0;
  for (const row of rows) {
    if (row.current === undefined) continue;
    const value = presetValue(row, preset);
    if (value < row.current) shorter++;
    else if (value > row.current) longer++;
  }
  return { shorter, longer };
}
