// Enter in a pane whose command waits for the operator, or has come to its end: starts it. In a watch pane it also stops.

import type { PaneSpec } from '../../core/pane.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { selectLogCommand } from '../../store/select/log-command.ts';
import { RUNS_NOTHING, runsSomething } from '../../store/select/may-run.ts';
import type { Desktop } from './controller.ts';

/** False when the pane is of a kind that is started elsewhere, or has nothing to start. */
export function startInPane(desktop: Desktop, pane: PaneSpec): boolean {
  if (desktop.store.getState().readOnly && runsSomething(pane.body)) desktop.say(RUNS_NOTHING, 'warn');
  else if (pane.body.kind === 'log') startLog(desktop, pane);
  else if (pane.body.kind === 'watch') switchWatch(desktop, pane);
  else return false;
  return true;
}

function startLog({ store, say }: Desktop, { id }: PaneSpec): void {
  const command = selectLogCommand(store.getState(), id);
  if (command === undefined) say(safe('this log reads no command: there is nothing to start'));
  else if (command.phase === 'running') say(sanitise(`${command.text} runs already`));
  else if (command.phase === 'ended' && !command.alone)
    say(safe('the command has ended; only a pane that reads nothing else starts it again'), 'warn');
  else store.dispatch({ kind: 'log/command-begun', pane: id });
}

function switchWatch({ store }: Desktop, { id }: PaneSpec): void {
  const watch = store.getState().watches.panes.get(id);
  if (watch !== undefined) store.dispatch({ kind: 'watch/started', pane: id, on: !watch.started });
}
