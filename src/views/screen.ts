// The whole screen as a few areas of prepared text: chrome, one area per pane, at most one overlay. A pure function
// of the state, so that two equal screens cost no frame; bodies are drawn again only when what they show changed.

import type { KeyMode } from '../core/intent.ts';
import type { Rect } from '../core/layout/layouts.ts';
import type { Line } from '../core/line.ts';
import type { PaneId, PaneKind, PaneSpec } from '../core/pane.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { unreachable } from '../core/unreachable.ts';
import type { PlainView } from '../store/copy/plain.ts';
import { selectKeyMode, selectKeyModes, selectPaneMode, selectTrialKeys } from '../store/select/shell.ts';
import { selectPageLines, selectQuitWords } from '../store/select/shields-status.ts';
import { currentView, currentWindow, focusedPane } from '../store/slices/layout.ts';
import type { ConsoleState } from '../store/state.ts';
import { type Arrangement, arrange } from './arrange.ts';
import { type BodyCache, bodyCache } from './body-cache.ts';
import { drawFrames, type FrameText } from './chrome.ts';
import { type DialogLook, drawActDialog, type KeyFor } from './dialogs/act.ts';
import type { Box } from './dialogs/box.ts';
import { drawHelp, drawPicker, drawQuit, type HelpSection } from './dialogs/lists.ts';
import { drawPage } from './dialogs/page.ts';
import type { Glyphs } from './glyphs.ts';
import type { DrawPane } from './panes/pane.ts';
import { drawBottomLine, drawPromptLine, drawWaitingLine, type ShownHint } from './parts/bottom-line.ts';
import { spaces, span } from './parts/lines.ts';
import type { TopNumbers } from './parts/top-line.ts';
import { plainBody, plainFoot } from './plain.ts';
import { createThemer, renderLine, type Theme } from './theme.ts';
import { drawAlarm, drawTopRow, type TopRow } from './top-row.ts';

/** Keys in words, from the live keymap. */
export type KeyTexts = Readonly<{
  keyFor: KeyFor;
  hints: (mode: KeyMode) => readonly ShownHint[];
  help: (mode: KeyMode) => readonly HelpSection[];
}>;

export type Painters = Readonly<Record<PaneKind, DrawPane>>;

export type ScreenOptions = Readonly<{
  /** What the terminal can show; the name of the theme is the session's unless this is mono. */
  theme: Theme;
  glyphs: Glyphs;
  painters: Painters;
  keys: KeyTexts;
  /** The host's name and the numbers of the top line, read from the slices. */
  summary: (state: ConsoleState) => Summary;
}>;

export type Summary = Readonly<{ host?: SafeText | undefined; numbers: TopNumbers }>;

export type Area = Readonly<{ key: string; rect: Rect; text: string }>;
export type Screen = Readonly<{ columns: number; rows: number; areas: readonly Area[] }>;

/** A drawer with a memory of pane bodies; one per console. */
export function createScreenDrawer(options: ScreenOptions): (state: ConsoleState) => Screen {
  const cache = bodyCache(options);
  const frames = frameCache(options);
  const themed = createThemer(options.theme);
  return (state) => drawScreen(state, { ...options, theme: themed(state.session), frames }, cache);
}

/** The arrangement on screen now: also what the mouse and focus-by-direction go by. */
export function arrangementOf(state: ConsoleState): Arrangement {
  const window = currentWindow(state) ?? {
    name: '',
    layout: { kind: 'named', name: 'tiled' } as const,
    panes: [],
  };
  return arrange(window, currentView(state), state.size);
}

function drawScreen(state: ConsoleState, options: ScreenOptions & WithFrames, cache: BodyCache): Screen {
  const { columns, rows } = state.size;
  const arrangement = arrangementOf(state);
  const { plain } = state.copy;
  if (plain !== undefined) return drawPlain(state, plain, { ...options, arrangement });
  const focus = focusedPane(state)?.id;
  const texts = new Map<PaneId, FrameText>();
  const areas: Area[] = [];
  for (const { pane, body } of arrangement.placed) {
    const spec = specOf(state, pane);
    if (spec === undefined) continue;
    const drawn = cache.draw(state, spec, { body, focused: pane === focus, theme: options.theme });
    texts.set(pane, drawn);
    areas.push({ key: `pane ${pane}`, rect: body, text: drawn.text });
  }
  const chrome = { ...options, arrangement, focus, texts };
  areas.unshift({
    key: 'chrome',
    rect: { x: 0, y: 0, columns, rows },
    text: drawChrome(state, chrome),
  });
  const alarm = arrangement.topRow === undefined ? drawAlarm(state, topRowOf(state, chrome)) : undefined;
  if (alarm !== undefined) {
    const text = renderLine(alarm, columns, options.theme);
    areas.push({ key: 'alarm', rect: { x: 0, y: 0, columns, rows: 1 }, text });
  }
  areas.push(...overlays(state, arrangement, options));
  return { columns, rows, areas: areas.filter(({ rect }) => rect.columns > 0 && rect.rows > 0) };
}

type PlainLook = ScreenOptions & Readonly<{ arrangement: Arrangement }>;

/** Nothing of ours but the last line: a prompt, the alarm of the shields, a result, or how to leave. */
function drawPlain(state: ConsoleState, plain: PlainView, options: PlainLook): Screen {
  const { columns, rows } = state.size;
  const { modal, notice } = state.modal;
  const { keys, theme, arrangement } = options;
  const topRow = {
    arrangement,
    glyphs: options.glyphs,
    keyFor: keys.keyFor,
    summary: options.summary(state),
  };
  const hints = selectKeyModes(state).flatMap((live) => keys.hints(live));
  const foot =
    modal.kind === 'prompt'
      ? drawPromptLine(modal.prompt, columns)
      : (drawAlarm(state, topRow) ??
        (notice === undefined
          ? plainFoot(plain, hints, state.size)
          : drawBottomLine(notice, hints, { columns })));
  const lines = plainBody(plain, state.size);
  const blank = Array.from({ length: Math.max(0, rows - 1 - lines.length) }, (): Line => []);
  const text = [...lines, ...blank, foot].map((line) => renderLine(line, columns, theme)).join('\n');
  const whole: Area = { key: 'plain', rect: { x: 0, y: 0, columns, rows }, text };
  return { columns, rows, areas: [whole, ...overlays(state, arrangement, options)] };
}

function specOf(state: ConsoleState, id: PaneId): PaneSpec | undefined {
  return currentWindow(state)?.panes.find((pane) => pane.id === id);
}

type Chrome = ScreenOptions &
  WithFrames &
  Readonly<{
    arrangement: Arrangement;
    focus: PaneId | undefined;
    texts: ReadonlyMap<PaneId, FrameText>;
  }>;

type FrameInput = Readonly<{
  arrangement: Arrangement;
  focus: PaneId | undefined;
  texts: ReadonlyMap<PaneId, FrameText>;
  theme: Theme;
}>;
type WithFrames = Readonly<{ frames: (input: FrameInput) => readonly string[] }>;

/** Borders and titles seldom change while numbers do: the last rows are kept, measured and coloured as they are. */
function frameCache({ glyphs }: ScreenOptions): WithFrames['frames'] {
  let kept: Readonly<{ key: string; theme: Theme; rows: readonly string[] }> | undefined;
  return ({ arrangement, focus, texts, theme }) => {
    const { columns } = arrangement.size;
    const words = [...texts].map(([pane, { title, state }]) => [pane, title, state]);
    const key = JSON.stringify([arrangement, focus, words]);
    if (kept?.key !== key || kept.theme !== theme) {
      const lines = drawFrames({ arrangement, focus, glyphs, texts });
      kept = { key, theme, rows: lines.map((line) => renderLine(line, columns, theme)) };
    }
    return kept.rows;
  };
}

function drawChrome(state: ConsoleState, chrome: Chrome): string {
  const { arrangement, theme, frames, focus, texts } = chrome;
  const { columns } = arrangement.size;
  const rows = [...frames({ arrangement, focus, texts, theme })];
  const put = (row: number, line: Line): void => {
    if (row >= 0 && row < rows.length) rows[row] = renderLine(line, columns, theme);
  };
  if (arrangement.placed.length === 0 && rows.length > 2)
    put(Math.floor(rows.length / 2), [span(safe('  this window has no panes'), 'dim')]);
  if (arrangement.topRow !== undefined) put(arrangement.topRow, drawTopRow(state, topRowOf(state, chrome)));
  if (arrangement.bottomRow !== undefined) put(arrangement.bottomRow, bottomLine(state, chrome));
  else if (state.modal.modal.kind === 'prompt')
    put(rows.length - 1, drawPromptLine(state.modal.modal.prompt, columns));
  return rows.join('\n');
}

function topRowOf(state: ConsoleState, chrome: Chrome): TopRow {
  const { arrangement, glyphs, keys } = chrome;
  return { arrangement, glyphs, keyFor: keys.keyFor, summary: chrome.summary(state) };
}

function bottomLine(state: ConsoleState, chrome: Chrome): Line {
  const { modal, notice } = state.modal;
  const { columns } = chrome.arrangement.size;
  if (modal.kind === 'prompt') return drawPromptLine(modal.prompt, columns);
  const mode = selectKeyMode(state);
  // A dialog has its keys in its own last line.
  const modes = selectKeyModes(state);
  const hints = modal.kind === 'none' ? modes.flatMap((live) => chrome.keys.hints(live)) : [];
  const waits = waitsFor(mode, chrome);
  if (waits !== undefined) return drawWaitingLine(waits, hints, columns);
  const undoKey = state.readOnly ? undefined : chrome.keys.keyFor('pane', 'undo');
  const ageMs = notice === undefined ? 0 : state.now - notice.at;
  return drawBottomLine(notice, hints, { columns, undoKey, fresh: ageMs < FRESH_MS });
}

/** The keys of the focused pane, before them those of a trial. */
export function helpSections(state: ConsoleState, keys: Pick<KeyTexts, 'help'>): readonly HelpSection[] {
  const trial = selectTrialKeys(state) ? keys.help('trial') : [];
  return [...trial, ...keys.help(selectPaneMode(state))];
}

/** A result that has just come may take the room of the keys. */
const FRESH_MS = 8000;

/** While the next key has another meaning than the pane's, that is said. */
function waitsFor(mode: KeyMode, { keys }: Chrome): SafeText | undefined {
  if (mode === 'numbers') return safe('pane number?');
  return mode === 'prefix' ? sanitise(`${keys.keyFor('global', 'prefix') ?? ''} …`) : undefined;
}

function overlays(state: ConsoleState, arrangement: Arrangement, options: ScreenOptions): readonly Area[] {
  const box = overlayBox(state, options);
  if (box !== undefined) return [areaOf('overlay', box, options.theme)];
  if (!state.layout.numbers) return [];
  return arrangement.placed.map(({ pane, body }) => numberArea(state, { pane, body }, options.theme));
}

function overlayBox(state: ConsoleState, { glyphs, keys }: ScreenOptions): Box | undefined {
  const { modal } = state.modal;
  const look: DialogLook = { size: state.size, glyphs, keyFor: keys.keyFor };
  switch (modal.kind) {
    case 'none':
    case 'prompt':
      return undefined;
    case 'act':
      return drawActDialog(modal.act, look);
    case 'help':
      return drawHelp(helpSections(state, keys), modal.top, look);
    case 'page': {
      const { title } = modal.page;
      return drawPage({ title, lines: selectPageLines(state, modal.page), top: modal.top }, look);
    }
    case 'picker':
      return drawPicker(modal.picker, look);
    case 'confirm-quit':
      return drawQuit(selectQuitWords(state), look);
    default:
      return unreachable(modal);
  }
}

function areaOf(key: string, { area, lines }: Box, theme: Theme): Area {
  const shown = lines.slice(0, area.rows).map((line) => renderLine(line, area.columns, theme));
  return { key, rect: area, text: shown.join('\n') };
}

/** Large enough to be found among moving lines. */
const NUMBER_COLUMNS = 7;
const NUMBER_ROWS = 3;

/** The number to press after `prefix q`, in the middle of its pane. */
function numberArea(state: ConsoleState, placed: Readonly<{ pane: PaneId; body: Rect }>, theme: Theme): Area {
  const panes = currentWindow(state)?.panes ?? [];
  const number = sanitise(`   ${panes.findIndex(({ id }) => id === placed.pane) + 1}   `);
  const { body } = placed;
  const columns = Math.min(NUMBER_COLUMNS, body.columns);
  const rows = body.rows >= NUMBER_ROWS ? NUMBER_ROWS : 1;
  const rect: Rect = {
    x: body.x + Math.max(0, Math.floor((body.columns - columns) / 2)),
    y: body.y + Math.floor((body.rows - rows) / 2),
    columns,
    rows,
  };
  const blank = spaces(NUMBER_COLUMNS);
  const texts = rows === 1 ? [number] : [blank, number, blank];
  const lines = texts.map((text) => renderLine([{ text, role: 'strong', on: true }], columns, theme));
  return { key: `number ${placed.pane}`, rect, text: lines.join('\n') };
}
