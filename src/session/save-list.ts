// Lists of a YAML text whose items come, go and move: an item takes its lines and the comments above it along.

import type { Node, YAMLSeq } from 'yaml';
import {
  columnOf,
  contentEnd,
  dashes,
  edited,
  flowText,
  type Held,
  indented,
  itemLines,
  lineEnd,
  lineStart,
  type Plain,
  replace,
  type Sheet,
  shifted,
} from './save-text.ts';

/** An item of a list as it is written: lines with the dash at column 0 and the comments above; `flow`: on one line. */
export type Item = Readonly<{ block: string; flow?: string }>;
/** What shall stand in a list: an item that stands somewhere already, or something new. */
export type Wish = Readonly<{
  plain: Plain;
  from?: Readonly<{ list: YAMLSeq; index: number }>;
  /** Where it was taken from, when that list has been changed since. */
  item?: Item;
}>;

type Region = Readonly<{ start: number; end: number }>;

/** The list becomes what is wished. Nothing is done when that is what it is. */
export function editList(
  sheet: Sheet,
  held: Held & Readonly<{ node: YAMLSeq }>,
  wishes: readonly Wish[],
): void {
  const { node } = held;
  if (
    wishes.length === node.items.length &&
    wishes.every(({ from }, index) => from?.list === node && from.index === index)
  )
    return;
  const items = wishes.map((wish) => itemOf(sheet, wish));
  if (node.flow !== true) toBlock(sheet, node, { items, wishes });
  else if (items.every(({ flow }) => flow !== undefined) && !hasComments(sheet, node))
    toFlow(
      sheet,
      node,
      items.map(({ flow }) => flow ?? ''),
    );
  else if (held.flow || held.kind === 'item' || hasComments(sheet, node))
    sheet.trouble ??= `the list in line ${lineOf(sheet, node)} has comments between brackets`;
  else {
    const lines = items.map(({ block }) => shifted(withoutBlanks(block), 0, held.column + 2)).join('');
    replace(sheet, { start: held.start, end: contentEnd(node, held.start), text: `\n${lines.trimEnd()}` });
  }
}

/** A wish in the words of the file. */
export function itemOf(sheet: Sheet, { plain, from, item }: Wish): Item {
  if (item !== undefined) return item;
  if (from !== undefined) return readItem(sheet, from.list, from.index);
  return { block: itemLines(plain), flow: flowText(plain) };
}

/** An item with what was changed inside of it. */
export function readItem(sheet: Sheet, list: YAMLSeq, index: number): Item {
  const node = list.items[index];
  if (list.flow === true) {
    const [start, end] = flowRegion(list, index);
    const flow = edited(sheet, start, end).trim();
    return { block: `- ${flow}\n`, ...(flow.includes('\n') ? {} : { flow }) };
  }
  const { regions, column } = blockRegions(sheet, list);
  const region = regions[index];
  const dash = dashes(list)[index];
  if (region === undefined || dash === undefined) return { block: '' };
  const block = shifted(edited(sheet, region.start, region.end), column, 0);
  const end = contentEnd(node, dash + 1);
  const words = edited(sheet, dash + 1, Math.max(dash + 1, end)).trim();
  const alone = block.trim() === `- ${words}` && !words.includes('\n') && !/^[\w-]+:( |$)|^$/.test(words);
  return { block, ...(alone ? { flow: words } : {}) };
}

/** Anchors and tags stand before what the parser calls the start of a value. */
function flowRegion(list: YAMLSeq, index: number): readonly [number, number] {
  const item = list.items[index];
  const token = list.srcToken?.type === 'flow-collection' ? list.srcToken.items[index] : undefined;
  const props = token?.start.find(({ type }) => type === 'anchor' || type === 'tag');
  const start = (item as Node | null)?.range?.[0] ?? 0;
  return [props?.offset ?? start, contentEnd(item, start)];
}

function hasComments({ text }: Sheet, list: YAMLSeq): boolean {
  const [start = 0, end = 0] = list.range ?? [];
  return /\s#/.test(text.slice(start, end)) && text.slice(start, end).includes('\n');
}

function lineOf({ text }: Sheet, node: Node): number {
  return text.slice(0, node.range?.[0] ?? 0).split('\n').length;
}

function toFlow(sheet: Sheet, list: YAMLSeq, items: readonly string[]): void {
  const first = flowRegion(list, 0);
  const second = list.items.length > 1 ? flowRegion(list, 1) : undefined;
  const last = flowRegion(list, list.items.length - 1);
  const between = second === undefined ? ', ' : sheet.text.slice(first[1], second[0]);
  replace(sheet, { start: first[0], end: last[1], text: items.join(between) });
}

function toBlock(
  sheet: Sheet,
  list: YAMLSeq,
  { items, wishes }: Readonly<{ items: readonly Item[]; wishes: readonly Wish[] }>,
): void {
  const { regions, column } = blockRegions(sheet, list);
  const [first] = regions;
  const last = regions.at(-1);
  if (first === undefined || last === undefined) {
    sheet.trouble ??= `the list in line ${lineOf(sheet, list)} begins in the line of another one`;
    return;
  }
  const stays = new Map<number, number>();
  for (const [at, { from }] of wishes.entries()) if (from?.list === list) stays.set(from.index, at);
  const before = items.map(() => '');
  let after = '';
  for (const [index, region] of regions.entries()) {
    if (stays.has(index)) continue;
    const head = sectionHead(sheet, region);
    if (head === '') continue;
    const next = [...stays.keys()].filter((other) => other > index).sort((a, b) => a - b)[0];
    const at = next === undefined ? undefined : stays.get(next);
    if (at === undefined) after += head;
    else before[at] += head;
  }
  const written = items.map(({ block }, index) => {
    const lines = shifted(block, 0, column);
    return (before[index] ?? '') + (index === 0 && before[0] === '' ? withoutBlanks(lines) : lines);
  });
  replace(sheet, { start: first.start, end: last.end, text: written.join('') + after });
}

function withoutBlanks(lines: string): string {
  return lines.replace(/^(?:[^\S\n]*\n)+/, '');
}

/** Comments that an empty line divides from the item below them speak of more than this item. */
function sectionHead({ text }: Sheet, region: Region): string {
  const lines = text.slice(region.start, region.end).split('\n');
  const item = lines.findIndex((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  const blank = lines.slice(0, item).findLastIndex((line) => line.trim() === '');
  const head = lines.slice(0, blank + 1);
  return head.some((line) => line.includes('#')) ? head.map((line) => `${line}\n`).join('') : '';
}

type Regions = Readonly<{ regions: readonly Region[]; column: number }>;
/** By list, which belongs to one sheet: asked for once for each item of a long list. */
const KNOWN_REGIONS = new WeakMap<YAMLSeq, Regions>();

function blockRegions(sheet: Sheet, list: YAMLSeq): Regions {
  const known = KNOWN_REGIONS.get(list) ?? findRegions(sheet, list);
  KNOWN_REGIONS.set(list, known);
  return known;
}

/** The lines of each item, comments above it and deeper ones below it included. None when the list begins inside a line. */
function findRegions(sheet: Sheet, list: YAMLSeq): Regions {
  const { text } = sheet;
  const found = dashes(list);
  const [top] = found;
  if (top === undefined || found.length !== list.items.length) return { regions: [], column: 0 };
  const column = columnOf(text, top);
  if (text.slice(lineStart(text, top), top).trim() !== '') return { regions: [], column };
  let start = commentsAbove(text, lineStart(text, top));
  const regions = list.items.map((item, index) => {
    const dash = found[index] ?? start;
    const end = commentsBelow(text, lineEnd(text, Math.max(dash + 1, contentEnd(item, dash + 1))), column);
    const region = { start, end };
    start = end;
    return region;
  });
  return { regions, column };
}

function commentsAbove(text: string, from: number): number {
  let at = from;
  while (at > 0) {
    const start = lineStart(text, at - 1);
    const line = text.slice(start, at).trim();
    if (line !== '' && !line.startsWith('#')) return at;
    at = start;
  }
  return at;
}

/** Behind the last comment line that is further in than the dashes. */
function commentsBelow(text: string, from: number, column: number): number {
  let end = from;
  for (let at = from; at < text.length; at = lineEnd(text, at + 1)) {
    const line = text.slice(at, lineEnd(text, at + 1));
    const words = line.trimStart();
    if (words === '') continue;
    if (!words.startsWith('#') || line.length - words.length <= column) break;
    end = at + line.length;
  }
  return end;
}

/** A new item with a list of items inside of it, the last key. */
export function itemAround(head: Plain, key: string, items: readonly Item[]): Item {
  const inner = items.map(({ block }) => shifted(withoutBlanks(block), 0, 4)).join('');
  return { block: `${itemLines(head)}${indented(`${key}:`, 2)}\n${inner}` };
}
