// Keys, commands and answers that concern the session file.

import type { Intent } from '../../core/intent.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { PickerState } from '../../store/modal-state.ts';
import { pickerMatches } from '../../store/slices/modal-intent.ts';
import type { Desktop } from './controller.ts';
import { runHostCommand } from './host-command.ts';
import type { SessionCommand } from './session-command.ts';

/** True when the intent was about the session file. */
export function sessionIntent(desktop: Desktop, intent: Intent): boolean {
  switch (intent.id) {
    case 'save':
    case 'reload':
      sessionCommand(desktop, { kind: intent.id });
      return true;
    case 'host-list':
      runHostCommand(desktop, { kind: 'list' });
      return true;
    case 'session-list':
      sessionCommand(desktop, { kind: 'sessions' });
      return true;
    default:
      return false;
  }
}

export function sessionCommand({ effects, say }: Desktop, command: SessionCommand): void {
  if (effects.session === undefined) say(sanitise('sessions cannot be saved or loaded here'), 'warn');
  else effects.session.command(command);
}

/** Enter in the list of sessions; false: what is under the cursor cannot be chosen, and that was said. */
export function sessionChosen({ effects, say }: Desktop, picker: PickerState): boolean {
  const item = pickerMatches(picker)[picker.at];
  if (item?.blocked === true) {
    say(sanitise(`${item.label} cannot be loaded: ${item.detail}`, 300), 'bad');
    return false;
  }
  if (item !== undefined) effects.session?.chosen(item.id);
  return true;
}
