// The keys of the bottom line that do something now: the table of keys knows the mode, only the state knows the moment.

import { selectTrialKeys } from '../store/select/shell.ts';
import { selectExtendDraft } from '../store/select/target-bans.ts';
import { focusedPane } from '../store/slices/layout.ts';
import type { ConsoleState } from '../store/state.ts';
import type { ShownHint } from './parts/bottom-line.ts';

export function liveHints(state: ConsoleState, hints: readonly ShownHint[]): readonly ShownHint[] {
  const works = hints.filter(({ name }) => worksNow(state, name));
  // The key of the first table is the first one's: in a trial Enter keeps, whatever it does in the pane.
  return works.filter(({ keys }, at) => works.findIndex((hint) => hint.keys === keys) === at);
}

function worksNow(state: ConsoleState, name: ShownHint['name']): boolean {
  switch (name) {
    case 'keep':
      return selectTrialKeys(state);
    case 'extend':
    case 'shorten': {
      const pane = focusedPane(state);
      const way = name === 'extend' ? 'extend' : 'shorten';
      return pane !== undefined && selectExtendDraft(state, pane.id, way).ok;
    }
    // The legend beside the hints says what the key does then.
    case 'follow-address':
      return state.follow.followed === undefined;
    default:
      return true;
  }
}
