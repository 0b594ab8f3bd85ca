// A host over a real ssh: commands, streams, files, rights, lines that break and come back.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { command } from '../../../src/core/plan.ts';
import { ok } from '../../../src/core/result.ts';
import { jobText } from '../../../src/host/ssh/script.ts';
import { useFarHost } from '../harness/far-host.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';

/** crypt(3) of "secret word". */
const HASH =
  '$6$farhost$HvvYU1K9fm9dn/aeYUzDXMQ46S2YsU2X4s0xe2CuONfaqkyWFxvuDOg2tRXgM68ko9YLPB4FVExg01kYHiTp7.';
const soon = { timeout: 15_000, interval: 10 };

kernelSuite('a host over ssh', ['ssh', 'sshd', 'ssh-keygen', 'nft', 'sudo'], () => {
  const net = useTestNet();
  const far = useFarHost(net, {
    bashrc: 'echo noise; echo more >&2; printf unfinished\n',
    jump: true,
    accounts: [
      { name: 'ops', sudoers: 'ops ALL=(root) NOPASSWD: ALL' },
      { name: 'asks', shell: '/bin/bash', sudoers: 'asks ALL=(root) ALL', passwordHash: HASH },
    ],
  });
  const place = (name: string): string => join(far().folder, name);
  const runs = (words: string) =>
    far()
      .farProcesses()
      .some((line) => line.includes(words));

  test('runs commands and tells how they ended', async () => {
    const { host } = far();
    expect(host.link.state()).toMatchObject({ kind: 'up', system: 'Linux', skewMs: 0 });
    expect(host.privileged).toBe(true);
    expect(await host.run(command(['echo', "it's", '$HOME', '', '`x`\n']))).toMatchObject({
      ok: true,
      value: { stdout: "it's $HOME  `x`\n\n", stderr: '', exitCode: 0 },
    });
    const odd = "a 'b' $c \\ `d`\nEOF\n";
    expect(await host.run(command(['cat'], { stdin: odd }))).toMatchObject({ value: { stdout: odd } });
    const bare = await host.run(command(['cat'], { stdin: 'no newline' }));
    expect(bare).toMatchObject({ value: { stdout: 'no newline' } });
    expect(await host.run(command(['ls', '/nowhere']))).toMatchObject({
      problem: { code: 'bad-exit', exitCode: 2, detail: expect.stringMatching(/No such file/) },
    });
    expect(await host.run(command(['ls', '/nowhere'], { okExits: [2] }))).toMatchObject({
      value: { exitCode: 2 },
    });
    expect(await host.run(command(['nothing-like-this']))).toMatchObject({
      problem: { code: 'missing-tool' },
    });
    expect(await host.run(command(['sh', '-c', 'kill -KILL $$']))).toMatchObject({
      problem: { code: 'bad-exit', summary: 'sh was ended by SIGKILL' },
    });
    const environment = await host.run(command(['env']));
    expect(environment.ok && environment.value.stdout).toMatch(/^PATH=\/usr\/sbin:\/usr\/bin:/m);
  });

  test('hands over every byte, also of much input', async () => {
    const { host } = far();
    const chunks: Buffer[] = [];
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 256));
    writeFileSync(place('bytes'), bytes);
    const streamed = await host.stream(command(['cat', place('bytes')]), (chunk) =>
      chunks.push(Buffer.from(chunk)),
    );
    expect(streamed).toMatchObject({ ok: true, value: { stdout: '' } });
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    const read = await host.read(place('bytes'));
    expect(read.ok && read.value.equals(bytes)).toBe(true);
    const stdin = `${'0123456789abcde\n'.repeat(80_000)}\0end`;
    const much = await host.run(command(['sha256sum'], { stdin }));
    const digest = createHash('sha256').update(stdin).digest('hex');
    expect(much).toMatchObject({ value: { stdout: expect.stringContaining(digest), stderr: '' } });
  });

  test('reads, finds and measures files, and says what is wrong with one', async () => {
    const { host } = far();
    const name = "it's; $(touch x) \u{1f600}.log";
    writeFileSync(place(name), 'words');
    expect(await host.stat(place(name))).toMatchObject({ ok: true, value: { size: 5, kind: 'file' } });
    expect(await host.stat('/proc')).toMatchObject({ value: { kind: 'directory' } });
    expect(await host.glob(place("it's; $(touch *"))).toEqual(ok([place(name)]));
    expect(await host.glob(place('[hi]*[!0-9t]'))).toEqual(ok([place('host.pub'), place(name)].sort()));
    expect(await host.glob(place('nothing*'))).toEqual(ok([]));
    expect(await host.read(place('nothing'))).toMatchObject({ problem: { code: 'not-found' } });
    expect(await host.read(place('bytes'), 1000)).toMatchObject({ problem: { code: 'too-large' } });
    expect(await host.stat(place('nothing'))).toMatchObject({ problem: { code: 'not-found' } });
    const disk = await host.disk('/run');
    expect(disk.ok && disk.value.size > 0).toBe(true);
    const dev = await Promise.all(Array.from({ length: 30 }, () => host.read('/proc/net/dev')));
    expect(dev.every((one) => one.ok && /^\s*v0:/m.test(one.value.toString()))).toBe(true);
    expect(await host.readChunks(place('nothing'), () => undefined)).toMatchObject({
      problem: { code: 'not-found' },
    });
    expect(await host.which('sh')).toBe('/usr/bin/sh');
  });

  test('ends what takes too long, says too much or is not wanted any more; reads go on meanwhile', async () => {
    const { host } = far();
    const slow = host.run(command(['sleep', '4242'], { timeoutMs: 600 }));
    const stubborn = host.run(
      command(['sh', '-c', 'trap "" TERM; sleep 4243; sleep 4244'], { timeoutMs: 600 }),
    );
    const stop = new AbortController();
    const unwanted = host.run(command(['sleep', '4245'], { timeoutMs: 0 }), stop.signal);
    await vi.waitUntil(() => runs('sleep 4245'), soon);
    stop.abort();
    const read = host.read('/proc/net/dev');
    expect(await Promise.race([read.then(() => 'read'), slow.then(() => 'slow')])).toBe('read');
    expect(await unwanted).toMatchObject({ problem: { code: 'cancelled' } });
    expect(await slow).toMatchObject({ problem: { code: 'timed-out' } });
    expect(await stubborn).toMatchObject({ problem: { code: 'timed-out' } });
    const much = await host.run(command(['yes'], { outputMaxBytes: 10_000 }));
    expect(much).toMatchObject({ problem: { code: 'too-large' } });
    await vi.waitUntil(() => !runs('sleep 424') && !runs('yes'), soon);
    expect(await host.run(command(['echo', 'fine']))).toMatchObject({ value: { stdout: 'fine\n' } });
  });

  test('half a request never runs, whole ones do', async () => {
    const text = jobText(`touch '${place('whole')}'\ncat >'${place('half')}' <<'end'\nwords\nend`, 'mark');
    for (const shell of ['dash', 'bash']) {
      for (let length = 0; length < text.lastIndexOf('}'); length += 9)
        spawnSync(shell, { input: text.slice(0, length) });
      expect({ shell, ran: existsSync(place('whole')) || existsSync(place('half')) }).toEqual({
        shell,
        ran: false,
      });
      spawnSync(shell, { input: text });
      expect({ shell, ran: readFileSync(place('half'), 'utf8') }).toEqual({ shell, ran: 'words\n' });
      rmSync(place('whole'));
      rmSync(place('half'));
    }
  });

  test('a line that breaks: what was sent is lost, what was not is not; it comes back by itself', async () => {
    const { host } = far();
    const states: string[] = [];
    const leave = host.link.subscribe(({ kind }) => states.push(kind));
    const sent = host.run(command(['sleep', '31']));
    const endless = host.stream(command(['sleep', '4246'], { timeoutMs: 0 }), () => undefined);
    await vi.waitUntil(() => runs('sleep 31') && runs('sleep 4246'), soon);
    await far().killMaster();
    expect(await sent).toMatchObject({ problem: { code: 'line-lost' } });
    expect(await endless).toMatchObject({ problem: { code: 'line-lost' } });
    expect(await host.run(command(['true']))).toMatchObject({ problem: { code: 'no-line' } });
    expect(await host.read('/proc/net/dev')).toMatchObject({ problem: { code: 'no-line' } });
    const [control] = readdirSync(far().folder).filter((name) => /^[0-9a-f]{10}$/.test(name));
    expect(control).toBeDefined();
    expect(await host.link.whenUp(AbortSignal.timeout(15_000))).toEqual(ok(undefined));
    expect(await host.run(command(['echo', 'again']))).toMatchObject({ value: { stdout: 'again\n' } });
    // A new round trip is told as well: "up" may come more than once.
    expect(states.join(' ')).toMatch(/^(?:up )*down connecting up(?: up)*$/);
    leave();
    // The endless one went with the line; a change that was under way was left to end.
    await vi.waitUntil(() => !runs('sleep 4246'), soon);
    expect(runs('sleep 31')).toBe(true);
    for (const line of far().farProcesses())
      if (line.includes('sleep 31')) process.kill(Number.parseInt(line, 10), 'SIGKILL');
  });

  test('what was still on its way when the line broke never begins', async () => {
    const { host } = far();
    await host.run(command(['touch', place('before')]));
    const sessions = () =>
      far()
        .farProcesses()
        .filter((line) => /sshd: root@notty/.test(line)).length;
    await far().dropPackets();
    const sent = host.run(command(['touch', place('ghost')]));
    await far().killMaster();
    expect(await sent).toMatchObject({ problem: { code: 'line-lost' } });
    await far().heal();
    await far().up();
    // The kernel hands over what ssh had written; the shell that it was for is gone.
    await vi.waitUntil(() => sessions() === 1, { timeout: 40_000, interval: 20 });
    expect(existsSync(place('ghost'))).toBe(false);
  });

  test('works through a jump host, as another user, with sudo, and with a sudo that asks', async () => {
    const whoami = command(['id', '-un'], { privileged: true });
    const jumped = far().other('far-jump');
    const ops = far().other('far-ops');
    const questions: string[] = [];
    const words = ['wrong', 'secret word'];
    const askPassword = async (question: string) => {
      questions.push(question);
      return ok(words.shift() ?? '');
    };
    const asks = far().other('far-asks', { sudo: 'ask', askPassword });
    const up = await Promise.all([jumped, ops, asks].map(({ link }) => link.login()));
    expect(up).toEqual([ok(undefined), ok(undefined), ok(undefined)]);
    expect(await jumped.run(whoami)).toMatchObject({ value: { stdout: 'root\n' } });
    expect(await ops.run(whoami)).toMatchObject({ value: { stdout: 'root\n' } });
    expect(await ops.run(command(['id', '-un']))).toMatchObject({ value: { stdout: 'ops\n' } });
    expect(await ops.read('/etc/shadow')).toMatchObject({ problem: { code: 'not-permitted' } });
    expect(questions).toEqual(['[sudo] password for far-asks: ', '[sudo] password for far-asks: ']);
    expect(asks.privileged).toBe(true);
    expect(await asks.run(whoami)).toMatchObject({ value: { stdout: 'root\n' } });
    expect(await asks.run(command(['id', '-un']))).toMatchObject({ value: { stdout: 'asks\n' } });
    const hung = await asks.run(command(['sleep', '4247'], { privileged: true, timeoutMs: 500 }));
    expect(hung).toMatchObject({ problem: { code: 'timed-out' } });
    expect(runs('sleep 4247')).toBe(false);
    await Promise.all([jumped, ops, asks].map(({ link }) => link.close()));
  });

  test('a changed host key is refused and waits for the operator', async () => {
    await far().changeHostKey();
    const other = far().other('far-jump');
    other.link.retry();
    await vi.waitUntil(() => other.link.state().kind === 'needs-operator', soon);
    expect(other.link.state()).toMatchObject({
      problem: { code: 'refused', hint: expect.stringContaining(`${place('known_hosts')}:`) },
    });
    expect(await other.run(command(['true']))).toMatchObject({ problem: { code: 'no-line' } });
  });

  test('nothing is left on either side', async () => {
    await far().host.link.close();
    await vi.waitUntil(() => far().nearProcesses().length === 0, soon);
    await vi.waitUntil(() => far().farProcesses().length === 0, soon);
  });
});
