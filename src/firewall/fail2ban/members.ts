// The banned addresses of jails with their ends, of any number of jails in one start of the client. Who is banned comes from
// `banned`, which quotes its texts; the listing with times has one line for each and may hold lines of anybody's making.
//   [{'sshd': ['203.0.113.5']}]                                              (fail2ban-client -i, 1.0.2)
//   203.0.113.5 <TAB>2026-11-20 20:20:20 + 600 = 2026-11-20 20:30:20

import type { UnixMs } from '../../core/brand.ts';
import type { Command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { MembersParser } from '../backend.ts';
import { MemberColumns, noFacts } from '../columns.ts';
import { parseBanned } from './banned.ts';
import { batchCommand, type Question, readBatch } from './client.ts';
import { isUsableJail } from './parse.ts';
import { addressIn } from './sets.ts';
import { type BanTime, endsOf, parseBanTimes } from './times.ts';

/** The server sorts and prints 10,000 bans in 0.2 s, and answers one at a time. */
const LIST_TIMEOUT_MS = 15_000;

const namesOf = (sets: readonly SetInfo[]): readonly string[] => [
  ...new Set(sets.map(({ name }) => name).filter(isUsableJail)),
];

export function listJails(sets: readonly SetInfo[]): Command {
  const questions = namesOf(sets).map((name): Question => ['get', name, 'banip', '--with-time']);
  return batchCommand([['banned'], ...questions], { timeoutMs: LIST_TIMEOUT_MS });
}

export function readJailMembers(
  output: string,
  sets: readonly SetInfo[],
  at: UnixMs,
): Result<readonly Members[]> {
  const names = namesOf(sets);
  const answers = readBatch(output, 1 + names.length);
  if (!answers.ok) return answers;
  const [first = '', ...listings] = answers.value;
  const banned = parseBanned(first);
  if (banned === undefined)
    return fail(problem('unreadable', 'fail2ban did not say whom it has banned', { hint: 'list it again' }));
  const texts = new Map(banned.map((one) => [one.jail, one.texts]));
  const times = new Map(
    names.map((name, index) => [name, ownTimes(texts.get(name) ?? [], listings[index] ?? '')]),
  );
  // Together: the more bans, the fewer zones of the server fit.
  const all = [...times.values()].flat();
  const ends = endsOf(all, at);
  const endOf = new Map(all.map((time, index) => [time, ends[index] ?? Number.NaN]));
  const members: Members[] = [];
  for (const set of sets) {
    const mine = texts.get(set.name);
    if (mine === undefined)
      return fail(
        problem('not-found', `jail ${sanitise(set.name, 80)} is gone`, { hint: 'look at it again' }),
      );
    const ofSet = (times.get(set.name) ?? []).map(
      (time) => [time.text, endOf.get(time) ?? Number.NaN] as const,
    );
    members.push(membersOf(set, mine, { ends: new Map(ofSet), at }));
  }
  return ok(members);
}

/** Of texts that are banned here; one with two lines has one that is not its own, and then none. */
function ownTimes(texts: readonly string[], listing: string): readonly BanTime[] {
  const banned = new Set(texts);
  const byText = new Map<string, BanTime | undefined>();
  for (const time of parseBanTimes(listing))
    if (banned.has(time.text)) byText.set(time.text, byText.has(time.text) ? undefined : time);
  return [...byText.values()].flatMap((time) => time ?? []);
}

type Listed = Readonly<{ ends: ReadonlyMap<string, number>; at: UnixMs }>;

function membersOf(set: SetInfo, texts: readonly string[], { ends, at }: Listed): Members {
  const columns = new MemberColumns(set);
  for (const text of texts) {
    const net = addressIn(text);
    if (net?.family !== set.family) continue;
    columns.addNet(net, { ...noFacts(), expires: ends.get(text) ?? Number.NaN });
  }
  return columns.finish(at);
}

export function createJailParser(set: SetInfo, at: UnixMs): MembersParser {
  const chunks: Buffer[] = [];
  return {
    push: (chunk) => void chunks.push(Buffer.from(chunk)),
    end() {
      const read = readJailMembers(Buffer.concat(chunks).toString('utf8'), [set], at);
      if (!read.ok) return read;
      const [members] = read.value;
      return members === undefined ? fail(problem('bug', `nothing was read of ${set.key}`)) : ok(members);
    },
  };
}
