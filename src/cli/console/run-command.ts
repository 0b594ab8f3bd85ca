// What a parsed command line does: the same as the key of that name, with its words filled in.

import type { ThemeName } from '../../core/pane.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import { showsMany } from '../../store/select/hosts.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import type { ConsoleCommand } from './command-line.ts';
import type { Desktop } from './controller.ts';
import { runDump } from './dump.ts';
import { showFleet } from './fleet-keys.ts';
import { followCommand } from './follow.ts';
import { runHostCommand } from './host-command.ts';
import { keyProblemsPage } from './key-problems.ts';
import { runLayoutCommand } from './layout-commands.ts';
import { runNewPane } from './new-pane-command.ts';
import { openAct } from './pane-keys.ts';
import { sessionCommand } from './session-keys.ts';
import { shieldsCommand } from './shields-keys.ts';

export function runCommand(desktop: Desktop, command: ConsoleCommand): void {
  const { store } = desktop;
  switch (command.kind) {
    case 'intent':
      desktop.intent(command.intent);
      return;
    case 'ban':
    case 'unban':
    case 'cut':
    case 'tighten':
    case 'service':
      openAct(desktop, command);
      return;
    case 'shields':
      shieldsCommand(desktop, command.command);
      return;
    case 'theme':
      store.dispatch({ kind: 'look/theme-chosen', theme: command.theme });
      desktop.say(themeSaid(desktop, command.theme));
      return;
    case 'session':
      sessionCommand(desktop, command.command);
      return;
    case 'new-pane':
      runNewPane(desktop, command.command);
      return;
    case 'keys':
      if (command.command === 'help') store.dispatch({ kind: 'modal/help-opened' });
      else store.dispatch({ kind: 'modal/page-opened', page: keyProblemsPage(store.getState().session) });
      return;
    case 'host':
      runHostCommand(desktop, command.command);
      return;
    case 'fleet':
      showFleet(desktop);
      return;
    case 'line':
      store.dispatch({ kind: 'modal/page-opened', page: { title: safe('Line'), lines: 'line' } });
      return;
    case 'dump':
      runDump(desktop, command.command);
      return;
    case 'follow':
      followCommand(desktop, command);
      return;
    case 'workspace':
      runLayoutCommand(desktop, command.command);
      return;
    case 'window':
      selectWindow(desktop, command.wanted);
      return;
    case 'prompted': {
      const pane = focusedPane(store.getState());
      if (pane === undefined) return;
      const { purpose, text } = command;
      const wanted = purpose === 'filter' ? 'bans' : 'log';
      if (pane.body.kind === wanted || (purpose === 'filter' && showsMany(pane)))
        store.dispatch({ kind: 'pane/prompted', pane: pane.id, purpose, text, accepted: true });
      else desktop.say(sanitise(`the focused pane is no ${wanted} pane: go to one first`), 'warn');
      return;
    }
    default:
      unreachable(command);
  }
}

/** A theme that cannot be seen here is still the session's. */
function themeSaid({ mono }: Desktop, theme: ThemeName): SafeText {
  const unseen = mono === true && theme !== 'mono';
  return sanitise(
    unseen ? `theme ${theme}; no colours here: NO_COLOR is set, or the terminal has none` : `theme ${theme}`,
  );
}

function selectWindow(desktop: Desktop, wanted: string): void {
  const { windows } = desktop.store.getState().session;
  const byNumber = /^\d+$/.test(wanted) ? Number(wanted) - 1 : -1;
  const byName = windows.findIndex(({ name }) => name === wanted);
  const window = byName >= 0 ? byName : byNumber;
  if (windows[window] === undefined) {
    const names = windows.map(({ name }, index) => `${index + 1}:${name}`).join(' ');
    desktop.say(sanitise(`there is no window ${wanted}; there are ${names}`), 'warn');
  } else desktop.store.dispatch({ kind: 'layout/window-selected', window });
}
