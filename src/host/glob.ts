// Path patterns with `*`, `?` and `[…]` inside path segments, as sh has them: no braces, no `**`, a leading dot must be written.

import type { Problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';

export type GlobWorld = Readonly<{
  /** Names in a folder; throws the system's error. */
  list(folder: string): Promise<readonly Readonly<{ name: string }>[]>;
  /** Throws the system's error when the path is not there. */
  exists(path: string): Promise<void>;
  problem(path: string, error: unknown): Problem;
}>;

export function hasGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/**
 * Existing paths, sorted. A path that cannot be looked at for lack of rights counts as existing, so that whoever
 * opens it can say "denied"; a folder that may not be listed is a problem when nothing else matched.
 */
export async function expandGlob(pattern: string, world: GlobWorld): Promise<Result<readonly string[]>> {
  const absolute = pattern.startsWith('/');
  const segments = pattern.split('/').filter((segment) => segment !== '');
  let paths: readonly string[] = [absolute ? '' : '.'];
  let denied: Problem | undefined;
  for (const segment of segments) {
    const next: string[] = [];
    const matches = hasGlob(segment) ? segmentMatcher(segment) : undefined;
    for (const parent of paths) {
      if (matches === undefined) {
        next.push(`${parent}/${segment}`);
        continue;
      }
      try {
        for (const { name } of await world.list(parent === '' ? '/' : parent))
          if (matches(name)) next.push(`${parent}/${name}`);
      } catch (error) {
        const found = world.problem(parent, error);
        if (found.code === 'not-permitted') denied ??= found;
      }
    }
    paths = next;
  }
  const existing: string[] = [];
  for (const path of paths) if (await isThere(path, world)) existing.push(absolute ? path : path.slice(2));
  if (existing.length === 0 && denied !== undefined) return fail(denied);
  return ok(existing.sort());
}

async function isThere(path: string, world: GlobWorld): Promise<boolean> {
  try {
    await world.exists(path);
    return true;
  } catch (error) {
    return world.problem(path, error).code === 'not-permitted';
  }
}

/** A segment as a regular expression; a `[` without its `]` stands for itself. */
export function segmentMatcher(segment: string): (name: string) => boolean {
  let source = segment.startsWith('.') ? '' : '(?!\\.)';
  for (let index = 0; index < segment.length; index++) {
    const character = segment.charAt(index);
    const close = character === '[' ? segment.indexOf(']', index + 2) : -1;
    if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (close > 0) {
      source += characterClass(segment.slice(index + 1, close));
      index = close;
    } else source += character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  }
  try {
    const expression = new RegExp(`^${source}$`, 's');
    return (name) => expression.test(name);
  } catch {
    // A reversed range such as [z-a] matches nothing in sh either.
    return () => false;
  }
}

function characterClass(inner: string): string {
  const negated = inner.startsWith('!') || inner.startsWith('^');
  const body = (negated ? inner.slice(1) : inner).replace(/[\\\]^[]/g, '\\$&');
  return body === '' ? '[^/]' : `[${negated ? '^' : ''}${body}]`;
}
