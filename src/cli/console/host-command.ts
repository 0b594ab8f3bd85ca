// `:host` and its key: which host the focused pane is on, and what can be done about a line that is down.

import { type HostEntry, type HostId, LOCAL, parseDestination, parseHostId } from '../../core/hosts.ts';
import { hostsOf, type Session } from '../../core/pane.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { suggest } from '../../core/suggest.ts';
import { unreachable } from '../../core/unreachable.ts';
import { onHost } from '../../store/hosts/on-host.ts';
import type { PickerItem, PickerState } from '../../store/modal-state.ts';
import { linkWords, manyHosts, showsMany } from '../../store/select/hosts.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import { pickerMatches } from '../../store/slices/modal-intent.ts';
import { whyNotWorkspace } from '../../store/slices/workspace.ts';
import type { ConsoleState } from '../../store/state.ts';
import { EMPTY_INPUT } from '../../store/text-input.ts';
import type { Desktop } from './controller.ts';

/** `show`: the focused pane there. `add`: to the session that is open; saving writes it. */
export type HostCommand =
  | Readonly<{ kind: 'list' }>
  | Readonly<{ kind: 'show'; host: string }>
  | Readonly<{ kind: 'login' | 'retry'; host?: string }>
  | Readonly<{ kind: 'add'; entry: HostEntry }>;

/** What the console does about lines; absent where there are none. */
export type HostsControl = Readonly<{
  /** Gives the terminal to ssh and sudo until they have asked what they want to know. */
  login(id: HostId): void;
  retry(id: HostId): void;
}>;

export function parseHostCommand(words: readonly string[]): Result<HostCommand> {
  const [first, second, ...more] = words;
  if (more.length > 0) return bad('host takes a name, or login, retry or add and a name');
  if (first === undefined) return ok({ kind: 'list' });
  if (first === 'login' || first === 'retry')
    return ok(second === undefined ? { kind: first } : { kind: first, host: second });
  if (first === 'add') return parseAdd(second);
  return second === undefined
    ? ok({ kind: 'show', host: first })
    : bad(`host ${first} takes no words after it`);
}

/** What may follow `:host`. */
export function hostWords(words: readonly string[], hosts: readonly string[]): readonly string[] {
  if (words.length === 1) return [...hosts, 'login', 'retry', 'add'];
  return words.length === 2 && ['login', 'retry'].includes(words[0] ?? '') ? hosts : [];
}

/** "rolly", or "admin@edge1.example.net": then the name is what stands before the first dot. */
function parseAdd(written: string | undefined): Result<HostCommand> {
  if (written === undefined) return bad('host add needs a destination as ssh takes it');
  const destination = parseDestination(written);
  if (!destination.ok) return destination;
  const id = parseHostId(written.replace(/^.*@/, '').replace(/\.[^0-9].*$/, ''));
  if (!id.ok) return id;
  if (id.value === LOCAL) return bad('"local" is this machine');
  return ok({ kind: 'add', entry: { id: id.value, destination: destination.value, sudo: 'auto' } });
}

function bad(summary: string): Result<never> {
  return fail(problem('bad-input', summary));
}

export function runHostCommand(desktop: Desktop, command: HostCommand): void {
  const { store, effects, say } = desktop;
  const state = store.getState();
  switch (command.kind) {
    case 'list':
      listHosts(desktop);
      return;
    case 'show': {
      const id = known(state.session, command.host);
      if (id.ok) showOnHost(desktop, id.value);
      else say(sanitise(id.problem.summary, 200), 'warn');
      return;
    }
    case 'login':
    case 'retry': {
      const id = command.host === undefined ? ok(state.at) : known(state.session, command.host);
      if (!id.ok) say(sanitise(id.problem.summary, 200), 'warn');
      else if (id.value === LOCAL) say(safe('this machine needs no line'), 'plain');
      else if (effects.hosts === undefined) say(safe('there are no lines to hosts here'), 'warn');
      else effects.hosts[command.kind](id.value);
      return;
    }
    case 'add':
      addHost(desktop, command.entry);
      return;
    default:
      unreachable(command);
  }
}

function addHost({ store, say, effects }: Desktop, entry: HostEntry): void {
  if (hostsOf(store.getState().session).includes(entry.id)) {
    say(sanitise(`${entry.id} is a host of this session already`), 'warn');
    return;
  }
  store.dispatch({ kind: 'workspace/host-added', entry });
  effects.hosts?.retry(entry.id);
  say(sanitise(`${entry.id} added; :host ${entry.id} shows this pane there`));
}

/** The focused pane shows the same of another host. */
export function showOnHost({ store, say }: Desktop, host: HostId): void {
  const pane = focusedPane(store.getState());
  if (pane === undefined) return;
  if (showsMany(pane)) {
    say(safe('this pane is not on one host'), 'warn');
    return;
  }
  const { id: _, from: __, host: ___, ...shows } = pane;
  const msg = { kind: 'workspace/pane-replaced', pane: pane.id, shows: { ...shows, host } } as const;
  const why = whyNotWorkspace(store.getState(), msg);
  if (why === undefined) store.dispatch(msg);
  else say(sanitise(why), 'warn');
}

function known(session: Session, written: string): Result<HostId> {
  const ids = hostsOf(session);
  const found = [...ids, LOCAL].find((id) => id === written);
  if (found !== undefined) return ok(found);
  const like = suggest(written, ids);
  return bad(
    `there is no host ${sanitise(written, 60)} in this session${like === undefined ? '' : `; did you mean ${like}?`}; :host add ${sanitise(written, 60)} adds it`,
  );
}

/** Enter in the list of hosts. */
export function choseHost(desktop: Desktop, picker: PickerState): void {
  const item = pickerMatches(picker)[picker.at];
  if (item !== undefined) runHostCommand(desktop, { kind: 'show', host: item.id });
}

function listHosts({ store, say }: Desktop): void {
  const state = store.getState();
  if (manyHosts(state.session)) store.dispatch({ kind: 'modal/picker-opened', picker: hostPicker(state) });
  else say(safe('this session has one host; :host add NAME adds another over ssh'));
}

function hostPicker(state: ConsoleState): PickerState {
  const items = hostsOf(state.session).map(
    (id): PickerItem => ({ id, label: sanitise(id), detail: detailOf(state, id) }),
  );
  const at = Math.max(
    0,
    items.findIndex(({ id }) => id === state.at),
  );
  return { purpose: 'hosts', title: safe('Show this pane on'), items, filter: EMPTY_INPUT, at };
}

function detailOf(state: ConsoleState, id: HostId): SafeText {
  const { link, now } = onHost(state, id);
  // Its name stands before it.
  return sanitise(linkWords(link, now).replace(`${id}: `, ''));
}
