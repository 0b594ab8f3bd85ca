// Exactly one revert, whatever happens to those who run it: killed sessions, two runners, full and read-only disks, lost
// files, an unreadable deadline, an earlier boot.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printArm } from '../../../src/actions/shields/arm-watcher.ts';
import { writeDeadline } from '../../../src/actions/shields/deadline-file.ts';
import { prepareFiles } from '../../../src/actions/shields/prepare.ts';
import { command } from '../../../src/core/plan.ts';
import { parseDeadline } from '../../../src/firewall/shields/state.ts';
import { createNetnsHost, type NetnsHost } from '../../../src/host/netns.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import {
  expectOneRevert,
  kill,
  lives,
  onEnd,
  type Raised,
  raise,
  smallDisk,
  tempDir,
  until,
  uptime,
} from './revert-kit.ts';

// The tests wait for the clock of the script most of their time: several at once, each on shields of its own.
kernelSuite('the shields come down exactly once', ['sysctl', 'setsid', 'mount'], () => {
  const net = useTestNet();
  let host: NetnsHost;
  beforeAll(async () => {
    host = await createNetnsHost({ name: net().server.name });
  });
  afterAll(() => host.close());
  const watcherOf = ({ place, id }: Raised): number =>
    Number(readFileSync(join(place.run, `${id}.watcher`), 'utf8'));
  const fill = (disk: string): void => {
    try {
      writeFileSync(join(disk, 'filler'), Buffer.alloc(1 << 20));
    } catch {
      // Full: that is what we want. What is left of the last page goes byte by byte into small files.
    }
    expect(() => writeFileSync(join(disk, 'more'), Buffer.alloc(8192))).toThrow('ENOSPC');
  };

  test.concurrent('when the trial ends', async () => {
    const raised = await raise(host, { trialIn: 1 });
    const pid = await raised.arm();
    const outcome = await expectOneRevert(raised, [pid]);
    expect(outcome).toMatchObject({ id: raised.id, by: 'timer', complete: true });
    expect(outcome.items).toMatchObject([{ result: 'restored', what: 'command count' }]);
    expect(existsSync(join(raised.place.dir, 'current'))).toBe(false);
    expect(existsSync(join(raised.place.run, `${raised.id}.watcher`))).toBe(false);
    expect(uptime()).toBeGreaterThan(1);
  });

  test.concurrent('not before: a deadline that was moved is read again', async () => {
    const raised = await raise(host, { trialIn: 5 });
    const trialEnd = uptime() + 5;
    const pid = await raised.arm();
    const held = { phase: 'held', uptime: Math.ceil(trialEnd) + 5 } as const;
    expect(await writeDeadline(host, raised, held)).toEqual({ ok: true, value: undefined });
    await until(() => uptime() > trialEnd + 2);
    expect(raised.reverts()).toBe(0);
    expect(lives(pid)).toBe(true);
    await expectOneRevert(raised, [pid]);
    expect(uptime()).toBeGreaterThanOrEqual(held.uptime);
    expect(await writeDeadline(host, raised, held)).toMatchObject({ problem: { code: 'refused' } });
  });

  test.concurrent.each(['SIGHUP', 'SIGKILL'] as const)(
    '%s to the whole session that raised',
    async (signal) => {
      const raised = await raise(host, { trialIn: 6 });
      const starter = spawn('ip', ['netns', 'exec', net().server.name, 'sh', '-s'], {
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const leader = starter.pid ?? 0;
      onEnd(() => kill(-leader));
      starter.stdin.end(`(${printArm(raised.place, raised.id)})\nsleep 60 &\nsleep 60\n`);
      await until(() => existsSync(join(raised.place.run, `${raised.id}.watcher`)));
      const pid = watcherOf(raised);
      const sessionOf = (one: string): number => Number(/\) \S (?:\S+ ){2}(\d+)/.exec(one)?.[1]);
      const members = readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .filter((name) => {
          try {
            return sessionOf(readFileSync(`/proc/${name}/stat`, 'utf8')) === leader;
          } catch {
            return false;
          }
        })
        .map(Number);
      expect(members).toContain(leader);
      expect(members).not.toContain(pid);
      process.kill(-leader, signal);
      for (const member of members) kill(member, signal);
      // Straight at the watcher, too, as a closing terminal would.
      if (signal === 'SIGHUP')
        for (const how of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGPIPE'] as const) kill(pid, how);
      await until(() => !lives(leader));
      expect(lives(pid)).toBe(true);
      await expectOneRevert(raised, [pid]);
    },
  );

  test.concurrent('two watchers and three people at once', async () => {
    const raised = await raise(host, { trialIn: 5 });
    const first = await raised.arm();
    const second = spawn('sh', [raised.script, 'wait'], { stdio: 'ignore' });
    await until(() => uptime() > 0 && watcherOf(raised) !== first);
    await until(() => raised.reverts() > 0 || lives(first));
    const people = await Promise.all([1, 2, 3].map(() => raised.run('down', 'operator')));
    const outcome = await expectOneRevert(raised, [first, second.pid ?? 0]);
    expect(people.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    for (const { stdout } of people) expect(stdout).toContain(`end ${raised.id}`);
    expect(outcome.items).toHaveLength(1);
  });

  test.concurrent('down, racing with the deadline, again and again', async () => {
    for (let turn = 0; turn < 5; turn++) {
      const raised = await raise(host, { deadline: 'trial 1\n' });
      const watcher = spawn('sh', [raised.script, 'wait'], { stdio: 'ignore' });
      const lowered = await raised.run('down', 'operator');
      expect(lowered.stdout).toContain(`end ${raised.id}`);
      await expectOneRevert(raised, [watcher.pid ?? 0]);
      expect((await raised.run('down', 'operator')).exitCode).toBe(0);
      expect(raised.reverts()).toBe(1);
    }
  });

  test.concurrent('TERM, as from systemctl stop, lowers at once', async () => {
    const raised = await raise(host);
    const pid = await raised.arm();
    kill(pid, 'SIGTERM');
    expect(await expectOneRevert(raised, [pid])).toMatchObject({ by: 'timer' });
  });

  test.concurrent('not when somebody kept them while the watcher, slowly, began to', async () => {
    const raised = await raise(host, { trialIn: 1 });
    const slow = join(raised.root, 'bin');
    const began = join(raised.root, 'began');
    mkdirSync(slow);
    const mkdir = `#!/bin/sh\ncase "$*" in *.lock) : >"${began}"; sleep 4 ;; esac\nexec /bin/mkdir "$@"\n`;
    writeFileSync(join(slow, 'mkdir'), mkdir, { mode: 0o755 });
    const text = readFileSync(raised.script, 'utf8').replace('\nPATH=', `\nPATH=${slow}:`);
    writeFileSync(raised.script, text);
    const pid = await raised.arm();
    await until(() => existsSync(began));
    const later = { phase: 'held', uptime: Math.ceil(uptime()) + 600 } as const;
    expect(await writeDeadline(host, raised, later)).toMatchObject({ ok: true });
    const at = uptime();
    await until(() => uptime() > at + 5.5);
    expect(raised.reverts()).toBe(0);
    expect(lives(pid)).toBe(true);
    await raised.run('down', 'operator');
    await expectOneRevert(raised, [pid]);
  });

  test.concurrent('after a boot, and whoever looks: the run directory and the number of the watcher are readable', async () => {
    const raised = await raise(host);
    rmSync(raised.place.run, { recursive: true });
    const pid = await raised.arm();
    const modeOf = (path: string): number => statSync(path).mode & 0o777;
    expect(modeOf(raised.place.run)).toBe(0o755);
    expect(modeOf(join(raised.place.run, `${raised.id}.watcher`))).toBe(0o644);
    await raised.run('down', 'operator');
    await expectOneRevert(raised, [pid]);
  });

  test.concurrent('the watcher was killed: recovery lowers', async () => {
    const raised = await raise(host);
    const pid = await raised.arm();
    kill(pid);
    await until(() => !lives(pid));
    expect((await raised.run('down', 'recovery')).exitCode).toBe(0);
    expect(await expectOneRevert(raised)).toMatchObject({ by: 'recovery' });
  });

  test.concurrent('killed in the middle: the watcher goes on, and what is done is not done twice', async () => {
    const root = tempDir();
    const begun = join(root, 'begun');
    const slow = ['sh', '-c', 'if [ -e "$1" ]; then exit 0; fi; : >"$1"; sleep 60', 'x', begun] as const;
    const log = ['sh', '-c', 'echo last >>"$1"', 'x', join(root, 'last')] as const;
    const raised = await raise(host, {
      items: [
        { kind: 'command', name: 'slow', argv: slow, timeoutSeconds: 60 },
        { kind: 'command', name: 'last', argv: log, timeoutSeconds: 5 },
      ],
    });
    const watcher = await raised.arm();
    const runner = spawn('sh', [raised.script, 'down', 'operator'], { detached: true, stdio: 'ignore' });
    onEnd(() => kill(-(runner.pid ?? 0)));
    await until(() => existsSync(begun));
    kill(-(runner.pid ?? 0));
    kill(runner.pid ?? 0);
    const outcome = await expectOneRevert(raised, [watcher]);
    expect(outcome).toMatchObject({ by: 'operator', complete: true });
    expect(outcome.items.map(({ result, what }) => `${result} ${what}`)).toEqual([
      'restored command last',
      'restored command slow',
      'restored command count',
    ]);
    expect(readFileSync(join(root, 'last'), 'utf8')).toBe('last\n');
  });

  test.concurrent('locks of the dead are taken over, the lock of the living is waited for', async () => {
    const holder = async (entry: string | undefined): Promise<Raised> => {
      const raised = await raise(host);
      const text = readFileSync(raised.script, 'utf8').replace(/^LOCK_WAIT=.*$/m, 'LOCK_WAIT=2');
      writeFileSync(raised.script, text);
      const claim = join(raised.place.run, `${raised.id}.lock`, 'g1');
      mkdirSync(entry === undefined ? claim : join(claim, entry), { recursive: true });
      return raised;
    };
    const born = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ')[19];
    // The number of a dead runner may be somebody else's by now: pid 1 was not born at 7.
    const reused = await holder('1.7.operator');
    expect((await reused.run('down', 'recovery')).exitCode).toBe(0);
    expect(await expectOneRevert(reused)).toMatchObject({ by: 'operator' });
    const held = await holder(`${process.pid}.${born}.operator`);
    expect((await held.run('down', 'recovery')).exitCode).toBe(4);
    expect(held.reverts()).toBe(0);
    expect(existsSync(join(held.place.dir, 'current'))).toBe(true);
    // Killed before it could say who it is: after some seconds it counts as dead.
    const nameless = await holder(undefined);
    writeFileSync(
      nameless.script,
      readFileSync(nameless.script, 'utf8').replace(/^LOCK_WAIT=.*$/m, 'LOCK_WAIT=20'),
    );
    const all = await Promise.all([1, 2, 3, 4, 5, 6].map(() => nameless.run('down', 'recovery')));
    expect(all.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0, 0]);
    await expectOneRevert(nameless);
  });

  test.concurrent('a full disk', async () => {
    const disk = smallDisk();
    const raised = await raise(host, { root: disk, trialIn: 4 });
    const pid = await raised.arm();
    fill(disk);
    await until(() => !lives(pid));
    expect(raised.reverts()).toBe(1);
    expect(existsSync(join(raised.place.dir, 'current'))).toBe(false);
    const again = await raised.run('down', 'recovery');
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toContain(`end ${raised.id}`);
    expect(raised.reverts()).toBe(1);
  });

  test.concurrent('a full disk has room for a new deadline: in place, whether longer or shorter', async () => {
    const disk = smallDisk();
    const raised = await raise(host, { root: disk, deadline: 'raising 123456\n' });
    fill(disk);
    const file = join(raised.place.dir, raised.id, 'deadline');
    const now = Math.ceil(uptime());
    for (const [phase, end] of [
      ['trial', 7],
      ['held', now + 2],
      ['held', now + 100_000],
      ['held', now + 2],
    ] as const) {
      const written = await writeDeadline(host, raised, { phase, uptime: end });
      expect(written).toEqual({ ok: true, value: undefined });
      expect(parseDeadline(readFileSync(file, 'utf8'))).toEqual({ phase, uptime: end });
    }
    await raised.run('wait');
    expect(uptime()).toBeGreaterThanOrEqual(now + 2);
    expect(raised.reverts()).toBe(1);
  });

  test.concurrent('a state directory that became read-only', async () => {
    const disk = smallDisk();
    const run = join(tempDir(), 'run');
    const raised = await raise(host, { place: { dir: join(disk, 'dir'), run }, trialIn: 4 });
    const pid = await raised.arm();
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect(await writeDeadline(host, raised, { phase: 'held', uptime: 1 })).toMatchObject({
      problem: { code: 'no-space' },
    });
    expect(await expectOneRevert(raised, [pid])).toMatchObject({ complete: true });
    expect((await raised.run('down', 'operator')).stdout).toContain(`end ${raised.id}`);
    expect(raised.reverts()).toBe(1);
    execFileSync('mount', ['-o', 'remount,rw', disk]);
    await raised.run('down', 'recovery');
    expect(existsSync(join(raised.place.dir, 'current'))).toBe(false);
    expect(raised.reverts()).toBe(1);
  });

  test.concurrent('everything became read-only: no lock, no marks, and still one revert by one runner', async () => {
    const disk = smallDisk();
    const raised = await raise(host, { root: disk, trialIn: 4 });
    const pid = await raised.arm();
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    await until(() => !lives(pid));
    expect(raised.reverts()).toBe(1);
  });

  test.concurrent('the script was deleted, the state directory too, and nothing is left of the run directory', async () => {
    const lose = async (lost: 'script' | 'dir' | 'run' | 'all'): Promise<void> => {
      const raised = await raise(host, { trialIn: 4 });
      const pid = await raised.arm();
      if (lost === 'script') rmSync(raised.script);
      if (lost === 'dir' || lost === 'all') rmSync(raised.place.dir, { recursive: true });
      if (lost === 'run' || lost === 'all') rmSync(raised.place.run, { recursive: true });
      await until(() => !lives(pid));
      expect(raised.reverts(), lost).toBe(1);
    };
    await Promise.all([lose('script'), lose('dir'), lose('run'), lose('all')]);
  });

  test.concurrent('a deadline that is none: the end of the trial counts', async () => {
    const wrong = [
      ...['nonsense\n', '', 'held', 'held \n', 'held 12 34\n', 'held 99999999999999999999\n', 'held 1e9\n'],
      ...[
        'held 99999999999\n',
        'held -5\n',
        'down 99999999\n',
        'held $(echo 99999999)\n',
        'held 99999999.x\n',
      ],
    ];
    const before = uptime();
    await Promise.all(
      wrong.map(async (deadline) => {
        const raised = await raise(host, { trialIn: 6 });
        writeFileSync(join(raised.place.dir, raised.id, 'deadline'), deadline);
        const pid = await raised.arm();
        expect(raised.reverts(), deadline).toBe(0);
        await expectOneRevert(raised, [pid]);
      }),
    );
    expect(uptime() - before).toBeGreaterThan(5);
  });

  test.concurrent('an earlier boot: what the kernel forgot is left alone, commands and includes are run', async () => {
    const path = '/proc/sys/net/ipv4/tcp_synack_retries';
    await host.run(command(['sysctl', '-q', '-w', 'net.ipv4.tcp_synack_retries=3']));
    const raised = await raise(host, {
      bootId: '00000000-0000-4000-8000-000000000000',
      items: [{ kind: 'sysctl', name: 'net.ipv4.tcp_synack_retries', before: '6', wrote: '3' }],
    });
    await raised.run('down', 'recovery');
    const outcome = await expectOneRevert(raised);
    expect(outcome.items).toMatchObject([
      { result: 'already', detail: 'gone with the reboot' },
      { result: 'restored', what: 'command count' },
    ]);
    const now = await host.read(path);
    expect(now.ok && now.value.toString()).toBe('3\n');
    await host.run(command(['sysctl', '-q', '-w', 'net.ipv4.tcp_synack_retries=5']));
  });

  test.concurrent('nobody can start a process any more: it waits in the same process until that is over', async () => {
    const raised = await raise(host, { trialIn: 5 });
    const user = ['setpriv', '--reuid', '64999', '--regid', '64999', '--clear-groups'] as const;
    execFileSync('chmod', ['0777', raised.root]);
    execFileSync('chown', ['-R', '64999:64999', raised.place.dir, raised.place.run]);
    const watcher = spawn(user[0], [...user.slice(1), 'sh', raised.script, 'wait'], { stdio: 'ignore' });
    const pid = watcher.pid ?? 0;
    onEnd(() => kill(pid));
    await until(() => existsSync(join(raised.place.run, `${raised.id}.watcher`)));
    const limit = (soft: number): void =>
      void execFileSync(user[0], [...user.slice(1), 'prlimit', `--nproc=${soft}:100`, '--pid', String(pid)]);
    limit(1);
    rmSync(raised.script);
    const due = uptime() + 5;
    await until(() => uptime() > due + 1.5);
    expect(lives(pid)).toBe(true);
    expect(raised.reverts()).toBe(0);
    limit(100);
    await expectOneRevert(raised, [pid]);
  });

  test.concurrent('files that cannot be written go to the run directory; a second raise is refused in both', async () => {
    const disk = smallDisk();
    mkdirSync(join(disk, 'dir'));
    fill(disk);
    const run = join(tempDir(), 'run');
    const asked = { dir: join(disk, 'dir'), run };
    const raised = await raise(host, { place: asked, trialIn: 600 });
    expect(raised.place).toEqual({ dir: run, run });
    expect(readdirSync(asked.dir)).toEqual([]);
    rmSync(join(disk, 'filler'));
    const second = await prepareFiles(host, { id: '00000001', place: asked, files: {} });
    expect(second).toMatchObject({ problem: { code: 'refused', detail: raised.id } });
    expect(readdirSync(asked.dir)).toEqual([]);
    expect((await raised.run('down', 'operator')).exitCode).toBe(0);
    expect(existsSync(join(run, 'current'))).toBe(false);
  });
});
