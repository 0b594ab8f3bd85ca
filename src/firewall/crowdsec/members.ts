// The members of one list of decisions, as columns, from the CSV of all (cscli 1.4.6), and of a few addresses from JSON.
//   18,cscli,Ip:203.0.113.5,a,ban,,,1,59m48.081517317s,false,18

import type { UnixMs } from '../../core/brand.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import type { MembersParser } from '../backend.ts';
import { MemberColumns, noFacts } from '../columns.ts';
import { parseJson } from '../json.ts';
import { type Ban, decisionsFromAlerts, isBan } from './decision.ts';
import { createDecisionReader, NOT_A_LISTING } from './parse.ts';

/** cscli shows only the newest of several decisions on the same address; `readTouching` gives them all. */
export function createCrowdsecMembersParser(set: SetInfo, at: UnixMs): MembersParser {
  const columns = new MemberColumns(set);
  const reader = createDecisionReader((decision) => {
    if (isBan(decision)) add(columns, set, { ban: decision, at });
  });
  return {
    push: reader.push,
    end: () => (reader.end() ? ok(columns.finish(at)) : fail(NOT_A_LISTING)),
  };
}

/** Both families out of one listing. */
export function readMembersTogether(
  listing: string,
  sets: readonly SetInfo[],
  at: UnixMs,
): Result<readonly Members[]> {
  const lists = sets.map((set) => ({ set, columns: new MemberColumns(set) }));
  const reader = createDecisionReader((decision) => {
    if (isBan(decision)) for (const { set, columns } of lists) add(columns, set, { ban: decision, at });
  });
  reader.pushText(listing);
  return reader.end() ? ok(lists.map(({ columns }) => columns.finish(at))) : fail(NOT_A_LISTING);
}

/** `texts`: outputs of `cscli alerts list -o json`. A decision that several of them name is there once. */
export function readTouching(set: SetInfo, texts: readonly string[], at: UnixMs): Result<Members> {
  const columns = new MemberColumns({ ...set, count: 0 });
  const seen = new Set<number>();
  for (const text of texts) {
    const decisions = decisionsFromAlerts(parseJson(text));
    if (decisions === undefined) return fail(NOT_A_LISTING);
    for (const decision of decisions) {
      if (!isBan(decision) || seen.has(decision.id)) continue;
      seen.add(decision.id);
      add(columns, set, { ban: decision, at });
    }
  }
  return ok(columns.finish(at));
}

function add(columns: MemberColumns, set: SetInfo, { ban, at }: Readonly<{ ban: Ban; at: UnixMs }>): void {
  const { net, leftMs, id } = ban;
  if (net.family !== set.family) return;
  const expires = leftMs === undefined ? Number.NaN : at + leftMs;
  columns.addNet(net, { ...noFacts(), expires, comment: commentOf(ban), ref: id });
}

/** Whose decision it is, where an operator did not make it by hand, and why. */
function commentOf({ origin, reason }: Ban): string {
  return origin === 'cscli' ? reason : `${origin}: ${reason}`;
}
