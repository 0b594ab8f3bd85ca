// The command of a log pane: whether it waits for the operator, runs, or has come to its end.

import type { PaneId } from '../../core/pane.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { ConsoleState } from '../state.ts';

/**
 * `alone`: the pane reads nothing else. `begun`: how often the operator has started it. `waiting`: not before Enter,
 * and never in a read-only console; `ended`: it said all that it had to say.
 */
export type LogCommand = Readonly<{
  text: SafeText;
  phase: 'waiting' | 'running' | 'ended';
  alone: boolean;
  begun: number;
}>;

/** Undefined when the pane reads no command. */
export function selectLogCommand(
  { logs, readOnly }: Pick<ConsoleState, 'logs' | 'readOnly'>,
  id: PaneId,
): LogCommand | undefined {
  const pane = logs.panes.get(id);
  if (pane?.spec.command === undefined) return undefined;
  const { command, start, files, units } = pane.spec;
  const begun = logs.begun.get(id) ?? 0;
  const text = sanitise(command.join(' '));
  const ended = pane.feed.files.some(
    ({ name, kind }) => name === text && (kind === 'ended' || kind === 'cut-off'),
  );
  const waiting = readOnly || (start !== 'auto' && begun === 0);
  const phase = waiting ? 'waiting' : ended ? 'ended' : 'running';
  return { text, phase, alone: files.length === 0 && units.length === 0, begun };
}
