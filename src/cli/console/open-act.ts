// From an act key or command to the dialog that shows the act: what the focused pane offers becomes the form's fields.

import type { PaneSpec } from '../../core/pane.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { ServiceVerb } from '../../core/services/thing.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { ActForm } from '../../store/act-form.ts';
import { selectAllBansTarget } from '../../store/fleet/all-bans-pane.ts';
import { withHosts } from '../../store/fleet/scope-field.ts';
import {
  banForm,
  cutForm,
  draftForm,
  serviceForm,
  tightenForm,
  unbanForm,
  undoForm,
} from '../../store/forms.ts';
import { selectBansTarget, selectExtendDraft } from '../../store/select/target-bans.ts';
import { selectConntrackTarget } from '../../store/select/target-conntrack.ts';
import { selectJailsTarget } from '../../store/select/target-jails.ts';
import { selectJournalTarget } from '../../store/select/target-journal.ts';
import { selectLogTarget } from '../../store/select/target-log.ts';
import { selectThing } from '../../store/select/target-services.ts';
import { selectTrafficTarget } from '../../store/select/target-traffic.ts';
import { selectWatchTarget } from '../../store/select/target-watch.ts';
import type { ActTarget } from '../../store/slice.ts';
import { selectCardNet } from '../../store/slices/follow.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import type { ConsoleState } from '../../store/state.ts';
import { serviceNamed } from './service-command.ts';

export type ActWish =
  | Readonly<{ kind: 'ban'; address?: string; seconds?: number | null; reason?: string }>
  | Readonly<{ kind: 'unban' | 'cut'; address?: string }>
  | Readonly<{ kind: 'tighten'; preset?: string }>
  | Readonly<{ kind: 'service'; verb: ServiceVerb; name?: string }>
  | Readonly<{ kind: 'undo' | 'extend' | 'shorten' }>;

/** The form to show, or in one sentence why there is none. */
export type Opening = Readonly<{ kind: 'form'; form: ActForm }> | Readonly<{ kind: 'no'; why: SafeText }>;

/** `seen`: the state that the operator saw when the key was pressed; what the cursor is on is taken from there. */
export function openingOf(state: ConsoleState, wish: ActWish, seen: ConsoleState = state): Opening {
  if (state.readOnly) return { kind: 'no', why: safe('this console is read-only: it changes nothing') };
  const pane = focusedPane(state);
  const onHosts = (found: ActForm): Opening => form(withHosts(found, seen, pane));
  const target = cardTarget(state) ?? (pane === undefined ? undefined : targetOf(seen, pane));
  switch (wish.kind) {
    case 'ban':
      return onHosts(
        banForm({
          target,
          typed: wish.address,
          seconds: wish.seconds,
          reason: wish.reason,
          defaults: state.session.bans,
          sets: state.bans.sets,
          into: pane?.body.kind === 'jails' ? target?.set : undefined,
        }),
      );
    case 'unban':
      return onHosts(unbanForm({ target, typed: wish.address }));
    case 'cut':
      return onHosts(cutForm({ target, typed: wish.address }));
    case 'tighten':
      return onHosts(tightenForm(wish.preset === undefined ? { timeout: target?.timeout } : wish));
    case 'service': {
      const { name } = wish;
      const thing = name === undefined ? selectThing(seen, pane) : serviceNamed(state, name);
      return typeof thing === 'string' ? { kind: 'no', why: thing } : form(serviceForm(thing, wish.verb));
    }
    case 'undo':
      return undoing(state, pane);
    case 'extend':
    case 'shorten':
      return extending(seen, pane, wish.kind);
    default:
      return unreachable(wish);
  }
}

const form = (found: ActForm): Opening => ({ kind: 'form', form: found });

/** In the journal the act under the cursor is undone, elsewhere the last one of this console. */
function undoing(state: ConsoleState, pane: PaneSpec | undefined): Opening {
  const row = pane?.body.kind === 'journal' ? selectJournalTarget(state, pane.id) : undefined;
  if (row === undefined) return form(undoForm());
  if (row.canUndo) return form(undoForm(row.id));
  return { kind: 'no', why: sanitise(`this act cannot be undone: ${row.summary}`, 160) };
}

function extending(state: ConsoleState, pane: PaneSpec | undefined, way: 'extend' | 'shorten'): Opening {
  if (pane?.body.kind !== 'bans')
    return { kind: 'no', why: safe('only a ban in a bans pane can be made longer') };
  const found = selectExtendDraft(state, pane.id, way);
  if (!found.ok) {
    const { summary, hint } = found.problem;
    return { kind: 'no', why: sanitise(hint === undefined ? summary : `${summary}: ${hint}`) };
  }
  if (found.value.action !== 'ban') return { kind: 'no', why: safe('this ban cannot be changed in place') };
  return form(draftForm(found.value, { defaults: state.session.bans, sets: state.bans.sets }));
}

/** While the card has the keys, acts take its address and not the row behind it. */
function cardTarget(state: ConsoleState): ActTarget | undefined {
  const net = selectCardNet(state);
  return net === undefined ? undefined : { nets: [net], origin: safe('card') };
}

export function targetOf(state: ConsoleState, pane: PaneSpec): ActTarget | undefined {
  switch (pane.body.kind) {
    case 'log':
      return selectLogTarget(state, pane.id);
    case 'bans':
      return selectBansTarget(state, pane.id);
    case 'conntrack':
      return selectConntrackTarget(state, pane.id);
    case 'traffic':
      return selectTrafficTarget(state, pane.id);
    case 'watch':
      return selectWatchTarget(state, pane.id);
    case 'jails':
      return selectJailsTarget(state, pane.id);
    case 'all-bans':
      return selectAllBansTarget(state, pane.id);
    case 'hosts':
    case 'services':
    case 'uplinks':
    case 'host':
    case 'journal':
    case 'run':
      return undefined;
    default:
      return unreachable(pane.body);
  }
}
