// The fail2ban measure against a real server, which runs on its usual paths in a private view of the file system.

import { expect, test } from 'vitest';
import { planMeasures } from '../../../src/actions/shields/measures.ts';
import type { MeasureSpec } from '../../../src/core/shields.ts';
import { onEnd } from '../acts/kit.ts';
import { type Fail2ban, type Fail2banOptions, startFail2ban } from '../harness/fail2ban.ts';
import { tool } from '../harness/namespaces.ts';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { apply, atOn, plan, revertOf } from './measure-kit.ts';

const JAILS = ['sshd', 'mail', 'web'];
const SPEC: MeasureSpec = { measure: 'fail2ban', jails: [], maxRetry: 3, banSeconds: 3600 };
// The last jail is stricter already.
const SERVER: Fail2banOptions = {
  jails: JAILS.map((name, index) =>
    index === 2
      ? { name, bantime: -1, values: ['maxretry = 1'] }
      : { name, bantime: 600, values: ['maxretry = 5'] },
  ),
};

async function start(net: TestNet): Promise<Fail2ban> {
  const server = await startFail2ban(net, SERVER);
  onEnd(() => server.dispose());
  return server;
}

kernelSuite('fail2ban', ['fail2ban-client', 'fail2ban-server', 'nsenter', 'mount'], () => {
  const testNet = useTestNet({ clients: 0 });

  test('gets stricter jails and its own values back, except where somebody changed them', async () => {
    const net = testNet();
    const { inside, host } = await start(net);
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
    const { inside, host, stop } = await start(net);
    const planned = await plan([SPEC], atOn(host));
    expect(await apply(host, planned)).toBeUndefined();
    await stop();
    expect((await planMeasures([SPEC], atOn(host))).leftOut[0]?.why).toBe('the fail2ban server does not run');
    const lines = await revertOf(planned, (argv) => tool([...inside, ...argv])).down();
    expect(lines).toHaveLength(4);
    expect(lines.every((line) => line.startsWith('item already\t'))).toBe(true);
  });
});
