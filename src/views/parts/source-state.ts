// How a source is doing, in the words that stand right on a pane's frame: live, stale, blind. Never silent.

import type { UnixMs } from '../../core/brand.ts';
import type { LinkState } from '../../core/hosts.ts';
import type { Line } from '../../core/line.ts';
import type { Problem, ProblemCode } from '../../core/problem.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { SourceStatus } from '../../core/status.ts';
import { unreachable } from '../../core/unreachable.ts';
import { span } from './lines.ts';

/** A datum is stale when it is older than this many intervals. */
const STALE_INTERVALS = 3;
/** However short the interval, this age is not worth a warning. */
const STALE_MIN_MS = 3000;

/** `link`: absent where no line is needed. */
type Seen = Readonly<{ now: UnixMs; link?: LinkState | undefined }>;

/** `live`, `stale 12 s`, `retrying in 3 s — …`, `no permission — …`; of a host whose line is not up, how old and why. */
export function sourceState(status: SourceStatus | undefined, { now, link }: Seen): Line {
  const broken = link === undefined ? undefined : lineState(link, ageOf(status, now), now);
  return broken ?? ownState(status, now);
}

/** Absent where no line is needed. */
export const lineIsThere = (link: LinkState | undefined): boolean =>
  link === undefined || link.kind === 'up' || link.kind === 'local';

function ageOf(status: SourceStatus | undefined, now: UnixMs): string {
  const last =
    status?.kind === 'live'
      ? status.sampledAt
      : status?.kind === 'retrying'
        ? status.lastSampleAt
        : undefined;
  return last === undefined ? '' : `stale ${shortAge(now - last)}, `;
}

/** Nothing comes before the line is there again: when a source would ask is of no use then. */
function lineState(link: LinkState, age: string, now: UnixMs): Line | undefined {
  switch (link.kind) {
    case 'local':
    case 'up':
      return undefined;
    case 'connecting':
      return [span(sanitise(`${age}connecting`), 'warn')];
    case 'down': {
      const wait = Math.max(0, Math.ceil((link.retryAt - now) / 1000));
      return [span(sanitise(`${age}line down, again in ${wait} s`), 'bad')];
    }
    case 'needs-operator':
      return [span(sanitise(`${age}line waits for you, :host login`), 'bad')];
    default:
      return unreachable(link);
  }
}

function ownState(status: SourceStatus | undefined, now: UnixMs): Line {
  if (status === undefined) return [span(safe('starting'), 'dim')];
  switch (status.kind) {
    case 'off':
      return [span(safe('off'), 'dim')];
    case 'starting':
      return [span(safe('starting'), 'dim')];
    case 'live': {
      const age = now - status.sampledAt;
      if (age > Math.max(STALE_MIN_MS, status.everyMs * STALE_INTERVALS))
        return [span(sanitise(`stale ${shortAge(age)}`), 'warn')];
      return [span(safe('live'), 'good')];
    }
    case 'retrying': {
      const last = status.lastSampleAt;
      const age = last === undefined ? '' : `stale ${shortAge(now - last)}, `;
      const wait = Math.max(0, Math.ceil((status.retryAt - now) / 1000));
      return [span(sanitise(`${age}retry in ${wait} s — ${brief(status.problem)}`), 'warn')];
    }
    case 'unavailable':
      return [span(sanitise(`${WORDS[status.problem.code]} — ${brief(status.problem)}`), 'bad')];
    default:
      return unreachable(status);
  }
}

function shortAge(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} m` : `${Math.round(seconds / 3600)} h`;
}

function brief(problem: Problem): SafeText {
  return sanitise(problem.summary);
}

const WORDS: Readonly<Record<ProblemCode, string>> = {
  'missing-tool': 'not installed',
  'not-permitted': 'no permission',
  'timed-out': 'too slow',
  'bad-exit': 'failed',
  unreadable: 'not understood',
  'not-found': 'not found',
  'bad-input': 'wrong input',
  refused: 'refused',
  'too-large': 'too large',
  'no-space': 'disk full',
  'no-line': 'no line',
  'line-lost': 'line lost',
  cancelled: 'stopped',
  bug: 'bug',
};
