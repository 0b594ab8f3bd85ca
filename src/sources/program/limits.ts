// What keeps a program from using up memory and time by way of its terminal's own arithmetic: xterm takes a count as it is
// given, keeps every hyperlink, and lays as many marks upon one another as come.

import type { Terminal } from '@xterm/headless';
import { widthOf } from '../../core/width.ts';

/** Marks on one character; what comes after them stands in a column of its own. Text of real languages has up to eight. */
export const MARKS_MAX = 15;
const VERSION = 'opsconsole';

export function limitTerminal(terminal: Terminal): void {
  const { parser, unicode } = terminal;
  // A count above these does what the bound would do, or nothing that a program could want; xterm would count it out.
  const upTo = (final: string, most: () => number): void => {
    parser.registerCsiHandler({ final }, ([count]) => typeof count === 'number' && count > most());
  };
  for (const final of ['L', 'M', 'S', 'T']) upTo(final, () => terminal.rows);
  for (const final of ['I', 'Z', 'b']) upTo(final, () => terminal.cols);
  // Links are not shown.
  parser.registerOscHandler(8, () => true);
  unicode.register({ version: VERSION, wcwidth, charProperties });
  unicode.activeVersion = VERSION;
}

/** xterm's own layout of what it keeps of the character before: how many marks it has, its width, whether it was joined. */
function charProperties(code: number, before: number): number {
  const width = wcwidth(code);
  const [marks, widthBefore] = [before >> 3, (before >> 1) & 3];
  if (width > 0) return width << 1;
  if (before === 0 || widthBefore === 0) return 0;
  return marks >= MARKS_MAX ? 1 << 1 : ((marks + 1) << 3) | (widthBefore << 1) | 1;
}

/** Of each code point, plus 1; 0: not asked for yet. */
let known: Uint8Array | undefined;

/** As in today's C libraries, and so as programs count: emoji are wide, marks that take room of their own have it. */
export function wcwidth(code: number): 0 | 1 | 2 {
  known ??= new Uint8Array(0x110000);
  const found = known[code];
  if (found === undefined) return 1;
  if (found !== 0) return found === 3 ? 2 : found === 2 ? 1 : 0;
  const width = computedWidth(code);
  known[code] = width + 1;
  return width;
}

const NO_COLUMN = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]$/u;
const SOFT_HYPHEN = 0xad;

function computedWidth(code: number): 0 | 1 | 2 {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  const character = String.fromCodePoint(code);
  if (code !== SOFT_HYPHEN && NO_COLUMN.test(character)) return 0;
  return widthOf(character) === 2 ? 2 : 1;
}
