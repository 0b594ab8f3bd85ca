// Tools that are there and say nonsense, or stop in the middle: what is read of them is never "nothing is banned here".

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { problem } from '../../../src/core/problem.ts';
import { fail, ok } from '../../../src/core/result.ts';
import type { Backend } from '../../../src/firewall/backend.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { iptablesBackend } from '../../../src/firewall/iptables/backend.ts';
import { readSets } from '../../../src/firewall/read-sets.ts';
import { BACKENDS } from '../../../src/firewall/registry.ts';

const capture = (path: string): string =>
  readFileSync(new URL(`../../captures/${path}`, import.meta.url), 'utf8');

const NONSENSE: readonly (readonly [string, string])[] = [
  ['a trace', 'Traceback (most recent call last):\n  File "/usr/bin/x", line 1\n'],
  ['a page', '<html><body>502 Bad Gateway</body></html>\n'],
  ['half an object', '{"nftables": [{"set": {"family": "inet", "name": "ban'],
  ['null', 'null\n'],
  ['an object of another kind', '{"constructor": {"__proto__": []}}\n'],
  ['bytes', '\u0000\u0001\ufffd\u001b[2J'.repeat(100)],
  ['one line of a megabyte', 'x'.repeat(1_000_000)],
];

const reading = (backend: Backend, stdout: string) =>
  readSets(backend, () => Promise.resolve(ok({ stdout })));

describe.each(BACKENDS.map((backend) => [backend.id, backend] as const))('%s', (_, backend) => {
  test.each(NONSENSE)('%s is a problem in words', async (_, text) => {
    const read = await reading(backend, text);
    expect(read.ok ? [read.value.sets.length, read.value.gaps] : read.problem.summary).toEqual(
      expect.stringMatching(/\w+ \w+/),
    );
    const check = backend.check?.(read);
    expect(check?.works).toBe(false);
    expect(check?.says).not.toMatch(/^(?:no |0 )/);
  });

  test.each(['timed-out', 'bad-exit', 'not-permitted', 'too-large'] as const)(
    'a first question that ends with %s is its problem, whatever the others would say',
    async (code) => {
      const read = await readSets(backend, () => Promise.resolve(fail(problem(code, 'it said no'))));
      expect(read).toMatchObject({ ok: false, problem: { code } });
      expect(backend.check?.(read)).toMatchObject({
        works: false,
        says: expect.stringContaining('it said no'),
      });
    },
  );
});

test.each(['iptables-save', 'bans-save', 'bans-legacy-save', 'docker-save'])(
  'rules of iptables that were cut off are no rules: %s',
  async (name) => {
    const whole = capture(`iptables/1.8.9/${name}.txt`);
    expect((await reading(iptablesBackend, whole)).ok).toBe(true);
    const end = whole.lastIndexOf('COMMIT');
    for (const length of [end, end - 1, Math.floor(end / 2)]) {
      const read = await reading(iptablesBackend, whole.slice(0, length));
      expect(read).toMatchObject({ ok: false, problem: { code: 'unreadable' } });
    }
  },
);

test('rules of the other family that were cut off are a gap, and a warning alone is none', async () => {
  const whole = capture('iptables/1.8.9/bans-save.txt');
  const read = await readSets(iptablesBackend, ({ argv: [tool] }) => {
    const stdout = tool === 'iptables-save' ? whole : tool === 'ip6tables-save' ? whole.slice(0, 200) : '';
    return Promise.resolve(ok({ stdout }));
  });
  expect(read.ok && read.value.gaps).toEqual([expect.stringMatching(/^ip6tables-save: .*cut off/)]);
  const warned = await reading(
    iptablesBackend,
    '# Warning: iptables-legacy tables present, use iptables-legacy-save\n',
  );
  expect(warned).toEqual({ ok: true, value: { sets: [], gaps: [] } });
});

test('ipsets: a listing that was cut off is none, and rules that were cut off leave it open whether they drop', async () => {
  const listing =
    'Name: a\nType: hash:ip\nRevision: 5\nHeader: family inet hashsize 1024 maxelem 65536 timeout 600 bucketsize 12\n' +
    'Size in memory: 200\nReferences: 1\nNumber of entries: 0\n';
  const rules = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m set --match-set a src -j DROP\nCOMMIT\n';
  const read = (sets: string, save: string) =>
    readSets(ipsetBackend, ({ argv: [tool] }) =>
      Promise.resolve(ok({ stdout: tool === 'ipset' ? sets : tool === 'iptables-save' ? save : '' })),
    );
  const kindOf = async (save: string): Promise<unknown> => {
    const one = await read(listing, save);
    return one.ok && one.value.sets.map(({ enforcement }) => enforcement.kind);
  };
  expect(await kindOf(rules)).toEqual(['dropped']);
  expect(await kindOf(rules.replace('COMMIT\n', ''))).toEqual(['unknown']);
  expect(await kindOf('Killed\n')).toEqual(['unknown']);
  for (const length of [8, 40, 120]) expect((await read(listing.slice(0, length), rules)).ok).toBe(false);
  expect((await read(`${listing}\n${listing.slice(0, 60)}`, rules)).ok).toBe(false);
});

test('two names that look alike are not mixed up: the first is shown, the other is said', async () => {
  const block = (name: string): string =>
    `Name: ${name}\nType: hash:ip\nHeader: family inet hashsize 1024 maxelem 65536\nReferences: 0\nNumber of entries: 0\n`;
  const read = await readSets(ipsetBackend, ({ argv: [tool] }) =>
    Promise.resolve(ok({ stdout: tool === 'ipset' ? block('a\tb') + block('a b') + block('c') : '' })),
  );
  expect(read.ok && read.value.sets.map(({ name }) => name)).toEqual(['a\tb', 'c']);
  expect(read.ok && read.value.gaps).toEqual([expect.stringMatching(/^ipset:a b: another one .* not shown/)]);
});
