// What is said of a table of pf that is not what its operator believes, and what doctor says of pf.

import { describe, expect, it } from 'vitest';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok } from '../../../../src/core/result.ts';
import type { SetInfo } from '../../../../src/core/rows.ts';
import { isUsableName } from '../../../../src/firewall/hold.ts';
import { checkPf } from '../../../../src/firewall/pf/backend.ts';
import { captured } from '../../../fakes/pf-captures.ts';
import { readingOf, tableText } from './build.ts';

const BLOCK = 'block drop in quick from <bans> to any';
type Wish = Parameters<typeof readingOf>[0];
const told = (wish: Wish): readonly string[] =>
  (readingOf({ rules: BLOCK, ...wish })[0]?.findings ?? [])
    .filter(({ level }) => level !== 'note')
    .map(({ level, says }) => `${level}: ${says}`);

/** As the captures print it. */
const infoWith = (states: number): string =>
  captured('freebsd15', 'info-v').replace(
    /current entries {23}10/,
    `current entries ${String(states).padStart(24)}`,
  );

describe('findings of pf', () => {
  it('are none where a quick rule blocks', () => {
    expect(told({})).toEqual([]);
  });

  it('pf is off', () => {
    expect(told({ info: captured('freebsd15', 'info-disabled') })).toEqual([
      'harm: pf is switched off: no rule is evaluated, nobody is stopped; tables take addresses all the same',
    ]);
  });

  it('no rule uses the table, with the line that would; harmless while it is empty', () => {
    const unused = { rules: '', tables: tableText('bans', { rules: 0 }) };
    expect(told(unused)).toEqual(['harm: no rule uses this table: a ban in it has no effect']);
    expect(readingOf(unused)[0]?.findings?.[0]?.todo).toContain('block drop in quick from <bans>');
    const empty = tableText('bans', { rules: 0, addresses: 0 });
    expect(told({ rules: '', tables: empty })[0]).toMatch(/^warning: no rule uses/);
  });

  it('the block stands behind a quick pass, or before a pass of all', () => {
    expect(told({ rules: `pass in quick all\n${BLOCK}` })).toEqual([
      `harm: nobody in it is stopped: behind a rule that ends all: pass in quick all; ${BLOCK}`,
    ]);
    expect(told({ rules: 'block drop in from <bans> to any\npass in all' })[0]).toMatch(
      /^harm: nobody in it is stopped: a later rule passes all: pass in all/,
    );
  });

  it('an allow-list is left alone', () => {
    const sets = readingOf({ rules: 'pass in quick from <bans> to any' });
    expect(sets[0]?.findings?.map(({ level }) => level)).toEqual(['note']);
  });

  it('an anchor that nothing calls', () => {
    const sets = readingOf({
      tables: '',
      rules: 'pass all',
      anchors: '  opsconsole\n',
      more: ['--a-r--\tbans@opsconsole\n\tAddresses:   1\n', BLOCK],
    });
    expect(sets[0]?.findings?.[0]).toMatchObject({
      level: 'harm',
      todo: 'put into pf.conf: anchor "opsconsole"',
    });
  });

  it('the table of states is nearly full, or full', () => {
    expect(told({ info: infoWith(89_999) })).toEqual([]);
    expect(told({ info: infoWith(95_000) })[0]).toMatch(/^warning: the table of states is nearly full \(95/);
    expect(told({ info: infoWith(100_000) })[0]).toMatch(/new connections are dropped, also yours$/);
  });

  it('tables are nearly full, or full', () => {
    const tables = tableText('bans', { addresses: 190_000 });
    expect(told({ tables })[0]).toMatch(/^warning: nearly no room/);
    expect(told({ tables: tableText('bans', { addresses: 200_000 }) })[0]).toMatch(/^harm: no room/);
  });

  it('an interface that pf skips, other than loopback', () => {
    expect(told({ interfaces: 'all\nem0 (skip)\nlo0 (skip)\n' })[0]).toMatch(
      /^warning: pf does not look at em0/,
    );
  });

  it('a restart of the service loses bans, on FreeBSD', () => {
    const notes = (uname: string): string =>
      JSON.stringify(readingOf({ rules: BLOCK, uname })[0]?.findings ?? []);
    expect(notes('FreeBSD 14.3-RELEASE\n')).toContain('service pf restart');
    expect(notes('OpenBSD 7.8\n')).not.toContain('service pf restart');
  });
});

describe('hostile names', () => {
  // pf itself takes most bytes in a name; here they come from a listing, and anybody may have made it up.
  it.each(['-f', '$(reboot)', "a';id", '\u001b[2J', '../x', '*'])('%j is shown, but not run', (name) => {
    const sets: readonly SetInfo[] = readingOf({
      tables: tableText(name),
      rules: `block quick from <${name}> to any`,
    });
    for (const set of sets) {
      expect(isUsableName(set)).toBe(false);
      expect(set.key).not.toContain('\u001b');
      expect(JSON.stringify(set.findings ?? [])).not.toMatch(/block drop in quick from/);
    }
  });

  it('a rule that is text for the screen only loses its control characters', () => {
    const [set] = readingOf({ rules: `${BLOCK} label "\u001b]0;x\u0007"` });
    expect(JSON.stringify(set?.enforcement)).not.toMatch(/\\u001b|\\u0007/);
  });
});

describe('doctor', () => {
  const reading = (sets: readonly SetInfo[]): ReturnType<typeof checkPf> => checkPf(ok({ sets, gaps: [] }));

  it('says how many tables a rule blocks, and the worst of what is wrong', () => {
    expect(reading(readingOf({ rules: BLOCK }))).toEqual({
      works: true,
      says: 'pf: 1 table, 1 blocked by a rule',
    });
    const off = reading(readingOf({ rules: BLOCK, info: captured('freebsd15', 'info-disabled') }));
    expect(off).toMatchObject({ works: false, todo: 'pfctl -e' });
    expect(reading([])).toMatchObject({ works: false, says: expect.stringMatching(/no table/) });
  });

  it('tells a pf that is not loaded from one that may not be read', () => {
    const gone = checkPf(fail(problem('bad-exit', 'pfctl: pfctl: /dev/pf: No such file or directory')));
    expect(gone).toMatchObject({ works: false, todo: expect.stringMatching(/kldload/) });
    const denied = checkPf(
      fail(problem('not-permitted', 'pfctl may not do this: /dev/pf: Permission denied')),
    );
    expect(denied.says).toMatch(/Permission denied/);
  });
});
