// The whole screen as a few areas of prepared text: chrome, one area per pane, at most one overlay. A pure function
// of the state, so that two equal screens cost no frame; bodies are drawn again only when what they show changed.

import type { KeyMode } from '../core/intent.ts';
import type { Rect } from '../core/layout/layouts.ts';
import type { Line } from '../core/line.ts';
import { hostOfPane, type PaneId, type PaneKind, type PaneSpec } from '../core/pane.ts';
import { type SafeText, safe } from '../core/sanitise.ts';
import type { PlainView } from '../store/copy/plain.ts';
import { onHost } from '../store/hosts/on-host.ts';
import { selectKeyModes } from '../store/select/shell.ts';
import { selectCardNet } from '../store/slices/follow.ts';
import { currentView, currentWindow, focusedPane } from '../store/slices/layout.ts';
import type { ConsoleState } from '../store/state.ts';
import { type Arrangement, arrange } from './arrange.ts';
import { type BodyCache, bodyCache } from './body-cache.ts';
import { type CardDrawer, type CardFocus, createCardDrawer } from './card-area.ts';
import { drawFrames, type FrameText } from './chrome.ts';
import type { KeyFor } from './dialogs/act.ts';
import type { Box } from './dialogs/box.ts';
import type { HelpSection } from './dialogs/help.ts';
import type { Glyphs } from './glyphs.ts';
import { overlays } from './overlays.ts';
import type { DrawPane } from './panes/pane.ts';
import { drawBottomLine, drawPromptLine, type ShownHint } from './parts/bottom-line.ts';
import { span } from './parts/lines.ts';
import type { TopNumbers } from './parts/top-line.ts';
import { plainBody, plainFoot } from './plain.ts';
import { statusLines, topRowOf } from './status-rows.ts';

export { helpSections } from './overlays.ts';

import { createThemer, renderLine, type Theme } from './theme.ts';
import { drawAlarm } from './top-row.ts';

/** Keys in words, from the live keymap. */
export type KeyTexts = Readonly<{
  keyFor: KeyFor;
  hints: (mode: KeyMode) => readonly ShownHint[];
  help: (mode: KeyMode) => readonly HelpSection[];
  /** How a sequence that was begun goes on. */
  after: (modes: readonly KeyMode[], typed: readonly string[]) => readonly ShownHint[];
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
  const card = createCardDrawer();
  const themed = createThemer(options.theme);
  return (state) => drawScreen(state, { ...options, theme: themed(state.session), frames, card }, cache);
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
  let card: CardFocus = { body: undefined, cursor: undefined };
  for (const { pane, body } of arrangement.placed) {
    const spec = specOf(state, pane);
    if (spec === undefined) continue;
    const seen = onHost(state, hostOfPane(state.session, pane));
    const drawn = cache.draw(seen, spec, { body, focused: pane === focus, theme: options.theme });
    texts.set(pane, drawn);
    if (pane === focus) card = { body, cursor: drawn.cursor };
    areas.push({ key: `pane ${pane}`, rect: body, text: drawn.text });
  }
  cache.keep(new Set(texts.keys()));
  // The brightest frame is around what has the keys.
  const bright = selectCardNet(state) === undefined ? focus : undefined;
  const chrome = { ...options, arrangement, focus: bright, texts };
  areas.unshift({
    key: 'chrome',
    rect: { x: 0, y: 0, columns, rows },
    text: drawChrome(state, chrome),
  });
  const alarm =
    arrangement.topRow === undefined ? drawAlarm(state, topRowOf(state, options, arrangement)) : undefined;
  if (alarm !== undefined) {
    const text = renderLine(alarm, columns, options.theme);
    areas.push({ key: 'alarm', rect: { x: 0, y: 0, columns, rows: 1 }, text });
  }
  const box = options.card(state, card, { glyphs: options.glyphs, keyFor: options.keys.keyFor });
  if (box !== undefined) areas.push(cardArea(box, options.theme));
  areas.push(...overlays(state, arrangement, options));
  return { columns, rows, areas: areas.filter(({ rect }) => rect.columns > 0 && rect.rows > 0) };
}

type PlainLook = ScreenOptions & Readonly<{ arrangement: Arrangement }>;

/** Nothing of ours but the last line: a prompt, the alarm of the shields, a result, or how to leave. */
function drawPlain(state: ConsoleState, plain: PlainView, options: PlainLook): Screen {
  const { columns, rows } = state.size;
  const { modal, notice } = state.modal;
  const { keys, theme, arrangement } = options;
  const topRow = topRowOf(state, options, arrangement);
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

function cardArea({ area, lines }: Box, theme: Theme): Area {
  return {
    key: 'card',
    rect: area,
    text: lines.map((line) => renderLine(line, area.columns, theme)).join('\n'),
  };
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
type WithFrames = Readonly<{ frames: (input: FrameInput) => readonly string[]; card: CardDrawer }>;

/** Borders and titles seldom change while numbers do: the last rows are kept, measured and coloured as they are. */
function frameCache({ glyphs }: ScreenOptions): WithFrames['frames'] {
  let kept: Readonly<{ key: string; theme: Theme; rows: readonly string[] }> | undefined;
  return ({ arrangement, focus, texts, theme }) => {
    const { columns } = arrangement.size;
    const words = [...texts].map(([pane, { title, state }]) => [pane, title, state]);
    const key = JSON.stringify([arrangement, focus, words]);
    if (kept?.key !== key || kept.theme !== theme) {
      const lines = drawFrames({ arrangement, focus, glyphs, texts, heavy: theme.name === 'mono' });
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
  for (const [row, line] of statusLines(state, chrome, arrangement)) put(row, line);
  return rows.join('\n');
}
