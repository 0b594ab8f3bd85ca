// The stand-in as a program: a Host runs it, its pf lives on from call to call, two at once lose nothing.

import { afterEach, expect, it } from 'vitest';
import { command } from '../../../../src/core/plan.ts';
import { createPfHost, type PfHost } from '../../../fakes/pf-host.ts';
import type { System } from '../../../fakes/pfctl/state.ts';

const open: PfHost[] = [];
afterEach(async () => {
  for (const pf of open.splice(0)) await pf.dispose();
});

async function start(system: System): Promise<PfHost> {
  const pf = await createPfHost(system);
  open.push(pf);
  return pf;
}

it('keeps what a call changed, and says what was called', async () => {
  const pf = await start('freebsd15');
  const add = command(['pfctl', '-t', 'sshguard', '-T', 'add', '-f', '-'], { stdin: '192.0.2.99\n' });
  const added = await pf.host.run(add);
  expect(added).toMatchObject({ ok: true, value: { stdout: '', stderr: '1/1 addresses added.\n' } });
  const shown = await pf.host.run(command(['pfctl', '-t', 'sshguard', '-T', 'show']));
  expect(shown.ok && shown.value.stdout).toContain('   192.0.2.99\n');
  expect(pf.calls().map(({ argv, stdin }) => [argv.at(-1), stdin])).toEqual([
    ['-', '192.0.2.99\n'],
    ['show', ''],
  ]);
  expect(await pf.host.run(command(['uname', '-s', '-r']))).toMatchObject({
    value: { stdout: 'FreeBSD 15.0-RELEASE\n' },
  });
});

it('takes calls one after the other', async () => {
  const pf = await start('openbsd78');
  const adds = [1, 2, 3, 4].map((n) =>
    pf.host.run(command(['pfctl', '-q', '-t', 'sshguard', '-T', 'add', `192.0.2.${n}`])),
  );
  expect((await Promise.all(adds)).every(({ ok }) => ok)).toBe(true);
  expect(pf.state().tables.find(({ name }) => name === 'sshguard')?.addresses).toHaveLength(7);
});

it('can hang, be forbidden, and not be there', async () => {
  const pf = await start('freebsd15');
  const info = (): Promise<unknown> =>
    pf.host
      .run(command(['pfctl', '-s', 'info'], { timeoutMs: 1500 }))
      .then((done) => (done.ok ? 'ok' : done.problem.code));
  pf.change((state) => {
    state.device = 'denied';
  });
  expect(await info()).not.toBe('ok');
  pf.change((state) => {
    state.hangs = true;
  });
  expect(await info()).toBe('timed-out');
  pf.remove('pfctl');
  expect(await info()).toBe('missing-tool');
  expect(await pf.host.which('nft')).toBeUndefined();
});
