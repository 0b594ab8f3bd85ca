// Keys of what is about several hosts: the hosts pane, and the dialog of an act on many.

import { type HostId, LOCAL } from '../../core/hosts.ts';
import type { Intent } from '../../core/intent.ts';
import { hostOfPane, type PaneBody, type PaneSpec } from '../../core/pane.ts';
import type { ActionId } from '../../core/plan.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { type FleetJobs, isEnded, undoJobs } from '../../store/fleet/fleet-act.ts';
import { shieldsJobs } from '../../store/fleet/fleet-shields.ts';
import { hostsTaken, hostUnderCursor } from '../../store/fleet/hosts-pane.ts';
import { hostWords } from '../../store/fleet/wanted.ts';
import { onHost } from '../../store/hosts/on-host.ts';
import { showsMany } from '../../store/select/hosts.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import type { ConsoleState } from '../../store/state.ts';
import { fleetRows } from '../../views/dialogs/fleet.ts';
import type { Desktop } from './controller.ts';
import { logBody } from './new-pane-items.ts';
import { seenState } from './seen.ts';

/** A key in a hosts pane that asks something of the world; false: the pane's own. */
export function hostsIntent(desktop: Desktop, pane: PaneSpec, { id }: Intent): boolean {
  if (pane.body.kind !== 'hosts' || (id !== 'open' && id !== 'retry')) return false;
  const state = seenOf(desktop, pane);
  const view = state.fleet.hosts.get(pane.id);
  const host = view === undefined ? undefined : hostUnderCursor(state, view);
  if (host === undefined) desktop.say(safe('no host is under the cursor'), 'warn');
  else if (id === 'open') goToHost(desktop, host);
  else retryLine(desktop, host);
  return true;
}

/** The key that asks all sources anew, on a host whose line is down: then there is nobody to ask. */
export function retriesLine(desktop: Desktop): boolean {
  const pane = focusedPane(desktop.store.getState());
  if (pane?.body.kind !== 'hosts') return false;
  const seen = seenOf(desktop, pane);
  const view = seen.fleet.hosts.get(pane.id);
  const host = view === undefined ? undefined : hostUnderCursor(seen, view);
  const link = host === undefined ? undefined : onHost(seen, host).link?.kind;
  if (host === undefined || (link !== 'down' && link !== 'needs-operator')) return false;
  retryLine(desktop, host);
  return true;
}

/** Rows move with what hosts tell: a key means the host that was on screen. */
function seenOf({ store, drawn }: Desktop, pane: PaneSpec): ConsoleState {
  const now = store.getState();
  return seenState(now, drawn?.() ?? now, pane);
}

/** To the first pane of that host; a host without one gets a window of its own. */
export function goToHost({ store, say }: Desktop, host: HostId): void {
  const { session } = store.getState();
  const isThere = (pane: PaneSpec): boolean => !showsMany(pane) && hostOfPane(session, pane.id) === host;
  const window = session.windows.findIndex(({ panes }) => panes.some(isThere));
  const pane = session.windows[window]?.panes.find(isThere);
  if (pane !== undefined) {
    store.dispatch({ kind: 'layout/window-selected', window });
    store.dispatch({ kind: 'layout/pane-focused', pane: pane.id });
    return;
  }
  const [first, ...others] = BODIES;
  store.dispatch({ kind: 'workspace/window-added', name: host, shows: { body: first, host } });
  for (const body of others) {
    const panes = store.getState().session.windows.at(-1)?.panes ?? [];
    const last = panes.at(-1);
    if (last === undefined) continue;
    const shows = { body, host };
    store.dispatch({ kind: 'workspace/pane-split', pane: last.id, direction: 'column', shows });
  }
  store.dispatch({ kind: 'workspace/layout-chosen', layout: 'tiled' });
  const made = store.getState().session.windows.at(-1)?.panes[0];
  if (made !== undefined) store.dispatch({ kind: 'layout/pane-focused', pane: made.id });
  say(sanitise(`a window for ${host}: it had no pane yet`));
}

const BODIES: readonly [PaneBody, ...PaneBody[]] = [
  { kind: 'host' },
  { kind: 'bans', sets: [] },
  logBody({ units: ['*'] }),
  { kind: 'conntrack' },
];

function retryLine({ store, effects, say }: Desktop, host: HostId): void {
  const { link } = onHost(store.getState(), host);
  if (host === LOCAL || link?.kind === 'local') say(safe('this machine needs no line'));
  else if (link?.kind === 'up') say(sanitise(`${host} is connected`));
  else if (link?.kind === 'needs-operator')
    say(
      sanitise(`${host}: ${link.problem.summary}; :host login ${host} asks what ssh wants to know`),
      'warn',
    );
  else if (effects.hosts === undefined) say(safe('there are no lines to hosts here'), 'warn');
  else effects.hosts.retry(host);
}

/** `!` in a hosts pane: on one host at once, as everywhere; on several after a yes. Undefined: it is not for here. */
export function shieldsOfHosts(desktop: Desktop, pane: PaneSpec | undefined): readonly HostId[] | undefined {
  if (pane?.body.kind !== 'hosts') return undefined;
  const state = seenOf(desktop, pane);
  const view = state.fleet.hosts.get(pane.id);
  return view === undefined ? undefined : hostsTaken(state, view);
}

export function openShields(desktop: Desktop, hosts: readonly HostId[]): void {
  const jobs = shieldsJobs(desktop.store.getState(), hosts);
  const lower = jobs[0]?.job.kind === 'shields' && jobs[0].job.way === 'lower';
  openFleet(desktop, {
    action: 'shields',
    title: sanitise(`${lower ? 'Lower' : 'Raise'} shields on ${hostWords(jobs.map(({ host }) => host))}`),
    jobs,
  });
}

type Opening = Readonly<{
  action: ActionId | 'shields';
  title: SafeText;
  jobs: FleetJobs;
}>;

/** In a table of several hosts `z` takes back what was last done on several. */
export function undoesFleet(desktop: Desktop, pane: PaneSpec | undefined): boolean {
  const { act } = desktop.store.getState().fleet;
  const jobs = act === undefined ? [] : undoJobs(act);
  if (pane === undefined || !showsMany(pane) || jobs.length === 0) return false;
  openUndo(desktop, jobs);
  return true;
}

export function openUndo(desktop: Desktop, jobs: FleetJobs): void {
  const words = hostWords(jobs.map(({ host }) => host));
  openFleet(desktop, { action: 'undo', title: sanitise(`Undo on ${words}`), jobs });
}

/** One at a time: what still runs is looked at first. */
export function openFleet({ store, say }: Desktop, opening: Opening): void {
  const { act } = store.getState().fleet;
  if (act?.rows.some(({ step }) => step.kind === 'running')) {
    say(safe('the last act on several hosts still runs: :fleet shows it'), 'warn');
    return;
  }
  if (opening.jobs.length === 0) say(safe('there is nothing to do on these hosts'), 'warn');
  else store.dispatch({ kind: 'fleet/opened', ...opening });
}

/** `:fleet`: the last act on several hosts again. */
export function showFleet({ store, say }: Desktop): void {
  if (store.getState().fleet.act === undefined) say(safe('nothing was done on several hosts yet'));
  else store.dispatch({ kind: 'modal/fleet-opened' });
}

/** Enter in the dialog of an act whose scope is several hosts: each of them works out its own commands. True when it was so. */
export function fleetFromDialog(desktop: Desktop, intent: Intent): boolean {
  const { modal } = desktop.store.getState().modal;
  if (modal.kind !== 'act' || intent.id !== 'accept') return false;
  const { reading, preview, form } = modal.act;
  if (preview.kind !== 'elsewhere' || reading.kind !== 'draft') return false;
  const { draft } = reading;
  const jobs = preview.hosts.map((host) => ({ host, job: { kind: 'act', draft } as const }));
  const what = TITLES[form.action];
  const nets =
    'nets' in draft
      ? ` ${draft.nets.length === 1 ? draft.nets[0]?.text : `${draft.nets.length} addresses`}`
      : '';
  openFleet(desktop, {
    action: form.action,
    title: sanitise(`${what}${nets} on ${hostWords(preview.hosts)}`),
    jobs,
  });
  return true;
}

const TITLES: Readonly<Record<ActionId, string>> = {
  ...{ ban: 'Ban', unban: 'Unban', cut: 'Cut', tighten: 'Tighten', undo: 'Undo', service: 'Service' },
};

export function fleetIntent(desktop: Desktop, intent: Intent): void {
  const { store, say } = desktop;
  const state = store.getState();
  const { act } = state.fleet;
  if (act === undefined || intent.id === 'cancel' || (intent.id === 'accept' && isEnded(act))) {
    store.dispatch({ kind: 'modal/closed' });
    const running = act?.rows.filter(({ step }) => step.kind === 'running').length ?? 0;
    if (running > 0)
      say(sanitise(`it goes on on ${running} ${running === 1 ? 'host' : 'hosts'}: :fleet shows it`));
    return;
  }
  if (intent.id === 'undo') {
    const jobs = undoJobs(act);
    if (jobs.length === 0) say(safe('nothing of this can be undone'), 'warn');
    else openUndo(desktop, jobs);
    return;
  }
  store.dispatch({ kind: 'fleet/intent', intent, rows: fleetRows(state.size, act) });
}
