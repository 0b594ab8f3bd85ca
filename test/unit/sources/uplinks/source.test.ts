// The two sources together: how few programs a tick starts, what is asked along, and that a part that cannot be read is a sentence.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problem } from '../../../../src/core/problem.ts';
import { createUplinksSources, type UplinksWish } from '../../../../src/sources/uplinks/source.ts';
import { createFakeHost, type FakeHost } from '../../../fakes/fake-host.ts';

const IP4 = 'ip -force -j -d -batch -';
const IP6 = 'ip -6 -force -j -d -batch -';
const SECRET = 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=';
const PEER = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
const [links = '', rules = '', routes = ''] = readFileSync(
  'test/captures/iproute2/6.1.0/two-uplinks-4.json',
  'utf8',
).split('\n');
const [rules6 = '', routes6 = ''] = readFileSync(
  'test/captures/iproute2/6.1.0/two-uplinks-6.json',
  'utf8',
).split('\n');
const wg = '{"ifname":"wg0","flags":["UP"],"linkinfo":{"info_kind":"wireguard"},"addr_info":[]}';

/** Answers as `ip` would: the way of each address by its own link, nothing of neighbours. */
function answer(first: readonly string[], stdin: string): string {
  const asked = stdin.trim().split('\n').slice(first.length);
  const ways = asked.map((line) =>
    line.startsWith('route get') ? '[{"dst":"x","dev":"eth0","table":"main","flags":[]}]' : '[]',
  );
  return `${[...first, ...ways].join('\n')}\n`;
}

function hostWith(extra: (host: FakeHost) => void = () => undefined, interfaces = links): FakeHost {
  const host = createFakeHost({ privileged: true });
  host.on(IP4, ({ stdin = '' }) => ({ stdout: answer([interfaces, rules, routes], stdin) }));
  host.on(IP6, ({ stdin = '' }) => ({ stdout: answer([rules6, routes6], stdin) }));
  host.on('sh -c { ps', { stdout: '', exitCode: 1 });
  for (const tool of ['ping', 'ss', 'bash', 'wg']) host.tool(tool, true);
  extra(host);
  return host;
}

const WISH: UplinksWish = { targets: [], gateways: 'auto', tunnels: [] };
const { signal } = new AbortController();
const starts = (host: FakeHost): readonly string[] =>
  host.ran.map((line) => line.split(' ').slice(0, 2).join(' '));

describe('the source of uplinks', () => {
  it('starts ip once per family and ps once; only the first time it asks again for what it has learned', async () => {
    const host = hostWith();
    const { uplinks } = createUplinksSources({ everyMs: 10_000, wish: WISH });
    const first = await uplinks.read(host, signal);
    expect(first.ok && first.value.addresses.length).toBe(7);
    expect(starts(host)).toEqual(['ip -force', 'ip -6', 'ip -force', 'ip -6', 'sh -c']);
    const before = host.ran.length;
    await uplinks.read(host, signal);
    expect(starts(host).slice(before)).toEqual(['ip -force', 'ip -6', 'sh -c']);
    expect(host.ran.at(-3)).toContain('route get 198.41.0.4 from 198.51.100.21\n');
    expect(host.ran.at(-3)).toContain('neigh show to 192.0.2.1 dev eth0\n');
    expect(host.ran.at(-2)).toContain('neigh show to fe80::1 dev eth1\n');
  });

  it('pings in one start, and nothing before the addresses are known', async () => {
    const host = hostWith((one) => one.on(/^sh -c p\(\)/, { stdout: '\n#opsconsole-ping 0 0\ntime=1 ms\n' }));
    const { uplinks, reach } = createUplinksSources({ everyMs: 10_000, wish: WISH });
    const pinged = reach.read(host, signal);
    expect(host.ran).toEqual([]);
    await uplinks.read(host, signal);
    const told = await pinged;
    expect(
      told.ok &&
        told.value.rows.map(({ from, to, lastMs, error }) => [from.text, to.text, lastMs[0] ?? error])[0],
    ).toEqual(['192.0.2.10', '192.0.2.1', 1]);
    expect(host.ran.filter((line) => line.startsWith('sh -c p()'))).toHaveLength(1);
  });

  it('keeps no key of WireGuard, neither of what was read nor of what failed', async () => {
    const dump = `wg0\t${SECRET}\t${PEER}\t51820\toff\nwg0\t${PEER}\t${SECRET}\t(none)\t10.0.0.2/32\t0\t0\t0\toff\n`;
    const both = `[${wg},${links.slice(1)}`;
    for (const finish of [
      { stdout: dump },
      { stdout: dump, stderr: 'Unable to access interface', exitCode: 1 },
    ]) {
      const host = hostWith((one) => one.on('wg show all dump', finish), both);
      const { uplinks } = createUplinksSources({ everyMs: 10_000, wish: WISH });
      const read = await uplinks.read(host, signal);
      const said = JSON.stringify(read, (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
      expect(said).not.toContain(SECRET.slice(0, 8));
      expect(said).toContain('exitCode' in finish ? 'peers of WireGuard: ' : PEER.slice(0, 8));
    }
  });

  it('says in words what cannot be read, and shows the rest', async () => {
    const busybox = { stdout: '', stderr: 'BusyBox v1.35.0 multi-call binary.', exitCode: 1 };
    const old = createFakeHost().on(IP4, busybox).on(IP6, busybox);
    const { uplinks } = createUplinksSources({ everyMs: 10_000, wish: WISH });
    expect(await uplinks.read(old, signal)).toMatchObject({
      problem: { code: 'missing-tool', hint: 'install iproute2' },
    });
    const big = hostWith((one) => one.on(IP4, { problem: problem('too-large', 'x') }));
    expect(await uplinks.read(big, signal)).toMatchObject({ problem: { code: 'too-large' } });
    const no6 = hostWith((one) => one.on(IP6, { stdout: '[[ ]\n', stderr: 'Dump terminated', exitCode: 1 }));
    const sample = await createUplinksSources({ everyMs: 10_000, wish: WISH }).uplinks.read(no6, signal);
    expect(sample.ok && sample.value.gaps).toEqual(['IPv6: ip answered, but not in a form that we know']);
    expect(sample.ok && sample.value.tables.every(({ family }) => family === 4)).toBe(true);
    const deaf = hostWith((one) => one.tool('ss', false).tool('bash', false));
    const wish = { ...WISH, tunnels: [{ name: 'db', listen: '127.0.0.1:5432' }] };
    const told = await createUplinksSources({ everyMs: 10_000, wish }).uplinks.read(deaf, signal);
    expect(told.ok && told.value.gaps).toEqual(['what listens: ss (iproute2) is not installed']);
    expect(told.ok && told.value.tunnels[0]).toMatchObject({ name: 'db', listening: undefined });
  });
});
