// Line charts as prepared lines: one shared scale from zero, newest sample on the right, a gap where nothing is known.
// Three alphabets: braille (2×4 dots a cell), half blocks (1×2), ASCII (one sign a cell, another sign per series).

import type { Line, Role, Span } from '../../core/line.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { fit, widthOf } from '../../core/width.ts';
import type { Glyphs } from '../glyphs.ts';
import { span } from '../parts/lines.ts';
import { type Dot, strokeRuns } from './contrib.ts';

/** `sign`: stands at the right end of the line, so that two series can be told apart without colour. */
export type Series = Readonly<{
  values: readonly (number | undefined)[];
  role: Role;
  sign?: SafeText;
}>;

export type ChartOptions = Readonly<{
  columns: number;
  rows: number;
  glyphs: Glyphs;
  format: (value: number) => SafeText;
  /** Upper end of the scale; by default the next round number above the highest value shown. */
  max?: number;
  /** Samples from edge to edge; fewer leave the left side empty until there are enough. Default: as many as there are dots. */
  span?: number;
}>;

/** Exactly `rows` lines of at most `columns`. Below 12 columns the labels go, so that any size down to 1×1 draws. */
export function drawLineChart(series: readonly Series[], options: ChartOptions): readonly Line[] {
  const { columns, rows, glyphs } = options;
  if (columns < 1 || rows < 1) return [];
  const max = options.max ?? scaleTop(series, options);
  const labels = axisLabels(max, options);
  const gutter =
    columns >= 12 && labels.length > 0 ? Math.max(...labels.map((label) => widthOf(label.text))) + 2 : 0;
  const signs = columns >= 12 && series.some((one) => one.sign !== undefined) ? 2 : 0;
  const plot = { columns: columns - gutter - signs, rows };
  if (gutter > 0 && plot.columns < 4)
    return drawLineChart(series, { ...options, columns: Math.min(columns, 11) });
  const layers = series.map((one) => layer(one, { ...options, max, plot }));
  const ends = signs > 0 ? endSigns(series, { max, rows }) : [];
  return Array.from({ length: rows }, (_, row) => {
    const line: Span[] =
      gutter > 0 ? axis(labels.find((label) => label.row === row)?.text, gutter, glyphs) : [];
    line.push(...cells(layers, { row, columns: plot.columns, glyphs }));
    const end = ends.find((sign) => sign.row === row);
    if (end !== undefined) line.push(span(` ${end.text}` as SafeText, end.role));
    return line;
  });
}

/** 1, 2, 2.5 or 5 times a power of ten, at least the value. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 2.5, 5]) if (value <= step * power * (1 + 1e-9)) return step * power;
  return 10 * power;
}

const DOTS: Readonly<Record<Glyphs['chart'], Readonly<{ x: number; y: number }>>> = {
  braille: { x: 2, y: 4 },
  blocks: { x: 1, y: 2 },
  ascii: { x: 1, y: 1 },
};

function scaleTop(series: readonly Series[], options: ChartOptions): number {
  const wanted = options.span ?? options.columns * DOTS[options.glyphs.chart].x;
  let highest = 0;
  for (const { values } of series)
    for (const value of values.slice(-wanted)) if (value !== undefined && value > highest) highest = value;
  return roundUp(highest);
}

type Label = Readonly<{ row: number; text: SafeText }>;

/** Top, zero, and the middle where a row lies exactly there. */
function axisLabels(max: number, { rows, format }: ChartOptions): readonly Label[] {
  if (rows < 2) return [];
  const ends = [
    { row: 0, text: format(max) },
    { row: rows - 1, text: format(0) },
  ];
  const middle = { row: (rows - 1) / 2, text: format(max / 2) };
  const isNews = ends.every(({ text }) => text !== middle.text);
  return rows >= 5 && rows % 2 === 1 && isNews ? [...ends, middle] : ends;
}

function axis(label: SafeText | undefined, gutter: number, glyphs: Glyphs): Span[] {
  const line = label === undefined ? glyphs.vertical : glyphs.teeLeft;
  return [
    span(fit(label ?? ('' as SafeText), gutter - 2, 'right'), 'dim'),
    span(` ${line}` as SafeText, 'border'),
  ];
}

type Layer = Readonly<{ lit: Uint8Array; width: number; role: Role }>;
type Plot = Readonly<{ columns: number; rows: number }>;

function layer(series: Series, options: ChartOptions & Readonly<{ max: number; plot: Plot }>): Layer {
  const per = DOTS[options.glyphs.chart];
  const width = Math.max(1, options.plot.columns) * per.x;
  const height = options.plot.rows * per.y;
  const shown = Math.max(2, options.span ?? width);
  const values = series.values.slice(-shown);
  const runs: Dot[][] = [];
  let run: Dot[] = [];
  for (const [index, value] of values.entries()) {
    if (value === undefined || !Number.isFinite(value)) {
      if (run.length > 0) runs.push(run);
      run = [];
      continue;
    }
    const back = values.length - 1 - index;
    const x = Math.round((1 - back / (shown - 1)) * (width - 1));
    run.push({ x, y: dotRow(value, options.max, height) });
  }
  if (run.length > 0) runs.push(run);
  return { lit: strokeRuns(runs, { width, height }), width, role: series.role };
}

function dotRow(value: number, max: number, height: number): number {
  return Math.round((1 - Math.max(0, Math.min(1, value / max))) * (height - 1));
}

/** One row of cells; where two series meet in a cell the first one gives the colour. */
function cells(
  layers: readonly Layer[],
  place: Readonly<{ row: number; columns: number; glyphs: Glyphs }>,
): readonly Span[] {
  const line: Span[] = [];
  let text = '';
  let role: Role | undefined;
  const flush = (): void => {
    if (text !== '')
      line.push(role === undefined ? { text: text as SafeText } : { text: text as SafeText, role });
    text = '';
  };
  for (let column = 0; column < place.columns; column++) {
    const found = cell(layers, column, place);
    if (found.role !== role) flush();
    role = found.role;
    text += found.text;
  }
  flush();
  return line;
}

type Cell = Readonly<{ text: string; role: Role | undefined }>;
/** Most cells of a chart. */
const BLANK: Cell = { text: ' ', role: undefined };
const ASCII_SIGNS = ['*', 'o', '+', 'x'];
/** Bit of each braille dot, by row and column (Unicode 16, "Braille Patterns"). */
const BRAILLE = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

function cell(
  layers: readonly Layer[],
  column: number,
  { row, glyphs }: Readonly<{ row: number; glyphs: Glyphs }>,
): Cell {
  const per = DOTS[glyphs.chart];
  let bits = 0;
  let role: Role | undefined;
  let sign = ' ';
  for (const [index, one] of layers.entries()) {
    for (let y = 0; y < per.y; y++)
      for (let x = 0; x < per.x; x++) {
        if (one.lit[(row * per.y + y) * one.width + column * per.x + x] !== 1) continue;
        bits |= glyphs.chart === 'braille' ? (BRAILLE[y]?.[x] ?? 0) : 1 << y;
        if (role === undefined) sign = ASCII_SIGNS[index] ?? '*';
        role ??= one.role;
      }
  }
  if (bits === 0) return BLANK;
  if (glyphs.chart === 'braille') return { text: String.fromCharCode(0x2800 + bits), role };
  return { text: glyphs.chart === 'blocks' ? (['', '▀', '▄', '█'][bits] ?? '█') : sign, role };
}

type End = Readonly<{ row: number; text: SafeText; role: Role }>;

/** Where each line ends; the higher one stands higher, and two that end in the same row stand below each other. */
function endSigns(series: readonly Series[], scale: Readonly<{ max: number; rows: number }>): readonly End[] {
  const ends = series
    .flatMap(({ values, sign, role }) => {
      const value = values.at(-1);
      return sign === undefined || value === undefined ? [] : [{ value, text: sign, role }];
    })
    .sort((a, b) => b.value - a.value);
  const rows: number[] = [];
  for (const { value } of ends)
    rows.push(Math.max(dotRow(value, scale.max, scale.rows), (rows.at(-1) ?? -1) + 1));
  let floor = scale.rows - 1;
  for (let index = rows.length - 1; index >= 0; index--) {
    rows[index] = Math.min(rows[index] ?? 0, floor);
    floor = (rows[index] ?? 0) - 1;
  }
  return ends.map(({ text, role }, index) => ({ row: rows[index] ?? 0, text, role }));
}
