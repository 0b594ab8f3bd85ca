// The states of pf in the place of conntrack: the words of pfctl, and what each missing right or module is called.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problem } from '../../../../src/core/problem.ts';
import { startWorker } from '../../../../src/host/worker.ts';
import { flowsSource } from '../../../../src/sources/conntrack/flows.ts';
import { parseIfconfigNets } from '../../../../src/sources/conntrack/own-nets-bsd.ts';
import { PfFlowParser } from '../../../../src/sources/conntrack/pf-flow-parser.ts';
import { conntrackSource } from '../../../../src/sources/conntrack/source.ts';
import { timeoutsSource } from '../../../../src/sources/conntrack/timeouts.ts';
import { createFakeHost, type FakeHost } from '../../../fakes/fake-host.ts';
import { captured } from '../../../fakes/pf-captures.ts';

const { signal } = new AbortController();
const IFCONFIG = `vtnet0: flags=1008843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST,LOWER_UP> metric 0 mtu 1500
	ether 52:54:00:12:34:56
	inet 192.0.2.10 netmask 0xffffff00 broadcast 192.0.2.255
	inet 10.0.0.1/24 broadcast 10.0.0.255
	inet6 fe80::5054:ff:fe12:3456%vtnet0 prefixlen 64 scopeid 0x1
	inet6 fd00:1::10 prefixlen 64
`;
const SYSTEMS = [
  ['freebsd', 'freebsd15'],
  ['openbsd', 'openbsd78'],
] as const;
type Name = (typeof SYSTEMS)[number][0];

const on = (host: FakeHost, system: Name | 'darwin' | 'other') => ({ ...host, kind: 'ssh' as const, system });
const pfHost = (of: 'freebsd15' | 'openbsd78'): FakeHost =>
  createFakeHost()
    .tool('pfctl', true)
    .on('pfctl -s info', { stdout: captured(of, 'info') })
    .on('pfctl -s memory', { stdout: captured(of, 'memory') })
    .on('pfctl -s timeouts', { stdout: captured(of, 'timeouts') })
    .on('pfctl -v -s states', { stdout: captured(of, 'states-v') })
    .on('ifconfig -a', { stdout: IFCONFIG });

describe.each(SYSTEMS)('%s', (system, of) => {
  test('how many of how many; the limit is not asked for each tick', async () => {
    const host = pfHost(of);
    const source = conntrackSource({ everyMs: 1000 });
    const first = await source.read(on(host, system), signal);
    await source.read(on(host, system), signal);
    expect(first).toMatchObject({
      ok: true,
      value: { keeper: 'pf', count: system === 'freebsd' ? 10 : 8, max: expect.any(Number), drop: 0 },
    });
    expect(host.ran.filter((words) => words.endsWith('memory'))).toHaveLength(1);
    expect(host.ran).toHaveLength(3);
  });

  test('who has them, by who began', async () => {
    const source = flowsSource({ everyMs: 1000, startWorker });
    const report = await source.read(on(pfHost(of), system), signal);
    if (!report.ok) throw new Error(report.problem.summary);
    const { total, unreadable, sources, talkers } = report.value;
    expect({ total, unreadable }).toEqual({ total: system === 'freebsd' ? 10 : 8, unreadable: 0 });
    expect(sources.reduce((sum, { flows }) => sum + flows, 0)).toBe(total);
    expect(sources[0]?.net.text).toBe('203.0.113.45');
    expect(talkers[0]?.bytes).toBeGreaterThan(0);
    // Begun by the machine itself, before any translation.
    expect(sources.filter(({ ours }) => ours).map(({ net }) => net.text)).toContain('192.0.2.10');
  });

  test('the timeouts as they are', async () => {
    const rows = await timeoutsSource({ everyMs: 1000 }).read(on(pfHost(of), system), signal);
    if (!rows.ok) throw new Error(rows.problem.summary);
    expect(rows.value.every(({ current }) => current !== undefined)).toBe(true);
    expect(rows.value.find(({ name }) => name === 'tcp.established')?.current).toBe(86_400);
  });

  test('off is not empty', async () => {
    const host = pfHost(of).on('pfctl -s info', { stdout: captured(of, 'info-disabled') });
    for (const source of [
      conntrackSource({ everyMs: 1000 }),
      flowsSource({ everyMs: 1000, startWorker }),
      timeoutsSource({ everyMs: 1000 }),
    ])
      expect(await source.read(on(host, system), signal)).toMatchObject({
        ok: false,
        problem: { code: 'not-found', summary: expect.stringContaining('pf is off') },
      });
  });
});

describe('said in words', () => {
  const read = (host: FakeHost, system: Name | 'darwin' | 'other') =>
    conntrackSource({ everyMs: 1000 }).read(on(host, system), signal);

  test('not loaded', async () => {
    const gone = problem('bad-exit', 'pfctl: /dev/pf: No such file or directory');
    const host = pfHost('freebsd15').on('pfctl -s info', { problem: gone });
    expect(await read(host, 'freebsd')).toMatchObject({
      problem: { code: 'not-found', summary: expect.stringContaining('not loaded') },
    });
  });

  test('without rights', async () => {
    const denied = problem('not-permitted', 'pfctl may not do this');
    const host = pfHost('freebsd15').on('pfctl -s info', { problem: denied });
    expect(await read(host, 'freebsd')).toMatchObject({ problem: { code: 'not-permitted' } });
  });

  test('other words, and no pfctl', async () => {
    const host = pfHost('freebsd15').on('pfctl -s info', { stdout: 'hello' });
    expect(await read(host, 'freebsd')).toMatchObject({ problem: { code: 'unreadable' } });
    expect(await read(createFakeHost(), 'openbsd')).toMatchObject({ problem: { code: 'not-found' } });
  });

  test('macOS and unknown systems are asked nothing', async () => {
    const host = createFakeHost().tool('pfctl', true);
    expect(await read(host, 'darwin')).toMatchObject({
      problem: { summary: expect.stringContaining('macOS') },
    });
    expect(await read(host, 'other')).toMatchObject({ ok: false });
    expect(host.ran).toEqual([]);
  });

  test('a listing that fails inside of pfctl is no empty table', async () => {
    const stderr = 'pfctl: DIOCGETSTATES: Cannot allocate memory\n';
    const host = pfHost('freebsd15').on('pfctl -v -s states', { stderr });
    const report = await flowsSource({ everyMs: 1000, startWorker }).read(on(host, 'freebsd'), signal);
    expect(report).toMatchObject({ ok: false, problem: { code: 'unreadable' } });
  });
});

test('a long table is counted in a worker, to the same sums', async () => {
  const lines = captured('freebsd15', 'states-v').repeat(150);
  const info = captured('freebsd15', 'info').replace(/(current entries +)\d+/, '$11500');
  const host = pfHost('freebsd15')
    .on('pfctl -v -s states', { stdout: lines })
    .on('pfctl -s info', { stdout: info });
  const report = await flowsSource({ everyMs: 1000, startWorker }).read(on(host, 'freebsd'), signal);
  expect(report).toMatchObject({ ok: true, value: { total: 1500, unreadable: 0 } });
});

describe('the state of a connection', () => {
  const stateOf = (states: string): string | undefined => {
    const parser = new PfFlowParser(1);
    parser.push(Buffer.from(`all tcp 192.0.2.10:22 <- 203.0.113.45:51544       ${states}\n`));
    parser.end();
    return parser.stateCounts()[0]?.state;
  };
  test.each([
    ['ESTABLISHED:ESTABLISHED', 'ESTABLISHED'],
    ['CLOSED:SYN_SENT', 'SYN_SENT'],
    ['SYN_SENT:CLOSED', 'SYN_SENT'],
    ['SYN_SENT:SYN_SENT', 'SYN_RECV'],
    ['SYN_SENT:ESTABLISHED', 'SYN_RECV'],
    ['PROXY:SRC', 'SYN_RECV'],
    ['ESTABLISHED:FIN_WAIT_1', 'FIN_WAIT_1'],
    ['TIME_WAIT:TIME_WAIT', 'TIME_WAIT'],
    ['CLOSED:CLOSED', 'CLOSED'],
    ['<BAD STATE LEVELS 12:99>', 'other'],
  ])('%s is %s', (states, name) => expect(stateOf(states)).toBe(name));
});

test('never throws, and counts no more than lines', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const parser = new PfFlowParser(1);
      parser.push(bytes);
      parser.end();
      return parser.total + parser.unreadable <= bytes.length + 1;
    }),
  );
});

test('own addresses and private networks, and any text at all', () => {
  expect(parseIfconfigNets(IFCONFIG).map(({ text }) => text)).toEqual([
    '192.0.2.10',
    '10.0.0.1',
    '10.0.0.0/24',
    'fe80::5054:ff:fe12:3456',
    'fd00:1::10',
    'fd00:1::/64',
  ]);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseIfconfigNets(`\tinet ${text}`)));
});
