// What iptables-restore 1.8.9 says when it takes nothing, in words that an operator can act on.

import { expect, test } from 'vitest';
import { explainRefusal } from '../../../src/actions/dry-run.ts';
import { problem } from '../../../src/core/problem.ts';

const said = (detail: string, tool = 'iptables-restore') =>
  explainRefusal(problem('bad-exit', 'it said no', { argv: [tool, '-w', '5', '--noflush'], detail }));

test.each([
  "iptables-restore v1.8.9 (legacy): Couldn't load match `time':No such file or directory",
  'Warning: Extension time revision 0 not supported, missing kernel module?',
])('without xt_time no rule can end: %s', (detail) => {
  expect(said(detail)).toMatchObject({ code: 'refused', summary: expect.stringContaining('xt_time') });
});

test.each([
  [
    'iptables-restore',
    'iptables-nft-restore: line 2 failed: Bad rule (does a matching rule exist in that chain?).',
  ],
  ['ip6tables-legacy-restore', 'ip6tables-restore: line 2 failed'],
])('%s: what was to be deleted is gone', (tool, detail) => {
  expect(said(detail, tool)).toMatchObject({ code: 'not-found' });
});

test('anything else stays as it was said', () => {
  expect(said("Couldn't load target `TARPIT'")).toMatchObject({ code: 'bad-exit', summary: 'it said no' });
});
