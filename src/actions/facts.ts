// What an act changed, small enough to keep for good and complete enough that another process can undo it.

import {
  isThing,
  SERVICE_VERBS,
  type ServiceState,
  type ServiceVerb,
  type Thing,
} from '../core/services/thing.ts';
import { PF_TIMEOUTS } from '../firewall/pf/timeouts.ts';
import { TIMEOUTS } from '../firewall/timeouts.ts';

/**
 * `[index into sets, address, seconds that the act gave it (null = no timeout), end in Unix ms]`; without the last one its
 * end is the act's time plus these seconds.
 */
export type AddedFact = readonly [number, string, number | null, number?];
/** `[index into sets, address, end in Unix ms (null = no timeout, -1 = not known), comment, seconds first given, rule]` of an element that was there. */
export type PriorFact = readonly [number, string, number | null, string?, (number | null)?, string?];

export type BanFacts = Readonly<{
  kind: 'ban';
  sets: readonly string[];
  added: readonly AddedFact[];
  /** Elements that were refreshed or replaced. */
  before: readonly PriorFact[];
  /** Own sets that this act made, by key. */
  created?: readonly string[];
}>;
export type UnbanFacts = Readonly<{ kind: 'unban'; sets: readonly string[]; removed: readonly PriorFact[] }>;
export type CutFacts = Readonly<{ kind: 'cut' }>;
/** `values`: [sysctl or timeout of pf, before, written]. `pinned`: peers whose live ssh flows were given a fixed timeout. */
export type TightenFacts = Readonly<{
  kind: 'tighten';
  values: readonly (readonly [string, number, number])[];
  pinned: readonly string[];
}>;
/** The thing as it was declared then, so that another console, with another session file, can take it back. */
export type ServiceFacts = Readonly<{ kind: 'service'; verb: ServiceVerb; thing: Thing; was: ServiceState }>;
/** The names are resolved anew at the next run: nothing to put back. */
export type AllowFacts = Readonly<{ kind: 'allow' }>;
/** What somebody else did and told us. */
export type NotedFacts = Readonly<{ kind: 'noted' }>;
export type UndoFacts = Readonly<{ kind: 'undo' }>;
/** `shields`: their id, 8 hex digits. Never undone from here: the revert script of the shields is the one way back. */
export type ShieldsFacts = Readonly<{ kind: 'shields'; what: 'raise' | 'lower'; shields: string }>;

export type ActFacts =
  | BanFacts
  | UnbanFacts
  | CutFacts
  | TightenFacts
  | ServiceFacts
  | UndoFacts
  | AllowFacts
  | NotedFacts
  | ShieldsFacts;

/**
 * A record read back from disk is input like any other: only one of exactly this shape is used. Addresses and names of
 * sets are checked by the planners, which parse the ones and look up the others.
 */
export function isActFacts(value: unknown): value is ActFacts {
  if (typeof value !== 'object' || value === null) return false;
  const facts: Readonly<Record<string, unknown>> = { ...value };
  switch (facts.kind) {
    case 'ban':
      return (
        every(facts.sets, isText) &&
        every(facts.added, isAdded) &&
        every(facts.before, isPrior) &&
        (facts.created === undefined || every(facts.created, isText))
      );
    case 'unban':
      return every(facts.sets, isText) && every(facts.removed, isPrior);
    case 'tighten':
      return every(facts.values, isTimeout) && every(facts.pinned, isText);
    case 'service':
      return SERVICE_VERBS.some((verb) => verb === facts.verb) && isThing(facts.thing) && isText(facts.was);
    case 'shields':
      return (
        (facts.what === 'raise' || facts.what === 'lower') &&
        isText(facts.shields) &&
        /^[0-9a-f]{8}$/.test(String(facts.shields))
      );
    default:
      return ['cut', 'undo', 'allow', 'noted'].includes(String(facts.kind));
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);

function every(value: unknown, holds: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(holds);
}

function isElement(row: unknown, length: number): row is readonly unknown[] {
  return Array.isArray(row) && row.length >= length && isNumber(row[0]) && isText(row[1]);
}

function isAdded(row: unknown): boolean {
  if (!isElement(row, 3)) return false;
  return (row[2] === null || isNumber(row[2])) && (row[3] === undefined || isNumber(row[3]));
}

function isPrior(row: unknown): boolean {
  if (!isElement(row, 3)) return false;
  const [, , end, comment, lifetime, rule] = row;
  return (
    (end === null || isNumber(end)) &&
    (comment === undefined || isText(comment)) &&
    (lifetime === undefined || lifetime === null || isNumber(lifetime)) &&
    (rule === undefined || isText(rule))
  );
}

/** Only timeouts of conntrack or pf: their names become a path and a word of sysctl, or a line for pfctl. */
function isTimeout(row: unknown): boolean {
  if (!Array.isArray(row)) return false;
  const [name, before, wrote] = row;
  const known = [...TIMEOUTS, ...PF_TIMEOUTS].some((timeout) => timeout.name === name);
  return known && [before, wrote].every((seconds) => Number.isSafeInteger(seconds) && seconds >= 1);
}
