// One act in full, as labelled lines of text: also how far its detail can be scrolled.

import type { JournalRow, Operator } from '../../core/act.ts';
import { printCommand } from '../../core/plan.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import { wrapText } from '../logs/geometry.ts';

/** `label` is empty on the lines that go on. `code`: part of an exact command. */
export type DetailLine = Readonly<{ label: SafeText; text: SafeText; code: boolean }>;

export const DETAIL_MARGIN = 2;
export const DETAIL_LABEL_COLUMNS = 9;

/** Nothing is left out: long texts and commands go on in the next line. */
export function journalDetail(row: JournalRow, columns: number): readonly DetailLine[] {
  const width = Math.max(8, columns - DETAIL_MARGIN - DETAIL_LABEL_COLUMNS);
  const lines: DetailLine[] = [];
  const add = (label: string, text: string, code = false): void => {
    for (const [index, line] of text.split('\n').entries()) {
      const clean = sanitise(line);
      for (const [part, { start, end }] of wrapText(clean, width).entries()) {
        const first = index === 0 && part === 0;
        lines.push({ label: sanitise(first ? label : ''), text: clean.slice(start, end) as SafeText, code });
      }
    }
  };
  add('act', `${row.action} ${row.id}`);
  add('what', row.summary);
  if (row.host !== undefined) add('where', row.host);
  add('when', dateText(row.at));
  add('who', operatorText(row.operator));
  add('why', row.reason === '' ? '– no reason given' : row.reason);
  add('state', stateWords(row));
  add('result', row.result === '' ? '–' : row.result);
  if (row.undoes !== undefined) add('undoes', row.undoes);
  add('undo', row.canUndo ? 'undo can reverse this act' : 'cannot be undone from here');
  if (row.commands.length === 0) add('ran', '– no command');
  for (const [index, command] of row.commands.entries())
    add(index === 0 ? 'ran' : '', printCommand(command), true);
  return lines;
}

export function stateWords(row: JournalRow): SafeText {
  switch (row.state) {
    case 'intended':
      return sanitise('begun, outcome unknown');
    case 'done':
      return sanitise('done, proved');
    case 'unproved':
      return sanitise('done, not proved');
    case 'failed':
      return sanitise('failed');
    case 'undone':
      return sanitise('undone');
    case 'refused':
      return sanitise('refused');
    default:
      return unreachable(row.state);
  }
}

/** "alice (sudo), from 203.0.113.5, pts/0". */
export function operatorText(operator: Operator): SafeText {
  const parts = [
    operator.sudoUser === undefined ? operator.user : `${operator.sudoUser} as ${operator.user}`,
  ];
  if (operator.sshPeer !== undefined) parts.push(`from ${operator.sshPeer}`);
  if (operator.tty !== undefined) parts.push(operator.tty);
  return sanitise(parts.join(', '));
}

export function operatorName(operator: Operator): SafeText {
  return sanitise(operator.sudoUser ?? operator.user);
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Local time of the console: "2026-11-21 02:13:04". */
export function dateText(ms: number): SafeText {
  const date = new Date(ms);
  return sanitise(`${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${timeText(ms)}`);
}

export function timeText(ms: number): SafeText {
  const date = new Date(ms);
  return sanitise(`${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`);
}
