// Who is banned and until when, on what fail2ban 1.0.2 printed of a jail with hostile texts.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import { memberNet } from '../../../../src/core/members.ts';
import type { Members, SetInfo } from '../../../../src/core/rows.ts';
import { parseBanned } from '../../../../src/firewall/fail2ban/banned.ts';
import { MARK } from '../../../../src/firewall/fail2ban/client.ts';
import { createJailParser, listJails, readJailMembers } from '../../../../src/firewall/fail2ban/members.ts';
import { parseJails } from '../../../../src/firewall/fail2ban/sets.ts';
import { endsOf, type OffsetAt, parseBanTimes } from '../../../../src/firewall/fail2ban/times.ts';

const capture = (name: string): string =>
  readFileSync(new URL(`../../../captures/fail2ban/1.0.2/${name}`, import.meta.url), 'utf8').replaceAll(
    '@@opsconsole',
    MARK,
  );

/** 2026-11-21 20:21:20 in Berlin, where the server of the captures runs. */
const AT = unixMs(1_795_288_880_000);
const FORGED = 'a\n198.51.100.9 \t2026-11-21 20:03:46 + 600 = 2026-11-21 20:13:46';

describe('banned', () => {
  test('keeps texts apart, whatever is in them', () => {
    const text =
      capture('jails.txt')
        .split('\n')
        .find((line) => line.includes('[{')) ?? '';
    const jails = parseBanned(text.slice(text.indexOf('[{')));
    expect(jails?.map(({ jail }) => jail)).toEqual(['sshd', 'mail', 'web', 'none']);
    expect(jails?.[0]?.texts).toEqual([
      '203.0.113.5',
      '2001:db8::5',
      '1.2.3.4 and',
      '10.0.0.0/24',
      FORGED,
      'it\'s "q" é \x1b[2J \\',
      '010.1.1.1',
      '$(id)',
      '--help',
    ]);
  });

  test('reads back what Python would print', () => {
    const jails = fc.array(fc.record({ jail: fc.string({ unit: 'binary' }), texts: fc.array(fc.string()) }));
    fc.assert(
      fc.property(jails, fc.constantFrom("'", '"'), (wanted, quote) => {
        const printed = wanted.map(
          ({ jail, texts }) => `{${repr(jail, quote)}: [${texts.map((one) => repr(one, quote)).join(', ')}]}`,
        );
        expect(parseBanned(`[${printed.join(', ')}]`)).toEqual(wanted);
      }),
    );
  });

  test('an entry that is no text is kept as it is written', () => {
    expect(parseBanned("[{'x': [('a', 'b'), 5]}]")?.[0]?.texts).toEqual(["('a', 'b')", '5']);
  });

  test('of any bytes never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseBanned(text)));
    fc.assert(fc.property(fc.string(), (text) => void parseBanned(`[{'a': ['${text}']}]`)));
    for (const text of ['', 'Invalid command', "[{'a': ['b']}] x", "[{'a': ['\\q']}]", "[{'a': ['\\x4']}]"])
      expect(parseBanned(text)).toBeUndefined();
  });
});

function repr(text: string, quote: string): string {
  const escaped = [...text].map((char) => {
    if (char === quote || char === '\\') return `\\${char}`;
    const code = char.codePointAt(0) ?? 0;
    if (code === 10) return '\\n';
    if (code < 32 || code === 127) return `\\x${code.toString(16).padStart(2, '0')}`;
    if (code > 0xffff) return `\\U${code.toString(16).padStart(8, '0')}`;
    return code > 0x7e && code < 0x3000 ? `\\u${code.toString(16).padStart(4, '0')}` : char;
  });
  return `${quote}${escaped.join('')}${quote}`;
}

describe('times', () => {
  const UTC: OffsetAt = () => 0;
  const line = (start: string, seconds: number, end: string): string =>
    `192.0.2.1 \t${start} + ${seconds} = ${end}`;
  const ends = (listing: string, now: string, offset: OffsetAt): readonly number[] =>
    endsOf(parseBanTimes(listing), Date.parse(now), offset);

  test('are the start and the seconds; a negative number is for ever', () => {
    const text = line('2026-11-20 20:20:20', 600, '2026-11-20 20:30:20');
    expect(ends(text, '2026-11-20T20:25:00Z', UTC)).toEqual([Date.parse('2026-11-20T20:30:20Z')]);
    const forever = line('2026-11-20 20:20:20', -1, '9999-12-31 23:59:59');
    expect(ends(forever, '2027-11-20T20:25:00Z', UTC)).toEqual([Number.POSITIVE_INFINITY]);
  });

  test('of a server in another zone are told by bans that would else begin later or be over', () => {
    const text = line('2026-11-20 21:20:20', 600, '2026-11-20 21:30:20');
    expect(ends(text, '2026-11-20T20:25:00Z', UTC)).toEqual([Date.parse('2026-11-20T20:30:20Z')]);
    const west = line('2026-11-20 14:55:20', 600, '2026-11-20 15:05:20');
    expect(ends(west, '2026-11-20T20:27:00Z', UTC)).toEqual([Date.parse('2026-11-20T20:35:20Z')]);
    // A day long and several hours ahead: two zones fit, so nothing is claimed.
    const long = line('2026-11-21 01:20:20', 86_400, '2026-11-22 01:20:20');
    expect(ends(long, '2026-11-20T20:25:00Z', UTC)).toEqual([Number.NaN]);
    const both = `${long}\n${line('2026-11-21 01:24:50', 600, '2026-11-21 01:34:50')}`;
    expect(ends(both, '2026-11-20T20:25:00Z', UTC)[0]).toBe(Date.parse('2026-11-21T20:20:20Z'));
  });

  // Berlin: summer time ends 2026-10-25 at 03:00 CEST = 01:00 UTC, and 02:00–03:00 comes twice.
  const SWITCH = Date.parse('2026-10-25T01:00:00Z');
  const berlin: OffsetAt = (ms) => (ms < SWITCH ? 120 : 60);

  test('in the hour that comes twice are told apart by the written end', () => {
    const first = line('2026-10-25 02:30:00', 3600, '2026-10-25 02:30:00');
    expect(ends(first, '2026-10-25T01:10:00Z', berlin)).toEqual([Date.parse('2026-10-25T01:30:00Z')]);
    const second = line('2026-10-25 02:30:00', 3600, '2026-10-25 03:30:00');
    expect(ends(second, '2026-10-25T01:40:00Z', berlin)).toEqual([Date.parse('2026-10-25T02:30:00Z')]);
  });

  test('over the change are as long as the seconds say', () => {
    const text = line('2026-10-25 01:30:00', 7200, '2026-10-25 02:30:00');
    expect(ends(text, '2026-10-25T00:30:00Z', berlin)).toEqual([Date.parse('2026-10-25T01:30:00Z')]);
    const spring: OffsetAt = (ms) => (ms < Date.parse('2026-03-29T01:00:00Z') ? 60 : 120);
    const march = line('2026-03-29 01:30:00', 3600, '2026-03-29 03:30:00');
    expect(ends(march, '2026-03-29T00:45:00Z', spring)).toEqual([Date.parse('2026-03-29T01:30:00Z')]);
  });

  test('of any zone and any moment come back', () => {
    const moment = fc.integer({ min: 1_600_000_000, max: 2_000_000_000 });
    fc.assert(
      fc.property(
        moment,
        fc.integer({ min: 1, max: 800 }),
        fc.integer({ min: -48, max: 56 }),
        (at, seconds, quarters) => {
          const wall = (unix: number): string =>
            new Date((unix + quarters * 900) * 1000).toISOString().replace('T', ' ').slice(0, 19);
          const text = line(wall(at), seconds, wall(at + seconds));
          const own: OffsetAt = () => quarters * 15;
          expect(endsOf(parseBanTimes(text), at * 1000, own)).toEqual([(at + seconds) * 1000]);
          expect(endsOf(parseBanTimes(text), at * 1000 + 1000, UTC)[0]).toBe((at + seconds) * 1000);
        },
      ),
    );
  });

  test('of any bytes never throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void endsOf(parseBanTimes(text), 0)));
  });
});

describe('members', () => {
  const sets = (): readonly SetInfo[] => {
    const read = parseJails([
      capture('jails.txt'),
      capture('jails-details.txt'),
      capture('jails-values.txt'),
    ]);
    if (!read.ok) throw new Error(read.problem.summary);
    return read.value;
  };
  const texts = (members: Members | undefined): readonly string[] =>
    members === undefined
      ? []
      : Array.from({ length: members.length }, (_, at) => memberNet(members, at).text);

  test('of all jails come from one start; texts that are no address are in none', () => {
    const read = readJailMembers(capture('jails-members.txt'), sets(), AT);
    expect(read.ok && read.value.map((one) => [one.set, texts(one)])).toEqual([
      ['fail2ban:sshd', ['203.0.113.5', '10.0.0.0/24']],
      ['fail2ban6:sshd', ['2001:db8::5']],
      ['fail2ban:mail', ['203.0.113.6']],
      ['fail2ban6:mail', ['2001:db8::6']],
      ['fail2ban:web', ['203.0.113.7']],
      ['fail2ban6:web', []],
      ['fail2ban:none', []],
      ['fail2ban6:none', []],
    ]);
    const [sshd] = read.ok ? read.value : [];
    // 20:31:17 in Berlin; wherever this test runs.
    expect([...(sshd?.expires ?? [])]).toEqual([1_795_289_477_000, 1_795_289_477_000]);
  });

  test('an end that stands in a text of somebody else is not believed', () => {
    // The text "a<LF>198.51.100.9 <TAB>… = …<LF>b": its middle line looks like one of the server's.
    const listing = capture('jails-members.txt')
      .replace("'010.1.1.1'", "'198.51.100.9'")
      .replace('010.1.1.1 \t', '198.51.100.9 \t')
      .replace('= 2026-11-21 20:13:46 \t', '= 2026-11-21 20:13:46\nb \t');
    const read = readJailMembers(listing, sets(), AT);
    const [sshd] = read.ok ? read.value : [];
    expect(texts(sshd)).toEqual(['203.0.113.5', '10.0.0.0/24', '198.51.100.9']);
    expect([...(sshd?.expires ?? [])]).toEqual([1_795_289_477_000, 1_795_289_477_000, Number.NaN]);
  });

  test('ask once for each jail, and never for a name that cannot be passed on', () => {
    const named = sets().map((set, index) => (index < 2 ? { ...set, name: 'a\nstop' } : set));
    const { stdin = '' } = listJails(named);
    expect(stdin.split('\n').filter((line) => !line.startsWith('echo '))).toEqual([
      'banned',
      'get mail banip --with-time',
      'get web banip --with-time',
      'get none banip --with-time',
      'exit',
      '',
    ]);
  });

  test('of a jail that is gone, and of a server that is down, are a problem', () => {
    const [set] = sets();
    if (set === undefined) throw new Error('no jail');
    const gone = createJailParser({ ...set, name: 'gone' }, AT);
    gone.push(
      Buffer.from(
        capture('jails-members.txt')
          .replace(`${MARK} 2`, 'x')
          .replaceAll(/\n.*@@\w+ [345]/g, ''),
      ),
    );
    expect(gone.end().ok).toBe(false);
    const down = createJailParser(set, AT);
    down.push(Buffer.from(capture('batch-down.txt')));
    expect(down.end()).toMatchObject({ ok: false, problem: { code: 'not-found' } });
  });
});
