// Text of a session file → Session, or every problem in it with its position. Pure: the caller reads the file.

import { LineCounter, parseDocument } from 'yaml';
import type { Session } from '../core/pane.ts';
import { sanitise } from '../core/sanitise.ts';
import { normalise } from './normalise.ts';
import { type FileProblem, problemsOf, type SourceMap } from './problems.ts';
import { sessionSchema } from './schema.ts';

export type Loaded =
  | Readonly<{ ok: true; session: Session }>
  | Readonly<{ ok: false; problems: readonly FileProblem[] }>;

/** A session file is written by hand; more than this is some other file. */
export const SESSION_BYTES_MAX = 1_048_576;

export function loadSession(text: string, path: string): Loaded {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
    strict: true,
  });
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    return {
      ok: false,
      problems: sorted(
        broken.map((error) => ({ ...at(lines, error.pos[0]), message: sanitise(error.message, 300) })),
      ),
    };
  }
  if (document.contents === null)
    return refuse('the file is empty; `opsconsole init` writes one for this machine');
  const source: SourceMap = { document, lines };
  const plain = plainValue(source);
  if (!plain.ok) return refuse(plain.message);
  const checked = sessionSchema.safeParse(plain.value);
  if (!checked.success) return { ok: false, problems: sorted(problemsOf(source, checked.error.issues)) };
  const { session, problems } = normalise(checked.data, source, path);
  return problems.length > 0 ? { ok: false, problems: sorted(problems) } : { ok: true, session };
}

/** Aliases are bounded, so that a "billion laughs" file is refused instead of filling the memory. */
function plainValue(source: SourceMap): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    return { ok: true, value: source.document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    return {
      ok: false,
      message: sanitise(error instanceof Error ? error.message : 'the file cannot be read', 300),
    };
  }
}

function refuse(message: string): Loaded {
  return { ok: false, problems: [{ line: 1, column: 1, message }] };
}

function at(lines: LineCounter, offset: number): Readonly<{ line: number; column: number }> {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function sorted(problems: readonly FileProblem[]): readonly FileProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
