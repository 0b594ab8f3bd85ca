// The help: every key that works now, by groups, those of the session file marked, narrowed by what is typed.

import type { Line } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { fit, widthOf } from '../../core/width.ts';
import type { HelpView } from '../../store/modal-state.ts';
import { drawInput } from '../parts/bottom-line.ts';
import { hintLine } from '../parts/hint.ts';
import { spaces, span, widthOfLine, wrapWords } from '../parts/lines.ts';
import type { DialogLook } from './act.ts';
import { type Box, drawBox, roomFor } from './box.ts';
import { LIST_WIDTH, listRows, readingFooter } from './lists.ts';

/** `keys` already joined ("j, Down"); `name`: the intent; `changed`: by the session file. */
export type HelpRow = Readonly<{ keys: SafeText; words: SafeText; name?: SafeText; changed?: boolean }>;
/** Keys of one mode, as the help shows them. `prefixed`: those after the prefix. */
export type HelpSection = Readonly<{ title: SafeText; rows: readonly HelpRow[]; prefixed?: boolean }>;

const CHANGED = safe('*');

/** Sections with the rows that hold what was typed, letter case ignored. */
export function helpMatches(sections: readonly HelpSection[], typed: string): readonly HelpSection[] {
  const wanted = typed.toLowerCase();
  if (wanted === '') return sections;
  return sections
    .map(({ title, rows }) => ({
      title,
      rows: rows.filter(({ keys, words, name }) =>
        `${keys} ${words} ${name ?? ''}`.toLowerCase().includes(wanted),
      ),
    }))
    .filter(({ rows }) => rows.length > 0);
}

/** Lines that scroll, to know where the end is: one more where the filter takes a row. */
export function helpHeight(
  sections: readonly HelpSection[],
  help: HelpView,
  size: DialogLook['size'],
): number {
  const shown = helpMatches(sections, help.filter.text);
  return helpLines(shown, roomFor(size, LIST_WIDTH).columns).length + (showsFilter(help) ? 1 : 0);
}

const showsFilter = ({ filter, typing }: HelpView): boolean => typing || filter.text !== '';

/** What does not fit beside its key goes on below. */
export function helpLines(sections: readonly HelpSection[], columns: number): readonly Line[] {
  const widest = Math.max(...sections.flatMap((s) => s.rows.map((r) => widthOf(r.keys))), 1);
  const keyColumns = Math.min(widest, 22, Math.max(6, Math.floor(columns / 3)));
  const wordColumns = Math.max(1, columns - keyColumns - 4);
  return sections.flatMap((section, index): readonly Line[] => [
    ...(index > 0 ? [[]] : []),
    [span(section.title, 'accent')],
    ...section.rows.flatMap((row) => {
      const keys = wrapWords(row.keys, keyColumns);
      const words = wrapWords(row.words, wordColumns);
      return Array.from(
        { length: Math.max(keys.length, words.length) },
        (_, at): Line => [
          ...(row.changed === true && at === 0
            ? [span(CHANGED, 'accent'), span(safe(' '))]
            : [span(safe('  '))]),
          span(fit(keys[at] ?? safe(''), keyColumns), 'key'),
          span(safe('  ')),
          span(words[at] ?? safe('')),
        ],
      );
    }),
  ]);
}

export function drawHelp(sections: readonly HelpSection[], help: HelpView, look: DialogLook): Box {
  const { columns } = roomFor(look.size, LIST_WIDTH);
  const lines = helpLines(helpMatches(sections, help.filter.text), columns);
  const rows = Math.max(1, listRows(look.size) - (showsFilter(help) ? 1 : 0));
  const from = Math.max(0, Math.min(help.top, lines.length - rows));
  const none: Line = [span(safe('no key matches'), 'dim')];
  const body = [
    ...(showsFilter(help) ? [filterLine(help, columns)] : []),
    ...(lines.length === 0 ? [none] : lines.slice(from, from + rows)),
  ];
  const footer = help.typing
    ? typingFooter(look)
    : helpFooter(readingFooter(lines.length - from - rows, look, columns), look, columns);
  return drawBox({ title: helpTitle(sections), body, footer }, { columns, ...look });
}

function filterLine({ filter, typing }: HelpView, columns: number): Line {
  const text = typing ? drawInput(filter, Math.max(4, columns - 8)) : [span(sanitise(filter.text), 'match')];
  return [span(safe('filter '), 'dim'), ...text];
}

function typingFooter(look: DialogLook): Line {
  return [
    ...hintLine(look.keyFor('picker', 'accept') ?? safe('Enter'), 'keep'),
    span(spaces(3)),
    ...hintLine(look.keyFor('picker', 'cancel') ?? safe('Escape'), 'all keys'),
  ];
}

/** As far as there is room, before what is said under any text: the key that narrows the list. */
function helpFooter(reading: Line, look: DialogLook, columns: number): Line {
  const key = look.keyFor('help', 'filter');
  const filter: Line = key === undefined ? [] : [...hintLine(key, 'filter'), span(spaces(3))];
  const whole = [...filter, ...reading];
  return widthOfLine(whole) <= columns ? whole : reading;
}

/** What the sign means stands where it is seen first. */
function helpTitle(sections: readonly HelpSection[]): Line {
  const title = span(safe('Keys that work here'), 'title');
  const changed = sections.some((section) => section.rows.some((row) => row.changed === true));
  return changed
    ? [title, span(spaces(2)), span(CHANGED, 'accent'), span(safe(' by the session file'), 'dim')]
    : [title];
}
