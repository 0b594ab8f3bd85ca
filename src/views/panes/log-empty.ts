// What a log pane says when it has no line to show: why, and what to do about it.

import type { Line } from '../../core/line.ts';
import type { Problem } from '../../core/problem.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { SourceStatus } from '../../core/status.ts';
import { groupDigits } from '../../core/units.ts';
import { unreachable } from '../../core/unreachable.ts';
import { countLines } from '../../store/logs/chunks.ts';
import { type LogPane, paneChunks } from '../../store/logs/log-pane.ts';
import type { LogCommand } from '../../store/select/log-command.ts';
import { RUNS_NOTHING } from '../../store/select/may-run.ts';
import { cutRows, span } from '../parts/lines.ts';
import { byStartKey, paragraphs } from './explain.ts';
import { FILE_WORDS, nameOf } from './log-frame.ts';
import type { DrawContext } from './pane.ts';

type Room = Pick<DrawContext, 'columns' | 'rows' | 'start'> &
  Readonly<{ privileged: boolean; readOnly: boolean }>;

/** Where the lines should come from: the pane's source, and its command if it has one. */
export type Origin = Readonly<{
  status: SourceStatus | undefined;
  command: LogCommand | undefined;
  /** What stands between us and its host. */
  noLine?: Problem | undefined;
}>;

export function drawEmptyLog(pane: LogPane, origin: Origin, room: Room): readonly Line[] {
  return said([...waiting(origin, room), ...(noLineOf(pane, origin) ?? reasons(pane, origin, room))], room);
}

/** Its reader waits for the line; lines that were read before are there all the same. */
function noLineOf(pane: LogPane, { command, noLine }: Origin): readonly Line[] | undefined {
  if (noLine === undefined || command?.phase === 'waiting' || countLines(paneChunks(pane)) > 0)
    return undefined;
  const { summary, hint } = noLine;
  return [[span(sanitise(summary), 'bad')], ...(hint === undefined ? [] : [[span(sanitise(hint), 'dim')]])];
}

/** Opening a session runs nothing unasked: what would run, and how it is asked for. */
function waiting({ command }: Origin, room: Room): readonly Line[] {
  if (command?.phase !== 'waiting') return [];
  if (room.readOnly) return [[span(sanitise(`Not started: ${command.text}`))], [span(RUNS_NOTHING, 'warn')]];
  return [
    [span(sanitise(`Not started: ${command.text}`))],
    [span(byStartKey(room, 'starts it. With "start: auto" in the session file it starts by itself.'), 'dim')],
  ];
}

/** Paragraphs cut to the body. */
export function said(
  words: readonly Line[],
  room: Readonly<{ columns: number; rows: number }>,
): readonly Line[] {
  return cutRows(paragraphs(words, room.columns), room);
}

function reasons(pane: LogPane, { status, command }: Origin, room: Room): readonly Line[] {
  if (command?.phase === 'waiting' && command.alone) return [];
  const kept = countLines(paneChunks(pane));
  if (kept > 0)
    return [
      [span(sanitise(`None of the ${groupDigits(kept)} kept lines passes the filters.`))],
      [span(safe('Toggle or clear the filters to see them; new lines that pass appear here.'), 'dim')],
    ];
  if (status?.kind === 'unavailable' || status?.kind === 'retrying') {
    const { summary, hint } = status.problem;
    const lines: Line[] = [[span(sanitise(summary), 'bad')]];
    if (hint !== undefined) lines.push([span(sanitise(hint))]);
    return [...lines, ...fileLines(pane, room)];
  }
  // A program that runs and has said nothing yet gives no sample.
  if (pane.feed.at === undefined && status?.kind === 'live' && pane.spec.files.length === 0)
    return [[span(sanitise(`No line from ${nameOf(pane)} yet. New lines appear here.`), 'dim')]];
  // A path without wildcards is answered, found or missing, as soon as it was looked for.
  const mayMatchNothing = pane.spec.files.some((name) => /[*?[{]/.test(name));
  if (pane.feed.at === undefined && !(status?.kind === 'live' && mayMatchNothing))
    return [[span(sanitise(`Opening ${nameOf(pane)} …`), 'dim')]];
  if (pane.feed.files.length === 0)
    return [
      [span(sanitise(`Nothing matches ${nameOf(pane)} yet.`))],
      [span(safe('A file that appears under this name is read from its first line.'), 'dim')],
    ];
  const openFiles = pane.feed.files.some(({ kind }) => kind === 'open' || kind === 'rotated');
  const quiet: Line[] = openFiles
    ? [[span(sanitise(`No line in ${nameOf(pane)} yet. New lines appear here.`), 'dim')]]
    : [];
  return [...quiet, ...fileLines(pane, room)];
}

/** Each file that is not simply open, with what to do. */
function fileLines(pane: LogPane, room: Room): readonly Line[] {
  return pane.feed.files.flatMap((file): readonly Line[] => {
    const name = `${file.name}: ${FILE_WORDS[file.kind]}`;
    switch (file.kind) {
      case 'not-a-file':
        return [[span(sanitise(`${name}. Name a regular file in the session file.`), 'bad')]];
      case 'denied':
        return [
          [
            span(
              sanitise(
                room.privileged
                  ? name
                  : `${name}. Run as root or through sudo, or join the group that may read it (adm).`,
              ),
              'bad',
            ),
          ],
        ];
      case 'missing':
        return [[span(sanitise(`${name}. It is read as soon as it appears.`), 'warn')]];
      case 'ended':
      case 'cut-off':
        return [[span(sanitise(`${name}. ${endedHint(pane, room)}`), 'warn')]];
      case 'open':
      case 'rotated':
      case 'truncated':
        return [];
      default:
        return unreachable(file.kind);
    }
  });
}

function endedHint({ spec }: LogPane, room: Room): string {
  const alone = spec.command !== undefined && spec.files.length === 0 && spec.units.length === 0;
  return alone ? byStartKey(room, 'starts it again.') : 'Refresh starts it again.';
}
