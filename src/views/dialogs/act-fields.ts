// The fields of an act dialog as lines: label, choices with the chosen one in ‹ ›, texts with their cursor.

import type { Line, Span } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { fit } from '../../core/width.ts';
import type { ActForm, ChoiceField, Field } from '../../store/act-form.ts';
import { drawInput } from '../parts/bottom-line.ts';
import { span, widthOfLine } from '../parts/lines.ts';

export const LABEL_COLUMNS = 8;

export function drawField(field: Field, focused: boolean, columns: number): Line {
  const label = span(fit(field.label, LABEL_COLUMNS), focused ? 'accent' : 'dim');
  const room = columns - LABEL_COLUMNS;
  if (field.kind === 'choice') return [label, ...drawChoices(field, focused, room)];
  if (focused) {
    const hint: Line = field.input.text === '' ? [span(field.hint, 'dim')] : [];
    return [label, ...drawInput(field.input, Math.max(1, room - widthOfLine(hint))), ...hint];
  }
  return field.input.text === ''
    ? [label, span(field.hint, 'dim')]
    : [label, span(sanitise(field.input.text))];
}

/** Options around the chosen one; those that have no room are behind "…". */
function drawChoices(field: ChoiceField, focused: boolean, columns: number): Line {
  const pieces = field.options.map((_, index) => drawOption(field, index, focused));
  let from = field.at;
  let to = field.at + 1;
  const width = (a: number, b: number) =>
    pieces.slice(a, b).reduce((sum, piece) => sum + widthOfLine(piece) + 2, 0) + (a > 0 ? 2 : 0) + 2;
  for (;;) {
    if (to < pieces.length && width(from, to + 1) <= columns) to++;
    else if (from > 0 && width(from - 1, to) <= columns) from--;
    else break;
  }
  const line: Span[] = from > 0 ? [span(safe('… '), 'dim')] : [];
  for (const [index, piece] of pieces.slice(from, to).entries()) {
    if (index > 0) line.push(span(safe('  ')));
    line.push(...piece.map((part): Span => ({ ...part, hit: { kind: 'item', at: from + index } })));
  }
  if (to < pieces.length) line.push(span(safe(' …'), 'dim'));
  return line;
}

/** A click on a field goes there; on one of its choices, that is chosen, too. */
function hitting(part: Span, field: number): Span {
  const option = part.hit?.kind === 'item' ? { option: part.hit.at } : {};
  return { ...part, hit: { kind: 'field', field, ...option } };
}

function drawOption(field: ChoiceField, index: number, focused: boolean): Line {
  const option = field.options[index];
  if (option === undefined) return [];
  if (index !== field.at) return [span(option.label, 'plain')];
  if (option.value.kind === 'typed') {
    const input = focused ? drawInput(field.input, 28) : [span(sanitise(field.input.text))];
    return [span(safe('‹'), 'accent'), ...input, span(safe('›'), 'accent')];
  }
  const text = `‹${option.label}›` as SafeText;
  return [focused ? { text, role: 'strong', on: true } : { text, role: 'strong' }];
}

export function drawFields(form: ActForm, fields: readonly Field[], columns: number): readonly Line[] {
  const focused = form.fields[form.focus];
  return fields.map((field) => {
    const at = form.fields.indexOf(field);
    return drawField(field, field === focused, columns).map((part) => hitting(part, at));
  });
}
