// How a conntrack pane shares its rows. Reducer (a page is a table's height) and drawing must agree, so it is here.

/** `rates`, `states`, `head`: 1 when there is room for that line. `chart`: rows of the trend. `table`: rows for sources. */
export type ConntrackRoom = Readonly<{
  chart: number;
  rates: number;
  states: number;
  head: number;
  table: number;
}>;

/** The gauge always has its line; then the table, then what explains it, then the trend. */
export function conntrackRoom(rows: number): ConntrackRoom {
  const left = Math.max(0, rows - 1);
  const rates = left >= 5 ? 1 : 0;
  const states = left >= 7 ? 1 : 0;
  const head = left >= 2 ? 1 : 0;
  const rest = left - rates - states - head;
  const chart = rest >= 7 ? Math.min(10, Math.floor(rest / 3) + 1) : 0;
  return { chart, rates, states, head, table: rest - chart };
}
