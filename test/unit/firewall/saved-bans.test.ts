// The file of saved bans: what is printed is read back, what is not ours is refused with its place, nothing throws.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Family, makeNet } from '../../../src/core/address.ts';
import { unixMs } from '../../../src/core/brand.ts';
import type { SetKey } from '../../../src/core/rows.ts';
import {
  parseSavedBans,
  printSavedBans,
  type SavedBan,
  type SavedBans,
  savedComment,
} from '../../../src/firewall/saved-bans.ts';

const seconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((at) => unixMs(at * 1000));
const endsAt = fc.oneof(seconds, fc.constant(null), fc.constant(undefined));

function banOf(family: Family): fc.Arbitrary<SavedBan> {
  const bits = family === 4 ? 32 : 128;
  return fc
    .record({
      value: fc.bigInt(0n, (1n << BigInt(bits)) - 1n),
      prefix: fc.integer({ min: 0, max: bits }),
      endsAt,
      comment: fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string()),
    })
    .map(({ value, prefix, endsAt, comment }) => ({
      // A v4-mapped address is IPv4 to everybody.
      net: makeNet(
        family,
        family === 6 ? value | (1n << 127n) : value,
        family === 6 ? Math.max(1, prefix) : prefix,
      ),
      endsAt,
      comment: savedComment(comment),
    }));
}

const setOf = fc.constantFrom<Family>(4, 6).chain((family) =>
  fc.record({
    key: fc.stringMatching(/^ipset:[a-zA-Z0-9_ -]{1,20}$/).map((key) => key as SetKey),
    family: fc.constant(family),
    bans: fc.uniqueArray(banOf(family), { selector: ({ net }) => net.text, maxLength: 6 }),
  }),
);
const saved: fc.Arbitrary<SavedBans> = fc.record({
  savedAt: seconds,
  sets: fc.uniqueArray(setOf, { selector: ({ key }) => key, maxLength: 4 }),
});

const HEAD = 'opsconsole-bans 1\nsaved 2026-11-21T20:00:00Z\n';
const whyNot = (text: string): string => {
  const read = parseSavedBans(text, 'bans.txt');
  return read.ok ? 'read' : read.problem.summary;
};

describe('the file of saved bans', () => {
  it('reads back what it printed', () => {
    fc.assert(
      fc.property(saved, (bans) => {
        expect(parseSavedBans(printSavedBans(bans), 'bans.txt')).toEqual({ ok: true, value: bans });
      }),
    );
  });

  it('never throws, whatever is in the file', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseSavedBans(text, 'x')));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseSavedBans(HEAD + text, 'x')));
  });

  it('takes CRLF, a byte order mark, comments and empty lines', () => {
    const text = `\ufeff${HEAD}# words\n\nset 4 ipset:a\n192.0.2.1 never a  b\n`.replaceAll('\n', '\r\n');
    const read = parseSavedBans(text, 'bans.txt');
    expect(read.ok && read.value.sets[0]?.bans.map(({ net, comment }) => [net.text, comment])).toEqual([
      ['192.0.2.1', 'a  b'],
    ]);
  });

  it('says the place of what it does not take, and takes nothing then', () => {
    for (const [text, words] of [
      ['192.0.2.1\n', /bans\.txt:1:1: this is no file/],
      ['', /bans\.txt:1:1: this is no file/],
      ['opsconsole-bans 2\n', /bans\.txt:1:1: version 2 was written by a newer opsconsole/],
      ['opsconsole-bans 1\nset 4 ipset:a\n', /bans\.txt:2:1: "saved"/],
      [`${HEAD}192.0.2.1 never\n`, /bans\.txt:3:1: there is no good "set" line/],
      [`${HEAD}set 5 ipset:a\n`, /bans\.txt:3:5:/],
      [`${HEAD}set 4 sets:a\n`, /bans\.txt:3:7: sets:a is no key/],
      [`${HEAD}set 4 ipset:a\nset 4 ipset:a\n`, /bans\.txt:4:7: .* twice/],
      [`${HEAD}set 4 ipset:a\n192.0.2.1 2026-02-31T00:00:00Z\n`, /bans\.txt:4:11: the end must be/],
      [`${HEAD}set 4 ipset:a\n192.0.2.1 1h\n`, /bans\.txt:4:11: the end must be/],
      [`${HEAD}set 4 ipset:a\n2001:db8::1 never\n`, /bans\.txt:4:1: 2001:db8::1 is no IPv4/],
      [`${HEAD}set 4 ipset:a\n192.0.2.1/24 never\n`, /bans\.txt:4:1: .* write 192\.0\.2\.0\/24/],
      [`${HEAD}set 4 ipset:a\n192.0.2.1 never\n192.0.2.1 never\n`, /bans\.txt:5:1: .* twice/],
      [`${HEAD}set 4 ipset:a\n192.0.2.1;reboot never\n`, /bans\.txt:4:1: .* is not an IP address/],
    ] as const)
      expect([text, whyNot(text)]).toEqual([text, expect.stringMatching(words)]);
    const many = `${HEAD}set 4 ipset:a\n${'x never\n'.repeat(14)}`;
    expect(whyNot(many).split('\n')).toHaveLength(11);
    expect(whyNot(many)).toContain('and 4 more');
  });

  it('makes hostile comments harmless when it writes and when it reads', () => {
    const evil = 'a\x1b[2J"\n192.0.2.9 never\u202e';
    const net = makeNet(4, 1n, 32);
    const text = printSavedBans({
      savedAt: unixMs(0),
      sets: [{ key: 'ipset:a' as SetKey, family: 4, bans: [{ net, endsAt: null, comment: evil }] }],
    });
    expect(text).not.toMatch(/[^\x20-\x7e\n]/);
    expect(text.split('\n').filter((line) => /^[0-9]/.test(line))).toHaveLength(1);
    const read = parseSavedBans(`${HEAD}set 4 ipset:a\n0.0.0.1 never ${evil.replace('\n', '')}\n`, 'x');
    expect(read.ok && read.value.sets[0]?.bans[0]?.comment).not.toMatch(/[\x1b"\u202e]/u);
  });
});
