// Changes a value of a YAML text to another one with as few edits as can be: what is equal stays as it is written.

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { editList, type Wish } from './save-list.ts';
import {
  contentEnd,
  dashes,
  equalPlain,
  flowText,
  type Held,
  isPlainMap,
  lineEnd,
  lineStart,
  type Plain,
  type PlainMap,
  replace,
  type Sheet,
  scalarText,
  valueText,
} from './save-text.ts';

export function editValue(sheet: Sheet, held: Held, wanted: Plain): void {
  const { node } = held;
  const now = plainOf(sheet, node);
  if (equalPlain(now, wanted)) return;
  if (isAlias(node)) {
    sheet.notes.push(`*${node.source} was written out, because only this one changes`);
    rewrite(sheet, held, wanted);
  } else if (isPlainScalar(node) && !isCollectionPlain(wanted)) {
    const [start = held.start, end = held.start] = node.range ?? [];
    replace(sheet, { start, end, text: scalarText(node, wanted) });
  } else if (isMap(node) && isPlainMap(wanted) && sharesKey(now, wanted)) editMap(sheet, node, wanted);
  else if (isSeq(node) && Array.isArray(wanted)) editPlainList(sheet, { ...held, node }, wanted);
  else rewrite(sheet, held, wanted);
}

export function plainOf(sheet: Sheet, node: unknown): unknown {
  return node === null || node === undefined ? null : (node as Node).toJS(sheet.document);
}

/** A scalar that is written on one line, and is written at all. */
function isPlainScalar(node: unknown): node is Scalar & { range: [number, number, number] } {
  if (!isScalar(node) || node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') return false;
  const range = node.range;
  return range !== undefined && range !== null && range[1] > range[0];
}

function isCollectionPlain(plain: Plain): boolean {
  return typeof plain === 'object' && plain !== null;
}

function sharesKey(now: unknown, wanted: PlainMap): boolean {
  return isPlainMap(now) && Object.keys(wanted).some((key) => Object.hasOwn(now, key));
}

/** The whole value anew. A map around the old value keeps that as it is written. */
function rewrite(sheet: Sheet, held: Held, wanted: Plain): void {
  const { text } = sheet;
  const last = contentEnd(held.node, held.start);
  // A text over several lines has its line end in it.
  const end = Math.max(held.start, text[last - 1] === '\n' ? last - 1 : last);
  const old = plainOf(sheet, held.node);
  const source = isAlias(held.node) ? undefined : keptSource(sheet, held, end);
  let written = valueText(wanted, held);
  if (isPlainMap(wanted) && source !== undefined && old !== null) {
    const key = Object.keys(wanted).find((name) => equalPlain(wanted[name], old));
    if (key !== undefined) written = around(wanted, { key, source }, held);
  }
  written = withComments(written, commentsBefore(text, held), held);
  // In a flow list nothing stands between a value and what is before it.
  const bare = held.flow && held.kind === 'item';
  replace(sheet, { start: held.start, end, text: bare ? written.trimStart() : written });
}

/** Between the colon or dash and a value that stands further down. */
function commentsBefore(text: string, { node, start }: Held): readonly string[] {
  const head = text.slice(start, (node as Node | null)?.range?.[0] ?? start);
  return [...head.matchAll(/(?:^|\s)(#[^\n]*)/g)].map(([, comment = '']) => comment);
}

function withComments(written: string, comments: readonly string[], { column }: Held): string {
  if (comments.length === 0) return written;
  if (comments.length === 1 && !written.includes('\n')) return `${written} ${comments[0]}`;
  const pad = `\n${' '.repeat(column + 2)}`;
  return ` ${comments.join(pad)}${written.startsWith('\n') ? '' : pad}${written.replace(/^ /, '')}`;
}

/** The old value as it is written, when it stands on one line. */
function keptSource(sheet: Sheet, held: Held, end: number): string | undefined {
  const source = sheet.text.slice(held.start, end).trim();
  return source === '' || source.includes('\n') ? undefined : source;
}

function around(
  wanted: PlainMap,
  kept: Readonly<{ key: string; source: string }>,
  { column, flow, kind }: Held,
): string {
  const pairs = Object.entries(wanted).map(([key, value]) => ({
    name: flowText(key),
    text: key === kept.key ? ` ${kept.source}` : valueText(value, { column: column + 2, flow, kind: 'pair' }),
  }));
  if (flow) return ` {${pairs.map(({ name, text }) => `${name}:${text}`).join(', ')}}`;
  const lines = pairs.map(({ name, text }) => `\n${' '.repeat(column + 2)}${name}:${text}`).join('');
  return kind === 'item' ? ` ${lines.trimStart()}` : lines;
}

/** `kept`: keys that are left alone, whatever `wanted` says of them. */
export function editMap(sheet: Sheet, map: YAMLMap, wanted: PlainMap, kept: readonly string[] = []): void {
  const pairs = map.items as Pair[];
  const stays = (pair: Pair): boolean => {
    const key = keyOf(pair);
    return kept.includes(key) || Object.hasOwn(wanted, key);
  };
  const places = pairs.map((pair) => placeOf(sheet, pair));
  for (const [index, pair] of pairs.entries()) {
    const place = places[index];
    const key = keyOf(pair);
    if (place === undefined || kept.includes(key)) continue;
    const value = wanted[key];
    if (value !== undefined) editValue(sheet, heldBy(sheet, map, pair), value);
  }
  if (map.flow === true) removeFromFlow(sheet, places, pairs.map(stays));
  else removeFromBlock(sheet, places, pairs.map(stays));
  insert(sheet, { map, places, stays: pairs.map(stays), keys: pairs.map(keyOf) }, wanted);
}

export function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

/** `start`: of the key. `end`: of the value. `colon`: behind it. */
type Place = Readonly<{ start: number; end: number; colon: number }>;

function placeOf(_sheet: Sheet, pair: Pair): Place {
  const start = (pair.key as Node | null)?.range?.[0] ?? 0;
  const keyEnd = contentEnd(pair.key, start);
  const sign = pair.srcToken?.sep?.find((token) => token.type === 'map-value-ind');
  const colon = sign === undefined ? keyEnd : sign.offset + 1;
  return { start, colon, end: Math.max(colon, contentEnd(pair.value, colon)) };
}

export function heldBy(sheet: Sheet, map: YAMLMap, pair: Pair): Held {
  const { start, colon } = placeOf(sheet, pair);
  const column = start - lineStart(sheet.text, start);
  return { node: pair.value, start: colon, column, flow: map.flow === true, kind: 'pair' };
}

function removeFromFlow(sheet: Sheet, places: readonly Place[], stays: readonly boolean[]): void {
  const first = stays.indexOf(true);
  for (const [index, { start, end }] of places.entries()) {
    if (stays[index] === true) continue;
    const before = places[index - 1];
    if (index > first && before !== undefined) replace(sheet, { start: before.end, end, text: '' });
    else if (index === 0) replace(sheet, { start, end: places[first]?.start ?? end, text: '' });
  }
}

function removeFromBlock(sheet: Sheet, places: readonly Place[], stays: readonly boolean[]): void {
  const { text } = sheet;
  for (const [index, { start, end }] of places.entries()) {
    if (stays[index] === true) continue;
    const from = lineStart(text, start);
    const to = lineEnd(text, end);
    if (text.slice(from, start).trim() === '') replace(sheet, { start: from, end: to, text: '' });
    else {
      // It shares its line with the dash of a list: the next key moves there.
      const next = places[index + 1]?.start ?? to;
      const joined = !text.slice(to, next).includes('#');
      replace(sheet, { start, end: joined ? next : to - 1, text: '' });
    }
  }
}

type MapPlaces = Readonly<{
  map: YAMLMap;
  places: readonly Place[];
  stays: readonly boolean[];
  keys: readonly string[];
}>;

/** New keys come behind the key that stands before them in `wanted`, else before the first. */
function insert(sheet: Sheet, { map, places, stays, keys }: MapPlaces, wanted: PlainMap): void {
  const flow = map.flow === true;
  let behind: Place | undefined;
  const first = places[stays.indexOf(true)];
  if (first === undefined) {
    sheet.trouble ??= 'an entry would lose all its keys';
    return;
  }
  const column = first.start - lineStart(sheet.text, first.start);
  const added = new Map<Place | undefined, string[]>();
  for (const [key, value] of Object.entries(wanted)) {
    const at = keys.indexOf(key);
    if (at >= 0) behind = places[at];
    else {
      const text = `${flowText(key)}:${valueText(value, { column, flow, kind: 'pair' })}`;
      added.set(behind, [...(added.get(behind) ?? []), text]);
    }
  }
  for (const [place, texts] of added) {
    if (place === undefined) {
      const next = flow ? ', ' : `\n${' '.repeat(column)}`;
      const text = texts.map((one) => one + next).join('');
      sheet.edits.push({ start: first.start, end: first.start, text });
    } else {
      // Before the line end: what is behind it belongs to the next entry.
      const at = flow ? place.end : lineEnd(sheet.text, place.end) - 1;
      const text = texts.map((one) => (flow ? `, ${one}` : `\n${' '.repeat(column)}${one}`)).join('');
      sheet.edits.push({ start: at, end: at, text });
    }
  }
}

/** Items that are equal to one before stay as they are written; the rest is new. */
function editPlainList(
  sheet: Sheet,
  held: Held & Readonly<{ node: YAMLSeq }>,
  wanted: readonly Plain[],
): void {
  const { node } = held;
  const now = node.items.map((item) => plainOf(sheet, item));
  if (now.length === wanted.length) {
    for (const [index, item] of node.items.entries()) {
      const value = wanted[index];
      if (value !== undefined) editValue(sheet, itemHeld(sheet, node, index, item), value);
    }
    return;
  }
  const left = new Set(now.keys());
  const items = wanted.map((plain): Wish => {
    const from = [...left].find((index) => equalPlain(now[index], plain));
    if (from === undefined) return { plain };
    left.delete(from);
    return { plain, from: { list: node, index: from } };
  });
  editList(sheet, held, items);
}

/** The item of a list, as what holds it. */
export function itemHeld(sheet: Sheet, list: YAMLSeq, index: number, item: unknown): Held {
  const start = (item as Node | null)?.range?.[0] ?? 0;
  if (list.flow === true) {
    const column = start - lineStart(sheet.text, start);
    return { node: item, start, column, flow: true, kind: 'item' };
  }
  const dash = dashes(list)[index] ?? start;
  return {
    node: item,
    start: dash + 1,
    column: dash - lineStart(sheet.text, dash),
    flow: false,
    kind: 'item',
  };
}
