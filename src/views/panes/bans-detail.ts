// All about the row under the cursor of the bans pane: where it is, until when, why, and what drops it or does not.

import { formatDuration } from '../../core/duration.ts';
import type { Line, Role } from '../../core/line.ts';
import { memberNet, secondsLeft } from '../../core/members.ts';
import type { SetInfo } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { BansRoom } from '../../store/bans/bans-room.ts';
import { listHolding } from '../../store/bans/list-behind.ts';
import type { Item } from '../../store/bans/table.ts';
import { safeReason } from '../../store/select/address-state.ts';
import { dateText } from '../../store/select/journal-detail.ts';
import type { ConsoleState } from '../../store/state.ts';
import { span } from '../parts/lines.ts';
import type { MemberItem } from './bans-columns.ts';
import { findingLine, positionLines } from './bans-findings.ts';
import { paragraphs } from './explain.ts';
import type { DrawContext } from './pane.ts';

type Place = Readonly<{ room: BansRoom; context: DrawContext }>;

/** Exactly the rows that the room gives; what does not fit is not cut in silence. */
export function drawBanDetail(
  state: ConsoleState,
  item: Item | undefined,
  { room, context }: Place,
): readonly Line[] {
  const words = item === undefined ? [[span(safe('no row'), 'dim')]] : wordsOf(state, item, context);
  const lines = [...paragraphs(words, context.columns)];
  const last = lines[room.detail - 1];
  if (lines.length > room.detail && last !== undefined)
    lines[room.detail - 1] = [...last, span(sanitise(context.glyphs.ellipsis), 'warn')];
  return Array.from({ length: room.detail }, (_, row) => lines[row] ?? []);
}

/** What is wrong comes before when it ends: of a low pane only the first lines are seen. */
function wordsOf(state: ConsoleState, item: Item, { glyphs }: DrawContext): readonly Line[] {
  const { set } = item.kind === 'row' ? item.part : item;
  const { text, role } = dropWords(set);
  const { findings = [] } = set;
  // Without anything to do about it, it would repeat the words before it.
  const told = findings.filter(
    ({ level, todo }) => set.enforcement.kind === 'dropped' || level === 'note' || todo !== undefined,
  );
  const faults = told.filter(({ level }) => level !== 'note');
  const notes = told.filter(({ level }) => level === 'note');
  const about = item.kind === 'row' ? memberWords(state, item) : { head: [], rest: [] };
  return [
    ...about.head,
    [span(sanitise(text, 400), role)],
    ...positionLines(set),
    ...faults.map((one) => findingLine(one, glyphs)),
    ...about.rest,
    [span(sanitise(`in ${setWords(set)}`, 300), 'dim')],
    ...notes.map((one) => findingLine(one, glyphs)),
  ];
}

type About = Readonly<{ head: readonly Line[]; rest: readonly Line[] }>;

function memberWords(state: ConsoleState, item: MemberItem): About {
  const { part, row } = item;
  const net = memberNet(part.members, row);
  const why = safeReason(state.safeSet, net);
  const comment = part.members.comments.get(row);
  const reason = comment === undefined ? 'no reason is written in the set' : `reason: ${comment}`;
  const safeWords = `${net.text} is safe: ${why}; it must not be banned`;
  return {
    head: why === undefined ? [] : [[span(sanitise(safeWords), 'bad')]],
    rest: [[span(sanitise(`${endWords(item, state)}; ${reason}${sinceWords(item, state)}`, 300))]],
  };
}

function dropWords({ enforcement }: SetInfo): Readonly<{ text: string; role: Role }> {
  switch (enforcement.kind) {
    case 'dropped':
      return enforcement.afterEstablished
        ? {
            text: `drops new flows only, live ones pass until they are cut: ${enforcement.rule}`,
            role: 'warn',
          }
        : { text: `dropped by ${enforcement.rule}`, role: 'good' };
    case 'not-dropped':
      return { text: `not dropped: ${enforcement.rule}`, role: 'bad' };
    case 'unused':
      return { text: 'not dropped: no rule uses this set', role: 'bad' };
    case 'unknown':
      return { text: `whether it is dropped is not known: ${enforcement.why}`, role: 'warn' };
    default:
      return unreachable(enforcement);
  }
}

function setWords(set: SetInfo): string {
  const where = set.table === undefined ? set.name : `${set.table} ${set.name}`;
  const owner = set.owner === 'unknown' ? '' : ` of ${set.owner}`;
  return `${set.backend} set ${where} (${set.type})${owner}`;
}

/** Where nothing else tells how old a ban is. */
function sinceWords({ part, row }: MemberItem, { now }: ConsoleState): string {
  const since = part.members.since?.[row] ?? Number.NaN;
  if (!(since <= now)) return '';
  return `; in it at least since ${dateText(since)} (${formatDuration((now - since) / 1000)})`;
}

function endWords({ part, row }: MemberItem, { bans, now }: ConsoleState): string {
  const left = secondsLeft(part.members, row, now);
  if (left === undefined) return 'until when is not known';
  const list = left === null ? listHolding(bans, part.set, memberNet(part.members, row)) : undefined;
  if (list !== undefined)
    return `the same ban as in ${list.backend === 'fail2ban' ? 'jail ' : ''}${list.name}, which takes it out`;
  if (left === null)
    return part.set.shields === true ? 'until the shields come down' : 'until it is taken out';
  if (left <= 0) return 'ended';
  return `until ${dateText(part.members.expires[row] ?? Number.NaN)} (${formatDuration(left)})`;
}
