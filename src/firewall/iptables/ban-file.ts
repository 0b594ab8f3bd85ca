// The file of a ban script, loaded at boot: an address and a number of seconds since 1970 on each line.
//   203.0.113.5=1795280000
//   2001:db8::/48=1795366400     # of web          (no program writes a version into it)

import { parseNet } from '../../core/address.ts';
import { type UnixMs, unixMs } from '../../core/brand.ts';
import { formatDuration } from '../../core/duration.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { type SavedBan, savedComment } from '../saved-bans.ts';

/**
 * What the numbers are: when each ban ends, or when it began and how long each lasts. Absent: they are taken for ends if all
 * of them are to come, as no ban begins in the future; else the file is refused, because one reading would free everybody
 * and the other ban everybody anew.
 */
export type EpochMeaning = Readonly<{ kind: 'end' }> | Readonly<{ kind: 'began'; seconds: number }>;

export type BanFileOptions = Readonly<{
  /** Of the file, for "file:line:column". */
  name: string;
  now: UnixMs;
  epoch?: EpochMeaning;
}>;

/** `bans`: each address once, with the latest of its ends, all to come. `ended`: how many were over. */
export type BanFile = Readonly<{ bans: readonly SavedBan[]; ended: number; repeated: number }>;

type Line = Readonly<{ ban: Omit<SavedBan, 'endsAt'>; epoch: number; column: number }>;
type Trouble = Readonly<{ column: number; says: string }>;

const TROUBLES_SHOWN = 10;
/** Clocks of two machines differ; more than this, and the number is no beginning. */
const CLOCK_SLACK_MS = 300_000;

/** All or nothing: one bad line and nothing is taken. */
export function readBanFile(text: string, options: BanFileOptions): Result<BanFile> {
  const read: Line[] = [];
  const troubles: string[] = [];
  let wrong = 0;
  const note = (number: number, { column, says }: Trouble): void => {
    wrong++;
    if (troubles.length < TROUBLES_SHOWN)
      troubles.push(`${sanitise(options.name, 200)}:${number}:${column}: ${sanitise(says, 300)}`);
  };
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const line = raw.replace(/\r$/, '');
    if (NOTHING_MORE.test(line)) continue;
    const one = readLine(line);
    const trouble = 'says' in one ? one : misread(one, options);
    if (trouble !== undefined) note(index + 1, trouble);
    else if (!('says' in one)) read.push(one);
  }
  if (wrong === 0) return ok(bansOf(read, options));
  if (wrong > troubles.length) troubles.push(`… and ${wrong - troubles.length} more`);
  return fail(
    problem('bad-input', troubles.join('\n'), {
      hint: 'nothing was changed: mend or delete these lines, or say what the numbers are',
    }),
  );
}

/** The end of a line, or a comment. */
const NOTHING_MORE = /^\s*(?:[#;]|$)/;
/** One after the other, each as far as it goes: a single pattern for all of them takes for ever on an odd line. */
const PARTS = [/\s*/y, /[^\s=]*/y, /\s*=?\s*/y, /[^\s#;]*/y];

function readLine(line: string): Line | Trouble {
  let at = 0;
  const [before = '', address = '', gap = '', epoch = ''] = PARTS.map((part) => {
    part.lastIndex = at;
    const found = part.exec(line)?.[0] ?? '';
    at += found.length;
    return found;
  });
  const rest = line.slice(at);
  const parsed = parseNet(address);
  if (!parsed.ok) return { column: before.length + 1, says: parsed.problem.summary };
  const { net, widened } = parsed.value;
  if (widened) return { column: before.length + 1, says: `${address} has host bits: write ${net.text}` };
  const column = before.length + address.length + gap.length + 1;
  if (!gap.includes('=') || !/^[1-9]\d{8,9}$/.test(epoch))
    return { column, says: 'behind the address, "=" and seconds since 1970 should be here' };
  if (!NOTHING_MORE.test(rest))
    return { column: column + epoch.length, says: 'nothing but a comment ("#") may be behind the number' };
  return { ban: { net, comment: savedComment(rest.replace(/^\s*[#;]+/, '')) }, epoch: Number(epoch), column };
}

/** undefined = the number can be what it is said to be. */
function misread({ epoch, column }: Line, { epoch: meaning, now }: BanFileOptions): Trouble | undefined {
  const past = epoch * 1000 <= now;
  if (meaning === undefined && past)
    return {
      column,
      says: `${epoch} is over (${ago(now, epoch)}): say whether it is when the ban began or when it ended`,
    };
  if (meaning?.kind === 'began' && epoch * 1000 > now + CLOCK_SLACK_MS)
    return { column, says: `${epoch} is to come: no ban has begun then` };
  return undefined;
}

const ago = (now: number, epoch: number): string =>
  `${formatDuration(Math.max(1, Math.floor(now / 1000) - epoch))} ago`;

function bansOf(lines: readonly Line[], { now, epoch: meaning }: BanFileOptions): BanFile {
  const bans = new Map<string, SavedBan>();
  let ended = 0;
  let repeated = 0;
  for (const { ban, epoch } of lines) {
    const endsAt = unixMs((epoch + (meaning?.kind === 'began' ? meaning.seconds : 0)) * 1000);
    if (endsAt <= now) {
      ended++;
      continue;
    }
    const known = bans.get(ban.net.text);
    if (known !== undefined) repeated++;
    if (known === undefined || (known.endsAt ?? 0) < endsAt) bans.set(ban.net.text, { ...ban, endsAt });
  }
  return { bans: [...bans.values()], ended, repeated };
}
