// What is found on hosts without /proc, and what doctor says there: words, no zeros, nothing of Linux to install.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { readFirewalls } from '../../../src/actions/firewalls.ts';
import { runDoctor } from '../../../src/cli/doctor.ts';
import { gatherFacts } from '../../../src/cli/machine-facts.ts';
import type { HostSystem } from '../../../src/core/host-system.ts';
import { ok } from '../../../src/core/result.ts';
import { BACKENDS } from '../../../src/firewall/registry.ts';
import type { Host } from '../../../src/host/host.ts';
import { sessionTextFor } from '../../../src/session/detect.ts';
import { loadSession } from '../../../src/session/load.ts';
import { createBansSource } from '../../../src/sources/bans/source.ts';
import { createFakeHost } from '../../fakes/fake-host.ts';
import { createPfMemory } from '../../fakes/pf-memory.ts';

const { signal } = new AbortController();
const NETSTAT = readFileSync(join(import.meta.dirname, '../../captures/bsd/openbsd-7.x/netstat.txt'), 'utf8');
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** Files that are there can be read. */
function hostWith(system: HostSystem, logs: readonly string[]): Host {
  const host = createFakeHost().on(/^sh -c .*netstat/s, { stdout: NETSTAT });
  for (const path of logs) host.file(path, 'line\n');
  const stat: Host['stat'] = async (path) =>
    logs.includes(path) ? ok({ path, size: 5, inode: 1, mtime: host.now(), kind: 'file' }) : host.stat(path);
  return { ...host, kind: 'ssh', system, stat };
}

const kindsOf = (text: string): readonly (readonly string[])[] => {
  const loaded = loadSession(text, '/x.yml');
  if (!loaded.ok) throw new Error(text);
  return loaded.session.windows.map(({ panes }) => panes.map(({ body }) => body.kind));
};

test('OpenBSD: its logs and interfaces, no journald, the panes of every host', async () => {
  const facts = await gatherFacts(hostWith('openbsd', ['/var/log/authlog', '/var/log/messages']));
  expect(facts).toMatchObject({ journald: false, units: [], interfaces: ['vio0'], firewall: true });
  expect(facts.logs.map(({ subject }) => subject)).toEqual(['auth', 'system']);
  expect(kindsOf(sessionTextFor(facts))[0]).toEqual(['log', 'log', 'host', 'conntrack', 'bans', 'traffic']);
});

test('macOS: no pane of a firewall that is not managed', async () => {
  const facts = await gatherFacts(hostWith('darwin', ['/var/log/system.log']));
  expect(kindsOf(sessionTextFor(facts))).toEqual([['log', 'host', 'traffic'], ['journal']]);
});

test('macOS: its pf is not taken for one that bans, and nothing is asked of it', async () => {
  const host = createFakeHost().tool('pfctl', true);
  const mac = { ...host, system: 'darwin' as const };
  const view = await readFirewalls(mac, BACKENDS);
  expect(view.arms).toEqual([]);
  expect(view.blind.map(({ problem }) => problem.summary)).toEqual([expect.stringContaining('macOS')]);
  const bans = await createBansSource({ everyMs: 2000 }).read(mac, signal);
  expect(bans).toMatchObject({ ok: false, problem: { summary: expect.stringContaining('macOS') } });
  expect(host.ran).toEqual([]);
});

async function doctorOn(host: Host): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'oc-doctor-'));
  cleanups.push(() => rmSync(home, { recursive: true, force: true }));
  const out = new PassThrough({ encoding: 'utf8' });
  const env = { HOME: home, XDG_STATE_HOME: home, XDG_CONFIG_HOME: home, OPSCONSOLE_STATE_DIR: home };
  const io = { stdin: Readable.from([]), stdout: out, stderr: out, env, cwd: home, terminal: false };
  await runDoctor({}, { io, host: () => Promise.resolve(host), exit: () => undefined });
  return String(out.read() ?? '');
}

test('doctor on macOS: each thing that cannot be, in words', async () => {
  const host = createFakeHost().tool('pfctl', true).on(/./, { exitCode: 1 });
  const said = await doctorOn({ ...host, system: 'darwin' });
  for (const what of ['ban', 'cut, tighten', 'shields'])
    expect(said).toMatch(new RegExp(`NO +${what} +the firewall of macOS is not managed from here\\n`));
  expect(said).not.toContain('apt install');
});

test.each(['freebsd15', 'openbsd78'] as const)('doctor on %s: pf, and nothing of Linux', async (system) => {
  const { host } = createPfMemory(system);
  host.on(/^sh -c .*netstat/s, { stdout: NETSTAT });
  const said = await doctorOn({ ...host, system: system === 'freebsd15' ? 'freebsd' : 'openbsd' });
  expect(said).toMatch(/yes +cut, tighten +with pf/);
  expect(said).not.toMatch(/apt install|nf_conntrack|journald/);
});
