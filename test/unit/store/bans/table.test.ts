import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNets, makeNet, type Net, overlaps, parseNet } from '../../../../src/core/address.ts';
import type { Members, SetInfo, SetKey } from '../../../../src/core/rows.ts';
import { rowOf, rowsCovering } from '../../../../src/store/bans/address-index.ts';
import { setNames } from '../../../../src/store/bans/set-names.ts';
import {
  countItems,
  findItem,
  itemAt,
  keyOf,
  SORTS,
  type Table,
  tableOf,
  type Wanted,
} from '../../../../src/store/bans/table.ts';
import { type MemberRow, membersOf, net, setOf } from '../rig.ts';

const http = setOf('f2b-http', { twin: 'ipset:f2b-http6' as SetKey, holdsNets: true });
const http6 = setOf('f2b-http6', { family: 6, twin: http.key, holdsNets: true });
const ssh = setOf('ssh', { owner: 'sshguard', holdsNets: true });

const four = fc
  .tuple(fc.integer({ min: 0xc6336400, max: 0xc63364ff }), fc.constantFrom(32, 32, 30, 24))
  .map(([value, prefix]) => makeNet(4, BigInt(value >>> 0), prefix));
const six = fc
  .tuple(
    fc.bigInt({ min: 0n, max: 0xffffn }),
    fc.constantFrom(0n, 1n << 64n),
    fc.constantFrom(128, 128, 64, 120),
  )
  .map(([low, high, prefix]) => makeNet(6, (0x20010db8n << 96n) | high | low, prefix));

const rowsOf = (own: fc.Arbitrary<Net>): fc.Arbitrary<readonly MemberRow[]> =>
  fc.uniqueArray(
    fc.record({
      net: own,
      expires: fc.constantFrom(1000, 2000, 3000, Number.POSITIVE_INFINITY, Number.NaN),
      packets: fc.constantFrom(0, 5, 7, Number.NaN),
      comment: fc.constantFrom('', 'wp-login', 'Scan 51.100'),
    }),
    { selector: (row) => row.net.text, maxLength: 40 },
  );

const listings = fc
  .tuple(rowsOf(four), rowsOf(six), rowsOf(four))
  .map(([a, b, c]) => [membersOf(http, a), membersOf(http6, b), membersOf(ssh, c)] as const);

function wantedOf(
  sets: readonly SetInfo[],
  members: readonly Members[],
  extra: Partial<Wanted> = {},
): Wanted {
  return {
    sets,
    members: new Map(members.map((one) => [one.set, one])),
    only: [],
    filter: '',
    sort: 'set',
    reverse: false,
    ...extra,
  };
}

type Row = Readonly<{
  name: string;
  net: Net;
  expires: number;
  packets: number;
  comment: string;
  set: SetKey;
}>;

function readTable(table: Table): readonly Row[] {
  return Array.from({ length: countItems(table) }, (_, index): readonly Row[] => {
    const item = itemAt(table, index);
    if (item?.kind !== 'row') return [];
    const { members, name, set } = item.part;
    const key = keyOf(item);
    return key.net === undefined
      ? []
      : [
          {
            name,
            net: key.net,
            expires: members.expires[item.row] ?? 0,
            packets: members.packets?.[item.row] ?? 0,
            comment: members.comments.get(item.row) ?? '',
            set: set.key,
          },
        ];
  }).flat();
}

const sets = [http, http6, ssh];
const idOf = (row: Row) => `${row.set} ${row.net.text}`;

describe('the table of members', () => {
  it('holds every member once, in any order and direction', () => {
    fc.assert(
      fc.property(listings, fc.constantFrom(...SORTS), fc.boolean(), (members, sort, reverse) => {
        const plain = readTable(tableOf(wantedOf(sets, members))).map(idOf);
        const rows = readTable(tableOf(wantedOf([...sets], members, { sort, reverse })));
        expect(rows.map(idOf).toSorted()).toEqual(plain.toSorted());
        if (sort === 'address')
          for (const [at, row] of rows.entries()) {
            const next = rows[at + 1];
            if (next !== undefined)
              expect(compareNets(row.net, next.net) * (reverse ? -1 : 1)).toBeLessThanOrEqual(0);
          }
        if (sort === 'left' || sort === 'packets') {
          const known = rows.map((row) => (sort === 'left' ? row.expires : row.packets));
          const firstUnknown = known.findIndex(Number.isNaN);
          const numbers = firstUnknown < 0 ? known : known.slice(0, firstUnknown);
          expect(known.slice(numbers.length).every(Number.isNaN)).toBe(true);
          const descending = (sort === 'packets') !== reverse;
          const sorted = numbers.toSorted((a, b) => (a === b ? 0 : a < b ? -1 : 1));
          expect(numbers).toEqual(descending ? sorted.toReversed() : sorted);
        }
      }),
    );
  });

  it('filters as a naive reading would: inside or covering a network, else any part of the text', () => {
    const texts = fc.constantFrom(
      '198.51.100.0/28',
      '198.51.100.77',
      '51.100.2',
      '/30',
      '2001:db8::/120',
      'db8:0:0:1',
      '2001:db8::1',
      'WP',
      'ssh',
      'http',
      '51.100',
      'zz',
    );
    fc.assert(
      fc.property(listings, texts, (members, filter) => {
        const all = readTable(tableOf(wantedOf(sets, members)));
        const parsed = parseNet(filter);
        const wanted = filter.toLowerCase();
        const expected = all.filter(
          (row) =>
            row.name.includes(wanted) ||
            row.comment.toLowerCase().includes(wanted) ||
            (parsed.ok ? overlaps(parsed.value.net, row.net) : row.net.text.includes(wanted)),
        );
        const got = readTable(tableOf(wantedOf([...sets], members, { filter })));
        expect(got.map(idOf)).toEqual(expected.map(idOf));
      }),
    );
  });

  it('finds a line again wherever it went', () => {
    fc.assert(
      fc.property(listings, fc.constantFrom(...SORTS), fc.boolean(), (members, sort, reverse) => {
        const table = tableOf(wantedOf([...sets], members, { sort, reverse }));
        for (let index = 0; index < countItems(table); index += 3) {
          const item = itemAt(table, index);
          if (item !== undefined) expect(findItem(table, keyOf(item))).toBe(index);
        }
        expect(findItem(table, { set: ssh.key, net: net('10.0.0.1') })).toBeUndefined();
      }),
    );
  });

  it('is not sorted again when only the headers of the sets changed', () => {
    const members = [membersOf(ssh, [{ net: net('198.51.100.2') }, { net: net('198.51.100.1') }])];
    const first = tableOf(wantedOf([ssh], members, { sort: 'address' }));
    const second = tableOf(wantedOf([{ ...ssh, count: 2 }], members, { sort: 'address' }));
    expect(second.order).toBe(first.order);
  });

  it('shows sets that are not listed as one line each, first', () => {
    const table = tableOf(wantedOf(sets, [membersOf(ssh, [{ net: net('198.51.100.2') }])]));
    expect(table.unlisted.map(({ name }) => name)).toEqual(['f2b-http', 'f2b-http']);
    expect(itemAt(table, 0)?.kind).toBe('set');
    expect(itemAt(table, 2)?.kind).toBe('row');
    expect(itemAt(table, 3)).toBeUndefined();
  });

  it('can be narrowed to sets by the name shown or the name of the tool', () => {
    const members = sets.map((set) => membersOf(set, []));
    const parts = (only: readonly string[]) =>
      tableOf(wantedOf([...sets], members, { only })).parts.map(({ set }) => set.name);
    expect(parts(['f2b-http'])).toEqual(['f2b-http', 'f2b-http6']);
    expect(parts(['f2b-http6'])).toEqual(['f2b-http6']);
    expect(parts(['absent'])).toEqual([]);
  });
});

describe('the index of a set', () => {
  it('finds the row of a network and all rows that cover it', () => {
    fc.assert(
      fc.property(rowsOf(four), four, (rows, wanted) => {
        const members = membersOf(http, rows);
        const exact = rows.findIndex((row) => row.net.text === wanted.text);
        expect(rowOf(members, wanted)).toBe(exact < 0 ? undefined : exact);
        const covering = rows.flatMap((row, at) =>
          row.net.prefix <= wanted.prefix && overlaps(row.net, wanted) ? [at] : [],
        );
        expect([...rowsCovering(members, wanted)].toSorted((a, b) => a - b)).toEqual(covering);
      }),
    );
    fc.assert(
      fc.property(rowsOf(six), six, (rows, wanted) => {
        const exact = rows.findIndex((row) => row.net.text === wanted.text);
        expect(rowOf(membersOf(http6, rows), wanted)).toBe(exact < 0 ? undefined : exact);
      }),
    );
  });
});

describe('names of sets', () => {
  it('are one for twins, and told apart when two sets share one', () => {
    const nft = (table: string, name: string, family: 4 | 6, twin?: string) =>
      setOf(name, {
        key: `nft:${table} ${name}` as SetKey,
        backend: 'nft',
        table,
        family,
        ...(twin === undefined ? {} : { twin: `nft:${table} ${twin}` as SetKey }),
      });
    const all = [
      http,
      http6,
      nft('inet opsconsole', 'ban4', 4, 'ban6'),
      nft('inet opsconsole', 'ban6', 6, 'ban4'),
      nft('inet filter', 'black', 4),
      nft('ip other', 'black', 4),
      // Those of two jails must not become one word.
      nft('inet f2b-table', 'addr-set-sshd', 4, 'addr6-set-sshd'),
      nft('inet f2b-table', 'addr6-set-sshd', 6, 'addr-set-sshd'),
      nft('filter', 'IP4BAN', 4, 'IP6BAN'),
      nft('filter', 'IP6BAN', 6, 'IP4BAN'),
      setOf('sshd', { key: 'fail2ban:sshd' as SetKey, backend: 'fail2ban' }),
    ];
    expect([...setNames(all).values()]).toEqual([
      'f2b-http',
      'f2b-http',
      'ban',
      'ban',
      'inet filter black',
      'ip other black',
      'addr-set-sshd',
      'addr-set-sshd',
      'IP4BAN',
      'IP4BAN',
      'jail sshd',
    ]);
  });

  it('cannot move the cursor', () => {
    expect([...setNames([setOf('\x1b[2J')]).values()]).toEqual(['\\x1b[2J']);
  });
});
