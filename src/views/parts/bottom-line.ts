// The bottom line: left the last result, right the keys that work now, most used first; or the prompt while one is open.

import type { Line, Role, Span } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { sliceColumns, widthOf } from '../../core/width.ts';
import type { Notice } from '../../store/modal-state.ts';
import type { PromptFor, PromptState } from '../../store/prompt.ts';
import { INPUT_MAX, type TextInput } from '../../store/text-input.ts';
import { hintLine } from './hint.ts';
import { cutLine, span, spread, widthOfLine } from './lines.ts';

/** `keys`: as the operator types it ("b", "C-b z"). `words`: what it does, one or two words. `name`: the intent. */
export type ShownHint = Readonly<{ keys: SafeText; words: SafeText; name?: SafeText }>;

/** `undoKey`: how undo is typed now; absent when it does not work here. `fresh`: the result goes before the keys. */
export function drawBottomLine(
  notice: Notice | undefined,
  hints: readonly ShownHint[],
  room: Readonly<{ columns: number; undoKey?: SafeText | undefined; fresh?: boolean }>,
): Line {
  const { columns } = room;
  const help = widthOfLine(fittingHints(hints.slice(-1), columns));
  const saidRoom = room.fresh === true || hints.length === 0 ? columns - help - 5 : Math.floor(columns * 0.6);
  const said = noticeLine(notice, room.undoKey, Math.max(0, saidRoom));
  const saidWidth = widthOfLine(said);
  const hintRoom = columns - saidWidth - (said.length > 0 ? 3 : 2);
  const keys = fittingHints(hints, hintRoom);
  return spread([span(safe(' ')), ...said], [...keys, span(safe(' '))], { columns, leftMin: saidWidth });
}

/** While a key is waited for: what for, and the keys that have a meaning. */
export function drawWaitingLine(waits: SafeText, hints: readonly ShownHint[], columns: number): Line {
  const left: Line = [span(safe(' ')), { text: sanitise(` ${waits} `), role: 'key', on: true }];
  const keys = fittingHints(hints, columns - widthOfLine(left) - 3);
  return spread(left, [...keys, span(safe(' '))], { columns, leftMin: widthOfLine(left) });
}

const ROLES: Readonly<Record<Notice['role'], Role>> = {
  good: 'good',
  plain: 'plain',
  warn: 'warn',
  bad: 'bad',
};

/** A long result is cut before the key that takes it back. */
function noticeLine(notice: Notice | undefined, undoKey: SafeText | undefined, columns: number): Line {
  if (notice === undefined) return [];
  const undo: Line =
    notice.canUndo && undoKey !== undefined ? [span(safe(' · '), 'dim'), ...hintLine(undoKey, 'undoes')] : [];
  const text = cutLine([span(notice.text, ROLES[notice.role])], Math.max(0, columns - widthOfLine(undo)));
  return cutLine([...text, ...undo], columns);
}

/** Whole hints only; help stays when others must go, and the prefix beside it where that leaves room for most. */
function fittingHints(hints: readonly ShownHint[], room: number): Line {
  const line = ({ keys, words }: ShownHint): Line => hintLine(keys, words);
  const [help] = hints.slice(-1);
  if (help === undefined) return [];
  const beside = hints.slice(-2, -1).filter(({ name }) => name === 'prefix');
  const both = joined([...beside, help].map(line));
  const last = widthOfLine(both) <= room * PREFIX_SHARE ? both : line(help);
  const out: Line[] = [];
  let left = room - widthOfLine(last);
  if (left < 0) return [];
  for (const hint of hints.slice(0, -1)) {
    if (beside.includes(hint)) break;
    const shown = line(hint);
    const width = widthOfLine(shown) + 2;
    if (width > left) break;
    out.push(shown);
    left -= width;
  }
  return joined([...out, last]);
}

const PREFIX_SHARE = 0.35;

function joined(lines: readonly Line[]): Line {
  return lines.flatMap((line, at) => (at === 0 ? line : [span(safe('  ')), ...line]));
}

const PROMPTS: Readonly<Record<PromptFor, string>> = {
  command: ':',
  search: '/',
  'copy-search': '/',
  'copy-search-back': '?',
  filter: 'filter: ',
  'filter-in': 'show only: ',
  'filter-out': 'hide: ',
  timeout: 'timeout: ',
  'window-rename': 'rename window: ',
  'window-index': 'window number: ',
  'window-move': 'move window to number: ',
  'pane-title': 'title of the pane: ',
  'new-run': 'program to run: ',
  'new-watch': 'command to watch: ',
};

export function drawPromptLine(prompt: PromptState, columns: number): Line {
  const label = ` ${PROMPTS[prompt.purpose]}`;
  // What is wrong with the line may take all that the line leaves, and half of the row in any case.
  const typed = label.length + widthOf(prompt.input.text) + 4;
  const aside = cutLine(promptAside(prompt), Math.max(Math.floor(columns / 2), columns - typed));
  const room = Math.max(8, columns - label.length - widthOfLine(aside) - 2);
  return spread([span(sanitise(label), 'key'), ...proposedInput(prompt, room)], [...aside, span(safe(' '))], {
    columns,
    leftMin: Math.min(columns, label.length + Math.min(room, widthOf(prompt.input.text) + 1)),
  });
}

function promptAside(prompt: PromptState): Line {
  if (prompt.error !== undefined) return [span(prompt.error, 'bad')];
  if (prompt.choices.length > 0) return [span(sanitise(prompt.choices.join('  ')), 'dim')];
  if (prompt.proposed !== undefined) return [span(safe('Enter takes it, typing replaces it'), 'dim')];
  return [];
}

/** What is only proposed looks like text that is selected elsewhere. */
function proposedInput({ input, proposed }: PromptState, room: number): Line {
  if (proposed === undefined || widthOf(input.text) >= room) return drawInput(input, room);
  const points = [...input.text];
  const kept = sanitise(points.slice(0, proposed).join(''), INPUT_MAX);
  return [span(kept), { text: sanitise(points.slice(proposed).join(''), INPUT_MAX), on: true }];
}

/** The text with its cursor as an inverse cell, scrolled so that the cursor is always seen. */
export function drawInput(input: TextInput, columns: number): Line {
  const points = [...input.text];
  const before = points.slice(0, input.at).join('') as SafeText;
  const under = (points[input.at] ?? ' ') as SafeText;
  const after = points.slice(input.at + 1).join('') as SafeText;
  const cursor: Span = { text: under, on: true };
  const beforeWidth = widthOf(before);
  const keep = columns - widthOf(under);
  if (beforeWidth > keep) {
    const shown = sliceColumns(before, beforeWidth - (keep - 1), beforeWidth);
    return [span(safe('…'), 'dim'), span(shown), cursor];
  }
  return [span(before), cursor, ...cutLine([span(after)], Math.max(0, keep - beforeWidth))];
}
