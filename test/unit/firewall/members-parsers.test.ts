import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isHost, type Net } from '../../../src/core/address.ts';
import type { SetInfo } from '../../../src/core/rows.ts';
import type { MembersParser } from '../../../src/firewall/backend.ts';
import { createIpsetMembersParser } from '../../../src/firewall/ipset/members.ts';
import { createNftMembersParser } from '../../../src/firewall/nft/members.ts';
import { AT, arbitraryNet, capture, ipset, nftSet, type PlainRow, plainRows, pushIn } from './build.ts';

const never = Number.POSITIVE_INFINITY;
const inSeconds = (seconds: number): number => AT + seconds * 1000;

function read(parser: MembersParser, bytes: Buffer, sizes: readonly number[] = []): readonly PlainRow[] {
  pushIn(parser, bytes, sizes);
  const members = parser.end();
  if (!members.ok) throw new Error(members.problem.summary);
  expect(members.value.at).toBe(AT);
  return plainRows(members.value);
}

describe('nft captures', () => {
  const set4 = nftSet({ counters: true });

  test('timeouts, counters and hostile comments', () => {
    const rows = read(createNftMembersParser(set4, AT), capture('nft/1.0.6/set-ban4.json'));
    const none = { packets: 0, bytes: 0 };
    expect(rows).toEqual([
      { net: '192.0.2.1', expires: inSeconds(599), ...none, comment: "a \\ b $(id) ' \u001b[2J ü \u202e x" },
      { net: '192.0.2.2', expires: never, ...none, comment: '"elem": ["6.6.6.6"]}, {' },
      { net: '198.51.100.7', expires: never, ...none },
      { net: '203.0.113.9', expires: inSeconds(3599), ...none },
    ]);
  });

  test('prefixes, and ranges as the prefixes that cover them', () => {
    const rows = read(createNftMembersParser(nftSet(), AT), capture('nft/1.0.6/set-attackers4.json'));
    expect(rows.map((row) => row.net)).toEqual([
      '10.0.0.1',
      '192.0.2.0/24',
      '198.51.100.3',
      '198.51.100.4/30',
      '198.51.100.8/31',
      '224.0.0.0/4',
      '255.255.255.255',
    ]);
    const six = nftSet({ family: 6 });
    expect(
      read(createNftMembersParser(six, AT), capture('nft/1.0.6/set-attackers6.json')).map((row) => row.net),
    ).toEqual(['2001:db8::5', '2001:db8:1::/48', '2001:db8:2::1', '2001:db8:2::2/127', '2001:db8:2::4']);
  });

  test('a v4-mapped element stays IPv6 and blinds nobody', () => {
    const six = nftSet({ family: 6, counters: true });
    const rows = read(createNftMembersParser(six, AT), capture('nft/1.0.6/set-ban6.json'));
    expect(rows.map((row) => row.net)).toEqual(['::ffff:c000:201', '2001:db8::1', '2001:db8:1::']);
  });

  test('an empty set is empty, not unreadable', () => {
    expect(read(createNftMembersParser(set4, AT), capture('nft/1.0.6/set-empty.json'))).toEqual([]);
  });

  test('any cut of the bytes reads the same', () => {
    const bytes = capture('nft/1.0.6/set-ban4.json');
    const whole = read(createNftMembersParser(set4, AT), bytes);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sizes) => {
        expect(read(createNftMembersParser(set4, AT), bytes, sizes)).toEqual(whole);
      }),
    );
  });

  test('a listing that breaks off, or is none, is a problem', () => {
    const bytes = capture('nft/1.0.6/set-ban4.json');
    // Cut anywhere before the end of the elements.
    for (const length of [0, 1, 100, 250, 400, bytes.lastIndexOf('}}}') + 2]) {
      const parser = createNftMembersParser(set4, AT);
      parser.push(bytes.subarray(0, length));
      expect(parser.end()).toMatchObject({ ok: false, problem: { code: 'unreadable' } });
    }
    const wrong = createNftMembersParser(nftSet({ family: 6 }), AT);
    wrong.push(bytes);
    expect(wrong.end().ok).toBe(false);
  });
});

describe('ipset captures', () => {
  test('timeouts, counters and hostile comments', () => {
    const set = ipset({ name: 'f2b-http' });
    expect(read(createIpsetMembersParser(set, AT), capture('ipset/7.17/save-f2b-http.txt'))).toEqual([
      { net: '192.0.2.3', expires: inSeconds(599), packets: 2 ** 64, bytes: 12_345 },
      { net: '192.0.2.2', expires: never, packets: 0, bytes: 0 },
      {
        net: '192.0.2.1',
        expires: inSeconds(599),
        packets: 0,
        bytes: 0,
        comment: "a \\ b $(id) 'q' \u001b[2J ü",
      },
    ]);
  });

  test('IPv6, also the v4-mapped kind', () => {
    const set = ipset({ name: 'f2b-http6', family: 6, counters: false });
    const rows = read(createIpsetMembersParser(set, AT), capture('ipset/7.17/save-f2b-http6.txt'));
    expect(rows).toEqual([
      { net: '2001:db8::1', expires: inSeconds(599) },
      { net: '2001:db8:1::', expires: never },
      { net: '::ffff:c000:201', expires: inSeconds(599) },
      { net: '1:2:3:4:5:6:7:8', expires: inSeconds(599) },
    ]);
  });

  test('an exception is nobody who is banned', () => {
    const set = ipset({ name: 'drop-net' });
    const rows = read(createIpsetMembersParser(set, AT), capture('ipset/7.17/save-drop-net.txt'));
    expect(rows.map((row) => row.net)).toEqual(['192.0.2.0/24', '198.51.100.7']);
  });

  test('the other captures', () => {
    const six = ipset({ name: 'drop-net6', family: 6, counters: false });
    expect(read(createIpsetMembersParser(six, AT), capture('ipset/7.17/save-drop-net6.txt'))).toEqual([
      { net: '2001:db8:2::/48', expires: inSeconds(2_147_482) },
      { net: '2001:db8:3::/64', expires: never, comment: 'range' },
    ]);
    const masked = ipset({ name: 'masked', type: 'hash:ip netmask 24', counters: false });
    expect(read(createIpsetMembersParser(masked, AT), capture('ipset/7.17/save-masked.txt'))).toEqual([
      { net: '192.0.2.0/24', expires: never },
    ]);
    const empty = ipset({ name: 'unused' });
    expect(read(createIpsetMembersParser(empty, AT), capture('ipset/7.17/save-unused.txt'))).toEqual([]);
  });

  test('a listing that breaks off, or is none, is a problem', () => {
    const set = ipset({ name: 'f2b-http' });
    const bytes = capture('ipset/7.17/save-f2b-http.txt');
    for (const bad of [bytes.subarray(0, bytes.length - 1), Buffer.from(''), Buffer.from('nonsense\n')]) {
      const parser = createIpsetMembersParser(set, AT);
      parser.push(bad);
      expect(parser.end()).toMatchObject({ ok: false, problem: { code: 'unreadable' } });
    }
  });
});

type Wanted = Readonly<{ net: Net; seconds: number | null; packets: number; comment: string }>;

const elements = (family: 4 | 6): fc.Arbitrary<readonly Wanted[]> =>
  fc.array(
    fc.record({
      net: arbitraryNet(family),
      seconds: fc.option(fc.integer({ min: 1, max: 2_147_483 })),
      packets: fc.nat(),
      comment: fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replace(/["\n]/g, '')),
    }),
    { maxLength: 60 },
  );

const rowsOf = (wanted: readonly Wanted[]): readonly PlainRow[] =>
  wanted.map(({ net, seconds, packets, comment }) => ({
    net: net.text,
    expires: seconds === null ? never : inSeconds(seconds),
    packets,
    bytes: packets * 40,
    ...(comment === '' ? {} : { comment }),
  }));

const sizes = fc.array(fc.integer({ min: 1, max: 200 }));

describe.each([4, 6] as const)('printed and read back, IPv%s', (family) => {
  test('ipset', () => {
    const set = ipset({ family, name: 'some-set' });
    fc.assert(
      fc.property(elements(family), sizes, (wanted, cuts) => {
        const lines = wanted.map(({ net, seconds, packets, comment }) => {
          const words = comment === '' ? '' : ` comment "${comment}"`;
          return `add some-set ${net.text} timeout ${seconds ?? 0} packets ${packets} bytes ${packets * 40}${words}\n`;
        });
        const text = `create some-set hash:net family inet\n${lines.join('')}`;
        expect(read(createIpsetMembersParser(set, AT), Buffer.from(text), cuts)).toEqual(rowsOf(wanted));
      }),
    );
  });

  test('nft', () => {
    const set: SetInfo = nftSet({ family, counters: true });
    fc.assert(
      fc.property(elements(family), sizes, (wanted, cuts) => {
        const elem = wanted.map(({ net, seconds, packets, comment }) => ({
          elem: {
            val: isHost(net) ? net.text : { prefix: { addr: net.text.replace(/\/.*/, ''), len: net.prefix } },
            ...(seconds === null ? {} : { timeout: seconds, expires: seconds }),
            ...(comment === '' ? {} : { comment }),
            counter: { packets, bytes: packets * 40 },
          },
        }));
        const json = JSON.stringify({ nftables: [{ metainfo: {} }, { set: { name: 's', elem } }] });
        const text = json.replace('"elem":[', '"elem": [');
        expect(read(createNftMembersParser(set, AT), Buffer.from(text), cuts)).toEqual(rowsOf(wanted));
      }),
    );
  });
});

test.each([
  ['nft', () => createNftMembersParser(nftSet(), AT)],
  ['ipset', () => createIpsetMembersParser(ipset(), AT)],
] as const)('any bytes never throw: %s', (_, make) => {
  const noise = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          '"elem": [',
          '{"elem": {"val": ',
          '"1.2.3.4"',
          ',',
          ']',
          '}',
          'add s ',
          'create s\n',
          '\n',
          '"',
          '\\',
        )
        .map((text) => Buffer.from(text)),
      fc
        .constantFrom(' timeout 5', ' comment "', '1.2.3.4/33', '::1', ' packets', '300.1.1.1')
        .map((t) => Buffer.from(t)),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(noise, (chunks) => {
      const parser = make();
      for (const chunk of chunks) parser.push(chunk);
      parser.end();
    }),
    { numRuns: 500 },
  );
});
