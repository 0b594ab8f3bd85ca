// `:split`, `:close`, `:layout` and the other commands for windows and panes: words to one command, and what it does.

import { NAMED_LAYOUTS, type NamedLayout } from '../../core/pane.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { suggest } from '../../core/suggest.ts';
import { unreachable } from '../../core/unreachable.ts';
import { currentWindow, focusedPane } from '../../store/slices/layout.ts';
import type { Desktop } from './controller.ts';
import { breakOut, chooseLayout, editWorkspace, splitAsked } from './layout-keys.ts';
import { askPaneClose, programRuns } from './layout-questions.ts';
import { openNewPane } from './new-pane.ts';

/** Numbers as on screen, from 1. */
export type LayoutCommand =
  | Readonly<{ kind: 'split'; direction: 'row' | 'column' }>
  | Readonly<{ kind: 'close' | 'break' }>
  | Readonly<{ kind: 'layout'; layout: NamedLayout }>
  | Readonly<{ kind: 'title' | 'rename' | 'new'; text: string }>
  | Readonly<{ kind: 'swap' | 'move'; number: number }>;

export const LAYOUT_COMMANDS = [
  ...(['split', 'close', 'break', 'layout', 'title', 'rename', 'new', 'swap', 'move'] as const),
] as const;
export type LayoutCommandName = (typeof LAYOUT_COMMANDS)[number];

const SPLITS: ReadonlyMap<string, 'row' | 'column'> = new Map([
  ['', 'row'],
  ['right', 'row'],
  ['down', 'column'],
]);

export function isLayoutCommand(name: string): name is LayoutCommandName {
  return LAYOUT_COMMANDS.some((known) => known === name);
}

/** What may follow, for Tab. */
export function layoutWords(name: LayoutCommandName): readonly string[] {
  if (name === 'split') return ['right', 'down'];
  return name === 'layout' ? NAMED_LAYOUTS : [];
}

/** `rest`: the words after the name, as they were typed. */
export function parseLayoutCommand(name: LayoutCommandName, rest: string): Result<LayoutCommand> {
  switch (name) {
    case 'split': {
      const direction = SPLITS.get(rest);
      return direction === undefined ? bad('split right or split down') : ok({ kind: name, direction });
    }
    case 'close':
    case 'break':
      return rest === '' ? ok({ kind: name }) : bad(`${name} takes no words after it`);
    case 'layout':
      return parseLayout(rest);
    case 'title':
    case 'new':
      return ok({ kind: name, text: rest });
    case 'rename':
      return rest === '' ? bad('rename needs a name') : ok({ kind: name, text: rest });
    case 'swap':
    case 'move':
      return /^[1-9]\d{0,3}$/.test(rest)
        ? ok({ kind: name, number: Number(rest) })
        : bad(`${name} needs the number of a ${name === 'swap' ? 'pane' : 'window'}`);
    default:
      return unreachable(name);
  }
}

function parseLayout(written: string): Result<LayoutCommand> {
  const layout = NAMED_LAYOUTS.find((name) => name === written);
  if (layout !== undefined) return ok({ kind: 'layout', layout });
  const near = suggest(written, NAMED_LAYOUTS);
  return bad(near === undefined ? `layout is one of ${NAMED_LAYOUTS.join(', ')}` : `did you mean ${near}?`);
}

function bad(summary: string): Result<never> {
  return fail(problem('bad-input', summary));
}

/** As the key of that name, but `close` does not ask where nothing ends with the pane: it was typed. */
export function runLayoutCommand(desktop: Desktop, command: LayoutCommand): void {
  const state = desktop.store.getState();
  const { window } = state.layout;
  const pane = focusedPane(state)?.id;
  switch (command.kind) {
    case 'split':
      splitAsked(desktop, command.direction);
      return;
    case 'break':
      breakOut(desktop);
      return;
    case 'layout':
      chooseLayout(desktop, command.layout);
      return;
    case 'new':
      openNewPane(desktop, { kind: 'window', ...(command.text === '' ? {} : { name: command.text }) });
      return;
    case 'rename':
      editWorkspace(desktop, { kind: 'workspace/window-renamed', window, name: command.text });
      return;
    case 'move':
      editWorkspace(desktop, { kind: 'workspace/window-moved', window, to: command.number - 1 });
      return;
    case 'close':
      if (pane === undefined) return;
      if (programRuns(state, pane)) askPaneClose(desktop);
      else editWorkspace(desktop, { kind: 'workspace/pane-closed', pane });
      return;
    case 'title':
      if (pane !== undefined)
        editWorkspace(desktop, { kind: 'workspace/pane-titled', pane, title: command.text });
      return;
    case 'swap':
      swapWith(desktop, command.number);
      return;
    default:
      unreachable(command);
  }
}

function swapWith(desktop: Desktop, number: number): void {
  const state = desktop.store.getState();
  const panes = currentWindow(state)?.panes ?? [];
  const pane = focusedPane(state)?.id;
  const other = panes[number - 1]?.id;
  if (pane === undefined) return;
  if (other === undefined)
    desktop.say(sanitise(`there is no pane ${number}; there are ${panes.length}`), 'warn');
  else editWorkspace(desktop, { kind: 'workspace/panes-swapped', pane, with: other });
}
