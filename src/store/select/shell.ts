// What the shell of the screen asks of the state: which keys are live, which overlay is open, which act is performing.

import type { KeyMode } from '../../core/intent.ts';
import type { PaneSpec } from '../../core/pane.ts';
import type { SourceId, SourceStatus } from '../../core/status.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { ActDialog } from '../act-dialog.ts';
import { wordsToType } from '../fleet/fleet-act.ts';
import { selectCardNet } from '../slices/follow.ts';
import { focusedPane } from '../slices/layout.ts';
import { takesKeys } from '../slices/programs.ts';
import type { ConsoleState } from '../state.ts';
import { isTrialOfOurs, whyNoShields } from './shields.ts';

/** The table of keys that is live now; a pending prefix comes before the pane, an overlay before everything. */
export function selectKeyMode(state: ConsoleState): KeyMode {
  const { modal } = state.modal;
  switch (modal.kind) {
    case 'act':
    case 'confirm':
    case 'confirm-quit':
      return 'dialog';
    case 'page':
      return 'help';
    case 'help':
      return modal.typing ? 'picker' : 'help';
    case 'prompt':
    case 'picker':
    case 'review':
      return modal.kind;
    case 'fleet':
      return asksForWords(state) ? 'dialog' : 'fleet';
    case 'none':
      if (state.layout.numbers) return 'numbers';
      return state.modal.prefixPending ? 'prefix' : selectPaneMode(state);
    default:
      return unreachable(modal);
  }
}

/** The keys of the panes behind whatever is open. */
export function selectPaneMode(state: ConsoleState): KeyMode {
  if (state.copy.plain !== undefined) return 'plain';
  const pane = focusedPane(state);
  if (pane !== undefined && state.copy.mode?.pane === pane.id) return 'copy';
  if (selectCardNet(state) !== undefined) return 'card';
  if (pane?.body.kind === 'run' && takesKeys(state, pane.id)) return 'program';
  return pane?.body.kind ?? 'global';
}

/** The tables that are asked for a key, in order. A program's Enter is its own: there the trial is kept after the prefix. */
export function selectKeyModes(state: ConsoleState): readonly KeyMode[] {
  const mode = selectKeyMode(state);
  const { modal, prefixPending } = state.modal;
  const inPane = modal.kind === 'none' && !prefixPending && !state.layout.numbers;
  return inPane && mode !== 'program' && selectTrialKeys(state) ? ['trial', mode] : [mode];
}

/** Whether the keys of a trial come before those of the pane. */
export function selectTrialKeys(state: ConsoleState): boolean {
  return isTrialOfOurs(state) && whyNoShields(state) === undefined;
}

/** Before it performs, the act on several hosts wants something typed. */
function asksForWords({ fleet }: ConsoleState): boolean {
  return fleet.act !== undefined && wordsToType(fleet.act).length > 0;
}

export function selectAct(state: ConsoleState): ActDialog | undefined {
  return state.modal.modal.kind === 'act' ? state.modal.modal.act : undefined;
}

/** The source whose age stands on the pane's frame; a program has none. */
function sourceOf({ id, body }: PaneSpec): SourceId | undefined {
  if (body.kind === 'log' || body.kind === 'watch') return `${body.kind}:${id}`;
  // Those of several hosts say it row by row.
  if (body.kind === 'hosts' || body.kind === 'all-bans') return undefined;
  return body.kind === 'run' ? undefined : body.kind;
}

export function selectStatus(state: ConsoleState, pane: PaneSpec): SourceStatus | undefined {
  const source = sourceOf(pane);
  return source === undefined ? undefined : state.sources[source];
}
