// Charts: the right picture in three alphabets, at any size, and blessed-contrib leaves no trace in the process.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Line } from '../../../../src/core/line.ts';
import { type SafeText, safe, sanitise } from '../../../../src/core/sanitise.ts';
import { widthOf } from '../../../../src/core/width.ts';
import { drawBar, sparkline } from '../../../../src/views/charts/bars.ts';
import { drawLineChart, roundUp, type Series } from '../../../../src/views/charts/line-chart.ts';
import { ASCII_GLYPHS, type Glyphs, UNICODE_GLYPHS } from '../../../../src/views/glyphs.ts';

const BLOCKS: Glyphs = { ...UNICODE_GLYPHS, chart: 'blocks' };
const ALPHABETS = [UNICODE_GLYPHS, BLOCKS, ASCII_GLYPHS];
const format = (value: number): SafeText => sanitise(String(Math.round(value)));
const text = (lines: readonly Line[]): string[] =>
  lines.map((line) =>
    line
      .map((part) => part.text)
      .join('')
      .trimEnd(),
  );
const ramp: Series = { values: Array.from({ length: 9 }, (_, index) => index), role: 'chart-a' };

describe('line chart', () => {
  test('a ramp in ASCII goes from corner to corner', () => {
    expect(
      text(drawLineChart([ramp], { columns: 9, rows: 9, glyphs: ASCII_GLYPHS, format, max: 8 })),
    ).toEqual(Array.from({ length: 9 }, (_, row) => `${' '.repeat(8 - row)}*`));
  });

  test('axis: round top, zero, middle; the newest stands at the right edge', () => {
    const shown = text(drawLineChart([ramp], { columns: 20, rows: 5, glyphs: ASCII_GLYPHS, format }));
    expect(shown.map((line) => line.slice(0, 4))).toEqual(['10 +', '   |', ' 5 +', '   |', ' 0 +']);
    expect(shown.findIndex((line) => line.length === 20)).toBe(1);
  });

  test('what is unknown is a gap, not a line through zero', () => {
    const values = [5, 5, 5, undefined, undefined, 5, 5, 5];
    const shown = text(
      drawLineChart([{ values, role: 'chart-a' }], {
        columns: 8,
        rows: 1,
        glyphs: ASCII_GLYPHS,
        format,
        max: 5,
      }),
    );
    expect(shown).toEqual(['***  ***']);
  });

  test('one lonely value between gaps is seen', () => {
    const values = [undefined, 3, undefined];
    const lines = drawLineChart([{ values, role: 'chart-a' }], {
      columns: 3,
      rows: 1,
      glyphs: ASCII_GLYPHS,
      format,
    });
    expect(text(lines)).toEqual([' *']);
  });

  test('two series: own signs and roles, shared scale, the higher one above at the end', () => {
    const lines = drawLineChart(
      [
        { values: Array.from({ length: 30 }, () => 1), role: 'chart-b', sign: safe('^') },
        { values: Array.from({ length: 30 }, () => 10), role: 'chart-a', sign: safe('v') },
      ],
      { columns: 20, rows: 4, glyphs: ASCII_GLYPHS, format },
    );
    expect(text(lines).map((line) => line.slice(-3))).toEqual(['o v', '  |', '  |', '* ^']);
    expect(lines[0]?.find((part) => part.text.includes('o'))?.role).toBe('chart-a');
  });

  test('braille and half blocks use every dot of a cell', () => {
    const up: Series = { values: [0, 7], role: 'chart-a' };
    const options = { columns: 2, rows: 2, format, max: 7, span: 2 };
    expect(text(drawLineChart([up], { ...options, glyphs: UNICODE_GLYPHS }))).toEqual([' ⡜', '⡜']);
    expect(text(drawLineChart([up], { ...options, glyphs: BLOCKS }))).toEqual([' █', '█']);
  });

  test('exactly the rows asked for, never too wide, safe text only, at any size and with any values', () => {
    const value = fc.oneof(
      fc.constantFrom(undefined, 0, -5, Number.NaN, Number.POSITIVE_INFINITY, 1e300),
      fc.double(),
      fc.nat(),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(value, { maxLength: 80 }), { maxLength: 3 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(...ALPHABETS),
        (all, columns, rows, glyphs) => {
          const series = all.map((values): Series => ({ values, role: 'chart-a', sign: safe('v') }));
          const lines = drawLineChart(series, { columns, rows, glyphs, format });
          expect(lines).toHaveLength(rows);
          for (const line of lines) {
            const shown = line.map((part) => part.text).join('');
            expect(widthOf(shown)).toBeLessThanOrEqual(columns);
            expect(sanitise(shown)).toBe(shown);
          }
        },
      ),
    );
  });

  test('the scale is round and never below the value', () => {
    expect([0, 1, 1.1, 2.2, 3, 7, 131_000].map(roundUp)).toEqual([1, 1, 2, 2.5, 5, 10, 200_000]);
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), (value) => {
        expect(roundUp(value)).toBeGreaterThanOrEqual(value * (1 - 1e-9));
        expect(roundUp(value)).toBeLessThanOrEqual(value * 2.51);
      }),
    );
  });
});

describe('bar and sparkline', () => {
  const bar = (share: number | undefined, columns = 10) =>
    text([drawBar(share, { columns, glyphs: ASCII_GLYPHS, role: 'good' })])[0];

  test('a little is at least one cell, only full is full, unknown is not empty', () => {
    expect(bar(0)).toBe('..........');
    expect(bar(0.0001)).toBe('#.........');
    expect(bar(0.5)).toBe('#####.....');
    expect(bar(0.999)).toBe('#########.');
    expect(bar(1)).toBe('##########');
    expect(bar(7)).toBe('##########');
    expect(bar(undefined)).toBe('----------');
    expect(bar(0.5, 0)).toBe('');
  });

  test('sparkline: newest right, a measured zero is not a gap', () => {
    const spark = (values: readonly (number | undefined)[]) =>
      sparkline(values, { columns: 5, glyphs: UNICODE_GLYPHS, max: 8 });
    expect(spark([8, 4])).toBe('   █▄');
    expect(spark([9, 9, 9, 0, undefined, 1, 8, 80])).toBe('▁ ▁██');
    expect(spark([])).toBe('     ');
  });
});

test('a process that draws gains no listener, writes nothing, and never loads blessed itself', () => {
  const script = `
    const before = process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const { drawLineChart } = await import(process.env.CHART);
    const { UNICODE_GLYPHS } = await import(process.env.GLYPHS);
    drawLineChart([{ values: [1, 2, 3], role: 'chart-a' }], { columns: 40, rows: 6, glyphs: UNICODE_GLYPHS, format: String });
    const { createRequire } = await import('node:module');
    const loaded = Object.keys(createRequire(process.env.CHART.slice(7)).cache);
    const signals = ['exit', 'SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGWINCH', 'uncaughtException', 'unhandledRejection'];
    const left = signals.filter((name) => process.listenerCount(name) > (before.find(([known]) => known === name)?.[1] ?? 0));
    process.stderr.write(JSON.stringify({ left, blessed: loaded.some((path) => path.includes('/node_modules/blessed/')) }));
  `;
  const source = join(import.meta.dirname, '../../../../src/views');
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: {
      ...process.env,
      CHART: `file://${source}/charts/line-chart.ts`,
      GLYPHS: `file://${source}/glyphs.ts`,
      NODE_NO_WARNINGS: '1',
    },
  });
  expect(ran.stdout).toBe('');
  expect(JSON.parse(ran.stderr)).toEqual({ left: [], blessed: false });
});
