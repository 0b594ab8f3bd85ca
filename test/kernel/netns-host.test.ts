// The namespace host against a real namespace: commands and files are those of the inside.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { command } from '../../src/core/plan.ts';
import { createNetnsHost } from '../../src/host/netns.ts';
import { useTestNet } from './harness/netns.ts';
import { kernelSuite } from './harness/require.ts';

kernelSuite('netns host', ['nft'], () => {
  const net = useTestNet({ clients: 2 });

  test('commands run inside', async () => {
    const host = await createNetnsHost({ name: net().server.name });
    const rules = 'table inet inside { }\n';
    expect((await host.run(command(['nft', '-f', '-'], { stdin: rules }))).ok).toBe(true);
    const listed = await net().exec(net().server, ['nft', 'list', 'tables']);
    expect(listed.stdout).toContain('table inet inside');
    host.close();
  });

  test('/proc/net, /proc/sys/net and /sys/class/net are those of the inside', async () => {
    const host = await createNetnsHost({ name: net().server.name });
    const dev = await host.read('/proc/net/dev');
    expect(dev.ok && dev.value.toString()).toMatch(/^\s*v1:/m);
    const knob = '/proc/sys/net/ipv4/ip_default_ttl';
    const outsideBefore = readFileSync(knob, 'utf8');
    await net().exec(net().server, ['sysctl', '-q', '-w', 'net.ipv4.ip_default_ttl=77']);
    const ttl = await host.read(knob);
    expect(ttl.ok && ttl.value.toString()).toBe('77\n');
    expect(readFileSync(knob, 'utf8')).toBe(outsideBefore);
    expect(await host.glob('/sys/class/net/v*')).toEqual({
      ok: true,
      value: ['/sys/class/net/v0', '/sys/class/net/v1'],
    });
    const conf = await host.glob('/proc/sys/net/ipv4/conf/v*/rp_filter');
    expect(conf.ok && conf.value.length).toBe(2);
    expect(await host.read('/proc/sys/net/nothing')).toMatchObject({ problem: { code: 'not-found' } });
    let size = 0;
    const flows = await host.readChunks('/proc/net/tcp', (chunk) => {
      size += chunk.length;
    });
    expect(flows.ok && size > 0).toBe(true);
    host.close();
  });

  test('a namespace that is not there is refused', async () => {
    await expect(createNetnsHost({ name: 'oc-test-nowhere' })).rejects.toThrow('no namespace');
  });
});
