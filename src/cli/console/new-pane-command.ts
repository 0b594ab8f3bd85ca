// `:run CMD`, `:watch CMD` and `:show KIND`: a pane made by its words.

import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { NewPanePrompt } from '../../store/prompt.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import type { NewPane } from '../../store/slices/workspace.ts';
import type { Desktop } from './controller.ts';
import { commandPane, makePane, openNewPane, wishBeside } from './new-pane.ts';
import { shownBy } from './new-pane-items.ts';

/** `shows` absent: the list of what there is. */
export type NewPaneCommand =
  | Readonly<{ kind: 'beside'; shows: NewPane }>
  | Readonly<{ kind: 'show'; shows?: NewPane }>;

const STARTS: ReadonlyMap<string, NewPanePrompt> = new Map([
  ['run', 'new-run'],
  ['watch', 'new-watch'],
]);
export const NEW_PANE_WORDS: readonly string[] = [...STARTS.keys(), 'show'];
export const SHOWN_KINDS: readonly string[] = [
  'all-bans',
  'bans',
  'conntrack',
  'host',
  'hosts',
  'jails',
  'journal',
  'log',
  'services',
  'traffic',
  'uplinks',
];

export function parseNewPane(name: string, rest: string): Result<NewPaneCommand> {
  const purpose = STARTS.get(name);
  if (purpose !== undefined)
    return rest === ''
      ? bad(`${name} needs a command, as you would type it in a shell`)
      : ok({ kind: 'beside', shows: commandPane(purpose, rest) });
  if (rest === '') return ok({ kind: 'show' });
  const [kind = ''] = rest.split(/\s/);
  const shows = shownBy(kind, rest.slice(kind.length).trim());
  if (shows !== undefined) return ok({ kind: 'show', shows });
  if (kind === 'log') return bad('log needs a path from /, a journald unit, or * for the whole journal');
  return bad(`${JSON.stringify(sanitise(rest, 40))} cannot be shown: ${SHOWN_KINDS.join(', ')} can`);
}

function bad(summary: string): Result<never> {
  return fail(problem('bad-input', summary));
}

export function runNewPane(desktop: Desktop, command: NewPaneCommand): void {
  const state = desktop.store.getState();
  if (command.kind === 'beside') {
    makePane(desktop, wishBeside(state, command.shows), command.shows);
    return;
  }
  const pane = focusedPane(state)?.id;
  if (pane === undefined) return;
  const wish = { kind: 'replace', pane } as const;
  if (command.shows === undefined) openNewPane(desktop, wish);
  else makePane(desktop, wish, command.shows);
}
