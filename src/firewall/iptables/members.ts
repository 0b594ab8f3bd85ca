// The rules of one ban chain from iptables-save -c -t TABLE (1.8.9, nft and legacy), as members.
//   :IP4BAN - [0:0]
//   [12:720] -A IP4BAN -s 203.0.113.5/32 -m time --datestop 2026-11-22T10:00:00 -j DROP

import type { UnixMs } from '../../core/brand.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import type { MembersParser } from '../backend.ts';
import { MemberColumns } from '../columns.ts';
import { readBanRule, refOf } from './ban-rule.ts';

/** No rule is longer: iptables-restore takes lines of 10,240 bytes. */
const LINE_MAX = 16_384;
const NEWLINE = 0x0a;

export function createChainMembersParser(set: SetInfo, at: UnixMs): MembersParser {
  const columns = new MemberColumns(set);
  const rules: string[] = [];
  const declared = `:${set.name} `;
  const appended = `-A ${set.name} `;
  let pending: Buffer = Buffer.alloc(0);
  let seen = false;
  let ended = false;
  let wrong = false;

  const readLine = (line: string): void => {
    if (line.startsWith(declared)) seen = true;
    else if (line === 'COMMIT') ended = true;
    const counted = /^\[(\d+):(\d+)\] /.exec(line);
    const text = counted === null ? line : line.slice(counted[0].length);
    if (!text.startsWith(appended)) return;
    const rule = readBanRule(text.slice(appended.length), at);
    // What is no ban (a log, a RETURN) is no member; whether the chain is one at all was decided when it was found.
    if (rule === undefined) return;
    if (rule.net.family !== set.family) wrong = true;
    else {
      const [, packets, bytes] = counted ?? [];
      columns.addNet(rule.net, {
        expires: rule.expires,
        packets: Number(packets ?? Number.NaN),
        bytes: Number(bytes ?? Number.NaN),
        comment: rule.comment,
      });
      rules.push(rule.spec);
    }
  };

  return {
    push(chunk) {
      const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const last = bytes.lastIndexOf(NEWLINE) + 1;
      for (const line of bytes.toString('utf8', 0, last).split('\n')) readLine(line);
      // A copy: the chunk is a view on a buffer that is used again.
      pending = Buffer.from(bytes.subarray(last));
      if (pending.length <= LINE_MAX) return;
      wrong = true;
      pending = Buffer.alloc(0);
    },
    end(): Result<Members> {
      if (ended && !seen)
        return fail(problem('not-found', `the chain ${set.key} is gone`, { hint: 'look at it again' }));
      if (!ended || wrong || pending.length > 0)
        return fail(
          problem('unreadable', `the listing of ${set.key} was cut off or is not from iptables-save`, {
            hint: 'list it again',
          }),
        );
      return ok({ ...columns.finish(at), rules, refs: Float64Array.from(rules, refOf) });
    },
  };
}
