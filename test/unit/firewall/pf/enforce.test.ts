// Do the rules of pf stop who is in a table? The last rule that matches wins, a quick one at once, anchors where called.

import { describe, expect, it } from 'vitest';
import type { SetInfo } from '../../../../src/core/rows.ts';
import { readingOf, tableText } from './build.ts';

const ANCHORED = '--a-r--\tbans@f2b/sshd\n\tAddresses:   1\n';

/** What is said of <bans>, of both families. */
function under(rules: string, more: Parameters<typeof readingOf>[0] = {}): readonly [SetInfo, SetInfo] {
  const [four, six] = readingOf({ rules, ...more }).filter(({ name }) => name === 'bans');
  if (four === undefined || six === undefined) throw new Error('the table is not there');
  return [four, six];
}

const kinds = (sets: readonly SetInfo[]): readonly string[] =>
  sets.map(({ enforcement: found }) =>
    found.kind === 'not-dropped' ? `${found.kind} ${found.because}` : found.kind,
  );
const says = ({ findings = [] }: SetInfo, level: string): readonly string[] =>
  findings.filter((one) => one.level === level).map((one) => one.says);

describe('a table of pf is blocked', () => {
  it.each([
    'block drop in quick from <bans> to any',
    'block drop quick from <bans> to any label "x"',
    'block return in log (all) quick from <bans> to any',
    'pass out all\nblock drop in quick from <bans:14> to any\npass in all flags S/SA',
    'block drop in from <bans> to any',
    'pass in all\nblock drop in from <bans> to any',
    '@3 block drop in quick from <bans> to any\n  [ Evaluations: 0         Packets: 0         Bytes: 0 ]',
    'pass in quick from <friends> to any\nblock drop in quick from <bans> to any',
    'pass quick on lo0 all\nblock drop in quick from <bans> to any',
    'anchor "a" all {\n  anchor "b" all {\n    block drop in quick from <bans> to any\n  }\n}',
  ])('%s', (rules) => {
    const sets = under(rules);
    expect(kinds(sets)).toEqual(['dropped', 'dropped']);
    expect(sets[0].enforcement).toMatchObject({ afterEstablished: true });
    expect([...says(sets[0], 'harm'), ...says(sets[0], 'warning')]).toEqual([]);
  });

  it('of one family only, where the rule is of one', () => {
    const [four, six] = under('block drop in quick inet from <bans> to any');
    expect(kinds([four])).toEqual(['dropped']);
    expect(six.enforcement.kind).not.toBe('dropped');
  });

  it('in part, where the rule is: sshguard’s own line stops TCP only', () => {
    const [four] = under('block drop in proto tcp from <bans> to any');
    expect(kinds([four])).toEqual(['dropped']);
    expect(says(four, 'warning')).toEqual([
      'blocks only proto tcp coming in: all else from its members passes',
    ]);
    const [narrow] = under('block drop in quick on em0 proto tcp from <bans> to any port = ssh');
    expect(says(narrow, 'warning')[0]).toMatch(/^blocks only on em0 proto tcp to port ssh coming in/);
  });

  it('with a hole: a quick pass before it, or a later pass where it is not quick', () => {
    const before = 'pass in quick proto tcp from any to any port = https';
    const block = 'block drop in quick from <bans> to any';
    const [four] = under(`${before}\n${block}`);
    expect(kinds([four])).toEqual(['dropped']);
    expect(says(four, 'warning')).toEqual([`this still lets members in: ${before}`]);
    const later = 'pass in proto tcp from any to any port = ssh';
    const [other] = under(`block drop in from <bans> to any\n${later}`);
    expect(says(other, 'warning')).toEqual([`this still lets members in: ${later}`]);
    const [fine] = under(`${block}\n${later}`);
    expect(says(fine, 'warning')).toEqual([]);
  });
});

describe('a table of pf is not blocked', () => {
  it.each([
    ['', 'unused'],
    ['pass in quick from <bans> to any', 'not-dropped accepts'],
    ['pass in quick all\nblock drop in quick from <bans> to any', 'not-dropped elsewhere'],
    ['block drop in from <bans> to any\npass in all', 'not-dropped elsewhere'],
    ['block drop in quick from ! <bans> to any', 'not-dropped reversed'],
    ['block drop out quick from any to <bans>', 'not-dropped reversed'],
    ['pass in proto tcp from any to any (max-src-conn 5, overload <bans> flush global)', 'not-dropped other'],
  ])('%s: %s', (rules, kind) => {
    const tables = tableText('bans', { rules: rules === '' ? 0 : 1 });
    expect(kinds(under(rules, { tables }))).toEqual([kind, kind]);
  });

  it('is unknown where a rule uses it that cannot be found, or no rule can be read', () => {
    expect(kinds(under('pass in all'))).toEqual(['unknown', 'unknown']);
    expect(kinds(readingOf({ rules: undefined }))).toEqual(['unknown', 'unknown']);
    const unused = readingOf({ rules: undefined, tables: tableText('bans', { rules: 0 }) });
    expect(kinds(unused)).toEqual(['unused', 'unused']);
  });
});

describe('anchors', () => {
  const block = 'block drop in quick from <bans> to any';
  const read = (main: string, more: readonly (string | undefined)[]): readonly string[] =>
    kinds(readingOf({ tables: '', rules: main, anchors: '  f2b\n  f2b/sshd\n', more }));

  it('count where they are called, by name or by what is below', () => {
    // Asked for: the tables of all anchors, the rules of f2b, those of f2b/sshd.
    const more = [ANCHORED, 'anchor "sshd" all\n', block];
    expect(read('anchor "f2b" all', more)).toEqual(['dropped', 'dropped']);
    expect(read('anchor "f2b/*" all', more)).toEqual(['dropped', 'dropped']);
    expect(read('anchor "other" all', more)).toEqual(['not-dropped unreached', 'not-dropped unreached']);
  });

  it('limit what is in them', () => {
    const sets = readingOf({
      tables: '',
      rules: 'anchor "f2b/*" in on em0 proto tcp all',
      anchors: '  f2b/sshd\n',
      more: [ANCHORED, block],
    });
    expect(says(sets[0] as SetInfo, 'warning')).toEqual([
      'blocks only on em0 proto tcp coming in: all else from its members passes',
    ]);
  });

  it('use their own table first, then that of the main ruleset', () => {
    const rules = `anchor "f2b/sshd" all {\n  ${block}\n}`;
    const [main] = readingOf({ rules });
    expect(kinds([main as SetInfo])).toEqual(['dropped']);
    const both = readingOf({ rules, anchors: '  f2b/sshd\n', more: [ANCHORED] });
    expect(both.map(({ key }) => key)).toEqual([
      'pf:bans',
      'pf6:bans',
      'pf:f2b/sshd bans',
      'pf6:f2b/sshd bans',
    ]);
    expect(kinds(both)).toEqual(['unknown', 'unknown', 'dropped', 'dropped']);
  });
});
