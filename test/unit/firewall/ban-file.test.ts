import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BanFileOptions, readBanFile } from '../../../src/firewall/iptables/ban-file.ts';
import { AT, arbitraryNet } from './build.ts';

const NOW = AT / 1000;
const read = (text: string, more: Partial<BanFileOptions> = {}) =>
  readBanFile(text, { name: 'bans.txt', now: AT, ...more });
const taken = (text: string, more: Partial<BanFileOptions> = {}) => {
  const file = read(text, more);
  if (!file.ok) throw new Error(file.problem.summary);
  const { bans, ...rest } = file.value;
  return { ...rest, bans: bans.map(({ net, endsAt, comment }) => [net.text, endsAt, comment]) };
};

test('byte order mark, CRLF, comments, doubles with the later end', () => {
  const text = `\ufeff# bans\r\n203.0.113.5=${NOW + 60}\r\n\r\n 2001:db8::/48 = ${NOW + 90} # of "web"\n203.0.113.5=${NOW + 99}\n203.0.113.5=${NOW + 1}\n`;
  expect(taken(text)).toEqual({
    bans: [
      ['203.0.113.5', AT + 99_000, ''],
      ['2001:db8::/48', AT + 90_000, "of 'web'"],
    ],
    ended: 0,
    repeated: 2,
  });
});

test('numbers that are over are refused until it is said what they are', () => {
  const text = `203.0.113.5=${NOW + 60}\n203.0.113.6=${NOW - 3600}\n`;
  expect(read(text)).toMatchObject({
    problem: {
      code: 'bad-input',
      summary: expect.stringMatching(/^bans\.txt:2:13: \d+ is over \(1h ago\): say whether/),
    },
  });
  expect(taken(text, { epoch: { kind: 'end' } })).toEqual({
    bans: [['203.0.113.5', AT + 60_000, '']],
    ended: 1,
    repeated: 0,
  });
  const began = { epoch: { kind: 'began', seconds: 86_400 } } as const;
  expect(taken(text, began).bans).toEqual([
    ['203.0.113.5', AT + 86_460_000, ''],
    ['203.0.113.6', AT + 82_800_000, ''],
  ]);
  // Each address ends by itself, a day after its own ban: nobody is freed with the others.
  expect(taken(`203.0.113.7=${NOW - 86_400}\n203.0.113.8=${NOW - 86_399}\n`, began)).toMatchObject({
    bans: [['203.0.113.8', AT + 1000, '']],
    ended: 1,
  });
  expect(read(`203.0.113.5=${NOW + 600}\n`, began)).toMatchObject({
    problem: { summary: expect.stringContaining('no ban has begun then') },
  });
});

test('every bad line is named by its place, and nothing is taken', () => {
  const bad = [
    '203.0.113.5',
    '010.0.0.1=1800000060',
    '192.0.2.7/24=1800000060',
    'a=1',
    '192.0.2.1=18',
    '192.0.2.1=1800000060 x',
    '=',
    '192.0.2.1=1800000060=1',
  ];
  const file = read(`192.0.2.9=${NOW + 60}\n${bad.join('\n')}\n`);
  if (file.ok) throw new Error('was taken');
  const places = file.problem.summary.split('\n').map((line) => /^bans\.txt:\d+:\d+: /.exec(line)?.[0]);
  expect(places).toEqual([
    'bans.txt:2:12: ',
    'bans.txt:3:1: ',
    'bans.txt:4:1: ',
    'bans.txt:5:1: ',
    'bans.txt:6:11: ',
    'bans.txt:7:21: ',
    'bans.txt:8:1: ',
    'bans.txt:9:11: ',
  ]);
  const many = read(`${'x\n'.repeat(500)}`);
  expect(many.ok ? '' : many.problem.summary.split('\n').at(-1)).toBe('… and 490 more');
});

test('what is written is read back, and nothing throws', () => {
  const one = fc.tuple(fc.oneof(arbitraryNet(4), arbitraryNet(6)), fc.integer({ min: 1, max: 1e8 }));
  fc.assert(
    fc.property(fc.uniqueArray(one, { selector: ([net]) => net.text }), (rows) => {
      const text = rows.map(([net, seconds]) => `${net.text}=${NOW + seconds}`).join('\n');
      expect(taken(text).bans).toEqual(rows.map(([net, s]) => [net.text, AT + s * 1000, '']));
    }),
  );
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void read(text)));
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('1', '.', ':', '=', '/', ' ', '\n', '#', '\r', '\u202e')),
      (parts) => {
        read(parts.join(''), { epoch: { kind: 'end' } });
      },
    ),
  );
});
