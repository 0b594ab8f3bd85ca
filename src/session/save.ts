// The live workspace written back into the text of its session file. Pure. Only what differs is edited; the new text
// is loaded again and must give the workspace that was to be saved, else nothing is.

import {
  type Document,
  isAlias,
  isMap,
  isSeq,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { HostId } from '../core/hosts.ts';
import type { PaneSpec, Session, WindowSpec } from '../core/pane.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { loadSession, SESSION_BYTES_MAX } from './load.ts';
import { placingPlain } from './save-layout.ts';
import { editList, type Item, itemAround, itemOf, readItem, type Wish } from './save-list.ts';
import { editMap, editValue, heldBy, itemHeld, keyOf, plainOf } from './save-node.ts';
import { changedPane, panePlain } from './save-panes.ts';
import { sameWindow, sameWindows } from './save-same.ts';
import {
  closeSheet,
  flowText,
  type Held,
  openSheet,
  type Plain,
  type PlainMap,
  replace,
  type Sheet,
} from './save-text.ts';
import { type SaveWish, settingsOf, type Wanted, wantedOf } from './save-wanted.ts';

/** `session`: what loading the new text gives. `notes`: what else had to be changed, in words. */
export type Saved = Readonly<{ text: string; session: Session; notes: readonly string[] }>;

/** `text`: of the file as it is now. */
export function saveSession(text: string, asked: SaveWish): Result<Saved> {
  const found = wantedOf(text, asked);
  if (!found.ok) return found;
  const { wanted, disk } = found.value;
  const same = Object.keys(settingsOf(found.value)).length === 0;
  if (same && sameWindows(wanted.windows, disk.windows)) return ok({ text, session: disk, notes: [] });
  const first = attempt(text, found.value);
  if (first.ok) return first;
  const without = withoutAliases(text);
  return without === undefined ? first : attempt(without, found.value, [WRITTEN_OUT]);
}

const WRITTEN_OUT = 'entries that stood for others (*name) were written out';

function attempt(text: string, wish: Wanted, notes: readonly string[] = []): Result<Saved> {
  const form = formOf(text);
  const sheet = openSheet(form.text);
  const root = sheet.document.contents;
  const windows = isMap(root) ? root.items.find((pair) => keyOf(pair as Pair) === 'windows') : undefined;
  if (!isMap(root) || windows === undefined) return unfaithful('it has no windows');
  const settings = settingsOf(wish, plainOf(sheet, root));
  if (Object.keys(settings).length > 0)
    editMap(sheet, root, { ...keysOf(root, settings), ...settings }, keysKept(root, settings));
  const held = heldBy(sheet, root, windows as Pair);
  if (!isSeq(held.node)) return unfaithful('its windows are not written as a list');
  editWindows(sheet, { ...held, node: held.node }, wish);
  if (sheet.trouble !== undefined) return unfaithful(sheet.trouble);
  return proved(form.back(closeSheet(sheet)), wish, [...notes, ...sheet.notes]);
}

/** The new text, when it means what was to be saved. */
function proved(text: string, { wanted, path }: Wanted, notes: readonly string[]): Result<Saved> {
  const again = loadSession(text, path);
  if (!again.ok) return unfaithful('the new text would not load');
  if (!sameWindows(again.session.windows, wanted.windows))
    return unfaithful('the new text would mean something else');
  if (!sameRest(again.session, wanted)) return unfaithful('the new text would change more than the windows');
  if (new TextEncoder().encode(text).length > SESSION_BYTES_MAX)
    return unfaithful('the new text would be too long to be loaded');
  return ok({ text, session: again.session, notes });
}

function unfaithful(why: string): Result<never> {
  return fail(
    problem('refused', `the file is written in a way that cannot be edited safely: ${why}`, {
      hint: 'nothing was written; save under another name',
    }),
  );
}

const ANEW = 'the windows are written anew: comments among them stay in the old file only';

/** For another file than the one that `text` is from: what cannot be edited is written anew there. */
export function saveElsewhere(text: string, wish: SaveWish): Result<Saved> {
  const saved = saveSession(text, wish);
  if (saved.ok || saved.problem.code !== 'refused') return saved;
  const found = wantedOf(text, wish);
  if (!found.ok) return found;
  const document = parseDocument(text);
  const { wanted } = found.value;
  for (const [key, value] of Object.entries(settingsOf(found.value, document.toJS())))
    document.set(key, value);
  document.set('windows', wanted.windows.map(windowPlain));
  // An alias may stand for something among the windows, which is gone.
  if (document.errors.length > 0 || hasLostAlias(document)) return saved;
  return proved(document.toString({ lineWidth: 0 }), found.value, [ANEW]);
}

function hasLostAlias(document: Document.Parsed): boolean {
  let lost = false;
  visit(document, {
    Alias: (_, alias) => {
      lost ||= alias.resolve(document) === undefined;
    },
  });
  return lost;
}

function windowPlain(window: WindowSpec): PlainMap {
  const panes = window.panes.map((pane) => panePlain(pane, window.host));
  return { ...headPlain(window, {}), panes };
}

function headPlain(window: WindowSpec, written: PlainMap): PlainMap {
  const { name, host } = window;
  return { name, ...(host === undefined ? {} : { host }), ...placingPlain(window, written) };
}

/** Line ends as most editors write them, and how the text gets its own again. */
function formOf(text: string): Readonly<{ text: string; back: (edited: string) => string }> {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const crlf = /\r\n/.test(text) && !/[^\r]\n/.test(text);
  const plain = text.slice(mark.length).replaceAll('\r\n', crlf ? '\n' : '\r\n');
  const open = !plain.endsWith('\n');
  return {
    text: open ? `${plain}\n` : plain,
    back: (edited) => {
      const ended = open && edited.endsWith('\n') ? edited.slice(0, -1) : edited;
      return mark + (crlf ? ended.replaceAll('\n', '\r\n') : ended);
    },
  };
}

/** All that is not the workspace; places of keys in the file may move. */
function sameRest(a: Session, b: Session): boolean {
  const rest = ({ windows: _, prefixAt: ____, keys, hosts = [], ...session }: Session): unknown => ({
    ...session,
    hosts,
    keys: keys.map(({ line: __, column: ___, ...key }) => key),
  });
  return JSON.stringify(rest(a)) === JSON.stringify(rest(b));
}

const keysKept = (map: YAMLMap, changed: PlainMap): readonly string[] =>
  map.items.map((pair) => keyOf(pair as Pair)).filter((key) => changed[key] === undefined);

/** The keys of the file before its windows, so that a new one comes before those. */
function keysOf(map: YAMLMap, changed: PlainMap): PlainMap {
  const keys = keysKept(map, changed).filter((key) => key !== 'windows');
  return Object.fromEntries(keys.map((key) => [key, true]));
}

type ListHeld = Held & Readonly<{ node: YAMLSeq }>;
type WindowPlace = Readonly<{ map: YAMLMap; panes: Held }>;

function editWindows(sheet: Sheet, held: ListHeld, { wanted, disk }: Wanted): void {
  const places = held.node.items.map((item) => windowPlace(sheet, item));
  const live = wanted.windows.map((window) => ({ window, place: placeOf(places, window) }));
  for (const { window, place } of live) if (place !== undefined) editWindow(sheet, place, window);
  const wishes = live.map(({ window }) =>
    window.panes.map((pane) => paneWish(sheet, { pane, places, disk, implied: window.host })),
  );
  for (const [index, { place }] of live.entries()) {
    const panes = wishes[index] ?? [];
    if (place === undefined) continue;
    if (isSeq(place.panes.node)) editList(sheet, { ...place.panes, node: place.panes.node }, panes);
    else
      editValue(
        sheet,
        place.panes,
        panes.map(({ plain }) => plain),
      );
  }
  const same = (window: WindowSpec): boolean => {
    const before = disk.windows[window.from ?? -1];
    return before !== undefined && sameWindow(before, window);
  };
  const windows = live.map(({ window }, index) =>
    windowWish(sheet, held, {
      window,
      panes: wishes[index] ?? [],
      known: places[window.from ?? -1] !== undefined || same(window),
    }),
  );
  editList(sheet, held, windows);
}

/** Undefined where the window stands for another one: it is written out as soon as it changes. */
function windowPlace(sheet: Sheet, item: unknown): WindowPlace | undefined {
  if (!isMap(item)) return undefined;
  const panes = item.items.find((pair) => keyOf(pair as Pair) === 'panes');
  return panes === undefined ? undefined : { map: item, panes: heldBy(sheet, item, panes as Pair) };
}

function placeOf(
  places: readonly (WindowPlace | undefined)[],
  { from }: WindowSpec,
): WindowPlace | undefined {
  return from === undefined ? undefined : places[from];
}

function editWindow(sheet: Sheet, { map }: WindowPlace, window: WindowSpec): void {
  const written = plainOf(sheet, map) as PlainMap;
  editMap(sheet, map, { ...headPlain(window, written), panes: [] }, ['panes']);
}

type PaneWanted = Readonly<{
  pane: PaneSpec;
  places: readonly (WindowPlace | undefined)[];
  disk: Session;
  implied: HostId | undefined;
}>;

function paneWish(sheet: Sheet, { pane, places, disk, implied }: PaneWanted): Wish {
  const { from } = pane;
  const before = from === undefined ? undefined : disk.windows[from.window]?.panes[from.pane];
  const held = from === undefined ? undefined : places[from.window]?.panes;
  if (from === undefined || before === undefined || held === undefined)
    return { plain: panePlain(pane, implied) };
  const list = isAlias(held.node) ? held.node.resolve(sheet.document) : held.node;
  if (!isSeq(list)) return { plain: panePlain(pane, implied) };
  const item = list.items[from.pane];
  const plain = changedPane(plainOf(sheet, item) as Plain, { before, now: pane, implied });
  if (isAlias(held.node)) return { plain };
  editValue(sheet, itemHeld(sheet, list, from.pane, item), plain);
  return { plain, from: { list, index: from.pane }, item: readItem(sheet, list, from.pane) };
}

type WindowWanted = Readonly<{ window: WindowSpec; panes: readonly Wish[]; known: boolean }>;

function windowWish(sheet: Sheet, held: ListHeld, { window, panes, known }: WindowWanted): Wish {
  const { from } = window;
  const head: PlainMap = headPlain(window, {});
  const plain: PlainMap = { ...head, panes: panes.map((pane) => pane.plain) };
  if (from === undefined) {
    const items = panes.map((pane) => itemOf(sheet, pane));
    const item: Item = itemAround(head, 'panes', items);
    const flow = items.every((one) => one.flow !== undefined) ? { flow: flowText(plain) } : {};
    return { plain, item: { ...item, ...flow } };
  }
  if (!known) editValue(sheet, itemHeld(sheet, held.node, from, held.node.items[from]), plain);
  return { plain, from: { list: held.node, index: from } };
}

/** The text with every alias among the windows written out in place; undefined when there is none. */
function withoutAliases(text: string): string | undefined {
  const form = formOf(text);
  const sheet = openSheet(form.text);
  visit(sheet.document, {
    Alias: (_, alias) => {
      const [start = 0, end = 0] = alias.range ?? [];
      replace(sheet, { start, end, text: flowText(plainOf(sheet, alias) as Plain) });
    },
  });
  return sheet.edits.length === 0 ? undefined : form.back(closeSheet(sheet));
}
