// opsconsole watch, the built program in a namespace: a bounded SYN flood that never completes a handshake makes it raise,
// calm makes it lower, people are told, and a person's "down" is respected. Only the load is given, by a file over
// /proc/loadavg in the process's own view.

import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { EXIT } from '../../../src/cli/io.ts';
import { onEnd } from '../acts/kit.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { PROGRAM, requireBuilt, runInside } from '../hazards/shell.ts';

const TOOLS = ['nft', 'sysctl', 'setsid', 'ss'];
const WEB = 8080;
const HOOK = 9099;
const fixture = (name: string): string => join(import.meta.dirname, '../fixtures', name);

const SESSION = `version: 1
name: watched
shields:
  hold: 10m
  unattended: true
  ports: [${WEB}]
  profile: few
  profiles:
    few:
      - syn-rate: { per-second: 5 }
      - connections: 50
      - unlisted-ports
  watch:
    every: 1s
    load: 4
    conntrack: off
    syn-recv: 40
    listen-drops: 1000
    raise-after: 2
    lower-after: 3
    minimum-hold: 2s
    cool-down: 2s
    manual-block: 1h
    on-raise: [{ command: [FOLDER/told, raised] }, { webhook: "http://127.0.0.1:${HOOK}/secret" }]
    on-lower: [{ command: [FOLDER/told, lowered] }]
windows:
  - name: watch
    panes: [host]
`;
const TOLD = `#!/bin/sh
echo "$1 $OPSCONSOLE_EVENT $OPSCONSOLE_PROFILE $OPSCONSOLE_ID ($OPSCONSOLE_REASON)" >>FOLDER/told.log
`;

type Watch = Readonly<{ process: ChildProcess; said(): string; ended: Promise<number | null> }>;

kernelSuite('opsconsole watch', TOOLS, () => {
  const testNet = useTestNet({ clients: 1 });
  beforeAll(async () => {
    requireBuilt();
    const net = testNet();
    await net.echoServer(net.server, WEB);
    // Half-open connections end after 3 s instead of a minute, so that calm comes soon.
    await net.exec(net.server, ['sysctl', '-q', '-w', 'net.ipv4.tcp_synack_retries=1']);
    await net.exec(net.client(0), ['nft', '-f', '-'], {
      input:
        'table inet half {\n chain c {\n type filter hook prerouting priority -300\n tcp flags & (syn|ack) == (syn|ack) drop\n }\n}\n',
    });
  });

  function openWorld() {
    const net = testNet();
    const folder = mkdtempSync(join(tmpdir(), 'oc-watch-'));
    onEnd(() => rmSync(folder, { recursive: true, force: true }));
    const path = (name: string): string => join(folder, name);
    writeFileSync(path('session.yml'), SESSION.replaceAll('FOLDER', folder));
    writeFileSync(path('told'), TOLD.replaceAll('FOLDER', folder), { mode: 0o755 });
    writeFileSync(path('loadavg'), '90.00 50.00 20.00 9/100 4242\n');
    mkdirSync(path('state'));
    const env = {
      OPSCONSOLE_STATE_DIR: path('lib'),
      OPSCONSOLE_RUN_DIR: path('run'),
      XDG_STATE_HOME: path('state'),
      XDG_CONFIG_HOME: path('config'),
      SSH_CONNECTION: '',
    };
    const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const run = (...argv: readonly string[]) =>
      runInside(net, [PROGRAM, ...argv, '--session', path('session.yml')], { env });
    onEnd(async () => {
      await run('shields', 'down');
    });
    const startWatch = (): Watch => {
      const script = 'mount --bind "$0" /proc/loadavg && exec env "$@"';
      const argv = [...words, PROGRAM, 'watch', '--session', path('session.yml')];
      const child = net.spawnIn(net.server, ['sh', '-c', script, path('loadavg'), ...argv]);
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (bytes: Buffer) => {
          said += bytes.toString();
        });
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      onEnd(async () => {
        child.kill('SIGTERM');
        await ended;
      });
      return { process: child, said: () => said, ended };
    };
    const flood = (): (() => void) => {
      const child = net.spawnIn(net.client(0), [
        process.execPath,
        fixture('half-open.ts'),
        net.server.v4,
        String(WEB),
      ]);
      onEnd(() => void child.kill('SIGKILL'));
      return () => void child.kill('SIGKILL');
    };
    const lines = (name: string): readonly string[] =>
      existsSync(path(name)) ? readFileSync(path(name), 'utf8').trim().split('\n') : [];
    return { net, path, env, words, run, startWatch, flood, lines };
  }

  const within = { timeout: 25_000, interval: 100 };
  const saysIn = (watch: Watch, words: RegExp): Promise<void> =>
    vi.waitFor(() => expect(watch.said()).toMatch(words), within);
  const tables = async (): Promise<string> =>
    (await testNet().exec(testNet().server, ['nft', 'list', 'tables'])).stdout;

  test('an attack raises, calm lowers, and people are told once', async () => {
    const world = openWorld();
    const receiver = world.net.spawnIn(world.net.server, [
      process.execPath,
      fixture('hook-receiver.ts'),
      world.path('posted.log'),
      String(HOOK),
    ]);
    onEnd(() => void receiver.kill('SIGKILL'));
    await new Promise((resolve) => receiver.stdout?.once('data', resolve));

    const watch = world.startWatch();
    await saysIn(watch, /watching /);
    const second = await world.run('watch');
    expect([second.status, second.err]).toEqual([
      EXIT.refused,
      expect.stringMatching(/another watch runs on this host already \(process \d+\)/),
    ]);

    const stop = world.flood();
    await saysIn(
      watch,
      /raising: load per core \d+ \(over 4\), SYN_RECV \d+ \(over 40\), 2 samples in a row/,
    );
    await saysIn(watch, /shields are up \(held\), raised by the watch, profile few/);
    expect(await tables()).toContain('opsconsole_shields');
    await vi.waitFor(() => expect(world.lines('told.log')).toHaveLength(1), within);
    expect(world.lines('told.log')[0]).toMatch(
      /^raised raise few [0-9a-f]{8} \(load per core .* in a row\)$/,
    );
    await vi.waitFor(() => expect(world.lines('posted.log')).toHaveLength(1), within);
    expect(JSON.parse(world.lines('posted.log')[0] ?? '')).toMatchObject({
      source: 'opsconsole',
      event: 'raise',
      profile: 'few',
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
    });

    stop();
    await saysIn(watch, /lowering: calm for 3 samples in a row[\s\S]*shields are down/);
    expect(await tables()).not.toContain('opsconsole_shields');
    await vi.waitFor(() => expect(world.lines('told.log')).toHaveLength(2), within);
    expect(world.lines('told.log')[1]).toMatch(/^lowered lower few [0-9a-f]{8} \(calm for 3 samples/);
    watch.process.kill('SIGTERM');
    expect(await watch.ended).toBe(0);
    expect(watch.said()).toMatch(/ended\n$/);
  });

  test('a person who lowers is left in peace, also by the next watch; it ends without lowering', async () => {
    const world = openWorld();
    const watch = world.startWatch();
    world.flood();
    await saysIn(watch, /shields are up/);
    watch.process.kill('SIGTERM');
    expect(await watch.ended).toBe(0);
    expect(watch.said()).toMatch(/ended; the shields stay up, their own timer takes them down in (10|9)m/);
    expect(await tables()).toContain('opsconsole_shields');

    const next = world.startWatch();
    await saysIn(next, /shields are up/);
    expect((await world.run('shields', 'down')).status).toBe(EXIT.done);
    await saysIn(next, /an attack, but a person lowered them: no raising for (1h|59m)/);
    next.process.kill('SIGTERM');
    await next.ended;
    const last = world.startWatch();
    await saysIn(last, /an attack, but a person lowered them: no raising for (1h|59m)/);
    expect(last.said()).not.toContain('raising:');
    expect(world.lines('told.log').map((line) => line.split(' ')[0])).toEqual(['raised', 'lowered']);
  });

  test('it is a bundle without the screen, the engine and what reads YAML', () => {
    const bundle = readFileSync(join(PROGRAM, '../../dist/watch.js'), 'utf8');
    expect(bundle).not.toMatch(/react\.(?:transitional\.)?element|zustand|yoga|setRawMode/);
    expect(bundle).not.toMatch(/YAMLParseError|ZodError|find_current|DatabaseSync/);
    expect(bundle).toContain('another watch runs on this host already');
  });

  test('raise.sh raises without Node what status and down understand', async () => {
    const world = openWorld();
    const watch = world.startWatch();
    const script = world.path('lib/shields/raise.sh');
    await vi.waitFor(() => expect(existsSync(script)).toBe(true), within);
    watch.process.kill('SIGTERM');
    await watch.ended;
    // Where the program should be there is neither Node nor a bundle.
    mkdirSync(world.path('bare/bin'), { recursive: true });
    const bare = world.path('bare/bin/opsconsole');
    writeFileSync(bare, readFileSync(PROGRAM), { mode: 0o755 });
    const sh = (...argv: readonly string[]) =>
      world.net.exec(world.net.server, ['env', ...world.words, ...argv], { anyExit: true });

    const before = await tables();
    const attended = world.path('attended.sh');
    writeFileSync(attended, readFileSync(script, 'utf8').replace('UNATTENDED=yes', 'UNATTENDED=no'));
    const nobody = await sh('SSH_CONNECTION=no;address 1 2 3', 'sh', attended, 'up');
    expect([nobody.exitCode, nobody.stderr, await tables()]).toEqual([
      EXIT.refused,
      expect.stringMatching(/nobody is connected to sshd/),
      before,
    ]);
    const raised = await sh(bare, 'shields', 'up', '--auto');
    expect([raised.exitCode, raised.stderr]).toEqual([
      0,
      expect.stringMatching(/shields are up for 10 minutes/),
    ]);
    expect(await tables()).toContain('opsconsole_shields');
    expect((await sh('sh', script, 'up', '--auto')).stderr).toMatch(/up already/);
    const status = await world.run('shields', 'status', '--json');
    expect(JSON.parse(status.out)).toMatchObject({ kind: 'up', phase: 'held' });
    expect((await world.run('shields', 'renew')).status).toBe(EXIT.done);
    expect((await sh('sh', script, 'down')).exitCode).toBe(0);
    expect(await tables()).toBe(before);
    expect((await sh('sh', script, 'up', '--auto')).exitCode).toBe(EXIT.refused);
    expect((await sh('sh', script, 'up')).exitCode).toBe(EXIT.done);
    expect((await world.run('shields', 'down')).status).toBe(EXIT.done);
    expect(await tables()).toBe(before);
  });

  test('raise.sh closes no port where connections are sent on, and runs nothing that others can change', async () => {
    const world = openWorld();
    const { net } = world;
    const session = world.path('session.yml');
    writeFileSync(session, readFileSync(session, 'utf8').replace(`ports: [${WEB}]`, 'ports: listening'));
    const watch = world.startWatch();
    const script = world.path('lib/shields/raise.sh');
    await vi.waitFor(() => expect(existsSync(script)).toBe(true), within);
    watch.process.kill('SIGTERM');
    await watch.ended;
    const sh = (verb: string) =>
      net.exec(net.server, ['env', ...world.words, 'sh', script, verb], { anyExit: true });
    const rules = async (): Promise<string> =>
      (await net.exec(net.server, ['nft', '-t', 'list', 'ruleset'])).stdout;
    const measures = async (): Promise<readonly string[]> =>
      JSON.parse((await world.run('shields', 'status', '--json')).out).state.measures.map(
        ({ measure }: { measure: string }) => measure,
      );
    expect((await sh('up')).exitCode).toBe(0);
    expect(await measures()).toEqual(['syn-rate', 'connections', 'unlisted-ports']);
    expect(await rules()).toContain('tcp dport != {');

    chmodSync(world.path('lib/shields'), 0o777);
    const refused = await sh('down');
    expect([refused.exitCode, refused.stderr]).toEqual([
      EXIT.refused,
      expect.stringMatching(/lib\/shields can be changed by others: chown root, chmod go-w/),
    ]);
    expect(await tables()).toContain('opsconsole_shields');
    chmodSync(world.path('lib/shields'), 0o755);
    expect((await sh('down')).exitCode).toBe(0);

    const nat = 'table ip sent {\n chain c {\n type nat hook prerouting priority -100\n';
    await net.exec(net.server, ['nft', '-f', '-'], {
      input: `${nat} tcp dport 80 redirect to :${WEB}\n }\n}\n`,
    });
    onEnd(async () => {
      await net.exec(net.server, ['nft', 'delete', 'table', 'ip', 'sent']);
    });
    const raised = await sh('up');
    expect([raised.exitCode, raised.stderr]).toEqual([0, expect.stringMatching(/no port is closed/)]);
    expect(await measures()).toEqual(['syn-rate', 'connections']);
    expect(await rules()).not.toContain('tcp dport != {');
    expect((await sh('down')).exitCode).toBe(0);
  });
});
