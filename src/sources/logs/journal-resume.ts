// A journal that is followed over a line that breaks: what was written meanwhile is asked for from the time of the last line
// on, and what was shown already is left out. From there a cursor says where to go on.

import type { LogSpec } from '../../core/pane.ts';
import { type Command, command } from '../../core/plan.ts';
import type { Problem } from '../../core/problem.ts';
import type { Host } from '../../host/host.ts';
import type { Feed } from './feed.ts';
import { followJournal, HOW, journalCommand, unitsOf } from './journald.ts';

/** What is fetched of a long outage, at most; then the newest only. */
const MISSED_MAX = 1000;
const NEWEST = 200;
const BYTES_MAX = 262_144;
const LOOK_TIMEOUT_MS = 60_000;
/** Of a chunk only its end is looked at: microseconds are seldom the same. */
const LOOK_BACK = 65_536;

/** The time of an entry's first line, as short-iso-precise writes it; its other lines are indented. */
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})([+-]\d\d:?\d\d) /;

const LINE_MAX = 4096;

/**
 * Remembers the newest entry by its first line, and how often that came one after the other. The time in it is when it was
 * written, `--since` asks when it was received: a little later, so that entries before it may come along.
 */
export class LastEntry {
  #last: string | undefined;
  #times = 0;
  #rest = '';

  push(chunk: Buffer): void {
    const isLong = chunk.length > LOOK_BACK;
    const from = isLong ? chunk.indexOf('\n', chunk.length - LOOK_BACK) + 1 : 0;
    const text = (isLong ? '' : this.#rest) + chunk.subarray(from).toString('latin1');
    const end = text.lastIndexOf('\n');
    this.#rest = text.slice(end + 1).slice(-LOOK_BACK);
    for (const line of text.slice(0, Math.max(0, end)).split('\n')) this.#line(line);
  }

  #line(line: string): void {
    if (!STAMP.test(line)) return;
    const first = comparable(line);
    this.#times = first === this.#last ? this.#times + 1 : 1;
    this.#last = first;
  }

  /** As `--since` takes it: seconds with microseconds. */
  get since(): string | undefined {
    const parts = this.#last === undefined ? null : STAMP.exec(this.#last);
    if (parts === null) return undefined;
    const zone = (parts[3] ?? '').replace(/^(...)(\d\d)$/, '$1:$2');
    const seconds = Math.floor(Date.parse(`${parts[1]}${zone}`) / 1000);
    return Number.isFinite(seconds) ? `@${seconds}.${parts[2]}` : undefined;
  }

  /** What comes behind the newest entry that is known; all, when it is not in there. An unfinished line comes again. */
  withoutKnown(text: string): string {
    this.#rest = '';
    let known = 0;
    let times = 0;
    for (let at = 0; at < text.length && times < this.#times; ) {
      const newline = text.indexOf('\n', at);
      const end = newline < 0 ? text.length : newline;
      if (STAMP.test(text.slice(at, at + 40)) && comparable(text.slice(at, end)) === this.#last) {
        times++;
        known = endOfEntry(text, at);
      }
      at = end + 1;
    }
    return text.slice(known);
  }
}

/** The same whether it was bytes or is decoded text. */
function comparable(line: string): string {
  return line.replace(/[^ -~]+/g, '?').slice(0, LINE_MAX);
}

function endOfEntry(text: string, from: number): number {
  let at = from;
  do {
    const newline = text.indexOf('\n', at);
    if (newline < 0) return text.length;
    at = newline + 1;
  } while (at < text.length && !STAMP.test(text.slice(at, at + 40)));
  return at;
}

/** `text` without the line in which journalctl tells its cursor. */
export function splitCursor(text: string): Readonly<{ entries: string; cursor: string | undefined }> {
  const found = /(?:^|\n)-- cursor: ([A-Za-z0-9=;]{1,400})\n?$/.exec(text);
  if (found === null) return { entries: text, cursor: undefined };
  return { entries: text.slice(0, found.index + (text[found.index] === '\n' ? 1 : 0)), cursor: found[1] };
}

export type JournalFollow = Readonly<{
  spec: LogSpec;
  host: Host;
  feed: Feed;
  name: string;
  signal: AbortSignal;
  /** Runs until it ends; what it printed goes to the feed and to `also`. */
  run(what: Command, also: (chunk: Buffer) => void): Promise<Problem | undefined>;
  soon(): void;
}>;

/** Follows until aborted, or until it fails for another reason than the line. */
export async function followUnits(follow: JournalFollow): Promise<Problem | undefined> {
  const { spec, host, signal } = follow;
  const last = new LastEntry();
  let next = await followJournal(spec, host, signal);
  for (;;) {
    const problem = await follow.run(next, (chunk) => last.push(chunk));
    if (signal.aborted || !isLine(problem) || host.link === undefined) return problem;
    const lostAt = Date.now();
    const again = await resumed(follow, last, lostAt);
    if (again === undefined) return undefined;
    next = again;
  }
}

export const isLine = (problem: Problem | undefined): boolean =>
  problem?.code === 'line-lost' || problem?.code === 'no-line';

/** Tells what was missed; the command that goes on from there. undefined: it was ended. */
async function resumed(follow: JournalFollow, last: LastEntry, lostAt: number): Promise<Command | undefined> {
  const { spec, host, feed, name, signal } = follow;
  for (;;) {
    await host.link?.whenUp(signal);
    if (signal.aborted) return undefined;
    const { since } = last;
    if (since === undefined) return followJournal(spec, host, signal);
    const asked = host.now();
    const missed = await ask(follow, [`--since=${since}`, '-n', String(MISSED_MAX)]);
    if (missed === 'line') continue;
    const isAll = missed !== undefined && countEntries(missed) < MISSED_MAX;
    const text = isAll ? missed : await ask(follow, ['-n', String(NEWEST)]);
    if (text === 'line') continue;
    const { entries, cursor } = splitCursor(text ?? '');
    const fresh = isAll ? last.withoutKnown(entries) : entries;
    // The line that was broken off comes again, whole.
    feed.jumped(name, 0, 0);
    feed.away(name, Date.now() - lostAt, !isAll);
    if (fresh !== '') feed.data(name, Buffer.from(fresh), host.now());
    last.push(Buffer.from(fresh));
    follow.soon();
    if (cursor === undefined) return journalCommand(spec, { privileged: host.privileged, sinceMs: asked });
    return journalCommand(spec, { privileged: host.privileged, cursor });
  }
}

const countEntries = (text: string): number => text.split('\n').filter((line) => STAMP.test(line)).length;

async function ask(follow: JournalFollow, words: readonly string[]): Promise<string | 'line' | undefined> {
  const { spec, host, signal } = follow;
  const limits = { timeoutMs: LOOK_TIMEOUT_MS, outputMaxBytes: BYTES_MAX, privileged: host.privileged };
  const argv = ['journalctl', ...words, '--show-cursor', ...HOW, ...unitsOf(spec)] as const;
  const answer = await host.run(command(argv, limits), signal);
  if (answer.ok) return answer.value.stdout;
  return isLine(answer.problem) ? 'line' : undefined;
}
