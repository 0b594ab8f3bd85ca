// A watch pane: the last output of its command, with what changed since the run before.

import { safe, sanitise } from '../../core/sanitise.ts';
import { selectStatus } from '../../store/select/shell.ts';
import { span } from '../parts/lines.ts';
import { commandText } from '../parts/pane-name.ts';
import { sourceState } from '../parts/source-state.ts';
import type { DrawPane } from './pane.ts';

export const drawWatch: DrawPane = (state, pane) => {
  const watch = state.watches.panes.get(pane.id);
  const command = pane.body.kind === 'watch' ? commandText(pane.body.command) : '';
  return {
    title: [span(safe('watch  '), 'title'), span(sanitise(command))],
    state: sourceState(selectStatus(state, pane), state.now),
    body: watch?.last?.lines.map((line) => [span(line)]) ?? [
      [span(safe(' not started: Enter starts it'), 'dim')],
    ],
  };
};
