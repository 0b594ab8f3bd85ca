// A program pane: the rows of the program's own terminal; or what would run, how it ended, or why it could not start.

import { formatDuration } from '../../core/duration.ts';
import type { Line, Role, Span } from '../../core/line.ts';
import type { RunSpec } from '../../core/pane.ts';
import type { ProgramScreen } from '../../core/program.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import { graphemes, widthOf } from '../../core/width.ts';
import { RUNS_NOTHING } from '../../store/select/may-run.ts';
import type { ProgramPane, ProgramPhase } from '../../store/slices/programs.ts';
import { span, wrapWords } from '../parts/lines.ts';
import { commandText } from '../parts/pane-name.ts';
import { byStartKey, paragraphs, startKey } from './explain.ts';
import type { DrawContext, DrawPane } from './pane.ts';

export const drawRun: DrawPane = (state, pane, context) => {
  const program = state.programs.panes.get(pane.id);
  if (program === undefined) return { title: [], state: [], body: [] };
  const { spec, phase, screen } = program;
  const said = screen?.title !== undefined && phase.kind === 'running' ? screen.title : undefined;
  return {
    title: [span(safe('run  '), 'title'), span(said ?? sanitise(commandText(spec.command)))],
    state: stateWords(program, state.now, context.focused),
    body: bodyOf(program, { ...context, readOnly: state.readOnly }),
  };
};

function stateWords({ phase, bell }: ProgramPane, now: number, focused: boolean): Line {
  switch (phase.kind) {
    case 'suspended':
      return [span(safe('not started'), 'dim')];
    case 'starting':
      return [span(safe('starting'), 'dim')];
    case 'running': {
      if (phase.ending === true) return [span(safe('told to end'), 'warn')];
      const since = sanitise(`running ${shortDuration(now - phase.since)}`);
      return bell && !focused
        ? [span(safe('bell'), 'warn'), span(sanitise(` · ${since}`), 'dim')]
        : [span(since, 'dim')];
    }
    case 'ended':
      return [span(sanitise(endWords(phase)), endRole(phase))];
    case 'failed':
      return [span(safe('cannot start'), 'bad')];
    default:
      return unreachable(phase);
  }
}

/** Minutes only after the first: it is looked at to know whether it runs, not for how long. */
function shortDuration(ms: number): string {
  const seconds = ms / 1000;
  return formatDuration(seconds < 60 ? seconds : seconds - (seconds % 60));
}

type Ended = Extract<ProgramPhase, { kind: 'ended' }>;

/** What the shell's own numbers mean (POSIX sh, 2.8.2). */
const SHELL_EXITS: ReadonlyMap<number, string> = new Map([
  [126, 'cannot be run'],
  [127, 'not found'],
]);

function endWords({ exitCode, signal, lost }: Ended): string {
  if (lost !== undefined) return lost;
  if (exitCode === undefined) return `killed by ${signal ?? 'a signal'}`;
  const meaning = SHELL_EXITS.get(exitCode);
  return meaning === undefined ? `exit ${exitCode}` : `exit ${exitCode}: ${meaning}`;
}

function endRole({ exitCode }: Ended): Role {
  return exitCode === 0 ? 'good' : exitCode === undefined ? 'bad' : 'warn';
}

type Context = DrawContext & Readonly<{ readOnly: boolean }>;

function bodyOf({ spec, phase, screen }: ProgramPane, context: Context): readonly Line[] {
  switch (phase.kind) {
    case 'suspended':
      return wouldRun(spec, context);
    case 'starting':
      return screen === undefined ? [[span(safe(' starting'), 'dim')]] : screen.lines;
    case 'running':
      return screen === undefined ? [] : running(screen, context);
    case 'ended': {
      const ran = phase.ranMs < 1000 ? 'less than 1s' : formatDuration(phase.ranMs / 1000);
      // What to do comes first: how it ended stands on the frame as well.
      const words: Line = [
        ...startLine(context, ' runs it again'),
        span(safe(' · '), 'dim'),
        ...[span(sanitise(endWords(phase)), endRole(phase)), span(sanitise(` after ${ran}`), 'dim')],
      ];
      return withLast(screen?.lines ?? [], words, context.rows);
    }
    case 'failed': {
      const { summary, hint } = phase.problem;
      const words: Line[] = [[span(sanitise(summary), 'bad')]];
      if (hint !== undefined) words.push([span(sanitise(hint))]);
      return paragraphs([...words, [span(byStartKey(context, 'tries again'), 'dim')]], context.columns);
    }
    default:
      return unreachable(phase);
  }
}

/** The words stand right below what the program wrote last, which stays in sight. */
function withLast(lines: readonly Line[], words: Line, rows: number): readonly Line[] {
  const written = lines.slice(0, lines.findLastIndex((line) => line.length > 0) + 1);
  return [...written.slice(-Math.max(0, rows - 1)), words].slice(-Math.max(1, rows));
}

function startLine(context: Context, words: string): Line {
  return [span(safe(' ')), span(startKey(context) ?? safe(':start'), 'key'), span(sanitise(words), 'dim')];
}

function wouldRun({ command, cwd, env }: RunSpec, context: Context): readonly Line[] {
  const { columns, rows, readOnly } = context;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const facts = [
    ['runs', commandText(command)],
    ['in', cwd ?? 'the folder where opsconsole was started'],
    ...(variables.length === 0 ? [] : [['with', variables.join(' ')]]),
  ] as const;
  const room = Math.max(1, columns - LABEL_COLUMNS - 1);
  const told = facts.flatMap(([label = '', text = '']) =>
    wrapWords(sanitise(text), room).map((row, index): Line => {
      const name = (index === 0 ? ` ${label}` : '').padEnd(LABEL_COLUMNS);
      return [span(sanitise(name), 'dim'), span(row)];
    }),
  );
  const start = readOnly ? [span(sanitise(` ${RUNS_NOTHING}`), 'warn')] : startLine(context, ' starts it');
  // What must be known before Enter comes first; how to start it is never cut off.
  return [...told.slice(0, Math.max(0, rows - 1)), start];
}

const LABEL_COLUMNS = 7;

function running(screen: ProgramScreen, { focused, rows }: DrawContext): readonly Line[] {
  const { cursor } = screen;
  // While the pane has become lower than the program knows yet, its end is what matters.
  const first = Math.max(0, Math.min(screen.lines.length - rows, cursor?.row ?? 0));
  const lines = first === 0 ? screen.lines : screen.lines.slice(first);
  if (cursor === undefined || !focused) return lines;
  return lines.map((line, row) => (row === cursor.row - first ? withCursor(line, cursor.column) : line));
}

/** The cell at the cursor is inverse; where it is inverse already it is not. */
function withCursor(line: Line, column: number): Line {
  const out: Span[] = [];
  let at = 0;
  let done = false;
  for (const part of line) {
    const width = widthOf(part.text);
    if (done || at + width <= column) out.push(part);
    else {
      out.push(...cursorIn(part, column - at));
      done = true;
    }
    at += width;
  }
  if (!done) out.push(span(' '.repeat(Math.max(0, column - at)) as SafeText), { text: safe(' '), on: true });
  return out.filter(({ text }) => text !== '');
}

function cursorIn(part: Span, column: number): readonly Span[] {
  let [before, under, after] = ['', '', ''];
  let at = 0;
  for (const { text, width } of graphemes(part.text)) {
    if (at + width <= column) before += text;
    else if (under === '') under = text;
    else after += text;
    at += width;
  }
  const { paint } = part;
  const lit: Span =
    paint === undefined
      ? { ...part, text: under as SafeText, on: true }
      : { ...part, text: under as SafeText, paint: { ...paint, attributes: paint.attributes ^ 32 } };
  return [{ ...part, text: before as SafeText }, lit, { ...part, text: after as SafeText }];
}
