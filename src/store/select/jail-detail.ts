// One jail in full, as labelled lines: also how far its detail can be scrolled. Its newest events come last, one per line.

import type { Net } from '../../core/address.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Counted, JailEvent, JailEventKind, JailHealth, JailLog } from '../../core/jails.ts';
import type { Role } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { formatCount } from '../../core/units.ts';
import { wrapWords } from '../wrap-words.ts';
import { FINDING_ROLES } from './finding-roles.ts';
import type { JailView } from './jails.ts';
import { dateText, timeText } from './journal-detail.ts';

/** `label` is empty on the lines that go on. `key`: the same for the same line, whatever comes before it. */
export type JailDetailLine = Readonly<{
  key: string;
  label: SafeText;
  text: SafeText;
  role: Role;
  net?: Net;
}>;

export const JAIL_MARGIN = 2;
export const JAIL_LABEL_COLUMNS = 10;

type Look = Readonly<{ columns: number; now: number }>;
type Words = Readonly<{ label: string; text: string; role?: Role }>;

export function jailDetail(view: JailView, { columns, now }: Look): readonly JailDetailLine[] {
  const width = Math.max(8, columns - JAIL_MARGIN - JAIL_LABEL_COLUMNS - 1);
  const lines: JailDetailLine[] = [];
  for (const { label, text, role = 'plain' } of [...wrongWords(view), ...factWords(view, now)]) {
    for (const [part, row] of wrapWords(sanitise(text), width).entries())
      lines.push({ key: `line ${lines.length}`, label: sanitise(part === 0 ? label : ''), text: row, role });
  }
  return [...lines, ...eventLines(view, now)];
}

export const HEALTH_ROLES: Readonly<Record<JailHealth['kind'], Role>> = {
  well: 'good',
  quiet: 'dim',
  blind: 'bad',
  broken: 'bad',
  unknown: 'warn',
};

/** What is wrong, the worst first: the health of the jail, and what contradicts what. */
export function wrongWords({ row, findings, kernel }: JailView): readonly Words[] {
  const { says, todo, kind } = row.health;
  const role = HEALTH_ROLES[kind];
  const health: readonly Words[] = [
    { label: 'health', text: says, role },
    ...(todo === undefined ? [] : [{ label: '', text: todo, role }]),
  ];
  const found = findings.flatMap((finding): readonly Words[] => [
    { label: 'finding', text: finding.says, role: FINDING_ROLES[finding.level] },
    ...(finding.todo === undefined ? [] : [{ label: '', text: finding.todo }]),
  ]);
  // Where the sets were read, that is among the findings.
  const all = [...(row.actions?.length === 0 && kernel === undefined ? [NO_ACTION] : []), ...found];
  return role === 'bad' ? [...health, ...all] : [...all, ...health];
}

const NO_ACTION: Words = {
  ...{ label: 'finding', text: 'it has no action: bans are counted, nothing is blocked', role: 'bad' },
};

function factWords({ row, kernel }: JailView, now: number): readonly Words[] {
  const { reads, logs, actions, matches, lastBan, restored } = row;
  const limits = [
    `${row.maxRetry ?? '?'} matches within ${seconds(row.findSeconds)}`,
    `banned for ${row.banSeconds === null ? 'ever' : seconds(row.banSeconds)}`,
  ];
  const counts = `${formatCount(row.failedNow)} now, ${formatCount(row.failedTotal)} since its start`;
  const bans = `${formatCount(row.bannedNow)} now, ${formatCount(row.bannedTotal)} since its start`;
  const matched =
    matches === undefined
      ? 'when is not known: fail2ban.log was not read, or does not hold them'
      : `${countText(matches.hour)} in the last hour, ${countText(matches.day)} in a day${last(row.lastMatchAt)}`;
  return [
    ...(reads.kind === 'unknown' ? [{ label: 'reads', text: 'not known', role: 'warn' as const }] : []),
    ...logs.map((log, index) => ({ label: index === 0 ? 'reads' : '', ...logWords(log) })),
    { label: 'limits', text: limits.join(', ') },
    { label: 'action', text: actionText(actions) },
    { label: 'sets', text: setsText(kernel), ...(kernel?.length === 0 ? { role: 'bad' as const } : {}) },
    { label: 'matches', text: matched },
    { label: 'failed', text: counts },
    { label: 'banned', text: bans },
    {
      label: 'last ban',
      text: lastBan === undefined ? 'not known' : `${lastBan.what}, ${whenText(lastBan.at, now)}`,
    },
    ...(restored === undefined || restored.count < 2
      ? []
      : [
          {
            label: '',
            text: `${formatCount(restored.count)} bans were put back ${whenText(restored.at, now)}, when the server started: no new attack`,
            role: 'dim' as const,
          },
        ]),
  ];
}

function seconds(value: number | null | undefined): string {
  return value === undefined || value === null ? '?' : formatDuration(value);
}

const last = (at: number | undefined): string => (at === undefined ? '' : `, the last at ${dateText(at)}`);

export function countText({ count, atLeast }: Counted): string {
  return `${formatCount(count)}${atLeast ? '+' : ''}`;
}

export function actionText(actions: readonly string[] | undefined): string {
  if (actions === undefined) return 'not known';
  return actions.length === 0 ? 'none' : actions.join(', ');
}

function setsText(kernel: readonly SafeText[] | undefined): string {
  if (kernel === undefined) return 'not known';
  return kernel.length === 0 ? 'no set of the kernel belongs to it' : kernel.join(', ');
}

const STATES: Readonly<Record<Exclude<JailLog['state'], 'read'>, string>> = {
  missing: 'missing',
  denied: 'may not be read',
  'not-a-file': 'not a file',
  unknown: 'not read yet',
};

function logWords({ name, state, lines, lastLineAt }: JailLog): Omit<Words, 'label'> {
  if (state !== 'read') {
    const role = state === 'missing' || state === 'not-a-file' ? 'bad' : 'warn';
    return { text: `${name}: ${STATES[state]}`, role };
  }
  if (lines === undefined) return { text: name };
  const counted = `${countText(lines.hour)} lines in the last hour, ${countText(lines.day)} in a day`;
  return { text: `${name}: ${counted}${last(lastLineAt)}` };
}

/** Today by the hour, else with the date. */
export function whenText(at: number, now: number): SafeText {
  const date = dateText(at);
  return date.slice(0, 10) === dateText(now).slice(0, 10) ? timeText(at) : sanitise(date.slice(0, 16));
}

const EVENTS: Readonly<Record<JailEventKind, Readonly<{ word: string; role: Role }>>> = {
  found: { word: 'matched', role: 'plain' },
  ban: { word: 'banned', role: 'banned' },
  unban: { word: 'unbanned', role: 'plain' },
  'restore-ban': { word: 'put back', role: 'dim' },
  'increase-ban': { word: 'longer', role: 'banned' },
  'already-banned': { word: 'still here', role: 'bad' },
  ignored: { word: 'ignored', role: 'dim' },
};

function eventLines({ row }: JailView, now: number): readonly JailDetailLine[] {
  if (row.events.length === 0) {
    const text = safe('none is known');
    return [{ key: 'no events', label: safe('events'), text, role: 'dim' }];
  }
  return row.events.map((event, index) => ({
    key: eventKey(event),
    label: safe(index === 0 ? 'events' : ''),
    text: sanitise(`${whenText(event.at, now)}  ${EVENTS[event.kind].word.padEnd(10)} ${event.what}`),
    role: EVENTS[event.kind].role,
    ...(event.net === undefined ? {} : { net: event.net }),
  }));
}

function eventKey({ at, kind, what }: JailEvent): string {
  return `${at} ${kind} ${what}`;
}
