// The fail2ban measure against a real server, which runs on its usual paths in a private view of the file system.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { planMeasures } from '../../../src/actions/shields/measures.ts';
import type { MeasureSpec } from '../../../src/core/shields.ts';
import type { Host } from '../../../src/host/host.ts';
import { createNetnsHost } from '../../../src/host/netns.ts';
import { createRunner } from '../../../src/host/run.ts';
import { createWhich } from '../../../src/host/which.ts';
import { onEnd } from '../acts/kit.ts';
import { tool } from '../harness/namespaces.ts';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { apply, atOn, plan, revertOf } from './measure-kit.ts';

const JAILS = ['sshd', 'mail', 'web'];
const SPEC: MeasureSpec = { measure: 'fail2ban', jails: [], maxRetry: 3, banSeconds: 3600 };

type Inside = readonly [string, ...string[]];

/** Words that run something where the server is. */
async function startFail2ban(net: TestNet): Promise<Readonly<{ inside: Inside; stop: () => Promise<void> }>> {
  const folder = mkdtempSync(join(tmpdir(), 'oc-f2b-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, 'etc');
  cpSync('/etc/fail2ban', config, { recursive: true });
  rmSync(join(config, 'jail.d'), { recursive: true, force: true });
  mkdirSync(join(config, 'jail.d'));
  const log = join(folder, 'empty.log');
  writeFileSync(log, '');
  // The last jail is stricter already.
  const jails = JAILS.map((name, index) => {
    const values = index === 2 ? 'maxretry = 1\nbantime = -1' : 'maxretry = 5\nbantime = 600';
    return `[${name}]\nenabled = true\nfilter = sshd\nbackend = polling\nlogpath = ${log}\naction =\n${values}\n`;
  });
  writeFileSync(join(config, 'jail.local'), jails.join('\n'));
  writeFileSync(
    join(config, 'fail2ban.local'),
    `[Definition]\nlogtarget = ${join(folder, 'f2b.log')}\ndbfile = None\n`,
  );
  const script =
    'mount -t tmpfs none /run && mkdir /run/fail2ban && mount --bind "$1" /etc/fail2ban && exec fail2ban-server -f';
  const server = net.spawnIn(net.server, ['unshare', '-m', 'sh', '-c', script, 'sh', config]);
  onEnd(() => void server.kill('SIGKILL'));
  const inside: Inside = ['nsenter', '-t', String(server.pid), '-n', '-m'];
  const answers = (words: readonly string[]): Promise<boolean> =>
    tool([...inside, 'fail2ban-client', ...words], '', true).then(
      ({ exitCode }) => exitCode === 0,
      () => false,
    );
  const wait = { timeout: 20_000, interval: 200 };
  await vi.waitUntil(() => answers(['status', JAILS[2] ?? '']), wait);
  return {
    inside,
    async stop() {
      await answers(['stop']);
      await vi.waitUntil(async () => !(await answers(['ping'])), wait);
    },
  };
}

async function hostInside(net: TestNet, inside: Inside): Promise<Host> {
  const host = await createNetnsHost({ name: net.server.name });
  onEnd(() => host.close());
  const runner = createRunner(createWhich(), (command, path) => [...inside, path, ...command.argv.slice(1)]);
  return { ...host, ...runner };
}

kernelSuite('fail2ban', ['fail2ban-client', 'fail2ban-server', 'nsenter', 'mount'], () => {
  const testNet = useTestNet({ clients: 0 });

  test('gets stricter jails and its own values back, except where somebody changed them', async () => {
    const net = testNet();
    const { inside } = await startFail2ban(net);
    const host = await hostInside(net, inside);
    const ask = async (jail: string, option: string): Promise<string> =>
      (await tool([...inside, 'fail2ban-client', 'get', jail, option])).stdout.trim();
    const all = (): Promise<readonly string[]> =>
      Promise.all(JAILS.flatMap((jail) => [ask(jail, 'maxretry'), ask(jail, 'bantime')]));

    expect(await all()).toEqual(['5', '600', '5', '600', '1', '-1']);
    const planned = await plan([SPEC], atOn(host));
    expect(planned[0]?.applied.steps).toHaveLength(4);
    expect(await apply(host, planned)).toBeUndefined();
    expect(await all()).toEqual(['3', '3600', '3', '3600', '1', '-1']);
    expect((await planMeasures([SPEC], atOn(host))).leftOut[0]?.why).toMatch(/nothing to change$/);

    await tool([...inside, 'fail2ban-client', 'set', 'mail', 'maxretry', '4']);
    const lines = await revertOf(planned, (argv) => tool([...inside, ...argv])).down();
    expect(lines.map((line) => line.split('\t').slice(0, 2)).sort()).toEqual([
      ['item drift', 'fail2ban mail maxretry'],
      ['item restored', 'fail2ban mail bantime'],
      ['item restored', 'fail2ban sshd bantime'],
      ['item restored', 'fail2ban sshd maxretry'],
    ]);
    expect(await all()).toEqual(['5', '600', '4', '600', '1', '-1']);
  });

  test('a server that is down is left out, and lowering without it is no failure', async () => {
    const net = testNet();
    const { inside, stop } = await startFail2ban(net);
    const host = await hostInside(net, inside);
    const planned = await plan([SPEC], atOn(host));
    expect(await apply(host, planned)).toBeUndefined();
    // Its view of the file system lives on in this process.
    const keeper = net.spawnIn(net.server, [...inside, 'sleep', '60']);
    onEnd(() => void keeper.kill('SIGKILL'));
    const kept: Inside = ['nsenter', '-t', String(keeper.pid), '-n', '-m'];
    const reached = async (): Promise<boolean> =>
      (await tool([...kept, 'cat', '/proc/self/mounts'])).stdout.includes('/etc/fail2ban');
    await vi.waitUntil(reached, { timeout: 10_000, interval: 100 });
    await stop();
    const lost = await hostInside(net, kept);
    expect((await planMeasures([SPEC], atOn(lost))).leftOut[0]?.why).toBe('the fail2ban server does not run');
    const lines = await revertOf(planned, (argv) => tool([...kept, ...argv])).down();
    expect(lines).toHaveLength(4);
    expect(lines.every((line) => line.startsWith('item already\t'))).toBe(true);
  });
});
