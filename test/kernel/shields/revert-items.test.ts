// What revert.sh puts back, one kind of item after the other, against the real kernel and real programs: what we wrote is
// undone, what somebody else changed since is left alone and told.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RevertItem } from '../../../src/actions/shields/measure.ts';
import { prepareFiles } from '../../../src/actions/shields/prepare.ts';
import { command } from '../../../src/core/plan.ts';
import { iptablesWall } from '../../../src/firewall/shields/iptables.ts';
import { nftWall } from '../../../src/firewall/shields/nft.ts';
import type { Wall, WallWriter } from '../../../src/firewall/shields/wall.ts';
import { createNetnsHost, type NetnsHost } from '../../../src/host/netns.ts';
import { net as address, perform } from '../backends/run-steps.ts';
import { tool } from '../harness/namespaces.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { expectOneRevert, onEnd, raise, tempDir } from './revert-kit.ts';

const TOOLS = ['nft', 'conntrack', 'iptables', 'ip6tables', 'ipset', 'sysctl'];

kernelSuite(
  'taking back',
  TOOLS,
  () => {
    const net = useTestNet();
    let host: NetnsHost;
    beforeAll(async () => {
      host = await createNetnsHost({ name: net().server.name });
    });
    afterAll(() => host.close());
    const exec = async (...argv: [string, ...string[]]): Promise<string> =>
      (await net().exec(net().server, argv, { anyExit: true })).stdout;
    const set = (name: string, value: string): Promise<string> =>
      exec('sysctl', '-q', '-w', `${name}=${value}`);
    const get = async (name: string): Promise<string> => (await exec('sysctl', '-n', name)).trim();

    /** Lowers and says "result what: detail", without the counting item, in the order of `items`. */
    const lower = async (items: readonly RevertItem[]): Promise<readonly string[]> => {
      const raised = await raise(host, { items });
      expect((await raised.run('down', 'operator')).exitCode).toBe(0);
      const outcome = await expectOneRevert(raised);
      const told = outcome.items.map(({ result, what, detail = '' }) => `${result} ${what}: ${detail}`);
      const isCount = (line: string): boolean => line === 'restored command count: done';
      expect(told.filter(isCount)).toHaveLength(1);
      return told.reverse().filter((line) => !isCount(line));
    };

    test.sequential('sysctls: ours go back, others stay as they are, lists of numbers are compared by their numbers', async () => {
      const memory = 'net.ipv4.tcp_rmem';
      await set('net.ipv4.tcp_synack_retries', '2');
      await set('net.ipv4.tcp_syn_retries', '7');
      await set('net.ipv4.tcp_fin_timeout', '60');
      await set(memory, '4096 9999 99999');
      await set('net.ipv4.conf.v0.rp_filter', '2');
      const item = (name: string, before: string, wrote: string): RevertItem => ({
        kind: 'sysctl',
        name,
        before,
        wrote,
      });
      const items = [
        item('net.ipv4.tcp_synack_retries', '5', '2'),
        item('net.ipv4.tcp_syn_retries', '6', '3'),
        item('net.ipv4.tcp_fin_timeout', '60', '20'),
        item(memory, '4096\t131072\t6291456', '4096 9999\t99999'),
        item('net.ipv4.conf.v0.rp_filter', '0', '2'),
        item('net.ipv4.no_such_thing', '1', '2'),
        item('net.ipv4.tcp_timestamps', '999', await get('net.ipv4.tcp_timestamps')),
      ];
      const told = await lower(items);
      // What failed is tried again after all others, so it comes last; `lower` turns the order round.
      expect([...told.slice(1), told[0]]).toEqual([
        'restored sysctl net.ipv4.tcp_synack_retries: 2 → 5',
        'drift sysctl net.ipv4.tcp_syn_retries: now 7, we wrote 3, it was 6: left alone',
        'already sysctl net.ipv4.tcp_fin_timeout: is 60',
        `restored sysctl ${memory}: 4096 9999 99999 → 4096 131072 6291456`,
        'restored sysctl net.ipv4.conf.v0.rp_filter: 2 → 0',
        'drift sysctl net.ipv4.no_such_thing: cannot be read any more',
        expect.stringMatching(
          /^failed sysctl net.ipv4.tcp_timestamps: still 1, it was 999: .*Invalid argument/,
        ),
      ]);
      expect(await get('net.ipv4.tcp_synack_retries')).toBe('5');
      expect(await get('net.ipv4.tcp_syn_retries')).toBe('7');
      expect((await get(memory)).split(/\s+/)).toEqual(['4096', '131072', '6291456']);
    });

    const wallOf = (id: string): Wall => ({
      id,
      safe: [address('198.51.100.1')],
      sshPorts: [22],
      armedSeconds: 300,
      synRate: { perSecond: 5, burst: 10 },
      connections: { max: 50, ports: [80] },
      listed: [22, 80],
      banned: [address('203.0.113.99')],
    });
    const load = (writer: WallWriter, id: string): Promise<void> =>
      perform(net(), net().server, writer.load(wallOf(id)));
    const probeClosedPort = (): Promise<unknown> =>
      net().probeTcp(net().client(0), net().server.v4, 9999, { boundMs: 300 });

    test.sequential.each([
      { writer: nftWall, what: 'nft table inet opsconsole_shields', gone: 'it was gone' },
      { writer: iptablesWall, what: 'iptables chains OC_SHIELD, OC_SHIELD_IN', gone: 'they were gone' },
    ])(
      'the $writer.variant wall: ours is deleted after its counters were read',
      async ({ writer, what, gone }) => {
        const listing = async (): Promise<string> => {
          const texts = [await exec('nft', '-s', 'list', 'ruleset'), await exec('ipset', 'save')];
          return texts.join('').replaceAll(/table ip6? (?:raw|filter) \{[^}]*\}\n\}\n/g, '');
        };
        const before = await listing();
        const items: readonly RevertItem[] = [{ kind: 'wall', variant: writer.variant }];
        const raised = await raise(host, { items });
        await load(writer, raised.id);
        await probeClosedPort();
        expect((await raised.run('down', 'operator')).exitCode).toBe(0);
        const outcome = await expectOneRevert(raised);
        expect(outcome.items[0]).toEqual({ result: 'restored', what, detail: 'deleted' });
        expect(outcome.dropped?.ports).toBeGreaterThanOrEqual(1);
        expect(outcome.dropped).toMatchObject({ syn: 0, connections: 0, banned: 0 });
        expect((await exec('nft', 'list', 'ruleset')).replaceAll(/# Warning.*\n/g, '')).not.toMatch(
          /OC_|opsconsole/,
        );
        expect(await exec('ipset', '-n', 'list')).toBe('');
        if (writer.variant === 'nft') expect(await listing()).toBe(before);
        // Twice, and when somebody else flushed it.
        const again = await raise(host, { items });
        await again.run('down', 'operator');
        const told = await expectOneRevert(again);
        expect(told.items[0]).toMatchObject({ result: 'already', detail: expect.stringContaining(gone) });
        expect(told.dropped).toBeUndefined();
      },
    );

    test.sequential.each([nftWall, iptablesWall])(
      'the $variant wall of other shields is left alone',
      async (writer) => {
        await load(writer, '00000000');
        const [told] = await lower([{ kind: 'wall', variant: writer.variant }]);
        expect(told).toMatch(/^drift .*not ours: left alone$/);
        expect(await exec('nft', 'list', 'ruleset')).toMatch(/OC_SHIELD|opsconsole_shields/);
        await exec('nft', 'flush', 'ruleset');
        await exec('ipset', 'destroy');
      },
    );

    test.sequential('commands: the exit is told, time is bounded, nothing of ours is handed on', async () => {
      const root = tempDir();
      const look =
        'umask; grep -E "^Sig(Ign|Blk)" /proc/self/status; ls /proc/self/fd; cat /proc/self/oom_score_adj';
      const run = (name: string, timeoutSeconds: number, ...argv: [string, ...string[]]): RevertItem => ({
        kind: 'command',
        name,
        argv,
        timeoutSeconds,
      });
      const told = await lower([
        run('seven', 5, 'sh', '-c', 'exit 7'),
        run('hung', 1, 'sleep', '60'),
        run('none', 5, 'oc-no-such-program'),
        run('noisy', 5, 'sh', '-c', 'yes | head -c 1000000; yes | head -c 1000000 >&2'),
        run('look', 5, 'sh', '-c', `(${look}) >"$1"`, 'look', join(root, 'look')),
      ]);
      expect(told).toEqual([
        'failed command seven: sh ended with 7',
        'failed command hung: sleep did not end in time',
        'failed command none: oc-no-such-program could not be started',
        'restored command noisy: done',
        'restored command look: done',
      ]);
      const seen = readFileSync(join(root, 'look'), 'utf8').split('\n');
      expect(seen.slice(0, 2)).toEqual(['0022', 'SigBlk:\t0000000000000000']);
      expect(seen[2]).toBe('SigIgn:\t0000000000000000');
      expect(seen).not.toContain('9');
    });

    test.sequential('an include: our link goes, the server tests and reloads; other links stay', async () => {
      const root = tempDir();
      const log = join(root, 'log');
      const file = join(root, 'shields.conf');
      const say = (word: string): readonly [string, ...string[]] => [
        'sh',
        '-c',
        `echo ${word} >>"$1"`,
        'x',
        log,
      ];
      const include = (link: string, test = say('test')): RevertItem => ({
        kind: 'include',
        link: join(root, link),
        file,
        test,
        reload: say('reload'),
      });
      symlinkSync(file, join(root, 'ours'));
      symlinkSync('/elsewhere', join(root, 'theirs'));
      writeFileSync(join(root, 'plain'), '');
      symlinkSync(file, join(root, 'broken'));
      const items = [
        include('ours'),
        include('theirs'),
        include('plain'),
        include('missing'),
        include('broken', ['false']),
      ];
      const [last, ...told] = (await lower(items)).map((line) => line.replaceAll(`${root}/`, ''));
      expect([...told, last]).toEqual([
        'restored include ours: removed and reloaded',
        'drift include theirs: now points to /elsewhere: left alone',
        'drift include plain: is no link of ours any more: left alone',
        'already include missing: the link was gone',
        'failed include broken: removed, but the test ended with 1: not reloaded',
      ]);
      expect(readFileSync(log, 'utf8')).toBe('test\nreload\n');
      expect(readlinkSync(join(root, 'theirs'))).toBe('/elsewhere');
      expect(existsSync(join(root, 'ours'))).toBe(false);
    });

    test.sequential('pins: live flows get a long timeout, ended ones are deleted, both families', async () => {
      const words = (source: string, to: string, port: number): readonly string[] => [
        ...(source.includes(':') ? ['-f', 'ipv6'] : []),
        ...['-s', source, '-d', to, '-p', 'tcp', '--sport', String(port), '--dport', '22'],
      ];
      const flows = [
        { words: words('203.0.113.10', '192.0.2.1', 1001), state: 'ESTABLISHED' },
        { words: words('2001:db8::10', '2001:db8::1', 1002), state: 'ESTABLISHED' },
        { words: words('203.0.113.10', '192.0.2.1', 1003), state: 'TIME_WAIT' },
        { words: words('203.0.113.10', '192.0.2.1', 1004), state: undefined },
      ];
      for (const { words: tuple, state } of flows) {
        if (state === undefined) continue;
        const status = ['-u', 'SEEN_REPLY,ASSURED,FIXED_TIMEOUT', '-t', '7000', '--state', state];
        await net().exec(net().server, [
          'conntrack',
          '-I',
          ...tuple.filter((word) => !/^(-f|ipv6)$/.test(word)),
          ...status,
        ]);
      }
      const item: RevertItem = {
        kind: 'pins',
        flows: flows.map(({ words }) => ({ words, seconds: 432_000 })),
      };
      expect(await lower([item])).toEqual([
        'restored conntrack pins: 2 live: kept with a long timeout; 1 ended: deleted',
      ]);
      const left = `${await exec('conntrack', '-L')}${await exec('conntrack', '-L', '-f', 'ipv6')}`;
      expect(left).not.toContain('sport=1003');
      for (const port of [1001, 1002])
        expect(left).toMatch(new RegExp(`tcp +6 \\d+ ESTABLISHED .*sport=${port} `));
      await exec('conntrack', '-F');
      expect(await lower([item])).toEqual(['already conntrack pins: all of these flows have ended']);
    });

    test.sequential('single items, then all: what was taken back before is not done again', async () => {
      const log = join(tempDir(), 'log');
      await set('net.ipv4.tcp_synack_retries', '2');
      const raised = await raise(host, {
        items: [
          { kind: 'sysctl', name: 'net.ipv4.tcp_synack_retries', before: '5', wrote: '2' },
          { kind: 'command', name: 'log', argv: ['sh', '-c', 'echo x >>"$1"', 'x', log], timeoutSeconds: 5 },
          { kind: 'command', name: 'bad', argv: ['test', '-e', `${log}.late`], timeoutSeconds: 5 },
        ],
      });
      const some = await raised.run('item', '3', '2');
      expect(some.exitCode).toBe(0);
      expect(some.stdout).toContain('2 → 5');
      expect((await raised.run('item', '4')).exitCode).toBe(5);
      for (const wrong of ['0', '5', '1x', '-1', ''])
        expect((await raised.run('item', wrong)).exitCode).toBe(64);
      expect(existsSync(join(raised.place.dir, 'current'))).toBe(true);
      expect(raised.reverts()).toBe(0);
      // What failed alone is tried again when all comes down.
      writeFileSync(`${log}.late`, '');
      await raised.run('down', 'failed-raise');
      const outcome = await expectOneRevert(raised);
      expect(outcome).toMatchObject({ by: 'failed-raise', complete: true });
      expect(outcome.items.map(({ result }) => result)).toEqual([
        'restored',
        'restored',
        'restored',
        'restored',
      ]);
      expect(readFileSync(log, 'utf8')).toBe('x\n');
      for (const words of [[], ['down'], ['down', 'me'], ['up'], ['item']])
        expect((await raised.run(...words)).exitCode).toBe(64);
    });

    test.sequential('old folders are pruned, those of others never', async () => {
      const root = tempDir();
      const place = { dir: join(root, 'dir'), run: join(root, 'run') };
      for (let number = 0; number < 14; number++) {
        mkdirSync(join(place.dir, `0000000${number.toString(16)}`), { recursive: true });
      }
      for (const name of ['keep-me', 'abcdefg1', 'aaaaaaaaa', 'AAAAAAAA']) mkdirSync(join(place.dir, name));
      symlinkSync('/', join(place.dir, 'aaaaaaaa'));
      expect((await prepareFiles(host, { id: 'ffffffff', place, files: {} })).ok).toBe(true);
      const left = readdirSync(place.dir);
      expect(left).toEqual(
        expect.arrayContaining(['keep-me', 'abcdefg1', 'aaaaaaaaa', 'AAAAAAAA', 'aaaaaaaa']),
      );
      expect(left.filter((name) => /^[0-9a-f]{8}$/.test(name) && name !== 'aaaaaaaa')).toHaveLength(10);
      expect(left).toContain('ffffffff');
    });
  },
  'beside',
);

// One of its tests waits for the bound of a client that hangs: all the others run meanwhile.
kernelSuite(
  'taking back fail2ban',
  ['fail2ban-client', 'fail2ban-server', 'nsenter', 'mount'],
  () => {
    const net = useTestNet();

    test('a real server: ours go back, others stay, a stopped server is no failure', async () => {
      const root = tempDir();
      const config = join(root, 'etc');
      mkdirSync(join(config, 'filter.d'), { recursive: true });
      writeFileSync(join(root, 'log'), '');
      writeFileSync(join(config, 'filter.d', 'none.conf'), '[Definition]\nfailregex = ^from <HOST>$\n');
      writeFileSync(
        join(config, 'fail2ban.conf'),
        `[Definition]\nlogtarget = ${root}/f2b.log\nloglevel = INFO\nsocket = /run/fail2ban/fail2ban.sock\n` +
          'pidfile = /run/fail2ban/fail2ban.pid\ndbfile = None\n',
      );
      const jail = (name: string): string =>
        `[${name}]\nenabled = true\nfilter = none\nbackend = polling\nlogpath = ${root}/log\nmaxretry = 5\nbantime = 600\n`;
      writeFileSync(join(config, 'jail.conf'), jail('one') + jail('two'));
      const start =
        'mount -t tmpfs none /run && mkdir /run/fail2ban && mount --bind "$1" /etc/fail2ban && exec fail2ban-server -f';
      const server = net().spawnIn(net().server, ['unshare', '-m', 'sh', '-c', start, 'sh', config]);
      onEnd(() => void server.kill('SIGKILL'));
      const inside = ['nsenter', '-t', String(server.pid), '-n', '-m'] as const;
      const client = (...words: string[]) => tool([...inside, 'fail2ban-client', ...words], '', true);
      await vi.waitUntil(async () => (await client('status', 'two').catch(() => undefined))?.exitCode === 0, {
        timeout: 20_000,
        interval: 200,
      });
      await client('set', 'one', 'maxretry', '2');
      await client('set', 'one', 'bantime', '86400');
      await client('set', 'two', 'maxretry', '9');
      const host = await createNetnsHost({ name: net().server.name });
      onEnd(() => host.close());
      const item = (
        name: string,
        option: 'maxretry' | 'bantime',
        before: string,
        wrote: string,
      ): RevertItem => ({
        kind: 'fail2ban',
        jail: name,
        option,
        before,
        wrote,
      });
      const items = [
        item('one', 'maxretry', '5', '2'),
        item('one', 'bantime', '600', '86400'),
        item('two', 'maxretry', '5', '2'),
        item('two', 'bantime', '600', '86400'),
        item('three', 'maxretry', '5', '2'),
      ];
      const lower = async (): Promise<readonly string[]> => {
        const raised = await raise(host, { items });
        await tool([...inside, 'sh', raised.script, 'down', 'operator']);
        const outcome = await expectOneRevert(raised);
        return outcome.items
          .map(({ result, what, detail }) => `${result} ${what}: ${detail}`)
          .reverse()
          .slice(1);
      };
      expect(await lower()).toEqual([
        'restored fail2ban one maxretry: 2 → 5',
        'restored fail2ban one bantime: 86400 → 600',
        'drift fail2ban two maxretry: now 9, we wrote 2, it was 5: left alone',
        'already fail2ban two bantime: is 600',
        'drift fail2ban three maxretry: the jail is gone',
      ]);
      expect((await client('get', 'one', 'bantime')).stdout).toBe('600\n');
      // From outside its file system nobody finds the server.
      const away = await raise(host, { items: items.slice(0, 1) });
      await tool([
        ...inside,
        'sh',
        '-c',
        'rm -rf /run/fail2ban && exec sh "$1" down operator',
        'sh',
        away.script,
      ]);
      expect((await expectOneRevert(away)).items[0]).toMatchObject({
        result: 'already',
        detail: 'fail2ban is not running: it starts with its own values',
      });
    });

    test('a fail2ban that hangs is waited for once, not for each value', async () => {
      const host = await createNetnsHost({ name: net().server.name });
      onEnd(() => host.close());
      const item = (jail: string) =>
        ({ kind: 'fail2ban', jail, option: 'maxretry', before: '5', wrote: '2' }) as const;
      const raised = await raise(host, { items: [item('one'), item('two'), item('three')] });
      const hanging = join(raised.root, 'hanging');
      writeFileSync(hanging, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
      const hide = 'mount --bind "$2" "$(command -v fail2ban-client)" && exec sh "$1" down operator';
      const startedAt = performance.now();
      await host.run(
        command(['unshare', '-m', 'sh', '-c', hide, 'sh', raised.script, hanging], { timeoutMs: 50_000 }),
      );
      const outcome = await expectOneRevert(raised);
      expect(performance.now() - startedAt).toBeLessThan(29_000);
      expect(outcome.items.map(({ result }) => result)).toEqual(['failed', 'failed', 'failed', 'restored']);
    }, 60_000);

    test('hosts without fail2ban: told, not hung', async () => {
      const host = await createNetnsHost({ name: net().server.name });
      onEnd(() => host.close());
      const raised = await raise(host, {
        items: [{ kind: 'fail2ban', jail: 'sshd', option: 'maxretry', before: '5', wrote: '2' }],
      });
      // Something that is no program over the client's own: as if it were not installed.
      const hide = 'mount --bind /dev/null "$(command -v fail2ban-client)" && exec sh "$1" down operator';
      await host.run(command(['unshare', '-m', 'sh', '-c', hide, 'sh', raised.script]));
      const outcome = await expectOneRevert(raised);
      expect(outcome.items[0]).toMatchObject({
        result: 'already',
        what: 'fail2ban sshd maxretry',
        detail: 'fail2ban is not there any more',
      });
    });
  },
  'beside',
);
