// The dialog of an act: what is taken, how, the exact commands, what is refused and why, and the keys that go on.

import type { IntentId, KeyMode } from '../../core/intent.ts';
import type { Line, Role, Span } from '../../core/line.ts';
import { type Plan, printCommand, type Step } from '../../core/plan.ts';
import type { Problem } from '../../core/problem.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import { sliceColumns, widthOf } from '../../core/width.ts';
import { type ActDialog, isConfirmation } from '../../store/act-dialog.ts';
import { chosen, focusedField } from '../../store/act-form.ts';
import type { ScreenSize } from '../arrange.ts';
import type { Glyphs } from '../glyphs.ts';
import { hintLine } from '../parts/hint.ts';
import { span, widthOfLine, wrapWords } from '../parts/lines.ts';
import { drawFields, LABEL_COLUMNS } from './act-fields.ts';
import { ACT_BUTTONS, ACT_ENTERS, actTitle } from './act-title.ts';
import { type Box, drawBox, roomFor } from './box.ts';
import { elsewhereLines } from './elsewhere.ts';

/** How a key is typed now, for hints; undefined when it is not bound. */
export type KeyFor = (mode: KeyMode, intent: IntentId) => SafeText | undefined;

export type DialogLook = Readonly<{ size: ScreenSize; glyphs: Glyphs; keyFor: KeyFor }>;

const WIDTH = 78;

/** `on`: the host that is looked at, where the session has several. */
export function drawActDialog(act: ActDialog, look: DialogLook, on?: SafeText): Box {
  const room = roomFor(look.size, WIDTH);
  const fault = act.phase.kind === 'journal-fault';
  const more = look.keyFor('dialog', 'page-down');
  const body = fit(sections(act, look, room.columns), room.rows - 1, {
    focus: act.form.focus,
    page: act.page,
    more,
  });
  const role: Role = fault || act.preview.kind === 'refused' ? 'bad' : 'border-focused';
  const title = [span(actTitle(act, on), 'title')];
  return drawBox(
    { title, body, footer: footer(act, look, room.columns), role },
    { columns: room.columns, ...look },
  );
}

type Sections = Readonly<{ fields: readonly Line[]; preview: Preview; last: readonly Line[] }>;
/** `words`: notes and hazards, or what went wrong. */
type Preview = Readonly<{ commands: readonly Line[]; words: readonly Line[] }>;

function sections(act: ActDialog, look: DialogLook, columns: number): Sections {
  const plain = act.form.fields.filter((field) => !isConfirmation(field));
  const asked = act.form.fields.filter(isConfirmation);
  const from: readonly Line[] =
    act.form.origin === undefined
      ? []
      : [[span('from'.padEnd(LABEL_COLUMNS) as SafeText, 'dim'), span(act.form.origin)]];
  return {
    fields: [...from, ...drawFields(act.form, plain, columns)],
    preview: drawPreview(act, look.glyphs, columns),
    last: [
      ...drawFields(act.form, asked, columns),
      ...buttons(act),
      ...faultLines(act, look, columns),
      ...paragraph(complaintOf(act), 'warn', columns),
    ],
  };
}

/** What stands in the preview already is not said twice. */
function complaintOf({ complaint, reading }: ActDialog): SafeText | undefined {
  return reading.kind === 'wrong' && reading.reason === complaint ? undefined : complaint;
}

/** `more`: the key that turns the page. */
type Place = Readonly<{ focus: number; page: number; more: SafeText | undefined }>;

/**
 * Where not all fits, the commands are cut first (saying so), then fields far from the focused one, words last. The
 * pages after the first show all of the commands and words, one after the other, so that nothing runs unread.
 */
function fit(parts: Sections, rows: number, { focus, page, more }: Place): readonly Line[] {
  const blank: readonly Line[] = rows > 12 ? [[]] : [];
  const last = parts.last.slice(0, Math.max(1, rows - 2));
  const room = rows - last.length - blank.length * 2;
  const { commands, words } = parts.preview;
  const whole = commands.length + words.length;
  const previewRoom = Math.max(Math.min(whole, 3), room - parts.fields.length);
  const preview = pageOf(parts.preview, Math.max(0, Math.min(previewRoom, room - 1)), { page, more });
  const fieldRoom = Math.max(1, room - preview.length);
  const from = Math.max(0, Math.min(parts.fields.length - fieldRoom, focus - Math.floor(fieldRoom / 2)));
  const fields = parts.fields.slice(from, from + fieldRoom);
  return [...fields, ...blank, ...preview, ...(last.length > 0 ? blank : []), ...last];
}

/** Page 0 is the overview; turning on past the last page comes back to it. */
function pageOf(preview: Preview, rows: number, { page, more }: Omit<Place, 'focus'>): readonly Line[] {
  const all = [...preview.commands, ...preview.words];
  if (all.length <= rows || rows < 2) return fitPreview(preview, rows, more);
  const size = rows - 1;
  const pages = Math.ceil(all.length / size) + 1;
  const at = ((page % pages) + pages) % pages;
  if (at === 0) return fitPreview(preview, rows, more);
  const from = (at - 1) * size;
  const shown = all.slice(from, from + size);
  const words = sanitise(
    `lines ${from + 1}–${from + shown.length} of ${all.length} · ${more ?? 'the next page'} goes on`,
  );
  return [...shown, [span(words, 'dim')]];
}

/** Words go before commands, but never all of the commands; with room for neither, one line counts both. */
function fitPreview({ commands, words }: Preview, rows: number, more: SafeText | undefined): readonly Line[] {
  const least = Math.min(commands.length, 3);
  if (rows <= least) return cutRows([...commands, ...words], rows, more);
  const kept = cutRows(commands, Math.max(least, rows - words.length), more);
  return [...kept, ...cutRows(words, rows - kept.length, more)];
}

function cutRows(lines: readonly Line[], rows: number, key: SafeText | undefined): readonly Line[] {
  if (lines.length <= rows) return lines;
  if (rows <= 0) return [];
  const kept = lines.slice(0, rows - 1);
  const more = lines.length - kept.length;
  const how = key === undefined ? ' do not fit here' : `: ${key} shows them`;
  return [...kept, [span(sanitise(`… ${more} more lines${how}`), 'dim')]];
}

function drawPreview(act: ActDialog, glyphs: Glyphs, columns: number): Preview {
  if (act.reading.kind === 'wrong')
    return { commands: [], words: paragraph(act.reading.reason, 'warn', columns) };
  const notes = act.reading.notes.flatMap((note) => paragraph(sanitise(`note: ${note}`), 'warn', columns));
  const { preview } = act;
  switch (preview.kind) {
    case 'pending':
      return { commands: [], words: [...notes, [span(safe('working out the commands…'), 'dim')]] };
    case 'elsewhere':
      return {
        commands: [],
        words: [
          ...notes,
          ...elsewhereLines(preview.hosts).flatMap(({ text, role }) => paragraph(text, role, columns)),
        ],
      };
    case 'refused':
      return {
        commands: [],
        words: [
          ...notes,
          [span(safe('refused'), 'bad')],
          ...preview.reasons.flatMap((reason) =>
            paragraph(sanitise(`${glyphs.bad} ${reason}`), 'bad', columns),
          ),
        ],
      };
    case 'failed':
      return { commands: [], words: [...notes, ...problemLines(preview.problem, columns)] };
    case 'ready':
      return planLines(preview.plan, notes, columns);
    default:
      return unreachable(preview);
  }
}

function planLines(plan: Plan, read: readonly Line[], columns: number): Preview {
  const commands = plan.steps.flatMap((step) => commandLines(step, columns));
  const notes = plan.notes.flatMap((note) => paragraph(sanitise(`note: ${note}`), 'warn', columns));
  const head: Line =
    plan.steps.length === 0 ? [span(safe('nothing to run'), 'dim')] : [span(safe('will run'), 'dim')];
  return { commands: [head, ...commands], words: [...read, ...notes] };
}

/** Commands are exact: long ones are broken over lines, never shortened. */
function commandLines(step: Step, columns: number): readonly Line[] {
  const shown =
    step.shown ??
    printCommand(step.command)
      .split('\n')
      .map((line) => sanitise(line));
  return shown.flatMap((line) => chunks(line, columns - 2, columns - 4));
}

function chunks(text: SafeText, first: number, later: number): readonly Line[] {
  const lines: Line[] = [[span(safe('  ')), span(sliceColumns(text, 0, first))]];
  const width = widthOf(text);
  for (let at = first; at < width && later > 0; at += later)
    lines.push([span(safe('    ')), span(sliceColumns(text, at, at + later))]);
  return lines;
}

function problemLines(problem: Problem, columns: number): readonly Line[] {
  return [
    ...paragraph(sanitise(`failed: ${problem.summary}`), 'bad', columns),
    ...(problem.detail === undefined ? [] : paragraph(sanitise(problem.detail, 400), 'dim', columns)),
    ...(problem.hint === undefined ? [] : paragraph(sanitise(problem.hint), 'plain', columns)),
  ];
}

function paragraph(text: SafeText | undefined, role: Role, columns: number): readonly Line[] {
  if (text === undefined) return [];
  return wrapWords(text, columns).map((line) => [span(line, role)]);
}

function faultLines(act: ActDialog, look: DialogLook, columns: number): readonly Line[] {
  if (act.phase.kind !== 'journal-fault') return [];
  const key = look.keyFor('dialog', 'over-journal') ?? safe('the override key');
  const leaveKey = look.keyFor('dialog', 'cancel') ?? safe('Escape');
  const { problem } = act.phase;
  return [
    ...paragraph(sanitise(`THE JOURNAL CANNOT BE WRITTEN: ${problem.summary}`), 'alarm', columns),
    ...paragraph(
      sanitise(`Nothing was run. ${key} runs it WITHOUT A RECORD and without undo; ${leaveKey} leaves.`),
      'bad',
      columns,
    ),
  ];
}

/** For a typed confirmation: which button Enter presses now, Cancel until the text is right. */
function buttons(act: ActDialog): readonly Line[] {
  if (act.preview.kind !== 'ready' || act.preview.typed === undefined) return [];
  const asked = act.form.fields.find(isConfirmation);
  const right = asked?.input.text.trim() === act.preview.typed;
  const go = ACT_BUTTONS[act.form.action];
  const line: Line = right
    ? [span(safe('Cancel  ')), { text: sanitise(`‹${go}›`), role: 'alarm' }]
    : [{ text: safe('‹Cancel›'), role: 'strong' }, span(sanitise(`  ${go}`), 'dim')];
  return [[span(' '.repeat(LABEL_COLUMNS) as SafeText), ...line]];
}

/** The keys that leave come before those that only move. */
function footer(act: ActDialog, look: DialogLook, columns: number): Line {
  if (act.phase.kind === 'performing') return running(act.phase, look, columns);
  if (act.phase.kind === 'armed')
    return [span(safe('runs as soon as it is checked… '), 'accent'), ...leave(look)];
  const enter = enterWords(act);
  const keys: Line = enter === undefined ? [] : [...hint(look, 'accept', enter), GAP];
  const next = act.form.fields.length > 1 ? [...hint(look, 'field-next', 'next'), GAP] : [];
  const forms = [
    [...keys, ...next, ...choose(act, look), ...leave(look)],
    [...keys, ...next, ...leave(look)],
  ];
  return forms.find((form) => widthOfLine(form) <= columns) ?? [...keys, ...leave(look)];
}

type Running = Extract<ActDialog['phase'], { kind: 'performing' }>;

function running({ waiting, left }: Running, look: DialogLook, columns: number): Line {
  if (waiting === undefined) return [span(safe('running…'), 'accent')];
  if (left === true) return [span(safe('ending…'), 'accent')];
  const key = hint(look, 'cancel', 'leave');
  const line = [span(sanitise(`${waiting}   `), 'warn'), ...key];
  // The key that leaves must be seen, also where the words have no room.
  return widthOfLine(line) <= columns ? line : [...key, GAP, span(waiting, 'warn')];
}

const GAP: Span = span(safe('   '));

/** Both arrows, where they change something. */
function choose(act: ActDialog, look: DialogLook): Line {
  const field = focusedField(act.form);
  if (field?.kind !== 'choice' || field.options.length < 2) return [];
  const [left, right] = [look.keyFor('dialog', 'choice-previous'), look.keyFor('dialog', 'choice-next')];
  if (left === undefined || right === undefined) return [];
  const by = (keys: SafeText): Span => ({ text: keys, role: 'key', hit: { kind: 'keys', keys } });
  return [by(left), span(safe('/'), 'key'), by(right), span(safe(' choose   '), 'dim')];
}

function leave(look: DialogLook): Line {
  return hint(look, 'cancel', 'leave');
}

function hint(look: DialogLook, intent: IntentId, words: string): Line {
  const key = look.keyFor('dialog', intent);
  return key === undefined ? [] : hintLine(key, words);
}

function enterWords(act: ActDialog): string | undefined {
  if (act.phase.kind === 'journal-fault' || act.preview.kind === 'refused') return undefined;
  if (act.reading.kind === 'wrong') return undefined;
  if (act.preview.kind === 'elsewhere') return 'asks each host';
  if (act.preview.kind === 'failed') return 'tries again';
  const asked = act.form.fields.find(isConfirmation);
  if (asked === undefined) return ACT_ENTERS[act.form.action];
  if (focusedField(act.form)?.id !== asked.id) return 'asks';
  if (asked.kind === 'choice') {
    const value = chosen(asked)?.value;
    return value?.kind === 'go' && value.go ? 'runs it' : 'cancels';
  }
  const typed = act.preview.kind === 'ready' ? act.preview.typed : undefined;
  return asked.input.text.trim() === typed ? 'runs it' : 'cancels';
}
