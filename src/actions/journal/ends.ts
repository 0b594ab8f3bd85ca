// When bans end where the firewall itself keeps no times (tables of pf): what our journal says of them. An address that
// somebody else put there has no end that we know of.

import type { JournalRow } from '../../core/act.ts';
import { parseNet } from '../../core/address.ts';
import { unixMs } from '../../core/brand.ts';
import { memberNet } from '../../core/members.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import type { Backend, MembersParser } from '../../firewall/backend.ts';
import type { Host } from '../../host/host.ts';
import type { ActFacts } from '../facts.ts';
import { onItsClock } from './clock.ts';
import type { Journal } from './journal.ts';

/** As far back as is looked: acts of operators, and a bulk act is one. The end of what is older is not known any more. */
const ROWS_MAX = 10_000;
/** By "set address": Unix ms, Infinity = no end; NaN = taken out by us since, so that whatever is there now is not ours. */
export type Ends = ReadonlyMap<string, number>;
/** Ends as the clock of the host has them, which the journal does not go by. */
type Clock = (ends: Ends) => Ends;
const SAME: Clock = (ends) => ends;

export const endsOn =
  (host: Pick<Host, 'now' | 'link'>): Clock =>
  (ends) => {
    const shift = onItsClock(host, unixMs(0));
    return shift === 0 ? ends : new Map([...ends].map(([key, end]) => [key, end + shift]));
  };

/** The backends, with the ends of what `ending: 'journal'` sets hold filled in. The journal must be open; else all is unknown. */
export function withJournalEnds(
  backends: readonly Backend[],
  journal: Journal,
  clock: Clock = SAME,
): readonly Backend[] {
  const ends = rememberedEnds(journal);
  return backends.map((backend) => ({
    ...backend,
    membersParser(set, at): MembersParser {
      const parser = backend.membersParser(set, at);
      if (set.ending !== 'journal') return parser;
      return { push: (chunk) => parser.push(chunk), end: () => filled(parser.end(), set, clock(ends())) };
    },
  }));
}

/** The same for one listing, for whoever reads sets without a desk's acts (the bans pane). */
export function createEndFiller(
  journal: Journal,
  clock: Clock = SAME,
): (set: SetInfo, read: Result<Members>) => Promise<Result<Members>> {
  const ends = rememberedEnds(journal);
  return async (set, read) => {
    if (set.ending !== 'journal') return read;
    const opened = await journal.open();
    return opened.ok ? filled(read, set, clock(ends())) : read;
  };
}

function filled(read: Result<Members>, set: SetInfo, ends: Ends): Result<Members> {
  if (!read.ok || ends.size === 0) return read;
  const members = read.value;
  const expires = members.expires.map((end, at) =>
    Number.isNaN(end) ? (ends.get(`${set.key} ${memberNet(members, at).text}`) ?? Number.NaN) : end,
  );
  return ok({ ...members, expires });
}

function rememberedEnds(journal: Journal): () => Ends {
  let known: Readonly<{ stamp: string; ends: Ends }> | undefined;
  return () => {
    const rows = journal.actRows(ROWS_MAX);
    if (!rows.ok) return new Map();
    // An act that is taken back changes an old row.
    const stamp = rows.value.map(({ id, state }) => `${id}${state}`).join();
    if (known?.stamp !== stamp) known = { stamp, ends: readEnds(journal, rows.value) };
    return known.ends;
  };
}

/** Newest first: the newest act that still holds decides. Undone ones count as if they had never been. */
function readEnds(journal: Journal, rows: readonly JournalRow[]): Ends {
  const ends = new Map<string, number>();
  for (const row of rows) {
    const counts = row.state === 'done' || row.state === 'unproved' || row.state === 'intended';
    if (!counts || !row.commands.some(({ argv }) => argv[0] === 'pfctl')) continue;
    const details = journal.details(row.id);
    if (details.ok) take(details.value.facts, row, ends);
  }
  return ends;
}

function take(facts: ActFacts, { at }: JournalRow, ends: Map<string, number>): void {
  const note = (set: string | undefined, text: string, end: number): void => {
    const parsed = parseNet(text);
    const key = parsed.ok && set !== undefined ? `${set} ${parsed.value.net.text}` : undefined;
    if (key !== undefined && !ends.has(key)) ends.set(key, end);
  };
  if (facts.kind === 'ban')
    for (const [index, text, seconds] of facts.added)
      note(facts.sets[index], text, seconds === null ? Number.POSITIVE_INFINITY : at + seconds * 1000);
  else if (facts.kind === 'unban')
    for (const [index, text] of facts.removed) note(facts.sets[index], text, Number.NaN);
}
