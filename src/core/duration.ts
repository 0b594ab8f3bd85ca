// Durations: what the operator types ("1h", "1d12h"), what is shown ("23h 59m"), and ages ("12 s ago").

import { problem } from './problem.ts';
import { fail, ok, type Result } from './result.ts';

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

/** ipset's limit for a timeout (ipset(8)); nft allows more, but one limit for all keeps a ban movable between them. */
export const TIMEOUT_SECONDS_MAX = 2_147_483;

/** Parses "90s", "10m", "1h", "1d12h", "2w" to whole seconds, 1 to TIMEOUT_SECONDS_MAX. Bare numbers are refused (seconds or minutes?). */
export function parseDuration(text: string): Result<number> {
  const trimmed = text.trim().toLowerCase();
  if (!/^(\d{1,9}[smhdw])+$/.test(trimmed)) {
    const hint = /^\d+$/.test(trimmed)
      ? `add a unit: ${trimmed}s, ${trimmed}m, ${trimmed}h`
      : 'for example 90s, 10m, 1h, 1d12h, 2w';
    return fail(problem('bad-input', `${JSON.stringify(text.slice(0, 40))} is not a duration`, { hint }));
  }
  let seconds = 0;
  for (const match of trimmed.matchAll(/(\d+)([smhdw])/g))
    seconds += Number(match[1]) * (UNIT_SECONDS[match[2] ?? ''] ?? 0);
  if (seconds < 1)
    return fail(
      problem('bad-input', 'a duration must be at least 1s', {
        hint: 'use "until changed" for a ban without an end',
      }),
    );
  if (seconds > TIMEOUT_SECONDS_MAX) {
    return fail(
      problem(
        'bad-input',
        `${text.trim()} is longer than the longest timeout, ${formatDuration(TIMEOUT_SECONDS_MAX)} (2147483 s)`,
        {
          hint: 'use "until changed" for a ban without an end',
        },
      ),
    );
  }
  return ok(seconds);
}

/** Two largest units: "23h 59m", "9d 4h", "12m", "45s". Negative counts as 0. */
export function formatDuration(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  const days = Math.floor(total / 86400);
  const hours = Math.floor((total % 86400) / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  if (days > 0) return hours > 0 ? `${days}d ${hours}h` : `${days}d`;
  if (hours > 0) return minutes > 0 ? `${hours}h ${minutes}m` : `${hours}h`;
  if (minutes > 0) return total % 60 > 0 && minutes < 10 ? `${minutes}m ${total % 60}s` : `${minutes}m`;
  return `${total}s`;
}

/** A clock that runs: "0:14", "59:30", "1:02:03". Whole seconds, rounded down; negative counts as 0. */
export function formatClock(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  const head = hours > 0 ? `${hours}:${two(minutes)}` : String(minutes);
  return `${head}:${two(total % 60)}`;
}

/** Exact and re-parsable: 5400 → "1h30m". */
export function printDuration(seconds: number): string {
  let rest = Math.floor(seconds);
  let text = '';
  for (const unit of ['w', 'd', 'h', 'm', 's']) {
    const size = UNIT_SECONDS[unit] ?? 1;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}

/** Age of a datum: "now" under 1.5 s, "12 s ago", "4 m ago", "3 h ago". */
export function formatAge(ms: number): string {
  if (ms < 1500) return 'now';
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} m ago`;
  return `${Math.round(seconds / 3600)} h ago`;
}
