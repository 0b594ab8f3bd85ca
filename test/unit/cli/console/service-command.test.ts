// `:service`: its words, their completion, and which service of which host its dialog is about.

import { expect, test } from 'vitest';
import { completeCommand, parseCommand } from '../../../../src/cli/console/command-line.ts';
import { openingOf } from '../../../../src/cli/console/open-act.ts';
import { serviceNames } from '../../../../src/cli/console/service-command.ts';
import { type HostId, LOCAL } from '../../../../src/core/hosts.ts';
import type { ServiceEntry } from '../../../../src/core/services/thing.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { fleetSession, hostId } from '../../store/fleet-rig.ts';
import { NOW } from '../../store/rig.ts';

const entry = (name: string, ...hosts: readonly HostId[]): ServiceEntry => ({
  ...{ hosts, thing: { name, what: 'service', by: { kind: 'systemd', unit: name } } },
});

function stateOf(readOnly = false) {
  const services = [entry('nginx', LOCAL), entry('my wiki', LOCAL), entry('mail', hostId('rolly'))];
  const session = { ...fleetSession(['rolly'], { kind: 'hosts', hosts: [] }), services };
  const size = { columns: 80, rows: 24 };
  return createConsoleStore({ session, now: NOW, size, readOnly, privileged: true }).getState();
}

test('takes a name, which may have blanks, and a verb', () => {
  const value = { kind: 'service', name: 'nginx', verb: 'restart' };
  expect(parseCommand('service nginx restart')).toEqual({ ok: true, value });
  expect(parseCommand('service my  wiki stop')).toMatchObject({ value: { name: 'my wiki', verb: 'stop' } });
  for (const line of ['service', 'service nginx', 'service stop', 'service nginx stop now'])
    expect([line, parseCommand(line).ok]).toEqual([line, false]);
});

test('is completed by the services of the host that is looked at, then by what can be done', () => {
  const names = { windows: [], profiles: [], services: serviceNames(stateOf()) };
  expect(completeCommand('serv', names).text).toBe('service ');
  expect(completeCommand('service ', names).choices).toEqual(['nginx', 'my wiki']);
  expect(completeCommand('service ng', names).text).toBe('service nginx ');
  expect(completeCommand('service nginx re', names).text).toBe('service nginx restart ');
  expect(completeCommand('service nginx st', names)).toEqual({
    ...{ text: 'service nginx st', choices: ['start', 'stop'] },
  });
});

test('opens the dialog from any pane, or says why not', () => {
  const opened = (name: string, readOnly = false) =>
    openingOf(stateOf(readOnly), { kind: 'service', verb: 'stop', name });
  expect(opened('my wiki')).toMatchObject({
    ...{ kind: 'form', form: { action: 'service', thing: { name: 'my wiki' } } },
  });
  const why = (name: string): unknown => ({ kind: 'no', why: name });
  expect(opened('mail')).toEqual(why('mail is on rolly: go to a pane of it first'));
  expect(opened('nginz')).toEqual(why('no service "nginz" is declared here: did you mean nginx?'));
  expect(opened('x').kind).toBe('no');
  expect(opened('nginx', true)).toMatchObject({ kind: 'no', why: expect.stringContaining('read-only') });
});
