// Bounded history as immutable arrays: what the charts draw. The newest is last.

/** Samples kept per chart: ten minutes at one a second. */
export const HISTORY_MAX = 600;

export function pushed<T>(ring: readonly T[], item: T, max: number = HISTORY_MAX): readonly T[] {
  return ring.length < max ? [...ring, item] : [...ring.slice(ring.length - max + 1), item];
}

/**
 * Growth of a cumulative counter per second. Undefined while unknown: at the first sample, after a reset or a wrap
 * (it fell), and when the clock did not move forward. Never negative.
 */
export function perSecond(
  before: number | undefined,
  after: number | undefined,
  elapsedMs: number,
): number | undefined {
  if (before === undefined || after === undefined || after < before || elapsedMs <= 0) return undefined;
  return ((after - before) * 1000) / elapsedMs;
}
