// How a traffic pane shares its rows. Reducer (a page is a table's height) and drawing must agree, so it is here.

/** `interfaces`: lines for interfaces. `chart`: rows of the chart. `table`: talkers; `head`: their column titles. */
export type TrafficRoom = Readonly<{ interfaces: number; chart: number; head: number; table: number }>;

/** Interfaces first, then the chart, then talkers. `wanted`: interfaces that there are to show. */
export function trafficRoom(rows: number, wanted: number): TrafficRoom {
  const interfaces = Math.min(Math.max(1, wanted), Math.max(1, Math.floor((rows + 1) / 3)));
  const left = Math.max(0, rows - interfaces);
  if (left < 3) return { interfaces, chart: 0, head: 0, table: 0 };
  const talkers = left >= 7 ? Math.floor(left / 2) : 0;
  const chart = Math.min(14, left - talkers);
  const rest = left - chart;
  const head = rest >= 2 ? 1 : 0;
  return { interfaces, chart, head, table: head === 0 ? 0 : rest - head };
}
