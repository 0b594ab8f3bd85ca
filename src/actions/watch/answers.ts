// What the watch asks of the shields, and how it reads the answers: the JSON that `opsconsole shields … --json` prints in a
// process of its own. Read as input like any other: undefined is no answer at all.

import { type Problem, type ProblemCode, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { OutcomeItem, RaiseWish, ShieldsNow } from '../../core/shields.ts';

/** `undone` absent: nothing was begun. */
export type RaiseAnswer =
  | Readonly<{
      kind: 'up';
      leftOut: readonly Readonly<{ measure: string; why: SafeText }>[];
      warnings: readonly SafeText[];
    }>
  | Readonly<{ kind: 'refused'; reasons: readonly SafeText[] }>
  | Readonly<{ kind: 'failed'; problem: Problem; undone?: boolean }>;

export type LowerAnswer =
  | Readonly<{ kind: 'down'; outcome: Readonly<{ items: readonly OutcomeItem[] }> }>
  | Readonly<{ kind: 'failed'; problem: Problem }>;

/** Like the port of the engine, as far as the watch needs it. No call throws for reasons of the world. */
export interface WatchShields {
  now(): Promise<ShieldsNow>;
  raise(wish: RaiseWish): Promise<RaiseAnswer>;
  renew(): Promise<Result<unknown>>;
  lower(): Promise<LowerAnswer>;
  /** The id of what was left over and has been cleared away. */
  recover(): Promise<Result<string | undefined>>;
}

/** Longer lists and texts than we ever write. */
const ENTRIES_MAX = 2000;
const TEXT_MAX = 500;

type Raw = Readonly<Record<string, unknown>>;

export function parseRaise(text: string): RaiseAnswer | undefined {
  const raw = readObject(text);
  if (raw === undefined) return undefined;
  if (raw.kind === 'up') {
    const leftOut = objectsOf(raw.leftOut).map(({ measure, why }) => ({
      measure: textOf(measure),
      why: textOf(why),
    }));
    return { kind: 'up', leftOut, warnings: textsOf(raw.warnings) };
  }
  if (raw.status === 'refused') {
    const reasons = textsOf(raw.reasons);
    return reasons.length === 0 ? undefined : { kind: 'refused', reasons };
  }
  const trouble = troubleOf(raw);
  if (trouble === undefined) return undefined;
  const undone = typeof raw.undone === 'boolean' ? { undone: raw.undone } : {};
  return { kind: 'failed', problem: trouble, ...undone };
}

export function parseLower(text: string): LowerAnswer | undefined {
  const raw = readObject(text);
  if (raw === undefined) return undefined;
  if (raw.kind === 'down') {
    const items = objectsOf(asObject(raw.outcome)?.items).flatMap(({ result, what, detail }) => {
      const known = RESULTS.find((one) => one === result);
      if (known === undefined) return [];
      const more = detail === undefined ? {} : { detail: textOf(detail) };
      return [{ result: known, what: textOf(what), ...more }];
    });
    return { kind: 'down', outcome: { items } };
  }
  const trouble = troubleOf(raw);
  return trouble === undefined ? undefined : { kind: 'failed', problem: trouble };
}

/** Of `renew` and of `status`, whose good news stands on the disk anyway. */
export function parseDone(text: string): Result<void> | undefined {
  const raw = readObject(text);
  if (raw === undefined) return undefined;
  const trouble = troubleOf(raw);
  if (trouble !== undefined) return fail(trouble);
  return raw.status === 'done' || raw.status === 'unproved' || raw.kind === 'up' || raw.kind === 'down'
    ? ok(undefined)
    : undefined;
}

const RESULTS: readonly OutcomeItem['result'][] = ['restored', 'already', 'drift', 'failed'];
const CODES: readonly ProblemCode[] = [
  'missing-tool',
  'not-permitted',
  'timed-out',
  'unreadable',
  'not-found',
  'bad-input',
  'refused',
  'too-large',
  'no-space',
  'cancelled',
  'bug',
];

function troubleOf({ problem: value }: Raw): Problem | undefined {
  const raw = asObject(value);
  if (raw === undefined || typeof raw.summary !== 'string') return undefined;
  const code = CODES.find((known) => known === raw.code) ?? 'bad-exit';
  return problem(code, textOf(raw.summary), {
    ...(typeof raw.hint === 'string' ? { hint: textOf(raw.hint) } : {}),
    ...(typeof raw.detail === 'string' ? { detail: textOf(raw.detail) } : {}),
  });
}

function readObject(text: string): Raw | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Raw | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function objectsOf(value: unknown): readonly Raw[] {
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, ENTRIES_MAX)
    .map(asObject)
    .filter((one) => one !== undefined);
}

function textsOf(value: unknown): readonly SafeText[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, ENTRIES_MAX).flatMap((one) => (typeof one === 'string' ? [textOf(one)] : []));
}

function textOf(value: unknown): SafeText {
  return sanitise(typeof value === 'string' ? value : '', TEXT_MAX);
}
