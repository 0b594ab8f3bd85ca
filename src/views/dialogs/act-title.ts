// What an act dialog is called: the act and what it takes.

import type { ActDraft } from '../../core/act.ts';
import type { ActionId } from '../../core/plan.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { ActDialog } from '../../store/act-dialog.ts';
import { hostWords } from '../../store/fleet/wanted.ts';

/** `on`: the host that is looked at, where the session has several. */
export function actTitle(act: ActDialog, on?: SafeText): SafeText {
  const { form, preview, reading } = act;
  const place = preview.kind === 'elsewhere' ? hostWords(preview.hosts) : on;
  const where = place === undefined ? '' : ` on ${place}`;
  if (reading.kind === 'wrong') return sanitise(`${WORDS[form.action]}${where}`);
  const title = sanitise(`${titleOfDraft(reading.draft)}${where}`);
  if (form.action !== 'undo' || preview.kind !== 'ready') return title;
  // Only the plan knows which act is the last one.
  return sanitise(`${title}: ${preview.plan.summary.replace(/^undo:? /, '')}`);
}

const WORDS: Readonly<Record<ActionId, string>> = {
  ban: 'Ban',
  unban: 'Unban',
  cut: 'Cut the flows of',
  tighten: 'Tighten conntrack timeouts',
  service: 'Service',
  undo: 'Undo',
};

/** The button of a typed confirmation. */
export const ACT_BUTTONS: Readonly<Record<ActionId, string>> = {
  ban: 'Ban',
  unban: 'Unban',
  cut: 'Cut',
  tighten: 'Apply',
  service: 'Do it',
  undo: 'Undo',
};

/** What Enter does, in the hints. */
export const ACT_ENTERS: Readonly<Record<ActionId, string>> = {
  ban: 'bans',
  unban: 'unbans',
  cut: 'cuts',
  tighten: 'applies',
  service: 'does it',
  undo: 'undoes',
};

function titleOfDraft(draft: ActDraft): SafeText {
  switch (draft.action) {
    case 'ban':
    case 'unban':
    case 'cut': {
      const [first] = draft.nets;
      const what =
        draft.nets.length === 1 && first !== undefined ? first.text : `${draft.nets.length} addresses`;
      return sanitise(`${WORDS[draft.action]} ${what}`);
    }
    case 'tighten':
      return safe('Tighten conntrack timeouts');
    case 'service':
      return serviceTitle(draft);
    case 'undo':
      return draft.actId === undefined ? safe('Undo the last act') : sanitise(`Undo act ${draft.actId}`);
    default:
      return unreachable(draft);
  }
}

function serviceTitle({ verb, thing }: Extract<ActDraft, { action: 'service' }>): SafeText {
  const word = { start: 'Start', stop: 'Stop', restart: 'Restart' }[verb];
  return sanitise(`${word} ${thing.what === 'tunnel' ? 'tunnel ' : ''}${thing.name}`, 100);
}
