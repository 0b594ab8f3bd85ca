// Regular expressions that the operator types: compiled once, guarded so that no line of a hostile log can stall
// the console. Smart case: a pattern without capitals ignores case (by folding, which keeps the engine's linear fallback).

import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';

/** `parts`: set when the pattern is fixed pieces joined by `.*`; they are looked for one after the other, in linear time. */
export type Pattern = Readonly<{
  text: string;
  ignoreCase: boolean;
  whole: RegExp;
  parts: readonly RegExp[] | undefined;
}>;

export type Range = Readonly<{ start: number; end: number }>;

export const PATTERN_MAX = 200;
/** A pattern with open repeats looks at this many characters of a line: backtracking may be quadratic in them. */
export const COMPLEX_TEXT_MAX = 1024;
const REPEAT_MAX = 100;
const RANGES_MAX = 64;

export function compilePattern(text: string): Result<Pattern> {
  if (text.length > PATTERN_MAX) return bad(`the pattern is longer than ${PATTERN_MAX} characters`);
  const danger = dangerIn(text);
  if (danger !== undefined) return bad(danger);
  const ignoreCase = !/\p{Lu}|\\[xuc]/u.test(text.replace(/\\[BDSW]/g, ''));
  try {
    const parts = fixedParts(text);
    return ok({
      text,
      ignoreCase,
      whole: new RegExp(text, 'g'),
      parts: parts?.map((part) => new RegExp(part, 'g')),
    });
  } catch (error) {
    return bad(reasonOf(error, text));
  }
}

export function matches(pattern: Pattern, text: string): boolean {
  const folded = fold(pattern, text);
  if (pattern.parts !== undefined) return partRanges(pattern.parts, folded) !== undefined;
  pattern.whole.lastIndex = 0;
  return pattern.whole.test(folded);
}

/** Where the pattern matches, in order, at most 64 places; empty matches are left out. */
export function rangesOf(pattern: Pattern, text: string): readonly Range[] {
  const folded = fold(pattern, text);
  if (pattern.parts !== undefined && pattern.parts.length > 1) return partRanges(pattern.parts, folded) ?? [];
  const found: Range[] = [];
  for (const match of folded.matchAll(pattern.whole)) {
    if (match[0] !== '') found.push(snap(text, match.index, match.index + match[0].length));
    if (found.length >= RANGES_MAX) break;
  }
  return found;
}

/** The leftmost place of each fixed piece after the one before: if any match exists, this finds one. */
function partRanges(parts: readonly RegExp[], text: string): readonly Range[] | undefined {
  const found: Range[] = [];
  let from = 0;
  for (const part of parts) {
    part.lastIndex = from;
    const match = part.exec(text);
    if (match === null) return undefined;
    from = match.index + match[0].length;
    if (from > match.index) found.push(snap(text, match.index, from));
  }
  return found;
}

/** Never half of a surrogate pair. */
function snap(text: string, start: number, end: number): Range {
  const low = (index: number): boolean => (text.charCodeAt(index) & 0xfc00) === 0xdc00;
  return { start: start > 0 && low(start) ? start - 1 : start, end: low(end) ? end + 1 : end };
}

function fold(pattern: Pattern, text: string): string {
  const bounded = pattern.parts === undefined ? text.slice(0, COMPLEX_TEXT_MAX) : text;
  if (!pattern.ignoreCase) return bounded;
  const lower = bounded.toLowerCase();
  return lower.length === bounded.length
    ? lower
    : bounded.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

/** "a.*b.+c" → "a", "b.", "c": its pieces, when each has one length: no groups, choices, other repeats or inner anchors. */
function fixedParts(text: string): readonly string[] | undefined {
  const pieces: string[] = [];
  let piece = '';
  const all = tokens(text);
  for (const [index, token] of all.entries()) {
    const anyMore = token === '+' && all[index - 1] === '.';
    if (!anyMore && /^[()|*+?{]/.test(token)) return undefined;
    if ((token === '^' && index > 0) || (token === '$' && index < all.length - 1)) return undefined;
    if (token === '.*' || anyMore) {
      pieces.push(piece);
      piece = '';
    } else piece += token;
  }
  return [...pieces, piece];
}

/** Splits a pattern into classes "[…]", escapes, ".*", quantifiers "{n,m}" and single characters. */
function tokens(text: string): readonly string[] {
  return text.match(/\[(?:\\.|[^\]\\])*\]|\\.|\.\*|\{\d+(?:,\d*)?\}|[\s\S]/g) ?? [];
}

function dangerIn(text: string): string | undefined {
  const outside = tokens(text)
    .map((token) => (token.startsWith('[') && token.length > 1 ? 'c' : token))
    .join('');
  if (/(^|[^\\])\(\?(?!:)/.test(outside))
    return 'look-around, named groups and flags "(?…" are not supported: they can take unbounded time; use a filter-out for "not"';
  if (/\\[1-9k]/.test(outside)) return 'back-references are not supported: they can take unbounded time';
  if (/\\[pP]\{/.test(text)) return 'unicode classes "\\p{…}" are not supported';
  for (const count of outside.matchAll(/\{(\d+)(?:,(\d*))?\}/g))
    if (Number(count[2] === undefined || count[2] === '' ? count[1] : count[2]) > REPEAT_MAX)
      return `a repeat of more than ${REPEAT_MAX} times is not supported`;
  return repeatInRepeat(text)
    ? 'a repeat inside a repeat such as (a+)+ can take unbounded time; write it with one repeat'
    : undefined;
}

/** True when a group that holds an open or long repeat is itself repeated so: the exponential class. */
function repeatInRepeat(text: string): boolean {
  const open: boolean[] = [];
  let closed: boolean | undefined;
  for (const token of tokens(text)) {
    const repeats = token === '.*' || token === '*' || token === '+' || isLongCount(token);
    if (repeats && token !== '.*' && closed === true) return true;
    if (repeats) open.fill(true);
    closed = undefined;
    if (token === '(') open.push(false);
    else if (token === ')') {
      closed = open.pop() ?? false;
    }
  }
  return false;
}

function isLongCount(token: string): boolean {
  const count = /^\{(\d+)(,(\d*))?\}$/.exec(token);
  if (count === null) return false;
  return (count[2] !== undefined && count[3] === '') || Number(count[3] ?? count[1]) > 8;
}

function bad(reason: string): Result<never> {
  return fail(problem('bad-input', reason));
}

function reasonOf(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replace(`Invalid regular expression: /${text}/g: `, '')
    .replace(/^./, (c) => c.toLowerCase());
}
