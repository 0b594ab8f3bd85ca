// When each ban of a jail ends, from `get JAIL banip --with-time`, whose times are of the server's zone and do not name it.
// fail2ban 1.0.2, the same in 1.1:
//   203.0.113.5 <TAB>2026-11-20 20:20:20 + 600 = 2026-11-20 20:30:20       (a space before the tab)
//   2001:db8::5 <TAB>2026-11-20 20:20:20 + -1 = 9999-12-31 23:59:59

const LINE =
  /^(.+) \t(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) \+ (-?\d{1,12}) = (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/;

/** `start`, `end`: the written time as if it were UTC. `seconds` negative: for ever. */
export type BanTime = Readonly<{ text: string; start: number; seconds: number; end: number }>;

/** Lines of another form are passed over: a banned text may hold a line break. */
export function parseBanTimes(listing: string): readonly BanTime[] {
  const times: BanTime[] = [];
  for (const line of listing.split('\n')) {
    const found = LINE.exec(line);
    if (found === null) continue;
    const numbers = found.slice(2).map(Number);
    times.push({
      text: found[1] ?? '',
      start: wallTime(numbers.slice(0, 6)),
      seconds: numbers[6] ?? -1,
      end: wallTime(numbers.slice(7)),
    });
  }
  return times;
}

function wallTime([
  year = 0,
  month = 0,
  day = 0,
  hour = 0,
  minute = 0,
  second = 0,
]: readonly number[]): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Minutes east of UTC at a moment; of this process by default. */
export type OffsetAt = (ms: number) => number;
const ownOffset: OffsetAt = (ms) => -new Date(ms).getTimezoneOffset();

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
/** Zones lie between −12 and +14 hours, so two of them are at most this far from each other. */
const APART_MAX = 26 * 60 * MINUTE;
/** Clocks are read to the second, and a ban that is over is lifted within some seconds. */
const EARLY_MS = 2_000;
const LATE_MS = 60_000;

/**
 * End of each ban in Unix ms: Infinity = for ever, NaN = not to be known. The server is taken to keep our own zone as long
 * as that gives no ban that begins after `now` or was over long ago; otherwise the one other zone that gives none.
 */
export function endsOf(
  times: readonly BanTime[],
  now: number,
  offsetAt: OffsetAt = ownOffset,
): readonly number[] {
  const shift = shiftOf(times, now, offsetAt);
  return times.map((time) => {
    if (time.seconds < 0) return Number.POSITIVE_INFINITY;
    if (shift === undefined) return Number.NaN;
    return startOf(time, now, offsetAt) + shift + time.seconds * 1000;
  });
}

/** What must be added to our reading of the times. */
function shiftOf(times: readonly BanTime[], now: number, offsetAt: OffsetAt): number | undefined {
  let least = Number.NEGATIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  for (const time of times) {
    const start = startOf(time, now, offsetAt);
    most = Math.min(most, now + EARLY_MS - start);
    if (time.seconds >= 0) least = Math.max(least, now - LATE_MS - start - time.seconds * 1000);
  }
  if (least <= 0 && most >= 0) return 0;
  const first = Math.ceil(Math.max(least, -APART_MAX) / QUARTER) * QUARTER;
  const last = Math.floor(Math.min(most, APART_MAX) / QUARTER) * QUARTER;
  return first === last ? first : undefined;
}

/**
 * The moment of a written start. In the hour that a zone has twice, the written end tells which of the two it was; where it
 * does not, the later one that is not after `now`.
 */
function startOf({ start, seconds, end }: BanTime, now: number, offsetAt: OffsetAt): number {
  const day = 86_400_000;
  const before = start - offsetAt(start - day) * MINUTE;
  const after = start - offsetAt(start + day) * MINUTE;
  if (before === after) return after;
  const wall = (ms: number): number => ms + offsetAt(ms) * MINUTE;
  const real = [after, before].filter((moment) => wall(moment) === start);
  const agree =
    seconds < 0 ? real : real.filter((moment) => Math.abs(wall(moment + seconds * 1000) - end) <= 1000);
  const candidates = agree.length > 0 ? agree : real;
  return (
    candidates.filter((moment) => moment <= now + EARLY_MS).sort((a, b) => b - a)[0] ??
    candidates[0] ??
    before
  );
}
