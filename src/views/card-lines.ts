// The card of the followed address as lines: a label, and what is known. Long values go on below; unknown is "–" and why.

import { isHost } from '../core/address.ts';
import { formatAge, formatDuration } from '../core/duration.ts';
import type { Line, Role, Span } from '../core/line.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { formatBytes, formatCount, groupDigits, UNKNOWN } from '../core/units.ts';
import { fit } from '../core/width.ts';
import type { CardFacts, Counted } from '../store/select/card.ts';
import type { CardLogs, LogCount } from '../store/select/card-logs.ts';
import type { CardSets, Holding } from '../store/select/card-sets.ts';
import { halfOpenOf } from '../store/select/conntrack.ts';
import { dateText, operatorName, stateWords, timeText } from '../store/select/journal-detail.ts';
import type { Glyphs } from './glyphs.ts';
import { enforcedCell } from './panes/bans-columns.ts';
import { spaces, span, wrapWords } from './parts/lines.ts';
import { shortPaneName } from './parts/pane-name.ts';

type Words = Readonly<{ text: SafeText; role?: Role | undefined }>;
type Entry = Readonly<{ label: string; words: readonly Words[] }>;
type Look = Readonly<{ columns: number; glyphs: Glyphs; now: number }>;

const LABEL = 9;

export function cardLines(facts: CardFacts, look: Look): readonly Line[] {
  const entries: readonly Entry[] = [
    { label: 'now', words: nowWords(facts, look) },
    { label: 'address', words: addressWords(facts) },
    { label: 'sets', words: setWords(facts.sets, look) },
    { label: 'seen', words: seenWords(facts, look) },
    { label: 'logs', words: facts.logs.logs.flatMap((log) => logWords(log)) },
    { label: 'around', words: aroundWords(facts) },
    { label: 'flows', words: flowWords(facts.flows, look) },
    { label: 'traffic', words: trafficWords(facts.traffic, look) },
    { label: 'acts', words: actWords(facts, look) },
  ];
  return entries.filter(({ words }) => words.length > 0).flatMap((entry) => entryLines(entry, look.columns));
}

function entryLines({ label, words }: Entry, columns: number): readonly Line[] {
  const room = Math.max(1, columns - LABEL);
  const rows = words.flatMap(({ text, role }) =>
    wrapWords(text, room).map((line, part): Span => span(part === 0 ? line : sanitise(line), role)),
  );
  return rows.map(
    (row, index): Line => [index === 0 ? span(fit(sanitise(label), LABEL), 'dim') : span(spaces(LABEL)), row],
  );
}

const say = (text: string, role?: Role): Words => ({ text: sanitise(text, 400), role });
const unknown = (why: string): Words => say(`${UNKNOWN} ${why}`, 'dim');

function addressWords({ net, safe: why, safeKnown, private: isPrivate }: CardFacts): readonly Words[] {
  const what = isHost(net) ? '' : ' network';
  const words = [say(`${net.text}, IPv${net.family}${what}${isPrivate ? ', private' : ''}`)];
  if (why !== undefined) return [...words, say(`safe: ${why}`, 'safe')];
  return safeKnown ? words : [...words, unknown('whether it is safe is not known yet')];
}

/** Whether its packets are dropped now, in one sentence. */
function nowWords({ net, sets }: CardFacts, look: Look): readonly Words[] {
  const dropped = sets.holding.find(({ set }) => set.enforcement.kind === 'dropped');
  const perhaps = sets.holding.find(({ set }) => set.enforcement.kind === 'unknown');
  const sign = look.glyphs.banned;
  if (dropped !== undefined)
    return [say(`${sign} banned in ${dropped.name}, proved by its rule; ${leftWords(dropped)}`, 'banned')];
  if (perhaps !== undefined)
    return [
      say(`${sign}? in ${perhaps.name}, ${leftWords(perhaps)}; not proved that it is dropped`, 'banned'),
    ];
  if (!sets.known) return [unknown('the ban sets were not read yet')];
  if (sets.unlisted.length > 0) return [unknown(`not in the sets that are listed; ${unlistedWords(sets)}`)];
  if (sets.holding.length > 0) return [say('not banned: no rule drops the sets that hold it', 'warn')];
  return [say(isHost(net) ? 'not banned' : 'not banned as a whole')];
}

function unlistedWords({ unlisted }: CardSets): string {
  const more = unlisted.length > 2 ? ` and ${unlisted.length - 2} more` : '';
  return `${unlisted.slice(0, 2).join(', ')}${more} not listed`;
}

function leftWords({ left, set }: Holding): string {
  if (left === undefined) return 'until when is not known';
  if (left === null) return set.shields === true ? 'until the shields come down' : 'until changed';
  return `${formatDuration(left)} left`;
}

function setWords(sets: CardSets, { glyphs }: Look): readonly Words[] {
  if (!sets.known) return [];
  const words = sets.holding.map((holding): Words => {
    const { text, role } = enforcedCell(holding.set, glyphs);
    return say(`${holding.name}: ${holding.member.text}, ${leftWords(holding)}, ${text}`, role);
  });
  const unlisted = sets.unlisted.length === 0 ? [] : [unknown(unlistedWords(sets))];
  return [...(words.length === 0 && unlisted.length === 0 ? [say('in none', 'dim')] : words), ...unlisted];
}

function seenWords({ logs }: CardFacts, { now }: Look): readonly Words[] {
  const blind = noLines(logs);
  if (blind !== undefined) return [unknown(blind)];
  const of = `${groupDigits(logs.kept)} kept ${logs.kept === 1 ? 'line' : 'lines'}`;
  const older = olderWords(logs);
  if (logs.lines === 0 && older.length === 0) return [say(`in none of ${of}`)];
  const words = [say(`in ${logs.lines === 0 ? 'none' : groupDigits(logs.lines)} of ${of}`), ...older];
  if (logs.first === undefined || logs.last === undefined)
    return [...words, unknown('no time is written in these lines')];
  const dates = [
    `first ${dateText(logs.first)}`,
    `last  ${dateText(logs.last)}, ${formatAge(now - logs.last)}`,
  ];
  const undated = logs.undated === 0 ? [] : [say(`${groupDigits(logs.undated)} without a time`, 'dim')];
  return [...words, ...dates.map((text) => say(text)), ...undated];
}

/** Lines that have left the log are on the screen while a frozen pane holds them. */
function olderWords({ older }: CardLogs): readonly Words[] {
  if (older === undefined) return [];
  const count = `${groupDigits(older.lines)} older ${older.lines === 1 ? 'line' : 'lines'}`;
  return [say(`and in ${count} that a ${older.frozen ? 'frozen ' : ''}pane still shows`)];
}

/** Why nothing can be said of the logs. */
function noLines({ logs, kept }: CardLogs): string | undefined {
  if (logs.length === 0) return 'no log pane is open';
  return kept === 0 ? 'no line is kept yet' : undefined;
}

function logWords({ pane, lines, kinds }: LogCount): readonly Words[] {
  if (lines === 0) return [];
  const all = [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${kind} ${formatCount(count)}`);
  return [say(`${shortPaneName(pane)} ${formatCount(lines)}: ${all.join(', ')}`)];
}

function aroundWords({ net, around, logs, sets }: CardFacts): readonly Words[] {
  const other = around.text === net.text ? '' : 'other ';
  const blind = noLines(logs);
  const count = (many: number): string => `${many === 0 ? 'no' : groupDigits(many)} ${other}`;
  const seen = `${count(logs.others)}${logs.others === 1 ? 'address' : 'addresses'} seen in the logs`;
  const some = sets.unlisted.length > 0 ? ' in the sets that are listed' : '';
  const banned = `${count(sets.others)}${sets.others === 1 ? 'ban' : 'bans'}${some}`;
  return [
    say(around.text),
    blind === undefined ? say(seen) : unknown(blind),
    ...(sets.whole ? [say('all of it is banned', 'banned')] : []),
    ...(sets.known && !sets.whole ? [say(banned)] : []),
  ];
}

function flowWords(flows: Counted, { now }: Look): readonly Words[] {
  if (flows.kind === 'unknown') return [unknown(flows.why)];
  const age = formatAge(now - flows.at);
  if (flows.kind === 'not-among') return [unknown(`${flows.why}, ${age}`)];
  const { row } = flows;
  const established = row.states.get('ESTABLISHED') ?? 0;
  const ours = row.ours ? [say('it is one of our own: these go out', 'warn')] : [];
  const parts = [
    `${formatCount(row.flows)} ${row.flows === 1 ? 'flow' : 'flows'}`,
    `${formatCount(halfOpenOf(row))} syn`,
    `${formatCount(established)} established, ${age}`,
  ];
  return [say(parts.join(', ')), ...ours];
}

function trafficWords(traffic: Counted, { now }: Look): readonly Words[] {
  if (traffic.kind === 'unknown') return [unknown(traffic.why)];
  const age = formatAge(now - traffic.at);
  if (traffic.kind === 'not-among') return [unknown(`${traffic.why}, ${age}`)];
  return [say(`${formatBytes(traffic.row.bytes)} since its flows began, ${age}`)];
}

const ACTS_SHOWN = 20;

function actWords({ acts }: CardFacts, { now }: Look): readonly Words[] {
  if (acts.kind === 'unknown') return [unknown(acts.why)];
  const today = dateText(now).slice(0, 10);
  const shown = acts.rows.slice(0, ACTS_SHOWN).flatMap((row): readonly Words[] => {
    const date = dateText(row.at);
    const when = date.startsWith(today) ? timeText(row.at) : date.slice(0, 16);
    const state = `${stateWords(row)}${row.canUndo ? ', can be undone' : ''}`;
    return [
      say(`${when} ${operatorName(row.operator)}: ${row.undoes === undefined ? '' : 'undo: '}${row.summary}`),
      say(`${state}${row.result === '' ? '' : ` · ${row.result}`}`, 'dim'),
    ];
  });
  const hidden = acts.rows.length - ACTS_SHOWN;
  const more = hidden > 0 ? [say(`and ${groupDigits(hidden)} before`, 'dim')] : [];
  const large =
    acts.abridged === 0 ? [] : [unknown(`${manyWords(acts.abridged)} on many addresses: not named in full`)];
  const none = acts.read === 0 ? safe('none yet') : sanitise(`none among the last ${groupDigits(acts.read)}`);
  return [...(shown.length === 0 ? [{ text: none }] : shown), ...more, ...large];
}

function manyWords(count: number): string {
  return `${count} ${count === 1 ? 'act' : 'acts'}`;
}
