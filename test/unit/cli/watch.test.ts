// The watch's lock against a second one, and the systemd unit that it prints.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { registerWatchCommand } from '../../../src/cli/watch-commands.ts';
import { takeLock } from '../../../src/cli/watch-lock.ts';
import { unitText } from '../../../src/cli/watch-unit.ts';

const folder = mkdtempSync(join(tmpdir(), 'oc-lock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const startOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')[19] ?? '';

it('the watch is not started from afar', async () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const statuses: number[] = [];
  const program = new Command();
  registerWatchCommand(program, {
    io: { stdin: new PassThrough(), stdout, stderr, env: {}, cwd: folder, terminal: false },
    host: () => Promise.reject(new Error('nothing is looked at')),
    exit: (status) => void statuses.push(status),
  });
  await program.parseAsync(['watch', '--host', 'rolly'], { from: 'user' });
  expect(statuses).toEqual([2]);
  expect(String(stderr.read())).toMatch(
    /^the watch runs on the host that it watches: install opsconsole there/,
  );
});

describe('the lock', () => {
  it('is for one, and given back', () => {
    const path = join(folder, 'a/run/watch.pid');
    const first = takeLock(path);
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid} ${startOf(process.pid)}\n`);
    const second = takeLock(path);
    expect(!second.ok && second.problem).toMatchObject({
      code: 'refused',
      summary: `another watch runs on this host already (process ${process.pid})`,
    });
    if (first.ok) first.value();
    expect(existsSync(path)).toBe(false);
    expect(takeLock(path).ok).toBe(true);
  });

  it('of a dead process, a reused number or a broken file is taken over', async () => {
    const child = spawn('sleep', ['60']);
    const pid = child.pid ?? 0;
    const path = join(folder, 'watch.pid');
    writeFileSync(path, `${pid} ${startOf(pid)}\n`);
    expect(takeLock(path).ok).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    for (const stale of [readFileSync(path, 'utf8'), `${process.pid} 1\n`, '', 'x', '../../1 1\n']) {
      writeFileSync(path, stale);
      const taken = takeLock(path);
      expect([stale, taken.ok]).toEqual([stale, true]);
      if (taken.ok) taken.value();
    }
  });

  it('where there is no /proc, a living number keeps it and a dead one does not', async () => {
    const path = join(folder, 'bsd.pid');
    const none = join(folder, 'no-proc');
    const first = takeLock(path, none);
    expect(first.ok && readFileSync(path, 'utf8')).toBe(`${process.pid} 0\n`);
    const second = takeLock(path, none);
    expect(!second.ok && second.problem.summary).toContain(`(process ${process.pid})`);
    if (first.ok) first.value();
    expect(existsSync(path)).toBe(false);
    const child = spawn('true');
    await once(child, 'exit');
    for (const stale of [`${child.pid ?? 0} 0\n`, `${process.pid} 1\n`, 'x', '']) {
      writeFileSync(path, stale);
      const taken = takeLock(path, none);
      expect([stale, taken.ok]).toEqual([stale, true]);
      if (taken.ok) taken.value();
    }
  });

  it('gives back only its own', () => {
    const path = join(folder, 'other.pid');
    const taken = takeLock(path);
    writeFileSync(path, '1 2\n');
    if (taken.ok) taken.value();
    expect(readFileSync(path, 'utf8')).toBe('1 2\n');
  });

  it('says what is wrong with the folder', () => {
    writeFileSync(join(folder, 'file'), '');
    const taken = takeLock(join(folder, 'file/run/watch.pid'));
    expect(!taken.ok && taken.problem.code).toBe('not-found');
  });
});

describe('the unit', () => {
  it('has absolute paths, quoted as systemd reads them', () => {
    const unit = unitText(['/opt/ops console/bin/opsconsole', 'watch', '--session', '/etc/a$b/50%"x".yml']);
    expect(unit).toContain(
      'ExecStart="/opt/ops console/bin/opsconsole" watch --session "/etc/a$$b/50%%\\"x\\".yml"\n',
    );
    for (const line of ['Type=exec', 'Restart=always', 'KillMode=process', 'MemoryMax=256M', 'Nice=-5'])
      expect(unit).toContain(`\n${line}\n`);
  });

  it('refuses what no unit can hold', () => {
    expect(unitText(['/a\nExecStartPre=/bin/evil'])).toBeUndefined();
  });

  it.skipIf(spawnSync('systemd-analyze', ['--version']).status !== 0)('is understood by systemd', () => {
    const verify = (text: string): string => {
      const path = join(folder, 'opsconsole-watch.service');
      writeFileSync(path, text);
      return spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' }).stderr;
    };
    const unit = unitText(['/bin/sh', 'watch']) ?? '';
    expect(verify(`${unit}\n[Service]\nKillMode=nonsense\n`)).toMatch(/kill mode/i);
    expect(verify(unit)).not.toContain('opsconsole-watch.service');
  });
});
