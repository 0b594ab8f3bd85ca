// What all parts of the reading of a session file share: where a problem is reported, and texts parsed again.

import type { Result } from '../core/result.ts';
import type { HostNames } from './normalise-hosts.ts';
import { type FileProblem, problemAt, type SourceMap } from './problems.ts';

export type Path = readonly PropertyKey[];
export type Context = Readonly<{ source: SourceMap; problems: FileProblem[]; names: HostNames }>;

export function report(context: Context, path: Path, message: string): void {
  context.problems.push(problemAt(context.source, path, message));
}

/** What the schema has accepted, parsed again; undefined only when it is absent. */
export function accepted<T>(
  parse: (written: string) => Result<T>,
  written: string | undefined,
): T | undefined {
  if (written === undefined) return undefined;
  const parsed = parse(written);
  return parsed.ok ? parsed.value : undefined;
}

export function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
