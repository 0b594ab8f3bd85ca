// From the running workspace to another one: panes that mean the same keep their names, and with them their state,
// scrollback and programs. Also says in words what a changed file changes.

import { type HostId, LOCAL } from '../core/hosts.ts';
import type { LayoutNode, PaneId, PaneSpec, Session, WindowSpec } from '../core/pane.ts';
import { sameLayout } from './save-layout.ts';
import { samePane } from './save-panes.ts';
import { equalPlain } from './save-text.ts';

/** `session`: the next one with the names of panes that go on. `ended`: panes of the old one that are gone. */
export type CarriedOver = Readonly<{
  session: Session;
  ended: readonly PaneSpec[];
  begun: readonly PaneSpec[];
}>;

type Named = ReadonlyMap<PaneId, PaneId>;

/** `mark`: makes the names of new panes unlike all that were ever used in this run. */
export function carryOver(running: Session, next: Session, mark: string): CarriedOver {
  const sameHost = (old: PaneSpec, pane: PaneSpec): boolean =>
    machineOf(running, old.host) === machineOf(next, pane.host);
  const left = new Map(panesOf(running).map((pane) => [pane.id, pane]));
  const names = new Map<PaneId, PaneId>();
  const take = (pane: PaneSpec, fits: (old: PaneSpec) => boolean): void => {
    if (names.has(pane.id)) return;
    const found = [...left.values()].find((old) => sameThing(old, pane) && sameHost(old, pane) && fits(old));
    if (found === undefined) return;
    names.set(pane.id, found.id);
    left.delete(found.id);
  };
  const wanted = panesOf(next);
  // Two panes may show the same: what stood at the same place is the same one.
  for (const pane of wanted) take(pane, (old) => equalPlace(old, pane));
  for (const pane of wanted) take(pane, () => true);
  const begun = wanted.filter(({ id }) => !names.has(id));
  for (const { id } of begun) names.set(id, `${mark}${id}` as PaneId);
  const session = { ...next, windows: next.windows.map((window) => renamed(window, names)) };
  return { session, ended: [...left.values()], begun };
}

/** The same but for its title and how often it is read, which go over to it. */
function sameThing(a: PaneSpec, b: PaneSpec): boolean {
  return samePane({ id: a.id, body: a.body }, { id: b.id, body: b.body });
}

/** A name that means another machine now is another host. */
function machineOf({ host, hosts }: Session, own: HostId | undefined): string {
  const id = own ?? host ?? LOCAL;
  return `${id} ${hosts?.find((entry) => entry.id === id)?.destination ?? ''}`;
}

function equalPlace({ from: a }: PaneSpec, { from: b }: PaneSpec): boolean {
  return a !== undefined && a.window === b?.window && a.pane === b.pane;
}

function panesOf({ windows }: Session): readonly PaneSpec[] {
  return windows.flatMap(({ panes }) => panes);
}

function renamed(window: WindowSpec, names: Named): WindowSpec {
  const name = (id: PaneId): PaneId => names.get(id) ?? id;
  const { layout, focus } = window;
  return {
    ...window,
    panes: window.panes.map((pane) => ({ ...pane, id: name(pane.id) })),
    layout: layout.kind === 'tree' ? { kind: 'tree', root: renamedNode(layout.root, name) } : layout,
    ...(focus === undefined ? {} : { focus: name(focus) }),
  };
}

function renamedNode(node: LayoutNode, name: (id: PaneId) => PaneId): LayoutNode {
  if (node.kind === 'pane') return { ...node, pane: name(node.pane) };
  return { ...node, children: node.children.map((child) => renamedNode(child, name)) };
}

/** What another session changes, a sentence each; empty when it means the same. `nameOf`: a pane in words. */
export function changesInWords(
  running: Session,
  next: Session,
  nameOf: (pane: PaneSpec) => string,
): readonly string[] {
  const { session, ended, begun } = carryOver(running, next, '+');
  const count = (what: string, panes: readonly PaneSpec[]): readonly string[] =>
    panes.length === 0
      ? []
      : [`${panes.length} ${panes.length === 1 ? 'pane' : 'panes'} ${what}: ${panes.map(nameOf).join(', ')}`];
  const panes = [...count('added', begun), ...count('removed', ended)];
  const same = panes.length > 0 || sameArrangement(running.windows, session.windows);
  const keys = SETTINGS.filter(({ of }) => !equalPlain(words(of(running)), words(of(next)))).map(
    ({ name }) => name,
  );
  return [
    ...panes,
    ...(same ? [] : ['windows, places or titles of panes change']),
    ...(keys.length === 0 ? [] : [`settings that change: ${keys.join(', ')}`]),
  ];
}

function sameArrangement(a: readonly WindowSpec[], b: readonly WindowSpec[]): boolean {
  const ids = ({ panes }: WindowSpec): readonly unknown[] => panes.map(({ id, title }) => [id, title ?? '']);
  return (
    a.length === b.length &&
    a.every((window, index) => {
      const other = b[index];
      if (other === undefined) return false;
      return window.name === other.name && equalPlain(ids(window), ids(other)) && sameLayout(window, other);
    })
  );
}

const SETTINGS: readonly Readonly<{ name: string; of: (session: Session) => unknown }>[] = [
  { name: 'name', of: ({ name }) => name },
  { name: 'refresh', of: ({ refreshMs }) => refreshMs },
  { name: 'hosts', of: ({ hosts, groups, host }) => [hosts, groups, host] },
  { name: 'allow', of: ({ allow, allowInto }) => [allow, allowInto] },
  { name: 'bans', of: ({ bans }) => bans },
  { name: 'services', of: ({ services }) => services },
  { name: 'shields', of: ({ shields }) => shields },
  {
    name: 'keys',
    of: ({ keys, prefix }) => [prefix, keys.map(({ mode, intent, chords }) => [mode, intent, chords])],
  },
  { name: 'theme', of: ({ theme, accent, label }) => [theme, accent, label] },
  { name: 'times', of: ({ times }) => times },
  { name: 'mouse', of: ({ mouse }) => mouse },
  { name: 'reload', of: ({ reload }) => reload },
];

/** As it would stand in a file: without what is undefined. */
function words(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
