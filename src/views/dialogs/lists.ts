// Pickers and the questions before leaving: boxes with a list, drawn from data.

import type { Line, Span } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { fit, widthOf } from '../../core/width.ts';
import type { Confirm, PickerState } from '../../store/modal-state.ts';
import { pickerMatches } from '../../store/slices/modal-intent.ts';
import { drawInput } from '../parts/bottom-line.ts';
import { hintLine } from '../parts/hint.ts';
import { spaces, span, widthOfLine, wrapWords } from '../parts/lines.ts';
import type { DialogLook } from './act.ts';
import { type Box, drawBox, roomFor } from './box.ts';
import type { QuitWords } from './review.ts';

/** Of the help, too. */
export const LIST_WIDTH = 76;

/** How many lines of help or of a list are visible on a screen of this size. */
export function listRows(size: DialogLook['size']): number {
  return Math.max(1, roomFor(size, LIST_WIDTH).rows - 2);
}

/** Under a text that is only read: how much is hidden below, the key that shows it where there is room, how to leave. */
export function readingFooter(below: number, look: DialogLook, columns: number): Line {
  const leave = leaveHint(look);
  if (below <= 0) return leave;
  const more = span(sanitise(`${below} more ${below === 1 ? 'line' : 'lines'} below`), 'dim');
  const gap = span(spaces(3));
  const key = look.keyFor('help', 'page-down');
  const turn = key === undefined ? [] : [span(spaces(2)), ...hintLine(key, '').slice(0, 1)];
  const whole = key === undefined ? [] : [more, ...turn, gap, ...leave];
  // How to leave is never cut off.
  const forms = [...(whole.length > 0 ? [whole] : []), [more, gap, ...leave]];
  return forms.find((form) => widthOfLine(form) <= columns) ?? leave;
}

function leaveHint(look: DialogLook): Line {
  return hintLine(look.keyFor('help', 'cancel') ?? safe('Escape'), 'leave');
}

export function drawPicker(picker: PickerState, look: DialogLook): Box {
  const room = roomFor(look.size, LIST_WIDTH);
  const items = pickerMatches(picker);
  const rows = Math.max(1, Math.min(items.length, listRows(look.size) - 2));
  const from = Math.max(0, Math.min(picker.at - Math.floor(rows / 2), items.length - rows));
  const labelColumns = Math.min(
    Math.floor(room.columns * 0.6),
    Math.max(...picker.items.map(({ label }) => widthOf(label)), 1),
  );
  const list = items.slice(from, from + rows).map((item, index): Line => {
    const current = from + index === picker.at;
    const mark = span(sanitise(current ? `${look.glyphs.cursor} ` : '  '));
    const line: Line = [
      mark,
      span(fit(item.label, labelColumns)),
      span(safe('  ')),
      span(item.detail, 'dim'),
    ];
    const hit = { kind: 'item', at: from + index } as const;
    return line.map((part): Span => ({ ...part, hit, ...(current ? { on: true } : {}) }));
  });
  const filter: Line = [
    span(safe('filter '), 'dim'),
    ...drawInput(picker.filter, Math.max(4, room.columns - 8)),
  ];
  const empty: readonly Line[] = list.length === 0 ? [[span(safe('nothing matches'), 'dim')]] : list;
  const footer: Line = [
    ...hintLine(look.keyFor('picker', 'accept') ?? safe('Enter'), 'choose'),
    span(spaces(3)),
    ...hintLine(look.keyFor('picker', 'cancel') ?? safe('Escape'), 'leave'),
  ];
  const title = [span(picker.title, 'title')];
  return drawBox({ title, body: [filter, ...empty], footer }, { columns: room.columns, ...look });
}

/** A question: what it is about, and the two answers. */
export function drawConfirm({ title, lines, yes }: Confirm, look: DialogLook): Box {
  const answers = answersOf(yes, look);
  const widest = Math.max(44, widthOfLine(answers.whole), ...lines.map(({ text }) => widthOf(text)));
  const room = roomFor(look.size, Math.min(64, widest));
  const footer = widthOfLine(answers.whole) <= room.columns ? answers.whole : answers.short;
  const body = lines.flatMap(({ text, role }) =>
    wrapWords(text, room.columns).map((row): Line => [span(row, role)]),
  );
  return drawBox({ title: [span(title, 'title')], body, footer }, { columns: room.columns, ...look });
}

function answersOf(yes: SafeText, look: DialogLook): Readonly<{ whole: Line; short: Line }> {
  const answer = (key: SafeText, letter: string, words: string): Readonly<{ whole: Line; short: Line }> => ({
    whole: [
      ...hintLine(key, '').slice(0, 1),
      span(safe(' or '), 'dim'),
      ...hintLine(sanitise(letter), words),
    ],
    short: hintLine(key, words),
  });
  const agreed = answer(look.keyFor('dialog', 'accept') ?? safe('Enter'), 'y', yes);
  const left = answer(look.keyFor('dialog', 'cancel') ?? safe('Escape'), 'n', 'leaves it');
  const gap = span(spaces(3));
  return { whole: [...agreed.whole, gap, ...left.whole], short: [...agreed.short, gap, ...left.short] };
}

export function drawQuit({ lines, answers }: QuitWords, look: DialogLook): Box {
  const room = roomFor(look.size, lines.length === 0 ? 36 : 64);
  const body: readonly Line[] = [
    [span(safe('Leave the console?'))],
    [span(safe('Bans stay as they are.'), 'dim')],
    ...lines.flatMap(({ text, role }) => wrapWords(text, room.columns).map((row) => [span(row, role)])),
  ];
  const box = { title: [span(safe('Quit'), 'title')], body, footer: answers };
  return drawBox(box, { columns: room.columns, ...look });
}
