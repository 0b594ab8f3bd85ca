// The keys of the bottom line and of the help that do something now: the table of keys knows the mode, only the state knows
// the moment, and what the cursor is on.

import { LOCAL } from '../core/hosts.ts';
import type { PaneSpec } from '../core/pane.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import { stepsFor } from '../core/services/commands.ts';
import type { ServiceVerb } from '../core/services/thing.ts';
import { addressUnderCursor, selectAllBansTarget } from '../store/fleet/all-bans-pane.ts';
import { hostUnderCursor } from '../store/fleet/hosts-pane.ts';
import { selectFollowTarget } from '../store/follow/target.ts';
import { onHost } from '../store/hosts/on-host.ts';
import { selectTrialKeys } from '../store/select/shell.ts';
import { selectExtendDraft } from '../store/select/target-bans.ts';
import { selectThing } from '../store/select/target-services.ts';
import { selectCardNet } from '../store/slices/follow.ts';
import { focusedPane } from '../store/slices/layout.ts';
import { serviceUnderCursor } from '../store/slices/services.ts';
import type { ConsoleState } from '../store/state.ts';
import type { HelpRow } from './dialogs/help.ts';
import type { ShownHint } from './parts/bottom-line.ts';

export function liveHints(state: ConsoleState, hints: readonly ShownHint[]): readonly ShownHint[] {
  const works = hints.filter(({ name }) => worksNow(state, name));
  // The key of the first table is the first one's: in a trial Enter keeps, whatever it does in the pane.
  return works.filter(({ keys }, at) => works.findIndex((hint) => hint.keys === keys) === at);
}

/** The help shows a key also where it must be told an address first, and says so. */
export function liveHelp(state: ConsoleState, rows: readonly HelpRow[]): readonly HelpRow[] {
  const pane = focusedPane(state);
  return rows.flatMap((row) => {
    if (pane === undefined || selectCardNet(state) !== undefined) return [row];
    const told = TYPED.get(row.name ?? '');
    if (told !== undefined)
      return [takes(state, pane) === 'address' ? row : { ...row, words: typed(told, pane) }];
    const works =
      row.name === 'follow-address'
        ? state.follow.followed !== undefined || followsHere(state, pane)
        : !VERBS.has(row.name ?? '') || worksNow(state, row.name);
    return works ? [row] : [];
  });
}

function worksNow(state: ConsoleState, name: ShownHint['name']): boolean {
  const pane = focusedPane(state);
  switch (name) {
    case 'keep':
      return selectTrialKeys(state);
    case 'extend':
    case 'shorten': {
      const way = name === 'extend' ? 'extend' : 'shorten';
      return pane !== undefined && selectExtendDraft(state, pane.id, way).ok;
    }
    case 'ban':
    case 'unban':
    case 'cut':
      return selectCardNet(state) !== undefined || pane === undefined || takes(state, pane) !== 'nothing';
    case 'service-start':
    case 'service-stop':
    case 'service-restart':
      return verbWorks(state, pane, VERBS.get(name));
    case 'retry':
      return pane?.body.kind !== 'hosts' || lineIsDown(state, pane);
    // The legend beside the hints says what the key does then.
    case 'follow-address':
      return state.follow.followed === undefined && followsHere(state, pane);
    default:
      return true;
  }
}

const VERBS: ReadonlyMap<string, ServiceVerb> = new Map([
  ['service-start', 'start'],
  ['service-stop', 'stop'],
  ['service-restart', 'restart'],
]);

/** What acts on addresses find in the pane; `hosts`: where to do it, the address is typed. */
function takes(state: ConsoleState, { id, body }: PaneSpec): 'address' | 'hosts' | 'nothing' {
  switch (body.kind) {
    case 'hosts':
      return 'hosts';
    case 'all-bans':
      return selectAllBansTarget(state, id) === undefined ? 'nothing' : 'address';
    case 'services':
    case 'uplinks':
    case 'host':
    case 'journal':
    case 'run':
      return 'nothing';
    default:
      return 'address';
  }
}

const TYPED: ReadonlyMap<string, string> = new Map([
  ['ban', 'ban an address that you type'],
  ['unban', 'take an address that you type out of every set that holds it'],
  ['cut', 'cut the live flows of an address that you type'],
]);

function typed(words: string, { body }: PaneSpec): SafeText {
  return sanitise(body.kind === 'hosts' ? `${words}, on the marked hosts` : words);
}

function followsHere(state: ConsoleState, pane: PaneSpec | undefined): boolean {
  switch (pane?.body.kind) {
    case 'services':
    case 'hosts':
    case 'host':
    case 'run':
      return false;
    case 'uplinks':
    case 'journal':
      return selectFollowTarget(state, pane) !== undefined;
    case 'all-bans': {
      const view = state.fleet.bans.get(pane.id);
      return view !== undefined && addressUnderCursor(state, view) !== undefined;
    }
    default:
      return true;
  }
}

/** There is a command for it, its manager knows it, and it is not so already. */
function verbWorks(state: ConsoleState, pane: PaneSpec | undefined, verb: ServiceVerb | undefined): boolean {
  const thing = selectThing(state, pane);
  if (verb === undefined || typeof thing === 'string' || stepsFor(thing, verb) === undefined) return false;
  const found = pane?.body.kind === 'services' ? serviceUnderCursor(state, pane.id) : undefined;
  const is = found?.reading?.state;
  if (is === 'absent') return false;
  return !(verb === 'start' && is === 'running') && !(verb === 'stop' && is === 'stopped');
}

function lineIsDown(state: ConsoleState, { id }: PaneSpec): boolean {
  const view = state.fleet.hosts.get(id);
  const host = view === undefined ? undefined : hostUnderCursor(state, view);
  if (host === undefined || host === LOCAL) return false;
  const link = onHost(state, host).link?.kind;
  return link !== 'up' && link !== 'local';
}
