// Which sets to list in full now. Pure: what is known of each listing in, an order of work out.

import { type LinkState, lineSeconds, UNASKED_SECONDS } from '../../core/hosts.ts';
import type { SetInfo } from '../../core/rows.ts';

/** What is known of the last full listing of a set. `tooSlow`: it was given up, so the set counts as big. */
export type Listed = Readonly<{
  at: number;
  tookMs: number;
  length: number;
  /** `SetInfo.count` at that time. */
  count: number | undefined;
  /** How often somebody had asked for all when it began. */
  ask: number;
  tooSlow: boolean;
}>;

export type Limits = Readonly<{
  /** Sets with more are listed only on demand. */
  ipsetMax: number;
  nftMax: number;
  /** How long the first look into an nft set of unknown size may take before it counts as big; longer on a busy machine. */
  nftProbeMs: number;
}>;

export const DEFAULT_LIMITS: Limits = { ipsetMax: 100_000, nftMax: 20_000, nftProbeMs: 800 };

/** Of one member in a listing. */
const MEMBER_BYTES = 80;

/** Somebody who acts or refreshes wants to see it, and it comes piece by piece. */
const ASKED_SECONDS = 10;

/** Over a narrow line a set is big sooner: unasked it takes no more than a moment of it. */
export function limitsOver(limits: Limits, line: LinkState | undefined, asked = false): Limits {
  const seconds = lineSeconds(line, MEMBER_BYTES);
  if (seconds === 0) return limits;
  const most = Math.max(20, Math.floor((asked ? ASKED_SECONDS : UNASKED_SECONDS) / seconds));
  return { ...limits, ipsetMax: Math.min(limits.ipsetMax, most), nftMax: Math.min(limits.nftMax, most) };
}

/** A listing that took t is not repeated within this many times t: 2.5 % of the time. */
const DUTY = 40;
const CHANGED_DUTY = 20;
/** But on a busy machine every listing takes long, by waiting: it is put off this long, or CHANGED_DUTY times t. */
const PUT_OFF_MAX_MS = 10_000;
/** So few members cost nothing but the start of a program: when that takes long the machine is busy, not the set big. */
const FEW = 1000;
/** These tell their count, so members are re-read for their counters and for swaps only. */
const COUNTED: ReadonlySet<string> = new Set(['ipset', 'fail2ban', 'crowdsec', 'pf']);
const COUNTED_EVERY_MS = 15_000;
const NFT_EVERY_MS = 4_500;

/** After so long without a change the sets are looked at less often: each look starts programs. */
const CALM_AFTER_MS = 10_000;
const CALM_EVERY_MS = 5_000;
/** Rules change rarely and tell nobody: this is how old their reading may be. */
const RULES_MAX_AGE_MS = 10_000;
const CALM_RULES_MAX_AGE_MS = 30_000;

/** How often to look, from what was seen: often while bans come and go, seldom when nothing happens. */
export type Calm = Readonly<{
  /** `seen`: a text that is another one whenever something has changed. */
  saw(seen: string, now: number): void;
  everyMs(): number;
  rulesMaxAgeMs(): number;
}>;

export function createCalm(everyMs: number): Calm {
  let last: string | undefined;
  let changedAt = 0;
  let calm = false;
  return {
    saw(seen, now) {
      if (seen !== last) changedAt = now;
      last = seen;
      calm = now - changedAt >= CALM_AFTER_MS;
    },
    everyMs: () => (calm ? Math.max(everyMs, CALM_EVERY_MS) : everyMs),
    rulesMaxAgeMs: () => (calm ? CALM_RULES_MAX_AGE_MS : RULES_MAX_AGE_MS),
  };
}

export function isBig(set: SetInfo, listed: Listed | undefined, limits: Limits): boolean {
  if (set.backend === 'ipset') return (set.count ?? 0) > limits.ipsetMax;
  return listed?.tooSlow === true || (set.count ?? listed?.length ?? 0) > limits.nftMax;
}

/** `ask`: someone acts or presses refresh, it is one more, and every set that is not big is read again. */
export type Moment = Readonly<{ now: number; ask: number }>;

/** A first look may have been too slow because the machine was busy just then: it is not the last one. */
function mayLook(set: SetInfo, last: Listed | undefined, { now }: Moment, limits: Limits): boolean {
  if (!isBig(set, last, limits)) return true;
  return last?.tooSlow === true && now - last.at >= last.tookMs * DUTY;
}

/** Sets whose listing is due: those of known size never listed, then of unknown size, then changed ones, then the oldest. */
export function dueSets(
  sets: readonly SetInfo[],
  listed: ReadonlyMap<string, Listed>,
  moment: Moment,
  limits: Limits = DEFAULT_LIMITS,
): readonly SetInfo[] {
  return sets
    .filter((set) => mayLook(set, listed.get(set.key), moment, limits))
    .filter((set) => isDue(set, listed.get(set.key), moment))
    .sort((a, b) => urgency(a, listed) - urgency(b, listed));
}

function urgency(set: SetInfo, listed: ReadonlyMap<string, Listed>): number {
  const last = listed.get(set.key);
  if (last === undefined) return set.count === undefined ? 1 : 0;
  return hasChanged(set, last) ? 2 : last.at;
}

function isDue(set: SetInfo, last: Listed | undefined, { now, ask }: Moment): boolean {
  if (last === undefined) return true;
  const age = now - last.at;
  const changed = hasChanged(set, last);
  // An empty set that stays empty has no counters to re-read.
  if (!changed && set.count === 0) return false;
  if (last.ask < ask) return true;
  const few = !last.tooSlow && (set.count ?? last.length) <= FEW;
  if (changed) return few || age >= last.tookMs * CHANGED_DUTY;
  const every = COUNTED.has(set.backend) ? COUNTED_EVERY_MS : NFT_EVERY_MS;
  return age >= (few ? every : Math.max(every, putOff(last.tookMs)));
}

function hasChanged(set: SetInfo, last: Listed): boolean {
  return set.count !== undefined && set.count !== last.count;
}

function putOff(tookMs: number): number {
  return Math.min(tookMs * DUTY, Math.max(PUT_OFF_MAX_MS, tookMs * CHANGED_DUTY));
}
