// A far host, or an ssh, that is broken or means harm: what it says is bounded and harmless, and nothing waits for ever. ssh is
// a script here: what it is given as the far shell runs on this machine, or something worse instead.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { HostId } from '../../../../src/core/hosts.ts';
import { command } from '../../../../src/core/plan.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok } from '../../../../src/core/result.ts';
import { createSshHost } from '../../../../src/host/ssh/create.ts';
import { createTail } from '../../../../src/host/ssh/far-output.ts';
import { parseHello } from '../../../../src/host/ssh/hello.ts';
import { createLine } from '../../../../src/host/ssh/link.ts';
import { startSsh } from '../../../../src/host/ssh/process.ts';
import type { SshHost } from '../../../../src/host/ssh/ssh-host.ts';
import { sshEnvironment } from '../../../../src/host/ssh/words.ts';
import { Workers } from '../../../../src/host/ssh/workers.ts';

const soon = { timeout: 15_000, interval: 10 };
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** `master`, `client`: what ssh does instead of running "$far". */
function hostOver({ master = 'exec sh -c "$far"', client = 'exec sh -c "$far"' }): SshHost {
  const runDir = mkdtempSync(join(tmpdir(), 'oc-hostile-'));
  const script = [
    'for far; do :; done',
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

it('who answers and is no shell is told as that, in its words', async () => {
  const host = hostOver({ master: `printf 'This account is\\033[2J not available.\\n'; exit 1` });
  host.link.retry();
  const summary = 'far: what answers there is no shell (This account is\\x1b[2J not available.)';
  expect((await isDown(host)).summary).toBe(summary);
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

it('far start-up files may have set any PATH', async () => {
  const host = await up(hostOver({ master: 'PATH=/nowhere; eval "$far"' }));
  expect(await host.stat('/')).toMatchObject({ value: { kind: 'directory' } });
});

it('in the middle of the night no window asks for anything', () => {
  expect(sshEnvironment(true)).toMatchObject({ SSH_ASKPASS: 'false', SSH_ASKPASS_REQUIRE: 'never' });
  expect(sshEnvironment(false)).toEqual(process.env);
});

it('starts programs though the folder that we stand in was removed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oc-gone-'));
  const host = new URL('../../../../src/host/', import.meta.url).pathname;
  const script = `import { rmdirSync } from 'node:fs';
    import { startSsh } from '${host}ssh/process.ts';
    import { startPlain, startWithExeca } from '${host}start.ts';
    rmdirSync('${folder}');
    const [words, wish] = [['sh', '-c', 'echo there >&2'], { file: '/bin/true', args: [], env: {}, detached: true }];
    const ssh = await startSsh({ words, detached: true, env: process.env });
    await ssh.ended;
    console.log(ssh.lastWords(), await (await startPlain(wish)).ended, await (await startWithExeca(wish)).ended);`;
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(done.stderr).toBe('');
  expect(done.stdout.replaceAll(/\s+/g, ' ')).toBe('there { exitCode: 0 } { exitCode: 0 } ');
});

it('a far file question has an answer with an end', async () => {
  const host = await up(hostOver({ master: `sed -u 's,^stat .*,yes 1,' | sh -s` }));
  expect(await host.stat('/x')).toMatchObject({ problem: { code: 'too-large' } });
});

it('of endless errors the last ones are kept, and are not copied for each piece', () => {
  const tail = createTail(1000);
  for (let n = 0; n < 5000; n++) tail.push(Buffer.from(`line ${n}\n`));
  expect(tail.text()).toHaveLength(1000);
  expect(tail.text()).toMatch(/line 4999\n$/);
  const short = createTail(1000);
  short.push(Buffer.from('words'));
  expect(short.text()).toBe('words');
});

it('when no session opens, all that wait are told with the first', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    let opened = 0;
    const open = async () => {
      opened++;
      const nothing = (): void => undefined;
      const channel = { write: nothing, onData: nothing, onErrors: nothing, close: nothing, finish: nothing };
      return ok({ channel: { ...channel, ended: new Promise<never>(nothing) }, name: 'far' });
    };
    const why = problem('no-line', 'down');
    const workers = new Workers({ open, main: () => undefined, whyNot: () => why });
    const asked = Array.from({ length: 50 }, () => workers.take(false));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await Promise.all(asked)).toEqual(asked.map(() => fail(why)));
    expect(opened).toBeLessThan(10);
  } finally {
    vi.useRealTimers();
  }
});

it('a line that breaks while it is looked at, and longer than the pause, is tried again', async () => {
  const runDir = mkdtempSync(join(tmpdir(), 'oc-hostile-'));
  const gate = Promise.withResolvers<void>();
  let ups = 0;
  const line = createLine(
    {
      entry: { id: 'far' as HostId, destination: 'far', sudo: 'never' },
      runDir,
      ssh: ['sh', '-c', 'for far; do :; done; exec sh -c "$far"', 'ssh'],
    },
    {
      async onUp(master) {
        if (++ups > 1) return;
        master.process.kill();
        await gate.promise;
      },
      onOpen: () => undefined,
      onLogin: async () => ok(undefined),
      onLost: () => undefined,
      shells: () => [],
    },
  );
  ends.push(async () => {
    await line.close();
    rmSync(runDir, { recursive: true });
  });
  line.retry();
  await vi.waitUntil(() => {
    const state = line.state();
    return state.kind === 'down' && Date.now() > state.retryAt + 50;
  }, soon);
  gate.resolve();
  await vi.waitUntil(() => line.state().kind === 'up', soon);
  expect(ups).toBe(2);
});
