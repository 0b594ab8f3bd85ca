// The measure `service` on a strict fake host: exact commands, what the script puts back, and what it will not stop.

import { describe, expect, it } from 'vitest';
import { type HostId, LOCAL } from '../../../../src/core/hosts.ts';
import type { Manager } from '../../../../src/core/services/thing.ts';
import type { MeasureSpec } from '../../../../src/core/shields.ts';
import { createFakeHost, type FakeHost } from '../../../fakes/fake-host.ts';
import { argvs, atOf, only, whyLeftOut } from './measure-at.ts';

type Spec = Extract<MeasureSpec, { measure: 'service' }>;
const specOf = (name: string, by: Manager, extra: Partial<Spec> = {}): Spec => ({
  ...{ measure: 'service', name, do: 'stop', hosts: [LOCAL] },
  thing: { what: 'service', name, by },
  ...extra,
});
const unit = (name: string): Manager => ({ kind: 'systemd', unit: `${name}.service` });
const systemd = (name: string, active: string, pid = 0): FakeHost =>
  createFakeHost()
    .file('/proc/self/stat', '700 (node) S 600 700')
    .file('/proc/600/stat', '600 (bash) S 1 600')
    .on('ss -tnpeH')
    .on('env TZ=UTC systemctl show', {
      stdout: `Id=${name}.service\nNames=${name}.service\nActiveState=${active}\nSubState=x\nMainPID=${pid}\n`,
    });

describe('service', () => {
  it('stops a unit that runs, and the script starts it', async () => {
    const planned = await only(specOf('search', unit('search')), atOf(systemd('search', 'active', 40)));
    expect(argvs(planned)).toEqual(['systemctl --no-block stop search.service']);
    expect(planned.revert).toEqual([
      {
        ...{ kind: 'service', name: 'search', do: 'start', timeoutSeconds: 30 },
        argv: ['systemctl', 'start', 'search.service'],
      },
    ]);
    expect(planned.says).toBe('stop search');
    expect(planned.hazards).toEqual(['nobody can use search meanwhile']);
  });

  it('starts one that is stopped, by its own commands, and asks it before it is stopped again', async () => {
    const by: Manager = { kind: 'argv', status: ['page', '?'], start: ['page', '1'], stop: ['page', '0'] };
    const host = createFakeHost().on('page ?', { exitCode: 3 });
    const planned = await only(specOf('page', by, { do: 'start' }), atOf(host));
    expect(planned.applied.steps[0]?.command.argv.slice(4)).toEqual(['page', '1']);
    expect(planned.applied.steps[0]?.command.okExits).toEqual([]);
    expect(planned.revert).toEqual([
      {
        ...{ kind: 'service', name: 'page', do: 'stop', timeoutSeconds: 30 },
        ...{ argv: ['page', '0'], status: ['page', '?'] },
      },
    ]);
  });

  it.each([
    ['search', 'inactive', 'nothing to stop: search is stopped (inactive (x))'],
    ['search', 'failed', 'nothing to stop: search is failed (failed (x))'],
    ['ssh', 'active', 'the ssh server is not stopped by shields'],
    ['nftables', 'active', 'what keeps others out is not stopped by shields'],
    ['networking', 'active', 'the network is not stopped by shields'],
    ['systemd-logind', 'active', 'parts of the system are not stopped by shields'],
  ])('%s, %s: %s', async (name, active, why) => {
    expect(await whyLeftOut(specOf(name, unit(name)), atOf(systemd(name, active)))).toBe(why);
  });

  it('is left out on other hosts, and for what carries this console', async () => {
    const elsewhere = specOf('search', unit('search'), { hosts: ['edge1' as HostId] });
    expect(await whyLeftOut(elsewhere, atOf(systemd('search', 'active')))).toBe('search is not on this host');
    expect(await whyLeftOut(specOf('web', unit('web')), atOf(systemd('web', 'active', 600)))).toMatch(
      /^this console runs under web/,
    );
  });
});
