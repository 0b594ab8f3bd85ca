// Errors of the world are values: a function that can fail returns a Result, only bugs throw.

import type { Problem } from './problem.ts';

export type Result<T> = Readonly<{ ok: true; value: T }> | Readonly<{ ok: false; problem: Problem }>;

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(problem: Problem): Result<never> {
  return { ok: false, problem };
}
