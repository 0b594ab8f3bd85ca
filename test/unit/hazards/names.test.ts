// Host names in the list of those who are never banned, while their name servers answer, change, hang or lie.

import { expect, test } from 'vitest';
import { computeSafeSet, createSafeMemory } from '../../../src/actions/safe/safe-set.ts';
import { resolveName } from '../../../src/cli/resolve.ts';
import { parseNet } from '../../../src/core/address.ts';
import { problem } from '../../../src/core/problem.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import { createFakeHost } from '../../fakes/fake-host.ts';

function bench(answer: () => Result<readonly string[]>) {
  const host = createFakeHost().file('/proc/self/stat', '7 (node) S 0 7');
  const memory = createSafeMemory();
  const asked: string[] = [];
  const resolve = (name: string) => {
    asked.push(name);
    return Promise.resolve(answer());
  };
  const look = async (about = false) => {
    const parsed = parseNet('203.0.113.9');
    const nets = about && parsed.ok ? [parsed.value.net] : undefined;
    const set = await computeSafeSet(host, { allow: ['office.example'], resolve }, memory, nets);
    const texts = set.entries.filter(({ why }) => why.includes('office')).map(({ net }) => net.text);
    return { texts, gap: set.gaps.some((words) => words.includes('office.example does not resolve')) };
  };
  return { host, look, asked };
}

test('a name that does not resolve is a gap, asked once for the look and the act, and again later', async () => {
  let up = false;
  const { host, look, asked } = bench(() => (up ? ok(['198.51.100.200']) : fail(problem('not-found', 'no'))));
  expect(await look()).toEqual({ texts: [], gap: true });
  expect(await look(true)).toEqual({ texts: [], gap: true });
  expect(asked).toHaveLength(1);
  up = true;
  host.advance(11_000);
  expect(await look(true)).toEqual({ texts: ['198.51.100.200'], gap: false });
  up = false;
  host.advance(61_000);
  expect(await look(true)).toEqual({ texts: ['198.51.100.200'], gap: false });
});

test('a name that moves is followed after a minute at most', async () => {
  let at = '198.51.100.200';
  const { host, look } = bench(() => ok([at, '2001:db8:9::9']));
  expect((await look()).texts).toEqual(['198.51.100.200', '2001:db8:9::9']);
  at = '198.51.100.201';
  host.advance(61_000);
  expect((await look(true)).texts).toEqual(['198.51.100.201', '2001:db8:9::9']);
});

test('an answer that is no address protects nobody and is said', async () => {
  const { look } = bench(() => ok(['not an address', '010.1.1.1', '']));
  expect(await look()).toEqual({ texts: [], gap: true });
});

test('the resolver of the system reads the names of the machine', async () => {
  expect(await resolveName('localhost')).toMatchObject({ ok: true });
});
