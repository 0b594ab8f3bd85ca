// The files that say what the shields are: state.json, the deadline and `current`. Printed by us, but read as input like
// any other: half a file, another version or a hand-edited one becomes a problem, never an exception.

import type { Operator } from '../../core/act.ts';
import { unixMs } from '../../core/brand.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import {
  type Deadline,
  MEASURES,
  type ShieldsPhase,
  type ShieldsPlace,
  type ShieldsState,
} from '../../core/shields.ts';

export const STATE_VERSION = 1;
/** No shields last longer: a deadline beyond this is no deadline of ours. */
export const LONGEST_SECONDS = 31_622_400;

const ID = /^[0-9a-f]{8}$/;
const BOOT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PHASES: readonly ShieldsPhase[] = ['raising', 'trial', 'held'];
const WALLS: readonly ShieldsState['wall'][] = ['nft', 'iptables', 'pf', 'none'];
const MEASURES_MAX = 200;

export function newShieldsId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `base` is `place.dir`, or `place.run` when the durable directory could not be written. */
export const currentFile = (base: string): string => `${base}/current`;
export const stateFile = (base: string, id: string): string => `${base}/${id}/state.json`;
export const deadlineFile = (base: string, id: string): string => `${base}/${id}/deadline`;
export const leftOutFile = (base: string, id: string): string => `${base}/${id}/left-out.json`;
export const revertFile = (base: string, id: string): string => `${base}/${id}/revert.sh`;
export const outcomeFiles = ({ dir, run }: ShieldsPlace, id: string): readonly string[] => [
  `${run}/${id}.outcome`,
  `${dir}/${id}/outcome`,
  `${run}/${id}/outcome`,
];

/** What to type when nothing of ours can take the shields down. */
export function byHand(base: string, id: string): string {
  return `take them down with: sh ${revertFile(base, id)} down operator`;
}

export function printState(state: ShieldsState): string {
  return `${JSON.stringify(state, undefined, 2)}\n`;
}

/** `base`: where the file lies, for the words on what to do. */
export function parseState(text: string, base: string, id: string): Result<ShieldsState> {
  const raw = readObject(text);
  if (raw === undefined) return fail(corrupt(base, id, 'it is no JSON object'));
  if (typeof raw.version === 'number' && Number.isInteger(raw.version) && raw.version > STATE_VERSION)
    return fail(
      problem('unreadable', `the shields ${id} were raised by a newer opsconsole`, {
        hint: `update opsconsole, or ${byHand(base, id)}`,
      }),
    );
  const wrong = wrongField(raw, id);
  if (wrong !== undefined) return fail(corrupt(base, id, wrong));
  const by = readOperator(raw.by);
  const measures = readMeasures(raw.measures);
  const wall = WALLS.find((known) => known === raw.wall);
  if (by === undefined || measures === undefined || wall === undefined)
    return fail(corrupt(base, id, 'by, measures or wall is not as we write it'));
  return ok({
    version: STATE_VERSION,
    id,
    bootId: String(raw.bootId),
    profile: sanitise(String(raw.profile), 200),
    auto: raw.auto === true,
    by,
    raisedAt: unixMs(Number(raw.raisedAt)),
    raisedUptime: Number(raw.raisedUptime),
    trialSeconds: Number(raw.trialSeconds),
    holdSeconds: Number(raw.holdSeconds),
    wall,
    measures,
  });
}

type Raw = Readonly<Record<string, unknown>>;

function readObject(text: string): Raw | undefined {
  const value = readJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Name of the first simple field that is not as we write it. */
function wrongField(raw: Raw, id: string): string | undefined {
  const isAmount = (value: unknown, min: number, max: number): boolean =>
    typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max;
  const checks: Readonly<Record<string, boolean>> = {
    version: raw.version === STATE_VERSION,
    id: raw.id === id && ID.test(id),
    bootId: typeof raw.bootId === 'string' && BOOT_ID.test(raw.bootId),
    profile: typeof raw.profile === 'string' && raw.profile.length <= 200,
    auto: typeof raw.auto === 'boolean',
    raisedAt: isAmount(raw.raisedAt, 0, Number.MAX_SAFE_INTEGER),
    raisedUptime: isAmount(raw.raisedUptime, 0, Number.MAX_SAFE_INTEGER),
    trialSeconds: isAmount(raw.trialSeconds, 0, LONGEST_SECONDS),
    holdSeconds: isAmount(raw.holdSeconds, 0, LONGEST_SECONDS),
  };
  const name = Object.keys(checks).find((key) => checks[key] !== true);
  return name === undefined ? undefined : `${name} is not as we write it`;
}

function readOperator(value: unknown): Operator | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const raw: Raw = { ...value };
  if (typeof raw.user !== 'string' || typeof raw.console !== 'string') return undefined;
  const optional: Record<string, string> = {};
  for (const name of ['sudoUser', 'tty', 'sshPeer']) {
    const field = raw[name];
    if (field === undefined) continue;
    if (typeof field !== 'string') return undefined;
    optional[name] = sanitise(field, 200);
  }
  return { user: sanitise(raw.user, 200), console: sanitise(raw.console, 200), ...optional };
}

function readMeasures(value: unknown): ShieldsState['measures'] | undefined {
  if (!Array.isArray(value) || value.length > MEASURES_MAX) return undefined;
  const measures: { measure: (typeof MEASURES)[number]; says: SafeText }[] = [];
  for (const item of value) {
    if (typeof item !== 'object' || item === null) return undefined;
    const raw: Raw = { ...item };
    const measure = MEASURES.find((known) => known === raw.measure);
    if (measure === undefined || typeof raw.says !== 'string') return undefined;
    measures.push({ measure, says: sanitise(raw.says, 400) });
  }
  return measures;
}

/** A measure that could not be taken. state.json is written before that is known, so this stands in a file beside it. */
export type LeftOut = ShieldsState['measures'][number] & Readonly<{ why: SafeText }>;

export function printLeftOut(leftOut: readonly LeftOut[]): string {
  return `${JSON.stringify(leftOut)}\n`;
}

/** Undefined: not as we write it. */
export function parseLeftOut(text: string): readonly LeftOut[] | undefined {
  const list = readJson(text);
  const measures = readMeasures(list);
  if (measures === undefined || !Array.isArray(list)) return undefined;
  const whys = list.map((item: Raw) => item.why);
  return measures.map((one, index) => ({ ...one, why: sanitise(String(whys[index] ?? ''), 400) }));
}

/** `run` and `include` may repeat: what they say tells them apart. */
export function withoutLeftOut(state: ShieldsState, leftOut: readonly LeftOut[]): ShieldsState {
  const isGone = ({ measure, says }: ShieldsState['measures'][number]): boolean =>
    leftOut.some((gone) => gone.measure === measure && gone.says === says);
  return { ...state, measures: state.measures.filter((one) => !isGone(one)) };
}

function corrupt(base: string, id: string, why: string): Problem {
  return problem('unreadable', `the state of the shields ${id} cannot be understood: ${why}`, {
    hint: byHand(base, id),
  });
}

export function printDeadline({ phase, uptime }: Deadline): string {
  return `${phase} ${uptime}\n`;
}

export function parseDeadline(text: string): Deadline | undefined {
  const match = /^(raising|trial|held) (\d{1,12}(?:\.\d{1,6})?)\n?$/.exec(text);
  const phase = PHASES.find((known) => known === match?.[1]);
  return phase === undefined ? undefined : { phase, uptime: Number(match?.[2]) };
}

/** The id in `current`; undefined when it is none of ours. */
export function parseCurrent(text: string): string | undefined {
  const id = text.replace(/\n$/, '');
  return ID.test(id) ? id : undefined;
}

/** First number of /proc/uptime: seconds since boot, suspended time included, which no clock step changes. */
export function parseUptime(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(?:\s|$)/.exec(text);
  return match === null ? undefined : Number(match[1]);
}
