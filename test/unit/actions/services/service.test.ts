// Start, stop and restart through the desk: real processes of a small script, exact commands and guards on a strict fake host.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createDesk, type Desk } from '../../../../src/actions/desk.ts';
import type { ActDraft, ActPreview, ActReport } from '../../../../src/core/act.ts';
import type { Manager, ServiceVerb, Thing } from '../../../../src/core/services/thing.ts';
import type { Host } from '../../../../src/host/host.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { createFakeHost, type FakeHost } from '../../../fakes/fake-host.ts';

// The tests wait for what settles, all at once: each has its own desk, host and folder.
const cleanups: (() => void)[] = [];
afterAll(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'oc-service-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function deskOn(host: Host, folder = folderOf()): Desk {
  const desk = createDesk({
    host,
    journal: join(folder, 'journal.db'),
    operator: { user: 'root', console: 'c1' },
    allow: [],
    readOnly: false,
    backends: [],
  });
  cleanups.push(() => desk.close());
  return desk;
}

const act = (thing: Thing, verb: ServiceVerb): ActDraft => ({ action: 'service', thing, verb });

function ready(preview: ActPreview): Extract<ActPreview, { kind: 'ready' }> {
  if (preview.kind !== 'ready') throw new Error(JSON.stringify(preview));
  return preview;
}

async function perform(desk: Desk, draft: ActDraft, typed?: string): Promise<ActReport> {
  const { token } = ready(await desk.preview(draft));
  return desk.perform(token, typed === undefined ? {} : { typed });
}

const proofOf = ({ outcome }: ActReport): unknown => (outcome.kind === 'done' ? outcome.proof : outcome);

/** A daemon that keeps the pipes of whoever started it, as many do. */
const SCRIPT = `#!/bin/sh
cd "$(dirname "$0")" || exit 9
pid() { cat pid 2>/dev/null; }
runs() { [ -n "$(pid)" ] && kill -0 "$(pid)" 2>/dev/null; }
case $1 in
  start) runs || { sleep 60 & echo $! >pid; } ;;
  stop) runs && kill "$(pid)"; rm -f pid ;;
  break) echo 'no such thing' >&2; exit 7 ;;
  status) if runs; then echo "wiki runs, pid $(pid)"; else echo 'wiki does not run'; exit 3; fi ;;
esac
`;

type Real = Readonly<{ thing: Thing; desk: Desk; pid: () => string }>;

async function realService(verbs: readonly ('status' | ServiceVerb)[]): Promise<Real> {
  const folder = folderOf();
  const script = join(folder, 'wiki');
  writeFileSync(script, SCRIPT);
  chmodSync(script, 0o755);
  const pid = (): string => readFileSync(join(folder, 'pid'), 'utf8').trim();
  cleanups.push(() => {
    try {
      process.kill(Number(pid()));
    } catch {
      // It is stopped already.
    }
  });
  const argvs = Object.fromEntries(verbs.map((verb) => [verb, [script, verb]]));
  const host = await createLocalHost({ sudo: 'never' });
  return {
    thing: { what: 'service', name: 'wiki', by: { kind: 'argv', ...argvs } },
    desk: deskOn({ ...host, privileged: true }, folder),
    pid,
  };
}

describe.concurrent('a real service by its own commands', () => {
  test('is started, restarted, stopped, and the stop is undone; each is proved by its status', async ({
    expect,
  }) => {
    const { thing, desk, pid } = await realService(['status', 'start', 'stop']);
    const started = await perform(desk, act(thing, 'start'));
    expect(proofOf(started)).toEqual({ kind: 'proved', says: `wiki runs: wiki runs, pid ${pid()}` });
    expect(started.canUndo).toBe(true);
    const first = pid();
    expect(await desk.preview(act(thing, 'start'))).toMatchObject({ kind: 'refused' });

    const restarted = await perform(desk, act(thing, 'restart'));
    expect(proofOf(restarted)).toEqual({ kind: 'proved', says: `wiki runs again: wiki runs, pid ${pid()}` });
    expect(pid()).not.toBe(first);
    expect(restarted.canUndo).toBe(false);

    const stopped = await perform(desk, act(thing, 'stop'));
    expect(proofOf(stopped)).toEqual({ kind: 'proved', says: 'wiki is stopped: exit 3: wiki does not run' });
    expect(() => pid()).toThrow();
    const undone = await perform(desk, { action: 'undo', actId: stopped.actId });
    expect(proofOf(undone)).toMatchObject({ kind: 'proved' });
    const again = await desk.preview({ action: 'undo', actId: started.actId });
    expect(ready(again).plan.summary).toBe('undo: stop wiki');
    process.kill(Number(pid()));
    // An undo leaves alone what somebody has changed since.
    await expect
      .poll(() => desk.preview({ action: 'undo', actId: started.actId }).then(({ kind }) => kind), {
        timeout: 15_000,
      })
      .toBe('refused');
    const rows = await desk.journal(10);
    expect(rows.ok && rows.value.map(({ action, state }) => [action, state])).toEqual([
      ['undo', 'done'],
      ['service', 'undone'],
      ['service', 'done'],
      ['service', 'done'],
    ]);
  });

  test('what ends at once is not called running, with the exit status of its command', async () => {
    const { thing, desk } = await realService(['status', 'start', 'stop']);
    const by: Manager = { ...thing.by, kind: 'argv', start: [join('/bin', 'sh'), '-c', 'exit 7'] };
    const preview = ready(await desk.preview(act({ ...thing, by }, 'start')));
    const report = await desk.perform(preview.token);
    expect(proofOf(report)).toEqual({
      kind: 'unproved',
      missing: ['wiki: after it: stopped, exit 3: wiki does not run (its command ended with 7)'],
    });
  }, 20_000);

  test('without a status command nothing is claimed, and what is not declared is not done', async () => {
    const { thing, desk } = await realService(['start']);
    const report = await perform(desk, act(thing, 'start'));
    expect(proofOf(report)).toEqual({
      kind: 'unproved',
      missing: ['wiki: its command ended well; without a status command more is not known'],
    });
    expect(await desk.preview(act(thing, 'stop'))).toMatchObject({
      kind: 'failed',
      problem: { code: 'bad-input', summary: 'wiki has no command to stop it' },
    });
  });

  test('the exact words of the declaration reach the program, whatever is in them', async () => {
    const { thing, desk } = await realService(['status']);
    const by: Manager = { ...thing.by, kind: 'argv', start: ['/bin/echo', '$(id)', "it's; rm -rf x", '-n'] };
    const { plan } = ready(await desk.preview(act({ ...thing, by }, 'start')));
    expect(plan.steps[0]?.shown).toEqual([
      `/bin/echo '$(id)' 'it'\\''s; rm -rf x' -n </dev/null >/dev/null 2>&1`,
    ]);
    expect(plan.steps[0]?.command.argv.slice(4)).toEqual(['/bin/echo', '$(id)', "it's; rm -rf x", '-n']);
  });
});

const SESSION = 'SSH_CONNECTION=198.51.100.7 50000 192.0.2.1 22\0';
const show = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
const unit = (id: string, active: string, pid = 0): string =>
  show([
    `Id=${id}`,
    `Names=${id}`,
    'LoadState=loaded',
    `ActiveState=${active}`,
    'SubState=x',
    `MainPID=${pid}`,
  ]);

/** `ssh`: an operator is logged in through sshd, process 400 with the session 500. */
function machine({ ssh }: Readonly<{ ssh: boolean }>): FakeHost {
  return createFakeHost()
    .file('/proc/self/stat', '700 (node) S 600 700')
    .file('/proc/600/stat', '600 (bash) S 1 600')
    .file('/proc/self/environ', ssh ? SESSION : '')
    .file('/proc/net/tcp', 'head\n')
    .file('/proc/net/fib_trie', '')
    .file('/proc/net/route', 'head\n')
    .file('/etc/resolv.conf', '')
    .on('ss -tlnpeH')
    .on('ss -tneH');
}

const systemd = (name: string): Thing => ({
  what: 'service',
  name,
  by: { kind: 'systemd', unit: `${name}.service` },
});
const SHOW = 'env TZ=UTC systemctl show';

describe.concurrent('systemd and monit', () => {
  test('systemd is asked in one start, told without waiting, and asked until it has settled', async () => {
    let asked = 0;
    const host = machine({ ssh: false })
      .on(SHOW, () => ({
        stdout: unit('nginx.service', ['active', 'deactivating', 'inactive'][Math.min(2, asked++)] ?? '', 40),
      }))
      .on('systemctl --no-block stop nginx.service');
    const desk = deskOn(host);
    const preview = ready(await desk.preview(act(systemd('nginx'), 'stop')));
    expect(preview.plan).toMatchObject({ summary: 'stop nginx', risk: 'disruptive', action: 'service' });
    expect(preview.plan.undo.map(({ command }) => command.argv)).toEqual([
      ['systemctl', '--no-block', 'start', 'nginx.service'],
    ]);
    const report = await desk.perform(preview.token);
    expect(proofOf(report)).toEqual({ kind: 'proved', says: 'nginx is stopped: inactive (x), pid 40' });
    expect(host.ran.filter((words) => words.startsWith('systemctl'))).toEqual([
      'systemctl --no-block stop nginx.service',
    ]);
    expect(asked).toBe(3);
  });

  test('a restart that leaves the same process is not called one', async () => {
    const host = machine({ ssh: false })
      .on(SHOW, { stdout: unit('nginx.service', 'active', 40) })
      .on('systemctl --no-block restart nginx.service');
    expect(proofOf(await perform(deskOn(host), act(systemd('nginx'), 'restart')))).toEqual({
      kind: 'unproved',
      missing: ['nginx: it runs, but was not restarted: active (x), pid 40'],
    });
  }, 20_000);

  test('a unit that is not there is not acted on; without systemd it is said', async () => {
    const none = show(['Id=x.service', 'Names=x.service', 'LoadState=not-found', 'ActiveState=inactive']);
    const host = machine({ ssh: false }).on(SHOW, { stdout: none });
    expect(await deskOn(host).preview(act(systemd('x'), 'start'))).toMatchObject({
      kind: 'failed',
      problem: { code: 'not-found', summary: 'x: no such unit on this host' },
    });
    const words = 'System has not been booted with systemd as init system (PID 1).';
    const other = machine({ ssh: false }).on(SHOW, { exitCode: 1, stderr: words });
    expect(await deskOn(other).preview(act(systemd('x'), 'start'))).toMatchObject({
      kind: 'failed',
      problem: { summary: 'systemd does not run on this host' },
    });
  });

  test('monit looks no longer at what it has stopped: its process must be gone', async () => {
    const status = (words: string, pid: string): string =>
      `Monit 5.33.0 uptime: 1m\n\nProcess 'wiki'\n  status                       ${words}\n${pid}\n`;
    let told = false;
    const host = machine({ ssh: false })
      .on('monit -B status', () => ({
        stdout: told ? status('Not monitored', '') : status('OK', '  pid                          32'),
      }))
      .on('monit stop wiki', () => {
        told = true;
        return {};
      })
      .on('ps -o pid= -p 32', { exitCode: 1 });
    const thing: Thing = { what: 'service', name: 'wiki', by: { kind: 'monit', check: 'wiki' } };
    expect(proofOf(await perform(deskOn(host), act(thing, 'stop')))).toEqual({
      kind: 'proved',
      says: 'wiki is stopped: not monitored',
    });
  });
});

describe('guards', () => {
  const running = (name: string, pid = 40): FakeHost =>
    machine({ ssh: true }).on(SHOW, { stdout: unit(`${name}.service`, 'active', pid) });

  test.each(['ssh', 'sshd', 'ssh@1', 'dropbear'])('%s is not stopped under an operator', async (name) => {
    expect(await deskOn(running(name)).preview(act(systemd(name), 'stop'))).toMatchObject({
      kind: 'refused',
      reasons: [`${name} is the ssh server that carries a live session: it is not stopped from here`],
    });
  });

  test('a restart of it wants its name typed, although this console came through it', async () => {
    const host = running('ssh', 600).on('systemctl --no-block restart ssh.service');
    const desk = deskOn(host);
    const preview = ready(await desk.preview(act(systemd('ssh'), 'restart')));
    expect(preview.typed).toBe('ssh');
    expect((await desk.perform(preview.token, { typed: 'yes' })).outcome).toMatchObject({ kind: 'refused' });
    expect(host.ran.some((words) => words.includes('restart'))).toBe(false);
  });

  test('what carries us is found by its process, whatever it is called', async () => {
    const host = running('web', 600);
    expect(await deskOn(host).preview(act(systemd('web'), 'stop'))).toMatchObject({
      kind: 'refused',
      reasons: ['this console runs under web (pid 600): to stop it would end it'],
    });
  });

  test('the ssh server behind commands of its own is seen, the ssh of a tunnel is not one', async () => {
    const by = (...stop: [string, ...string[]]): Manager => ({ kind: 'argv', stop });
    const desk = deskOn(machine({ ssh: true }));
    const stop = (what: Thing['what'], manager: Manager): Promise<ActPreview> =>
      desk.preview(act({ what, name: 'remote', by: manager }, 'stop'));
    expect((await stop('service', by('service', 'ssh', 'stop'))).kind).toBe('refused');
    expect((await stop('service', by('sh', '-c', '/etc/init.d/ssh stop'))).kind).toBe('refused');
    expect((await stop('tunnel', by('rcctl', 'stop', 'sshd'))).kind).toBe('refused');
    expect((await stop('tunnel', by('pkill', '-f', 'ssh -N -L 8080:localhost:80'))).kind).toBe('ready');
  });

  test.each([
    ['nftables', 'ready', 'nftables'],
    ['fail2ban', 'ready', 'fail2ban'],
    ['opsconsole-watch', 'ready', 'opsconsole-watch'],
    ['networking', 'refused', undefined],
    ['nginx', 'ready', undefined],
  ])('stop %s: %s', async (name, kind, typed) => {
    const preview = await deskOn(running(name)).preview(act(systemd(name), 'stop'));
    expect(preview.kind).toBe(kind);
    if (preview.kind === 'ready') expect(preview.typed).toBe(typed);
  });
});
