// Whether a jail sees anything, and why perhaps not: a filter that matches nothing is told to nobody by fail2ban itself.

import { formatDuration } from '../../core/duration.ts';
import type { HourAndDay, JailHealth, JailRow } from '../../core/jails.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { LogSample } from './log-sample.ts';

/** What is known of one log beside its row. `newer`: the newest file beside it that looks like its successor. */
export type LogClues = Readonly<{
  sample?: LogSample;
  newer?: string;
  /** Of a journal: where its lines come from now ("_SYSTEMD_UNIT=ssh.service"). */
  elsewhere?: string;
}>;

type Judged = Pick<JailRow, 'logs' | 'reads' | 'matches' | 'failedTotal' | 'findSeconds'>;

/** So many lines of a day are a log that grows. */
const GROWS = 10;
/** A log whose lines are further off than this is not a little late. */
const SKEW_MS = 300_000;
/** Of the newest lines so many must lack something before it is called the reason. */
const MOST = 0.98;

export function judge(jail: Judged, clues: readonly LogClues[]): JailHealth {
  const gone = missing(jail, clues);
  if (gone !== undefined) return gone;
  if (jail.reads.kind === 'unknown' || jail.logs.length === 0)
    return { kind: 'unknown', says: safe('what it reads is not known') };
  if (matched(jail)) return { kind: 'well', says: matchedWords(jail.matches) };
  const lines = together(jail.logs.flatMap(({ lines }) => lines ?? []));
  if (lines === undefined) return unread(jail);
  if (jail.matches === undefined && jail.failedTotal === undefined)
    return {
      kind: 'unknown',
      says: safe('whether its lines match is not known: fail2ban.log cannot be read'),
    };
  if (lines.day.count < GROWS) return quiet(jail, lines, clues);
  const why = reason(jail, clues);
  return {
    kind: 'blind',
    says: sanitise(`the log grows and nothing matches: ${linesWords(lines)}, no match`),
    todo: why ?? safe('no reason found in its lines: test the filter on them'),
  };
}

function missing({ logs }: Judged, clues: readonly LogClues[]): JailHealth | undefined {
  const at = logs.findIndex(({ state }) => state === 'missing' || state === 'not-a-file');
  const log = logs[at];
  if (log === undefined) return undefined;
  const newer = clues[at]?.newer;
  const what = log.state === 'missing' ? 'is gone: renamed or rotated away' : 'is not a file';
  return {
    kind: 'broken',
    says: sanitise(`${log.name} ${what}; the jail sees nothing of it`),
    todo:
      newer === undefined
        ? safe('correct its logpath, then reload the jail')
        : sanitise(`${newer} is written now: correct its logpath, then reload the jail`),
  };
}

function matched({ matches, failedTotal }: Judged): boolean {
  if (matches !== undefined && matches.day.count > 0) return true;
  // Since the server started; where a whole day is known, that day decides.
  return (matches === undefined || matches.day.atLeast) && (failedTotal ?? 0) > 0;
}

function matchedWords(matches: HourAndDay | undefined): SafeText {
  if (matches === undefined || matches.day.count === 0) return safe('matched since the server started');
  return sanitise(`matches: ${atLeast(matches.hour)} in the last hour, ${atLeast(matches.day)} in a day`);
}

function together(all: readonly HourAndDay[]): HourAndDay | undefined {
  if (all.length === 0) return undefined;
  const sum = (span: 'hour' | 'day'): HourAndDay['hour'] => ({
    count: all.reduce((total, one) => total + one[span].count, 0),
    atLeast: all.some((one) => one[span].atLeast),
  });
  return { hour: sum('hour'), day: sum('day') };
}

function unread({ logs }: Judged): JailHealth {
  const denied = logs.find(({ state }) => state === 'denied');
  if (denied !== undefined)
    return { kind: 'unknown', says: sanitise(`${denied.name} may not be read by this user`) };
  return { kind: 'unknown', says: safe('its log is being read') };
}

/** A log that nobody writes any more beside one that is written: rotated without the writer or fail2ban noticing. */
function quiet({ logs }: Judged, lines: HourAndDay, clues: readonly LogClues[]): JailHealth {
  const at = clues.findIndex(({ newer, elsewhere }) => newer !== undefined || elsewhere !== undefined);
  const { newer, elsewhere } = clues[at] ?? {};
  if (elsewhere !== undefined)
    return {
      kind: 'broken',
      says: sanitise(`nothing comes from ${logs[at]?.name ?? 'its journal'}`),
      todo: sanitise(`the lines come from ${elsewhere} now: correct its journalmatch`),
    };
  if (newer !== undefined)
    return {
      kind: 'broken',
      says: sanitise(`nothing is written to ${logs[at]?.name ?? 'its log'} any more`),
      todo: sanitise(`${newer} is written now: correct its logpath, or how it is rotated`),
    };
  return { kind: 'quiet', says: sanitise(`hardly anything is written there: ${linesWords(lines)}`) };
}

function linesWords({ hour, day }: HourAndDay): string {
  if (day.count === 0 && day.atLeast) return 'no line was seen';
  return `${atLeast(hour)} ${hour.count === 1 ? 'line' : 'lines'} in the last hour, ${atLeast(day)} in a day`;
}

function atLeast({ count, atLeast }: HourAndDay['hour']): string {
  return `${atLeast ? 'at least ' : ''}${count}`;
}

function reason({ findSeconds }: Judged, clues: readonly LogClues[]): SafeText | undefined {
  const elsewhere = clues.find((clue) => clue.elsewhere !== undefined)?.elsewhere;
  if (elsewhere !== undefined)
    return sanitise(`its lines come from ${elsewhere} now: correct its journalmatch`);
  const samples = clues.flatMap(({ sample }) => (sample === undefined || sample.lines < GROWS ? [] : sample));
  if (samples.length === 0) return undefined;
  if (samples.every(({ lines, addressed }) => lines - addressed >= lines * MOST))
    return safe('its lines carry no address: the program must log the address of its peer');
  const skew = samples.find(({ skewMs }) => skewMs !== undefined && Math.abs(skewMs) > SKEW_MS)?.skewMs;
  if (skew !== undefined) {
    const old = skew > 0 ? `behind this clock` : 'ahead of this clock';
    const take =
      skew > 0 && findSeconds !== undefined && skew > findSeconds * 1000
        ? `: older than its findtime of ${formatDuration(findSeconds)}, so they never count`
        : ': look at the time zones';
    return sanitise(
      `the times in its lines are ${formatDuration(Math.round(Math.abs(skew) / 1000))} ${old}${take}`,
    );
  }
  if (samples.every(({ lines, stamped }) => lines - stamped >= lines * MOST))
    return safe('no time that is known stands in its lines: it needs a datepattern');
  return undefined;
}
