// netstat without /proc: the public form of three systems, empty columns, and any text at all.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNetstat } from '../../../../src/sources/traffic/parse-bsd.ts';
import { trafficSource } from '../../../../src/sources/traffic/source.ts';
import { createFakeHost } from '../../../fakes/fake-host.ts';

const text = (system: string): string =>
  readFileSync(join(import.meta.dirname, '../../../captures/bsd', system, 'netstat.txt'), 'utf8');

test('FreeBSD: the row of the link, also of an interface without an address', () => {
  const found = parseNetstat(text('freebsd-14.5'));
  expect(found?.map(({ name }) => name)).toEqual(['vtnet0', 'lo0', 'gif0']);
  expect(found?.[0]).toEqual({
    name: 'vtnet0',
    rxPackets: 155,
    rxErrors: 3,
    rxDropped: 2,
    rxBytes: 30_412,
    txPackets: 136,
    txErrors: 1,
    txBytes: 27_564,
    txDropped: 4,
  });
  expect(found?.[2]).toMatchObject({ rxBytes: 880, txBytes: 960 });
});

test('OpenBSD: two listings as one; what it does not tell apart is not told', () => {
  const found = parseNetstat(text('openbsd-7.x'));
  expect(found?.map(({ name }) => name)).toEqual(['lo0', 'vio0', 'enc0', 'pflog0']);
  expect(found?.[1]).toEqual({
    name: 'vio0',
    rxBytes: 123_456,
    txBytes: 654_321,
    rxPackets: 900,
    rxErrors: 5,
    txPackets: 800,
    txErrors: 1,
  });
});

test('macOS: names that were cut to the same are two interfaces', () => {
  const found = parseNetstat(text('macos-15'));
  expect(found?.map(({ name, rxBytes }) => [name, rxBytes])).toEqual([
    ['lo0', 9999],
    ['gif0', 0],
    ['en0', 30_000_000],
    ['utun1', 0],
    ['utun1#30', 500],
  ]);
  expect(found?.[2]).toMatchObject({ txDropped: 9, txErrors: 2 });
  expect(found?.[2]?.rxDropped).toBeUndefined();
});

test('a column more or less shifts nothing', () => {
  const more = text('freebsd-14.5').replaceAll(/ +\S+$/gm, '');
  expect(parseNetstat(more)?.[0]).toMatchObject({ rxBytes: 30_412, txBytes: 27_564 });
});

test('packets alone are no traffic, other words are no listing', () => {
  const [, packets = ''] = text('openbsd-7.x').split(/(?=^Name .*Ipkts)/m);
  expect(parseNetstat(packets)).toBeUndefined();
  expect(parseNetstat('netstat: not found\n')).toBeUndefined();
});

test('never throws, and a hostile name is shown, not obeyed', () => {
  const head = 'Name Mtu Network Address Ibytes Obytes\n';
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (any) => void parseNetstat(head + any)));
  expect(parseNetstat(`${head}a\u001b[2J 1500 <Link#1> 1 2\n`)?.[0]?.name).toBe('a\\x1b[2J');
});

test('source: one program start, and words where netstat says nothing', async () => {
  const { signal } = new AbortController();
  const source = trafficSource({ everyMs: 1000 });
  const host = createFakeHost().on(/^sh -c /, { stdout: text('freebsd-14.5') }, 1);
  expect(await source.read({ ...host, system: 'freebsd' }, signal)).toMatchObject({ ok: true });
  expect(host.ran).toHaveLength(1);
  host.on(/^sh -c /, { stdout: '' });
  expect(await source.read({ ...host, system: 'freebsd' }, signal)).toMatchObject({
    ok: false,
    problem: { summary: expect.stringContaining('FreeBSD') },
  });
});
