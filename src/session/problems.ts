// Turns zod issues into sentences with file:line:column, pointing at the node in the YAML text that is wrong.

import { type Document, isMap, isNode, isPair, isScalar, type LineCounter } from 'yaml';
import type { z } from 'zod';
import { sanitise } from '../core/sanitise.ts';
import { suggest } from '../core/suggest.ts';
import { PANE_KIND_NAMES, paneKeysAt } from './pane-schema.ts';
import { knownKeysAt } from './schema.ts';

/** One thing wrong in a session file. `line` and `column` count from 1. */
export type FileProblem = Readonly<{ line: number; column: number; message: string }>;

type Path = readonly PropertyKey[];
/** The parsed text with its positions. */
export type SourceMap = Readonly<{ document: Document.Parsed; lines: LineCounter }>;

export function printFileProblem(path: string, found: FileProblem): string {
  return `${sanitise(path)}:${found.line}:${found.column}: ${found.message}`;
}

/** Problem at the value under `path`, or at its nearest existing parent. */
export function problemAt(source: SourceMap, path: Path, message: string): FileProblem {
  return { ...positionOf(source, path, false), message };
}

/** Problem at the key that ends `path`. */
export function problemAtKey(source: SourceMap, path: Path, message: string): FileProblem {
  return { ...positionOf(source, path, true), message };
}

export function problemsOf(
  source: SourceMap,
  issues: readonly z.core.$ZodIssue[],
  under: Path = [],
): FileProblem[] {
  return issues.flatMap((issue) => problemsOfIssue(source, issue, [...under, ...issue.path]));
}

function problemsOfIssue(source: SourceMap, issue: z.core.$ZodIssue, path: Path): FileProblem[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(source, path, key));
    case 'invalid_union': {
      const branch = closestBranch(issue.errors);
      if (branch !== undefined) return problemsOf(source, branch, path);
      return [problemAt(source, path, `${where(path)} has the wrong form; see docs/session.md`)];
    }
    case 'invalid_type':
      return [invalidType(source, path, issue.expected)];
    case 'invalid_value':
      return [invalidValue(source, path, issue.values)];
    default:
      return [problemAt(source, path, `${where(path)}: ${sanitise(issue.message)}`)];
  }
}

/** What belongs to the command and stands beside it. */
function misplacedKey(source: SourceMap, path: Path, key: string): FileProblem | undefined {
  const pane = source.document.getIn(path as unknown[]);
  if (path.at(-2) !== 'panes' || !isMap(pane)) return undefined;
  const kind = PANE_KIND_NAMES.find((name) => pane.has(name) && (paneKeysAt(name)?.includes(key) ?? false));
  if (kind === undefined) return undefined;
  const first = kind === 'log' && key !== 'start' ? 'files' : 'command';
  const value = pane.get(key);
  const written = isNode(value) || typeof value === 'object' ? '…' : sanitise(String(value), 30);
  const shape = `${kind}: { ${key === first ? '' : `${first}: …, `}${key}: ${written} }`;
  const message = `unknown key ${quoted(key)} here; it belongs inside ${kind}, as ${shape}`;
  return { ...positionOf(source, [...path, key], true), message };
}

function unknownKey(source: SourceMap, path: Path, key: string): FileProblem {
  const misplaced = misplacedKey(source, path, key);
  if (misplaced !== undefined) return misplaced;
  const known = knownKeysAt(path);
  const near = suggest(key, known);
  const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`;
  return {
    ...positionOf(source, [...path, key], true),
    message: `unknown key ${quoted(key)}${known.length > 0 ? `; ${hint}` : ''}`,
  };
}

function invalidType(source: SourceMap, path: Path, expected: string): FileProblem {
  const value = source.document.getIn(path as unknown[]);
  if (value === undefined) return problemAt(source, path.slice(0, -1), `${where(path)} is missing`);
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    array: 'a list',
    object: 'a mapping (key: value)',
    record: 'a mapping (key: value)',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  };
  const wanted = isDuration(path) ? DURATION_WORDS : (words[expected] ?? expected);
  return problemAt(source, path, `${where(path)} must be ${wanted}`);
}

const DURATION_WORDS = 'a duration with its unit, such as 10s or 1h';
const DURATIONS = 'trial hold timeout bantime every minimum-hold cool-down manual-block'.split(' ');
/** Below "shields", "default" is the name of a profile. */
const isDuration = (path: Path): boolean =>
  path[0] === 'shields'
    ? DURATIONS.includes(String(path.at(-1)))
    : path[0] !== 'hosts' && path.some((part) => ['refresh', 'default', 'durations'].includes(String(part)));

function invalidValue(source: SourceMap, path: Path, values: readonly unknown[]): FileProblem {
  const written = source.document.getIn(path as unknown[]);
  const known = values.map(String);
  if (written === undefined)
    return problemAt(source, path.slice(0, -1), `${where(path)} is missing; write ${known.join(' or ')}`);
  const near = typeof written === 'string' ? suggest(written, known) : undefined;
  const shown = quoted(isNode(written) ? String(written) : String(written));
  if (isDuration(path)) return problemAt(source, path, `${where(path)} must be ${DURATION_WORDS}`);
  const hint = near === undefined ? `it must be ${known.join(', ')}` : `did you mean ${near}?`;
  return problemAt(source, path, `${where(path)} ${shown} is not known; ${hint}`);
}

/** Of the alternatives of a union, the one that the text came closest to: errors deepest inside, not at the top. */
function closestBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const top = (issue: z.core.$ZodIssue): boolean =>
    issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
  const fitting = branches.filter((issues) => issues.length > 0 && !issues.some(top));
  if (fitting.length > 0) return fitting[0];
  return branches.find((issues) => issues.some((issue) => issue.code === 'invalid_value')) ?? branches[0];
}

function positionOf(
  source: SourceMap,
  path: Path,
  ofKey: boolean,
): Readonly<{ line: number; column: number }> {
  for (let depth = path.length; depth >= 0; depth--) {
    const offset = offsetOf(source.document, path.slice(0, depth), ofKey && depth === path.length);
    if (offset !== undefined) {
      const { line, col } = source.lines.linePos(offset);
      return { line: Math.max(1, line), column: Math.max(1, col) };
    }
  }
  return { line: 1, column: 1 };
}

function offsetOf(document: Document.Parsed, path: Path, ofKey: boolean): number | undefined {
  if (ofKey) {
    const parent =
      path.length === 1 ? document.contents : document.getIn(path.slice(0, -1) as unknown[], true);
    if (!isMap(parent)) return undefined;
    const pair = parent.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(path.at(-1)),
    );
    return isPair(pair) && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
  }
  const node = path.length === 0 ? document.contents : document.getIn(path as unknown[], true);
  return isNode(node) ? node.range?.[0] : undefined;
}

function where(path: Path): string {
  const shown = path
    .map((part) => (typeof part === 'number' ? `[${part + 1}]` : `.${sanitise(String(part), 40)}`))
    .join('');
  return shown.replace(/^\./, '') || 'the file';
}

export function quoted(value: string): string {
  return `"${sanitise(value, 60)}"`;
}
