// What is read of pf, on the whole corpus of captures: the generated ones, and real ones where this checkout has them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { Members, SetInfo } from '../../../../src/core/rows.ts';
import { parsePfInfo, parsePfMemory } from '../../../../src/firewall/pf/info.ts';
import { parsePfAnchors, parsePfSkips } from '../../../../src/firewall/pf/interfaces.ts';
import { createPfMembersParser } from '../../../../src/firewall/pf/members.ts';
import { parsePf, pfFollowUp } from '../../../../src/firewall/pf/reading.ts';
import { type PfRule, parsePfRules } from '../../../../src/firewall/pf/rules.ts';
import { parsePfTables } from '../../../../src/firewall/pf/tables.ts';
import { captured } from '../../../fakes/pf-captures.ts';
import { build, membersText } from './build.ts';

const SYSTEMS = ['freebsd15', 'openbsd78'] as const;
const REAL = join(import.meta.dirname, '../../../../../shared/research/pf-captures');
const real = (name: string): string | undefined => {
  const path = join(REAL, `real-${name}.txt`);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};

describe.each(SYSTEMS)('%s', (system) => {
  const text = (name: string): string => captured(system, name);

  it('tables: names, flags, addresses, references', () => {
    const own = { name: 'opsconsole', anchor: '', addresses: system === 'freebsd15' ? 2 : 1, rules: 0 };
    const guard = { name: 'sshguard', anchor: '', addresses: system === 'freebsd15' ? 4 : 3, rules: 2 };
    const tables = parsePfTables(text('tables-vv'));
    expect(tables).toMatchObject([own, guard]);
    expect(tables.map(({ flags }) => [flags?.persist, flags?.counters, flags?.referenced])).toEqual([
      [true, true, false],
      [true, false, true],
    ]);
    expect(parsePfTables(text('tables-v')).map(({ name, flags }) => [name, flags?.referenced])).toEqual([
      ['opsconsole', false],
      ['sshguard', true],
    ]);
    expect(parsePfTables(text('tables')).map(({ name }) => name)).toEqual(['opsconsole', 'sshguard']);
    const bans = { name: 'bans', anchor: 'opsconsole', rules: 1, addresses: 1 };
    expect(parsePfTables(text('anchor-tables-vv'), 'opsconsole')).toMatchObject([bans]);
  });

  it('info, by section', () => {
    const info = parsePfInfo(text('info-vv'));
    expect(info?.enabled).toBe(true);
    const states = system === 'freebsd15' ? 10 : 8;
    expect(info?.sections.get('State Table')?.get('current entries')).toBe(states);
    expect(info?.sections.get('Source Tracking Table')?.get('current entries')).toBe(states === 10 ? 2 : 1);
    expect(info?.sections.get('Counters')?.get('state-mismatch')).toBe(states === 10 ? 4417 : 417);
    expect(info?.sections.get('Limit Counters')?.get('max-src-conn-rate')).toBe(17);
    const off = parsePfInfo(text('info-disabled'));
    expect(off?.enabled).toBe(false);
    expect(off?.sections.get('State Table')?.get('current entries')).toBe(system === 'freebsd15' ? 7 : 5);
  });

  it('limits, skipped interfaces, anchors', () => {
    const limits = parsePfMemory(text('memory'));
    expect(limits.get('states')).toBe(100_000);
    expect(limits.get('table-entries')).toBe(200_000);
    for (const depth of ['v', 'vv']) expect(parsePfSkips(text(`interfaces-${depth}`))).toEqual(['lo0']);
    expect(parsePfSkips(text('interfaces'))).toEqual([]);
    expect(parsePfAnchors(text('anchors-after'))).toEqual(['opsconsole']);
    expect(parsePfAnchors(text('anchors'))).toEqual([]);
  });

  it('rules, also through anchors and with numbers and counts', () => {
    const facts = ({ action, quick, dir, limits, overload, calls }: PfRule): unknown => ({
      action,
      quick,
      ...(dir === undefined ? {} : { dir }),
      limits,
      ...(overload === undefined ? {} : { overload }),
      ...(calls === undefined ? {} : { calls }),
    });
    const port = system === 'freebsd15' ? 'to port ssh' : 'to port 22';
    const expected = [
      { action: 'anchor', quick: false, limits: [], calls: 'opsconsole' },
      { action: 'block', quick: true, dir: 'in', limits: [] },
      { action: 'pass', quick: false, dir: 'in', limits: ['proto tcp', port], overload: 'sshguard' },
      { action: 'pass', quick: false, dir: 'out', limits: [] },
    ];
    for (const name of ['rules', 'rules-v', 'rules-vv', 'rules-recursive'])
      expect(parsePfRules(text(name)).map(facts), name).toEqual(expected);
    expect(parsePfRules(text('rules-vv'))[1]?.from).toEqual({ kind: 'table', name: 'sshguard', not: false });
    const [anchor] = parsePfRules(text('rules-recursive'));
    expect(anchor?.children).toMatchObject([
      { action: 'block', quick: true, from: { kind: 'table', name: 'bans' } },
    ]);
  });

  it('members of both families, with what was blocked of each where the table counts', () => {
    const set = (family: 4 | 6, counters: boolean): SetInfo => build({ name: 'x', family, counters });
    const guard4 = membersText(text('T-show'), set(4, false));
    expect(guard4.texts).toEqual([
      ...(system === 'freebsd15' ? ['192.0.2.66'] : []),
      '198.51.100.17',
      '203.0.113.45',
    ]);
    expect([...guard4.members.expires].every(Number.isNaN)).toBe(true);
    expect(guard4.members.packets).toBeUndefined();
    expect(membersText(text('T-show-v-nocounters'), set(6, false)).texts).toEqual(['2001:db8:bad::17']);
    const aged = membersText(text('T-show-v-nocounters'), set(4, false)).members;
    // ctime(3) in the time of this machine; what says nothing of it has no age.
    expect(aged.since?.[aged.length - 1]).toBe(new Date('2026-11-20T21:00:45').getTime());
    expect(guard4.members.since?.every(Number.isNaN)).toBe(true);
    const boot = '   192.0.2.1\n\tCleared:     Thu Jan  1 00:00:00 1970\n';
    expect(membersText(boot, set(4, false)).members.since).toEqual(new Float64Array([Number.NaN]));
    const own = membersText(text('T-show-v-counters'), set(4, true));
    expect(own.texts[0]).toBe('198.51.100.0/24');
    expect([own.members.packets?.[0], own.members.bytes?.[0]]).toEqual([40211, 2412660]);
  });
});

/**
 * The real ones are of other people's hosts and versions: nothing in them may be lost. They are not kept with the sources, so
 * without them there are no such tests, rather than skipped ones.
 */
function realCaptures(): void {
  it('tables of FreeBSD 13, OPNsense and OpenBSD 7.9', () => {
    for (const name of ['fbsd13-tables-vv', 'obsd79-tables-vv', 'opnsense25-tables-vv-excerpt']) {
      const text = real(name) ?? '';
      const heads = text.split('\n').filter((line) => /^[-a-zC]{7}\t/.test(line));
      const tables = parsePfTables(text);
      expect(tables.length, name).toBe(heads.length);
      expect(
        tables.every(({ rules }) => rules !== undefined),
        name,
      ).toBe(true);
    }
  });

  it('limits, info, interfaces, members, rules', () => {
    expect(parsePfMemory(real('pfsense27-memory') ?? '').get('states')).toBe(1_606_000);
    expect(parsePfMemory(real('obsd79-memory') ?? '').size).toBe(7);
    for (const name of ['fbsd13-info-vv', 'obsd79-info-v', 'fbsd11-info-loginterface']) {
      const info = parsePfInfo(real(name) ?? '');
      expect(info?.enabled, name).toBe(true);
      expect(info?.sections.get('State Table')?.get('current entries'), name).toBeGreaterThan(0);
    }
    const members = membersText(
      real('obsd79-T-show-v-counters') ?? '',
      build({ name: 'x', family: 4, counters: true }),
    );
    expect(members.texts.slice(0, 2)).toEqual(['192.168.50.2', '192.168.60.2']);
    for (const name of readdirSync(REAL).filter((file) => /^real-.*rules-v.*\.txt$/.test(file)))
      if (!name.endsWith('.src.txt'))
        expect(parsePfRules(readFileSync(join(REAL, name), 'utf8')).length, name).toBeGreaterThan(0);
  });
}

if (existsSync(REAL)) describe('real captures', realCaptures);

describe('any bytes', () => {
  const lines = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '-pa-r-C\tbans\topsconsole',
        '\tReferences:  [ Anchors: 0                  Rules: 1                  ]',
        'anchor "x" all {',
        '}',
        'block drop in quick from <bans> to any',
        'pass in proto tcp from ! <bans> to any port = 22',
        'Status: Enabled for 1 days',
        'State Table                          Total             Rate',
        '  current entries                       10               ',
        '   192.0.2.1',
        '  !192.0.2.0/24',
        '\tIn/Block:    [ Packets: 1                  Bytes: 2                  ]',
        'states        hard limit   100000',
        '  f2b/sshd',
      ),
    ),
  );

  it('never throw, and give nothing that could be an option or a second word', () => {
    fc.assert(
      fc.property(
        fc.array(
          lines.map((all) => all.join('\n')),
          { minLength: 7, maxLength: 7 },
        ),
        (outputs) => {
          const commands = pfFollowUp(outputs);
          for (const { argv } of commands)
            for (const word of argv.slice(2)) expect(word).toMatch(/^(?:-vv|-[astT]|[A-Za-z0-9_*][^\s]*)$/);
          // Nothing is no table; what has no line of a table is no listing.
          const sets = parsePf(outputs);
          if (!sets.ok) expect(outputs[0]).not.toMatch(/^[-c][-p][-a][-i][-r][-h][-C]\t\S{1,31}$/m);
        },
      ),
    );
  });

  it('leave a listing of members either read or refused', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(4 as const, 6 as const),
        (bytes, family) => {
          const parser = createPfMembersParser(build({ name: 'x', family, counters: true }), unixMs(0));
          parser.push(Buffer.from(bytes));
          const result = parser.end();
          if (result.ok) expect((result.value satisfies Members).length).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('cut anywhere a listing gives the same members', () => {
    const text = captured('freebsd15', 'T-show-v-counters');
    const set = build({ name: 'x', family: 4, counters: true });
    const whole = membersText(text, set).texts;
    fc.assert(
      fc.property(fc.nat({ max: text.length }), (at) => {
        const parser = createPfMembersParser(set, unixMs(0));
        parser.push(Buffer.from(text.slice(0, at)));
        parser.push(Buffer.from(text.slice(at)));
        const result = parser.end();
        expect(result.ok && result.value.length).toBe(whole.length);
      }),
    );
  });
});
