// The host pane: is the machine itself in trouble? Cpu, load against its cores, memory, waiting, disk of the logs.

import { formatDuration } from '../../core/duration.ts';
import type { Line, Role } from '../../core/line.ts';
import type { HostSample, Pressure } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { formatBytes, formatPercent, UNKNOWN } from '../../core/units.ts';
import type { HostState } from '../../store/slices/host.ts';
import { sparkline } from '../charts/bars.ts';
import { drawLineChart, roundUp } from '../charts/line-chart.ts';
import type { Glyphs } from '../glyphs.ts';
import { cutRows, fitLine, span, widthOfLine } from '../parts/lines.ts';
import { sourceState } from '../parts/source-state.ts';
import { explainStatus } from './explain.ts';
import { withMargin } from './margin.ts';
import type { DrawContext, DrawPane, PaneView } from './pane.ts';

export const drawHost: DrawPane = (state, _pane, context): PaneView => {
  const { sample } = state.host;
  const body =
    sample === undefined
      ? explainStatus(state.sources.host, safe('reading load and memory…'), context.columns)
      : withMargin(context.columns, (columns) => bodyOf(state.host, sample, { ...context, columns }));
  // Of a far host the frame has the name already.
  const at: string = state.at;
  const name = sample === undefined || sample.name === at ? [] : [span(sanitise(`  ${sample.name}`), 'dim')];
  return {
    title: [span(safe('host'), 'title'), ...name],
    state: sourceState(state.sources.host, state),
    body: cutRows(body, context),
  };
};

/** Rows that a chart is worth, and from which on the load gets one of its own. */
const CHART_ROWS_MIN = 4;
const TWO_CHARTS_ROWS = 10;

function bodyOf(host: HostState, sample: HostSample, context: DrawContext): readonly Line[] {
  const { columns, rows, glyphs } = context;
  const lines = [
    ...meters(host, sample, { columns, glyphs }),
    ...packed(
      [
        memoryItem(sample),
        diskItem(sample),
        swapItem(sample),
        uptimeItem(sample),
        ...pressureItems(sample),
        coresItem(host, glyphs),
      ].filter((item) => item.length > 0),
      columns,
    ),
  ];
  const left = rows - lines.length;
  return left < CHART_ROWS_MIN ? lines : [...lines, ...charts(host, sample, { columns, rows: left, glyphs })];
}

type Place = Readonly<{ columns: number; rows: number; glyphs: Glyphs }>;

/** All rows that are left; with the names of the charts when there are two. */
function charts(host: HostState, sample: HostSample, { columns, rows, glyphs }: Place): readonly Line[] {
  const cpu = (height: number): readonly Line[] =>
    drawLineChart([{ values: host.history.map((point) => point.busy), role: 'chart-a' }], {
      columns,
      rows: height,
      glyphs,
      format: (value) => sanitise(formatPercent(value)),
      max: 1,
    });
  if (rows < TWO_CHARTS_ROWS) return cpu(rows);
  const first = Math.ceil((rows - 2) / 2);
  const values = host.history.map((point) => point.load);
  const load = drawLineChart([{ values, role: 'chart-b' }], {
    columns,
    rows: rows - 2 - first,
    glyphs,
    format: (value) => sanitise(value.toFixed(value < 10 ? 1 : 0)),
    max: roundUp(loadScale(values, sample.cores)),
  });
  return [
    [span(safe('cpu, all cores'), 'dim')],
    ...cpu(first),
    [span(safe('load, 1 minute'), 'dim')],
    ...load,
  ];
}

/** As high as the highest load, at least as the cores. */
function loadScale(values: readonly (number | undefined)[], cores: number): number {
  return values.reduce((top: number, value) => Math.max(top, value ?? 0), cores);
}

const SPARK_MIN = 4;

/** Cpu and load: what they are now, then their history over the rest of the line, one below the other. */
function meters(
  host: HostState,
  sample: HostSample,
  { columns, glyphs }: Omit<Place, 'rows'>,
): readonly Line[] {
  const labels = [cpuLabel(host), loadLabel(sample, { glyphs, brief: columns < 50 })];
  const width = Math.max(...labels.map(widthOfLine)) + 2;
  const values = host.history.map((point) => point.load);
  const options = { columns: columns - width, glyphs };
  const sparks = [
    span(
      sparkline(
        host.history.map((point) => point.busy),
        { ...options, max: 1 },
      ),
      'chart-a',
    ),
    span(sparkline(values, { ...options, max: loadScale(values, sample.cores) }), 'chart-b'),
  ];
  if (options.columns < SPARK_MIN) return labels;
  return labels.map((label, index) => [...fitLine(label, width), sparks[index] ?? span(safe(''))]);
}

/** Items in order, as many per line as fit with a gap of three, so that a narrow pane shows the same in more lines. */
function packed(items: readonly Line[], columns: number): readonly Line[] {
  const lines: Line[] = [];
  let line: Line = [];
  for (const item of items) {
    const width = widthOfLine(line);
    if (width === 0) line = item;
    else if (width + 3 + widthOfLine(item) <= columns) line = [...line, span(safe('   ')), ...item];
    else {
      lines.push(line);
      line = item;
    }
  }
  return line.length > 0 ? [...lines, line] : lines;
}

function grade(share: number | undefined, warn: number, bad: number): Role {
  if (share === undefined) return 'dim';
  return share >= bad ? 'bad' : share >= warn ? 'warn' : 'plain';
}

function cpuLabel({ busy }: HostState): Line {
  return [span(safe('cpu  '), 'dim'), span(sanitise(formatPercent(busy)), grade(busy, 0.7, 0.95))];
}

/** The load is judged per core: 3.1 is calm on sixteen and trouble on two. `brief`: of the last minute only. */
function loadLabel(
  { load, cores }: HostSample,
  { glyphs, brief }: Readonly<{ glyphs: Glyphs; brief: boolean }>,
): Line {
  const perCore = load === undefined ? undefined : load[0] / cores;
  const shown = brief ? load?.slice(0, 1) : load;
  const numbers = shown === undefined ? UNKNOWN : shown.map((value) => value.toFixed(2)).join(' ');
  const over = perCore !== undefined && perCore >= 1 ? ` ${glyphs.bad}` : '';
  const on = brief ? `/ ${cores}` : `on ${cores}`;
  return [
    span(safe('load '), 'dim'),
    span(sanitise(`${numbers}${over}`), grade(perCore, 1, 2)),
    span(sanitise(` ${on} ${cores === 1 ? 'core' : 'cores'}`), 'dim'),
  ];
}

function memoryItem({ memory }: HostSample): Line {
  if (memory === undefined) return [span(safe('mem '), 'dim'), span(sanitise(UNKNOWN), 'dim')];
  const used = memory.total - memory.available;
  return [
    span(safe('mem '), 'dim'),
    span(
      sanitise(`${formatBytes(used)} of ${formatBytes(memory.total)}`),
      grade(used / memory.total, 0.85, 0.95),
    ),
  ];
}

/** Swap in use matters only when there is some in use. */
function swapItem({ memory }: HostSample): Line {
  const { swapTotal = 0, swapFree = swapTotal } = memory ?? {};
  const used = swapTotal - swapFree;
  if (swapTotal === 0 || used < swapTotal / 100) return [];
  return [
    span(safe('swap '), 'dim'),
    span(sanitise(`${formatBytes(used)} of ${formatBytes(swapTotal)}`), grade(used / swapTotal, 0.5, 0.9)),
  ];
}

function diskItem({ logDisk }: HostSample): Line {
  if (logDisk === undefined) return [span(safe('/var/log '), 'dim'), span(sanitise(UNKNOWN), 'dim')];
  const used = logDisk.size > 0 ? 1 - logDisk.available / logDisk.size : undefined;
  const role = grade(used, 0.85, 0.95);
  const left = role === 'plain' ? '' : `, ${formatBytes(logDisk.available)} left`;
  return [span(sanitise(`${logDisk.path} `), 'dim'), span(sanitise(`${formatPercent(used)}${left}`), role)];
}

function uptimeItem({ uptimeSeconds }: HostSample): Line {
  const shown = uptimeSeconds === undefined ? UNKNOWN : formatDuration(uptimeSeconds);
  return [span(safe('up '), 'dim'), span(sanitise(shown))];
}

/** Share of the last ten seconds in which something had to wait for it: says which resource is short. */
function pressureItems({ pressure }: HostSample): readonly Line[] {
  if (pressure === undefined) return [];
  const one = (label: string, value: Pressure | undefined): Line => {
    const percent = value === undefined ? undefined : value.some10 / 100;
    const stalled =
      value?.full10 !== undefined && value.full10 >= 10 ? ` (all stall ${Math.round(value.full10)}%)` : '';
    return [
      span(sanitise(`wait for ${label} `), 'dim'),
      span(sanitise(`${formatPercent(percent)}${stalled}`), grade(percent, 0.2, 0.5)),
    ];
  };
  return [one('cpu', pressure.cpu), one('memory', pressure.memory), one('disk', pressure.io)];
}

/** More cores than this are drawn as one mark each. */
const CORES_IN_WORDS = 8;
const CORES_MAX = 64;

function coresItem({ cores }: HostState, glyphs: Glyphs): Line {
  if (cores.length < 2) return [];
  const shown = cores.slice(0, CORES_MAX);
  const more = cores.length > shown.length ? ` and ${cores.length - shown.length} more` : '';
  const known = cores.filter((core) => core !== undefined);
  const worst = known.length === 0 ? undefined : Math.max(...known);
  const marks: Line =
    cores.length <= CORES_IN_WORDS
      ? shown.map((core) => span(sanitise(` ${formatPercent(core)}`), grade(core, 0.7, 0.95)))
      : [
          span(safe(' ')),
          span(sparkline(shown, { columns: shown.length, glyphs, max: 1 }), 'chart-a'),
          span(sanitise(`${more}, busiest ${formatPercent(worst)}`), grade(worst, 0.7, 0.95)),
        ];
  return [span(safe('per core'), 'dim'), ...marks];
}
