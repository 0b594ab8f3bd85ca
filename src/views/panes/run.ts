// A program pane: the rows of the program's own terminal, or why there are none and what to do.

import { safe, sanitise } from '../../core/sanitise.ts';
import { span } from '../parts/lines.ts';
import { commandText } from '../parts/pane-name.ts';
import type { DrawPane } from './pane.ts';

export const drawRun: DrawPane = (state, pane) => {
  const program = state.programs.panes.get(pane.id);
  const command = pane.body.kind === 'run' ? commandText(pane.body.command) : '';
  return {
    title: [span(safe('run  '), 'title'), span(sanitise(command))],
    state: [span(sanitise(program?.phase.kind ?? ''), 'dim')],
    body: program?.screen?.lines ?? [[span(safe(' not started: Enter starts it'), 'dim')]],
  };
};
