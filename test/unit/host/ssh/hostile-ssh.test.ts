// A far host, or an ssh, that is broken or means harm: what it says is bounded and harmless, and nothing waits for ever. ssh is
// a script here: what it is given as the far shell runs on this machine, or something worse instead.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { HostId } from '../../../../src/core/hosts.ts';
import { command } from '../../../../src/core/plan.ts';
import { createSshHost } from '../../../../src/host/ssh/create.ts';
import { parseHello } from '../../../../src/host/ssh/hello.ts';
import { startSsh } from '../../../../src/host/ssh/process.ts';
import type { SshHost } from '../../../../src/host/ssh/ssh-host.ts';
import { sshEnvironment } from '../../../../src/host/ssh/words.ts';

const soon = { timeout: 15_000, interval: 10 };
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** `master`, `client`: what ssh does instead of running "$far". */
function hostOver({ master = 'exec sh -c "$far"', client = 'exec sh -c "$far"', env = '' }): SshHost {
  const runDir = mkdtempSync(join(tmpdir(), 'oc-hostile-'));
  const script = [
    'for far; do :; done',
    env,
    'case " $* " in',
    '*" -O "*) exit 0 ;;',
    `*" ControlMaster=yes "*) ${master} ;;`,
    `*) ${client} ;;`,
    'esac',
  ];
  const host = createSshHost({
    entry: { id: 'far' as HostId, destination: 'far', sudo: 'never' },
    runDir,
    ssh: ['sh', '-c', script.join('\n'), 'ssh'],
  });
  ends.push(async () => {
    await host.link.close();
    rmSync(runDir, { recursive: true });
  });
  return host;
}

async function up(host: SshHost): Promise<SshHost> {
  const is = await host.link.whenUp(AbortSignal.timeout(15_000));
  if (!is.ok) throw new Error(`${is.problem.summary} ${is.problem.detail}`);
  return host;
}

const isDown = (host: SshHost) =>
  vi.waitFor(() => {
    const state = host.link.state();
    if (state.kind !== 'down') throw new Error(state.kind);
    return state.problem;
  }, soon);

it('output without end before the first answer is no reason to go on reading', async () => {
  for (const where of ['', '>&2']) {
    const host = hostOver({ master: `exec cat /dev/zero ${where}` });
    host.link.retry();
    expect((await isDown(host)).summary).toMatch(/^far: .*without end/);
  }
});

it('start-up files that read a line get an empty one', async () => {
  const host = await up(hostOver({ master: 'read -r x; echo "<$x>"; exec sh -c "$far"' }));
  expect(await host.run(command(['echo', 'fine']))).toMatchObject({ value: { stdout: 'fine\n' } });
});

it('noise on stderr before a failure does not look like a missing ssh', async () => {
  const host = hostOver({ master: 'echo "/root/.bashrc: line 3: nvm: command not found" >&2; exit 255' });
  host.link.retry();
  expect((await isDown(host)).summary).toMatch(/nvm: command not found/);
});

it('where a tool is, is one of the places that were asked about', async () => {
  const lies = `sed -u 's,^if \\[ -f.*,,; s,^for f in .*,echo /tmp/evil,' | sh -s`;
  const host = await up(hostOver({ master: lies }));
  expect(await host.which('nft')).toBeUndefined();
});

it('knows a hello from numbers that are none, and a date that no calendar has', () => {
  expect(parseHello('12\n0\nLinux\n1763761440\n')).toMatchObject({ pid: 12, uid: 0 });
  expect(parseHello('12\n0\nOpen\x1b[2J\n99999999999\n')?.system).toBe('Open\\x1b[2J');
  for (const text of ['12\n0\nLinux\n999999999999\n', '1e3\n0\nLinux\n1\n', '12\n-1\nLinux\n1\n', '12\n0\n'])
    expect(parseHello(text)).toBeUndefined();
});

it('a far side that does not end when it is told loses its ssh all the same', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const channel = await startSsh({ words: ['sleep', '4251'], detached: true, env: process.env });
    channel.close();
    vi.advanceTimersByTime(10_000);
    expect(await channel.ended).toBe('closed');
  } finally {
    vi.useRealTimers();
  }
});

it('one that makes us write and does not read is given up; what is much at once may wait', async () => {
  const channel = await startSsh({ words: ['sleep', '4252'], detached: true, env: process.env });
  channel.write('x'.repeat(20_000_000));
  channel.write(': 1\n');
  expect(await channel.ended).toBe('lost');
});

it('much input for a host whose /tmp takes nothing is never read as commands', async () => {
  const host = await up(hostOver({ client: `sed -u 's,mktemp /tmp/,mktemp /nowhere/,' | sh -s` }));
  const ran = await host.run(command(['cat'], { stdin: '\0\necho stolen >&2\n' }));
  const said = expect.stringMatching(/^mktemp: .*nowhere.*/);
  expect(ran).toMatchObject({ problem: { code: 'bad-exit', exitCode: 1, detail: said } });
  expect(ran).not.toMatchObject({ problem: { detail: expect.stringContaining('stolen') } });
});

it('in the middle of the night no window asks for anything', () => {
  expect(sshEnvironment(true)).toMatchObject({ SSH_ASKPASS: 'false', SSH_ASKPASS_REQUIRE: 'never' });
  expect(sshEnvironment(false)).toEqual(process.env);
});
