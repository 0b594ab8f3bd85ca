// The output of a watched command as lines for a pane: tabs become columns, nothing can reach the terminal as it is,
// and the addresses in each line are found once.

import type { WatchRun } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { widthOf } from '../../core/width.ts';
import { findAddresses } from '../logs/addresses.ts';

export const WATCH_LINES_MAX = 2000;
const LINE_MAX = 1000;
const TAB_COLUMNS = 8;

/** `cut`: there were more lines. */
export function watchLines(text: string): Pick<WatchRun, 'lines' | 'addresses' | 'cut'> {
  const all = text.split('\n', WATCH_LINES_MAX + 1);
  if (all.at(-1) === '') all.pop();
  const lines = all.slice(0, WATCH_LINES_MAX).map(watchLine);
  const addresses: (readonly [number, ReturnType<typeof findAddresses>])[] = [];
  for (const [index, line] of lines.entries()) {
    const found = findAddresses(line);
    if (found.length > 0) addresses.push([index, found]);
  }
  return { lines, addresses: new Map(addresses), cut: all.length > WATCH_LINES_MAX };
}

function watchLine(raw: string): SafeText {
  const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
  // Cut before the tabs grow and after: a line of tabs is eight times as long.
  const [first = '', ...rest] = line.slice(0, LINE_MAX + 1).split('\t');
  let shown: string = sanitise(first);
  for (const part of rest) {
    const fill = TAB_COLUMNS - (widthOf(shown) % TAB_COLUMNS);
    shown += ' '.repeat(fill) + sanitise(part);
  }
  return sanitise(shown, LINE_MAX);
}
