import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SetKey } from '../../../../src/core/rows.ts';
import { MemberColumns, noFacts } from '../../../../src/firewall/columns.ts';
import { applyChanges, createMonitorParser, type NftChange } from '../../../../src/sources/bans/monitor.ts';
import { AT, capture, net, nftSet, plainRows } from '../../firewall/build.ts';

const bytes = capture('nft/1.0.6/monitor.jsonl');

function read(chunks: readonly Buffer[]): readonly NftChange[] {
  const changes: NftChange[] = [];
  const parser = createMonitorParser(
    () => AT,
    (change) => changes.push(change),
  );
  for (const chunk of chunks) parser.push(chunk);
  return changes;
}

const short = (change: NftChange): string =>
  change.kind === 'ruleset'
    ? 'ruleset'
    : `${change.kind} ${change.set} ${change.nets.map((n) => n.text).join()}`;

test('what nft 1.0.6 reports, in any cut of the bytes', () => {
  const expected = [
    'add nft:inet opsconsole ban4 192.0.2.50',
    'add nft:inet opsconsole ban4 192.0.2.51',
    'add nft:ip sshguard attackers 203.0.113.0/25',
    'delete nft:inet opsconsole ban4 192.0.2.51',
    'delete nft:ip6 sshguard attackers 2001:db8:1::/48',
    'ruleset',
    'ruleset',
  ];
  expect(read([bytes]).map(short)).toEqual(expected);
  const small = Array.from({ length: bytes.length }, (_, i) => bytes.subarray(i, i + 1));
  expect(read(small).map(short)).toEqual(expected);
  const [first] = read([bytes]);
  expect(first).toMatchObject({ facts: { expires: AT + 3_600_000, comment: 'x y', packets: 0 } });
});

test('changes on a listing: replaced, added, deleted, the rest as it was', () => {
  for (const family of [4, 6] as const) {
    const of = (n: number) => net(family === 4 ? `192.0.2.${n}` : `2001:db8::${n}`);
    const set = nftSet({ family, key: 'k' as SetKey });
    const columns = new MemberColumns(set);
    for (const n of [1, 2, 3]) columns.addNet(of(n), { ...noFacts(), comment: `c${n}` });
    const change = (kind: 'add' | 'delete', n: number, comment = '') =>
      ({ kind, set: set.key, nets: [of(n)], facts: { ...noFacts(), comment } }) as const;
    const after = applyChanges(
      set,
      columns.finish(AT),
      [
        change('delete', 1),
        change('add', 2, 'new'),
        change('add', 9),
        change('delete', 9),
        change('add', 4, 'four'),
      ],
      AT,
    );
    expect(plainRows(after).map((row) => [row.net, row.comment])).toEqual([
      [of(3).text, 'c3'],
      [of(2).text, 'new'],
      [of(4).text, 'four'],
    ]);
  }
});

test('any bytes never throw', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (chunks) => void read(chunks.map((one) => Buffer.from(one)))),
  );
  fc.assert(
    fc.property(
      fc.jsonValue(),
      (value) => void read([Buffer.from(`{"add": {"element": ${JSON.stringify(value)}}}\n`)]),
    ),
  );
});
