// What lies above the panes: the open dialog, list, help or page as a box, or the numbers of the panes.

import type { Rect } from '../core/layout/layouts.ts';
import type { PaneId } from '../core/pane.ts';
import { sanitise } from '../core/sanitise.ts';
import { unreachable } from '../core/unreachable.ts';
import { manyHosts } from '../store/select/hosts.ts';
import { selectLogCommand } from '../store/select/log-command.ts';
import { selectPaneMode, selectTrialKeys } from '../store/select/shell.ts';
import { selectPageLines } from '../store/select/shields-status.ts';
import { currentWindow, focusedPane } from '../store/slices/layout.ts';
import type { ConsoleState } from '../store/state.ts';
import type { Arrangement } from './arrange.ts';
import { type DialogLook, drawActDialog } from './dialogs/act.ts';
import type { Box } from './dialogs/box.ts';
import { drawFleet } from './dialogs/fleet.ts';
import { drawHelp, type HelpSection } from './dialogs/help.ts';
import { drawConfirm, drawPicker, drawQuit } from './dialogs/lists.ts';
import { drawNewPane } from './dialogs/new-pane.ts';
import { drawPage } from './dialogs/page.ts';
import { drawReview, quitWords } from './dialogs/review.ts';
import { liveHelp } from './live-hints.ts';
import { spaces } from './parts/lines.ts';
import type { Area, KeyTexts, ScreenOptions } from './screen.ts';
import { renderLine, type Theme } from './theme.ts';

/** The keys of the focused pane, before them those of a trial; those after the prefix first when it was asked after it. */
export function helpSections(state: ConsoleState, keys: Pick<KeyTexts, 'help'>): readonly HelpSection[] {
  const mode = selectPaneMode(state);
  const trial = selectTrialKeys(state) && mode !== 'program' ? keys.help('trial') : [];
  const all = [...trial, ...keys.help(mode)].map((section) => ({
    ...section,
    rows: liveHelp(
      state,
      section.rows.filter(({ name }) => name !== 'start' || mode !== 'log' || readsCommand(state)),
    ),
  }));
  const { modal } = state.modal;
  if (modal.kind !== 'help' || modal.prefixed !== true) return all;
  return [...all.filter((section) => section.prefixed), ...all.filter((section) => !section.prefixed)];
}

/** Only then has Enter something to start in a log. */
function readsCommand(state: ConsoleState): boolean {
  const pane = focusedPane(state);
  return pane !== undefined && selectLogCommand(state, pane.id) !== undefined;
}

/** What lies above the panes: at most one box, or the numbers of the panes. */
export function overlays(
  state: ConsoleState,
  arrangement: Arrangement,
  options: ScreenOptions,
): readonly Area[] {
  const box = overlayBox(state, options);
  if (box !== undefined) return [areaOf('overlay', box, options.theme)];
  if (!state.layout.numbers) return [];
  return arrangement.placed.map(({ pane, body }) => numberArea(state, { pane, body }, options.theme));
}

/** The dialog, list or page that is open, where it is drawn. */
export function overlayBox(
  state: ConsoleState,
  {
    glyphs,
    keys,
    painters,
  }: Pick<ScreenOptions, 'glyphs' | 'keys'> & Partial<Pick<ScreenOptions, 'painters'>>,
): Box | undefined {
  const { modal } = state.modal;
  const look: DialogLook = { size: state.size, glyphs, keyFor: keys.keyFor };
  switch (modal.kind) {
    case 'none':
    case 'prompt':
      return undefined;
    case 'act':
      return drawActDialog(modal.act, look, manyHosts(state.session) ? sanitise(state.at, 63) : undefined);
    case 'fleet': {
      const { act } = state.fleet;
      return act === undefined ? undefined : drawFleet(state, act, look);
    }
    case 'help':
      return drawHelp(helpSections(state, keys), modal, look);
    case 'page': {
      const { title } = modal.page;
      return drawPage({ title, lines: selectPageLines(state, modal.page), top: modal.top }, look);
    }
    case 'picker':
      return modal.picker.purpose === 'new-pane'
        ? drawNewPane(state, modal.picker, { ...look, painters })
        : drawPicker(modal.picker, look);
    case 'confirm':
      return drawConfirm(modal.confirm, look);
    case 'confirm-quit':
      return drawQuit(quitWords(state, look), look);
    case 'review':
      return drawReview(modal.review, modal.top, look);
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
