// Editing a YAML text in place: places in the text, what replaces them, and how new values are written.

import {
  type Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  Scalar,
  stringify,
  visit,
  type YAMLMap,
  type YAMLSeq,
  Document as YamlDocument,
} from 'yaml';

export type Plain = null | boolean | number | string | readonly Plain[] | PlainMap;
export type PlainMap = Readonly<{ [key: string]: Plain }>;
export type Edit = Readonly<{ start: number; end: number; text: string }>;

/**
 * A text that is being edited. `edits` never overlap. `notes`: what was done beyond what was asked. `trouble`: why it
 * cannot be done without harm to what others wrote; the first one counts.
 */
export type Sheet = {
  readonly text: string;
  readonly document: Document.Parsed;
  edits: Edit[];
  readonly notes: string[];
  trouble: string | undefined;
};

/** `text` is good YAML and ends with a line end. */
export function openSheet(text: string): Sheet {
  const document = parseDocument(text, { keepSourceTokens: true, prettyErrors: false });
  return { text, document, edits: [], notes: [], trouble: undefined };
}

export function closeSheet(sheet: Sheet): string {
  return edited(sheet, 0, sheet.text.length);
}

/** The text from `start` to `end` with the edits inside it. */
export function edited({ text, edits }: Sheet, start: number, end: number): string {
  const inside = edits
    .filter((edit) => edit.start >= start && edit.end <= end)
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let at = start;
  for (const edit of inside) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at, end);
}

/** One edit in place of all that lie inside of it. */
export function replace(sheet: Sheet, edit: Edit): void {
  sheet.edits = sheet.edits.filter(({ start, end }) => start < edit.start || end > edit.end);
  sheet.edits.push(edit);
}

/** Where the last sign of a value stands; comments behind it are not counted. */
export function contentEnd(node: unknown, fallback: number): number {
  if (isCollection(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (isPair(last)) return contentEnd(last.value ?? last.key, contentEnd(last.key, fallback));
    return last === undefined ? fallback : contentEnd(last, itemStart(node, fallback));
  }
  const range = (node as Node | undefined)?.range;
  return range?.[1] ?? fallback;
}

function itemStart(node: YAMLMap | YAMLSeq, fallback: number): number {
  return node.range?.[0] ?? fallback;
}

/** The start of the line that `at` is in. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Behind the line end of the line that `at` is in; of a value that ends with its line end: right there. */
export function lineEnd(text: string, at: number): number {
  if (at > 0 && text[at - 1] === '\n') return at;
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

export function columnOf(text: string, at: number): number {
  return at - lineStart(text, at);
}

export function equalPlain(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => equalPlain(item, b[index]));
  }
  if (!isPlainMap(a) || !isPlainMap(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalPlain(a[key], b[key]))
  );
}

export function isPlainMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const STYLE = {
  lineWidth: 0,
  flowCollectionPadding: false,
  // Between brackets a text of several lines stands on one.
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
} as const;

/** On one line, for inside of `[…]` and `{…}`. */
export function flowText(plain: Plain): string {
  const document = new YamlDocument(plain);
  if (isCollection(document.contents)) document.contents.flow = true;
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && scalar.value.includes('\n')) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return stringify(document, STYLE).trimEnd();
}

/** Lines that begin at column 0, without a line end behind the last. Short lists of words stand on one line. */
export function blockText(plain: Plain): string {
  const document = new YamlDocument(plain);
  flatten(document.contents, undefined);
  return stringify(document, STYLE).trimEnd();
}

function flatten(node: unknown, key: string | undefined): void {
  if (isMap(node)) for (const pair of node.items) flatten(pair.value, String(pair.key));
  if (!isSeq(node)) return;
  const places = key === 'rows' || key === 'columns';
  if (node.items.every((item) => isScalar(item) || (places && isMap(item) && item.has('pane'))))
    node.flow = true;
  else for (const item of node.items) flatten(item, undefined);
}

/** As `blockText` or `flowText`, behind a colon or dash: on the same line, or on lines of their own. */
export function valueText(plain: Plain, place: Pick<Held, 'column' | 'flow' | 'kind'>): string {
  if (place.flow) return ` ${flowText(plain)}`;
  if (place.kind === 'item') return shifted(itemLines(plain), 0, place.column).trim().slice(1);
  const block = blockText({ value: plain });
  const [first = '', ...rest] = block.split('\n');
  return [first.slice('value:'.length), ...rest.map((line) => indented(line, place.column))].join('\n');
}

/** A scalar in the quotes that the one before it had. */
export function scalarText(old: Scalar, value: Plain): string {
  const scalar = new Scalar(value);
  if (typeof value === 'string' && (old.type === 'QUOTE_DOUBLE' || old.type === 'QUOTE_SINGLE'))
    scalar.type = old.type;
  return stringify(new YamlDocument(scalar), STYLE).trimEnd();
}

export function indented(line: string, columns: number): string {
  return line === '' ? line : ' '.repeat(columns) + line;
}

/** The lines moved so that what stood at column `from` stands at column `to`. */
export function shifted(text: string, from: number, to: number): string {
  if (from === to) return text;
  return text
    .split('\n')
    .map((line) => {
      const spaces = line.length - line.trimStart().length;
      const rest = line.slice(Math.min(spaces, from));
      return rest.trim() === '' ? rest : ' '.repeat(to) + rest;
    })
    .join('\n');
}

/**
 * A value and what holds it. `start`: right behind the colon or dash; in a flow list the value's own start. `column`: of the
 * key or dash. `flow`: inside of `[…]` or `{…}`.
 */
export type Held = Readonly<{
  node: unknown;
  start: number;
  column: number;
  flow: boolean;
  kind: 'pair' | 'item';
}>;

/** By list: asked for once for each item of a long one. */
const KNOWN_DASHES = new WeakMap<YAMLSeq, readonly number[]>();

/** Offsets of the dashes of a block list. */
export function dashes(list: YAMLSeq): readonly number[] {
  const known = KNOWN_DASHES.get(list) ?? findDashes(list);
  KNOWN_DASHES.set(list, known);
  return known;
}

function findDashes(list: YAMLSeq): readonly number[] {
  const token = list.srcToken;
  if (token?.type !== 'block-seq') return [];
  return token.items.flatMap(({ start }) => {
    const dash = start.find(({ type }) => type === 'seq-item-ind');
    return dash === undefined ? [] : [dash.offset];
  });
}

/** An item of a block list, its dash at column 0. */
export function itemLines(plain: Plain): string {
  const [first = '', ...rest] = blockText(plain).split('\n');
  return `- ${[first, ...rest.map((line) => indented(line, 2))].join('\n')}\n`;
}
