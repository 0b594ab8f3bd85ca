// Sets and listings of pf for the tests.

import { makeNet } from '../../../../src/core/address.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import type { Members, SetInfo } from '../../../../src/core/rows.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import { createPfMembersParser } from '../../../../src/firewall/pf/members.ts';
import { parsePf, pfKey } from '../../../../src/firewall/pf/reading.ts';
import { PF_READS } from '../../../../src/firewall/pf/system.ts';
import { captured } from '../../../fakes/pf-captures.ts';

export function build(wish: Readonly<{ name: string; family: 4 | 6; counters: boolean }>): SetInfo {
  return {
    key: pfKey(wish.family, wish.name),
    backend: 'pf',
    ...wish,
    type: 'table',
    holdsNets: true,
    timeouts: false,
    ending: 'journal',
    comments: false,
    owner: 'unknown',
    enforcement: { kind: 'unknown', why: safe('test') },
  };
}

export function membersText(
  text: string,
  set: SetInfo,
): Readonly<{ members: Members; texts: readonly string[] }> {
  const parser = createPfMembersParser(set, unixMs(0));
  parser.push(Buffer.from(text));
  const result = parser.end();
  if (!result.ok) throw new Error(result.problem.summary);
  const { value: members } = result;
  const texts = Array.from({ length: members.length }, (_, index) => {
    const value =
      members.family === 4
        ? BigInt(members.values[index] ?? 0)
        : ((members.values6[2 * index] ?? 0n) << 64n) | (members.values6[2 * index + 1] ?? 0n);
    return makeNet(members.family, value, members.prefixes[index] ?? 0).text;
  });
  return { members, texts };
}

/** A reading of FreeBSD 15 with these rules, in the order of PF_READS; `more`: outputs of the questions that follow. */
export function readingOf(
  wish: Readonly<{
    tables?: string;
    rules?: string | undefined;
    info?: string;
    memory?: string;
    anchors?: string;
    interfaces?: string;
    uname?: string;
    more?: readonly (string | undefined)[];
  }>,
): readonly SetInfo[] {
  const outputs = [
    wish.tables ?? tableText('bans'),
    'rules' in wish ? wish.rules : '',
    wish.info ?? captured('freebsd15', 'info-v'),
    wish.memory ?? captured('freebsd15', 'memory'),
    wish.anchors ?? '',
    wish.interfaces ?? captured('freebsd15', 'interfaces-v'),
    wish.uname ?? 'OpenBSD 7.8\n',
  ];
  if (outputs.length !== PF_READS.length) throw new Error('the reading has changed');
  const sets = parsePf([...outputs, ...(wish.more ?? [])]);
  if (!sets.ok) throw new Error(sets.problem.summary);
  return sets.value;
}

/** As `-vv -s Tables` prints it. */
export function tableText(
  name: string,
  facts: Readonly<{ rules?: number; addresses?: number }> = {},
): string {
  const { rules = 1, addresses = 2 } = facts;
  const pad = (value: number): string => String(value).padEnd(18);
  return [
    `-pa${rules > 0 ? '-r-' : '---'}-\t${name}`,
    `\tAddresses:   ${addresses}`,
    '\tCleared:     Fri Nov 20 21:06:25 2026',
    `\tReferences:  [ Anchors: ${pad(0)} Rules: ${pad(rules)} ]`,
    '',
  ].join('\n');
}
