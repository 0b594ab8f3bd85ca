// What cscli prints, as sets and members: captures of 1.4.6, hostile reasons, any cut, any bytes.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SetInfo } from '../../../../src/core/rows.ts';
import { crowdsecBackend } from '../../../../src/firewall/crowdsec/backend.ts';
import { createCsvReader, fieldsOf } from '../../../../src/firewall/crowdsec/csv.ts';
import { parseGoDuration } from '../../../../src/firewall/crowdsec/duration.ts';
import { createCrowdsecMembersParser, readTouching } from '../../../../src/firewall/crowdsec/members.ts';
import { parseCrowdsec } from '../../../../src/firewall/crowdsec/parse.ts';
import { AT, capture, plainRows, pushIn } from '../build.ts';

const LIST = capture('crowdsec/1.4.6/decisions.csv');

function setsOf(text: string, allowlists?: string): readonly [SetInfo, SetInfo] {
  const parsed = parseCrowdsec(text, allowlists);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  const [four, six] = parsed.value;
  if (four === undefined || six === undefined) throw new Error('two lists');
  return [four, six];
}

const membersOf = (set: SetInfo, bytes: Buffer, sizes: readonly number[] = []) => {
  const parser = createCrowdsecMembersParser(set, AT);
  pushIn(parser, bytes, sizes);
  const read = parser.end();
  if (!read.ok) throw new Error(read.problem.summary);
  return read.value;
};

describe('the lists of decisions', () => {
  const [four, six] = setsOf(LIST.toString());

  it('are twins, one per family, counted without what stops nobody', () => {
    expect(four).toMatchObject({ key: 'crowdsec:decisions', name: 'decisions', count: 5, networks: 2 });
    expect(six).toMatchObject({ key: 'crowdsec6:decisions', name: 'decisions', count: 2, networks: 1 });
    expect([four.twin, six.twin]).toEqual([six.key, four.key]);
  });

  it('say what no bouncer enforces', () => {
    expect(four.findings?.map(({ level, says }) => [level, says])).toEqual([
      [
        'warning',
        '1 of scope username, 1 of scope AS, 1 of scope Country: no firewall bouncer enforces a decision that names no address',
      ],
      ['note', '1 decision is of another type than ban (captcha …): firewall bouncers pass it over'],
    ]);
    expect(six.findings).toEqual([]);
  });

  it('count simulated decisions and name allowlists', () => {
    const simulated = 'id,source,ip,reason,action,country,as,events_count,expiration,simulated,alert_id\n';
    const text = `${simulated}1,crowdsec,Ip:192.0.2.1,x,ban,,,1,1h0m0s,true,1\n`;
    const allow = JSON.stringify([{ name: 'office\u001b[2J', items: [1, 2] }, { name: 'partners' }]);
    const [set] = setsOf(text, allow);
    expect(set.count).toBe(0);
    expect(set.findings?.map(({ says }) => says)).toEqual([
      '1 decision is simulated: it stops nobody',
      expect.stringMatching(/^allowlists office\S* \(2\), partners: cscli refuses a ban of what is on them$/),
    ]);
    expect(JSON.stringify(set.findings)).not.toContain('\\u001b');
  });

  it('may be empty, and are never read out of something else', () => {
    const [none] = setsOf(capture('crowdsec/1.4.6/decisions-none.csv').toString());
    expect(none).toMatchObject({ count: 0, networks: 0, findings: [] });
    for (const text of ['', 'null', '{}', 'level=fatal', 'id,source\n1,2\n']) {
      expect(parseCrowdsec(text)).toMatchObject({ ok: false, problem: { code: 'unreadable' } });
    }
  });

  it('stand any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        parseCrowdsec(Buffer.from(bytes).toString());
        parseCrowdsec(Buffer.concat([LIST.subarray(0, 90), bytes]).toString(), Buffer.from(bytes).toString());
      }),
    );
  });
});

describe('members', () => {
  const [four, six] = setsOf(LIST.toString());

  it('have their end, their id, and why and whose they are', () => {
    const members = membersOf(four, LIST);
    expect(plainRows(members).map(({ net }) => net)).toEqual([
      '192.0.2.10',
      '198.51.100.0/28',
      '192.0.2.98',
      '203.0.113.0/24',
      '203.0.113.5',
    ]);
    expect([...(members.refs ?? [])]).toEqual([11, 12, 10, 3, 2]);
    expect(members.comments.get(0)).toBe('cscli-import: a, "b"');
    expect(members.comments.get(2)).toBe(
      'line one\nline two\ttab \x1b[31mred\x1b]0;title\x07 \u202eevil, "x"',
    );
    expect(members.comments.get(4)).toBe('by hand, "quoted" and \\slashed');
    expect(Math.round(((members.expires[3] ?? 0) - AT) / 60_000)).toBe(48 * 60);
    expect(plainRows(membersOf(six, LIST)).map(({ net }) => net)).toEqual(['2001:db8:1::/48', '2001:db8::5']);
  });

  it('are the same however the listing is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 }), (sizes) => {
        expect(membersOf(four, LIST, sizes)).toEqual(membersOf(four, LIST));
      }),
      { numRuns: 40 },
    );
  });

  it('of one address are all that touch it, also those that the list hides', () => {
    const read = readTouching(four, [capture('crowdsec/1.4.6/alerts-ip.json').toString()], AT);
    if (!read.ok) throw new Error(read.problem.summary);
    expect(plainRows(read.value).map(({ net }) => net)).toEqual([
      '203.0.113.0/24',
      '203.0.113.5',
      '203.0.113.5',
    ]);
    expect([...(read.value.refs ?? [])]).toEqual([3, 2, 1]);
  });

  it('that are over are none, nothing is nobody, and what is not a list is said', () => {
    const over = [
      { decisions: [{ id: 1, scope: 'Ip', value: '192.0.2.1', type: 'ban', duration: '-631.5ms' }] },
    ];
    const lengths = [JSON.stringify(over), 'null', '[]'].map((text) => readTouching(four, [text], AT));
    expect(lengths.map((read) => read.ok && read.value.length)).toEqual([0, 0, 0]);
    expect(readTouching(four, ['{"message":"no"}'], AT).ok).toBe(false);
    fc.assert(
      fc.property(fc.json(), (text) => {
        readTouching(four, [text], AT);
      }),
    );
  });
});

describe('durations of Go', () => {
  it.each([
    ['3h59m59.168533781s', 14_399_168.533781],
    ['-631.471857ms', -631.471857],
    ['875999h59m58s', 3_153_599_998_000],
    ['1.5µs', 0.0015],
    ['0s', 0],
  ])('%s', (text, ms) => expect(parseGoDuration(text)).toBeCloseTo(ms, 3));

  it.each(['', '1', 'h', '1d', '1h 2m', '--1s', '1e9s', 'NaN'])('%j is none', (text) =>
    expect(parseGoDuration(text)).toBeUndefined(),
  );

  it('come back from their parts', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(59), fc.nat(59_999), (h, m, ms) => {
        expect(parseGoDuration(`${h}h${m}m${ms / 1000}s`)).toBeCloseTo(h * 3.6e6 + m * 60_000 + ms, 3);
      }),
    );
  });
});

describe('records of Go', () => {
  const print = (field: string): string =>
    field !== '' && /[",\n\r]|^ /.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  const record = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: 2, maxLength: 6 });

  it('come back as they were, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (records, size) => {
        const text = records.map((fields) => `${fields.map(print).join(',')}\n`).join('');
        const read: (readonly string[])[] = [];
        const reader = createCsvReader((fields) => void read.push(fields));
        const bytes = Buffer.from(text);
        for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
        reader.end();
        expect(read).toEqual(records);
      }),
    );
  });

  it('with a quote that never closes take nobody along', () => {
    const read: (readonly string[])[] = [];
    const reader = createCsvReader((fields) => void read.push(fields));
    reader.push(Buffer.from(`a,"open\nb,c\nd,e\n${'x'.repeat(70_000)}`));
    reader.end();
    expect(read.slice(0, 2)).toEqual([
      ['b', 'c'],
      ['d', 'e'],
    ]);
  });

  it('of any text have fields', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(fieldsOf(text).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('what is run to read', () => {
  it('is the whole list: not a hundred alerts, and not without the lists of others', () => {
    expect(crowdsecBackend.listSets.map(({ argv }) => argv.join(' '))).toEqual([
      'cscli decisions list -o raw -a -l 0',
    ]);
    expect(crowdsecBackend.daemon).toBe(true);
  });
});
