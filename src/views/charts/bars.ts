// Small charts of one line: a bar for a share, a sparkline for a history.

import type { Line, Role } from '../../core/line.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { Glyphs } from '../glyphs.ts';
import { repeat, span } from '../parts/lines.ts';

/** A bar of exactly `columns`. Any share above zero shows at least one cell, only a full one shows them all. */
export function drawBar(
  share: number | undefined,
  options: Readonly<{ columns: number; glyphs: Glyphs; role: Role }>,
): Line {
  const { columns, glyphs, role } = options;
  if (columns <= 0) return [];
  if (share === undefined || !Number.isFinite(share)) return [span(repeat(glyphs.unknown, columns), 'dim')];
  const held = Math.max(0, Math.min(1, share));
  let full = Math.round(held * columns);
  if (full === 0 && held > 0) full = 1;
  if (full === columns && held < 1 && columns > 1) full = columns - 1;
  return [span(repeat(glyphs.full, full), role), span(repeat(glyphs.empty, columns - full), 'dim')].filter(
    ({ text }) => text !== '',
  );
}

/** The last `columns` values as columns of eighths, newest right; an unknown one is a blank. */
export function sparkline(
  values: readonly (number | undefined)[],
  options: Readonly<{ columns: number; glyphs: Glyphs; max?: number }>,
): SafeText {
  const { columns, glyphs } = options;
  if (columns <= 0) return '' as SafeText;
  const shown = values.slice(-columns);
  const known = shown.filter((value) => value !== undefined);
  const max = options.max ?? Math.max(...known, 0);
  const steps = glyphs.ramp.length - 1;
  const text = shown.map((value) => {
    if (value === undefined) return ' ';
    const step = max > 0 ? Math.ceil((value / max) * steps) : 0;
    // Zero that was measured keeps the lowest mark, so that it is not taken for a gap.
    return glyphs.ramp[Math.max(1, Math.min(steps, step))] ?? ' ';
  });
  return text.join('').padStart(columns) as SafeText;
}
