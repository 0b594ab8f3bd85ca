// What a new pane can show, as the entries of a list: a shell, the logs of this machine, and every kind of pane with
// what there is to choose from.

import type { CommandLine, LogSpec, PaneBody } from '../../core/pane.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { MachineFacts } from '../../session/detect.ts';
import { DEFAULT_HISTORY, DEFAULT_RUN_HISTORY } from '../../session/normalise-panes.ts';
import type { PickerItem } from '../../store/modal-state.ts';
import { manyHosts } from '../../store/select/hosts.ts';
import { runsSomething } from '../../store/select/may-run.ts';
import { selectSetChoices } from '../../store/select/target-bans.ts';
import type { NewPane } from '../../store/slices/workspace.ts';
import type { ConsoleState } from '../../store/state.ts';

/** What was found on this machine so far. `units`: journald units that run now. */
export type PaneFacts = Pick<MachineFacts, 'logs' | 'journald' | 'units' | 'interfaces'>;
export const NO_FACTS: PaneFacts = { logs: [], journald: false, units: [], interfaces: [] };

export function newPaneItems(state: ConsoleState, facts: PaneFacts, shell: string): readonly PickerItem[] {
  const items = [
    item('shell', { text: 'shell', detail: shell }, runBody({ kind: 'argv', argv: [shell] })),
    ...logItems(facts),
    ...bansItems(state),
    item('conntrack', { text: 'conntrack', detail: 'connections' }, CONNTRACK),
    ...trafficItems(facts),
    item('host', { text: 'host', detail: 'cpu, memory, disk' }, { kind: 'host' }),
    item('journal', { text: 'journal', detail: 'what opsconsole did' }, { kind: 'journal' }),
    item('uplinks', { text: 'uplinks', detail: 'ways out, tunnels' }, UPLINKS),
    item('jails', { text: 'jails', detail: 'fail2ban: what each sees' }, { kind: 'jails' }),
    ...manyItems(state),
    item('services', { text: 'services', detail: 'start, stop, restart' }, { kind: 'services' }),
    asking('new-run', 'program…', 'in its own terminal'),
    asking('new-watch', 'watch…', 'again and again'),
  ];
  return state.readOnly ? items.filter(isOnlyRead) : items;
}

/** Where there is more than one host. */
function manyItems({ session }: ConsoleState): readonly PickerItem[] {
  if (!manyHosts(session)) return [];
  return [
    item('hosts', { text: 'hosts', detail: 'all hosts, a row each' }, { kind: 'hosts', hosts: [] }),
    item('all-bans', { text: 'all-bans', detail: 'bans of all hosts' }, { kind: 'all-bans', hosts: [] }),
  ];
}

function isOnlyRead({ shows, asks }: PickerItem): boolean {
  return asks === undefined && (shows === undefined || !runsSomething(shows.body));
}

const CONNTRACK: PaneBody = { kind: 'conntrack' };
const UPLINKS: PaneBody = { kind: 'uplinks', targets: [], gateways: 'auto', tunnels: [] };

function item(id: string, words: Readonly<{ text: string; detail: string }>, body: PaneBody): PickerItem {
  return { id, label: sanitise(words.text, 200), detail: sanitise(words.detail, 200), shows: { body } };
}

function asking(asks: 'new-run' | 'new-watch', label: string, detail: string): PickerItem {
  return { id: asks, label: sanitise(label), detail: sanitise(detail), asks };
}

function logItems({ logs, journald, units }: PaneFacts): readonly PickerItem[] {
  const files = logs.map(({ path, subject }) =>
    item(`log ${path}`, { text: path, detail: `log file, ${subject}` }, logBody({ files: [path] })),
  );
  if (!journald) return files;
  return [
    ...files,
    item('units *', { text: 'system journal', detail: 'all of journald' }, logBody({ units: ['*'] })),
    ...units.map((unit) =>
      item(`unit ${unit}`, { text: unit, detail: 'journald unit' }, logBody({ units: [unit] })),
    ),
  ];
}

/** All of them, then each as the bans pane would offer it. */
function bansItems(state: ConsoleState): readonly PickerItem[] {
  const { sets } = state.bans;
  const words = { text: 'bans', detail: sets.length < 2 ? 'who is banned' : `all ${sets.length} sets` };
  return [
    item('bans', words, { kind: 'bans', sets: [] }),
    ...selectSetChoices(state)
      .filter(({ id }) => id !== '')
      .map(({ id, label, detail }) =>
        item(`bans ${id}`, { text: `bans ${label}`, detail }, { kind: 'bans', sets: [id] }),
      ),
  ];
}

function trafficItems({ interfaces }: PaneFacts): readonly PickerItem[] {
  const all: PaneBody = { kind: 'traffic', interfaces: [] };
  return [
    item('traffic', { text: 'traffic', detail: 'bytes in and out' }, all),
    ...interfaces.map((name) =>
      item(
        `traffic ${name}`,
        { text: `traffic ${name}`, detail: 'one interface' },
        { kind: 'traffic', interfaces: [name] },
      ),
    ),
  ];
}

export function logBody(reads: Partial<Pick<LogSpec, 'files' | 'units'>>): LogSpec {
  return {
    kind: 'log',
    ...{ files: [], units: [], merge: 'time', filters: [], history: DEFAULT_HISTORY, wrap: false },
    ...reads,
  };
}

/** What the operator asks for in the running console starts at once. */
export function runBody(command: CommandLine): PaneBody {
  return { kind: 'run', command, start: 'auto', env: {}, history: DEFAULT_RUN_HISTORY };
}

export function watchBody(line: string): PaneBody {
  return { kind: 'watch', command: { kind: 'shell', line }, start: 'auto', env: {} };
}

/** `:show KIND [WHAT]`; undefined when there is no such kind. */
export function shownBy(kind: string, what: string): NewPane | undefined {
  const names = what === '' ? [] : what.split(/[\s,]+/);
  switch (kind) {
    case 'host':
    case 'conntrack':
    case 'journal':
    case 'jails':
    case 'services':
      return names.length === 0 ? { body: { kind } } : undefined;
    case 'uplinks':
      return names.length === 0 ? { body: UPLINKS } : undefined;
    case 'bans':
      return { body: { kind, sets: what === '' ? [] : [what] } };
    case 'hosts':
    case 'all-bans':
      return { body: { kind, hosts: names.filter((name) => name !== 'all') } };
    case 'traffic':
      return { body: { kind, interfaces: names } };
    case 'log':
      return logNamed(what);
    default:
      return undefined;
  }
}

/** A path, a journald unit, or `*` for the whole journal. */
function logNamed(what: string): NewPane | undefined {
  if (what.startsWith('/')) return { body: logBody({ files: [what] }) };
  return what === '' || /\s/.test(what) ? undefined : { body: logBody({ units: [what] }) };
}
