// However we end, no program of ours stays: real processes, killed as hard as can be.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { markOf, startReaper } from '../../../src/host/reaper.ts';
import { REAPER_SCRIPT } from '../../../src/host/reaper-script.ts';
import { isAlive } from './alive.ts';
import { membersOf, STUBBORN } from './members.ts';

const WAIT = { timeout: 15_000, interval: 20 } as const;
const HOLDER = join(import.meta.dirname, 'fixtures/pty-holder.ts');
const quiet = { ...process.env, NODE_NO_WARNINGS: '1' };

type Held = Readonly<{ pids: readonly number[]; reaper: number }>;

async function hold(...lines: readonly string[]) {
  const holder = spawn(process.execPath, [HOLDER, ...lines], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: quiet,
  });
  const [said] = await once(holder.stdout, 'data');
  const held: Held = JSON.parse(String(said));
  return { ...held, holder };
}

describe('after a kill -9', () => {
  it.each([
    ['a sleeper', 'echo ready; sleep 1000'],
    ['one that ignores HUP, with a job in the background', STUBBORN],
    ['one that is stopped', 'echo ready; kill -STOP $$'],
    ['one with a job of its own process group', 'set -m; sleep 1000 & echo ready; sleep 1000'],
  ])('%s is gone, and the reaper too', async (_, line) => {
    const { holder, pids, reaper } = await hold(line, 'echo ready; cat');
    expect(pids.every((pid) => membersOf(pid).length > 0)).toBe(true);
    holder.kill('SIGKILL');
    await vi.waitFor(() => expect([isAlive(reaper), pids.flatMap(membersOf)]).toEqual([false, []]), WAIT);
  });

  it('the reaper itself holds no terminal and no file but its pipe', async () => {
    const { holder, reaper } = await hold('echo ready; sleep 1000', 'echo ready; sleep 1000');
    const files = readdirSync(`/proc/${reaper}/fd`).map((fd) => readlinkSync(`/proc/${reaper}/fd/${fd}`));
    expect(files.filter((file) => /ptmx|pts|tty/.test(file))).toEqual([]);
    const [, , , session, terminal] =
      readFileSync(`/proc/${reaper}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    expect([Number(session), terminal]).toEqual([reaper, '0']);
    holder.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(reaper)).toBe(false), WAIT);
  });
});

describe('the reaper', () => {
  const sleeper = () => spawn('/bin/sh', ['-c', 'sleep 1000; :'], { detached: true, stdio: 'ignore' });

  it('ignores what ends others, and ends with its pipe', async () => {
    const victim = sleeper();
    const reaper = startReaper();
    reaper.add(markOf(victim.pid ?? 0));
    await reaper.close();
    await vi.waitFor(() => expect(membersOf(victim.pid ?? 0)).toEqual([]), WAIT);
  });

  it('never touches a session whose number has gone to somebody else', async () => {
    const stranger = sleeper();
    const pid = stranger.pid ?? 0;
    const reaper = startReaper();
    const mark = markOf(pid);
    reaper.add({ ...mark, began: String(Number(mark.began) - 1) });
    reaper.end({ ...mark, began: String(Number(mark.began) - 1) });
    reaper.kill({ sid: pid, began: '-' });
    await reaper.close();
    expect(membersOf(pid).length).toBeGreaterThan(0);
    process.kill(-pid, 'SIGKILL');
  });

  it('is not misled by the name of a process', async () => {
    const odd = spawn('/bin/sh', ['-c', 'printf "x) S 1\\n1 (y" >/proc/$$/comm; sleep 1000; :'], {
      detached: true,
      stdio: 'ignore',
    });
    const pid = odd.pid ?? 0;
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toContain(') S'), WAIT);
    const reaper = startReaper();
    reaper.add(markOf(pid));
    await reaper.close();
    await vi.waitFor(() => expect(membersOf(pid)).toEqual([]), WAIT);
  });

  it('kills what is asked at once, and forgets what has ended', async () => {
    const victims = [sleeper(), sleeper()];
    const reaper = startReaper();
    const [first, second] = victims.map(({ pid = 0 }) => markOf(pid));
    for (const mark of [first, second]) if (mark !== undefined) reaper.add(mark);
    if (first !== undefined) reaper.kill(first);
    if (second !== undefined) reaper.end(second);
    await vi.waitFor(() => expect(victims.flatMap(({ pid = 0 }) => membersOf(pid))).toEqual([]), WAIT);
    await reaper.close();
  });
});

describe.skipIf(spawnSync('ps', ['-A', '-o', 'pid=']).status !== 0)(
  'the reaper on a machine without /proc',
  () => {
    const script = REAPER_SCRIPT.replaceAll('/proc/', '/no-such-folder/');
    const members = ['-A', '-o', 'pid=', '-o', 'sess=', '-o', 'pgid=', '-o', 'stat='].join(' ');
    /** As some systems print it: no number of a session. */
    const blind = `ps() { command ps ${members} | while read -r p s g t; do echo "$p 0 $g $t"; done; }`;

    it.each([
      ['by sessions', '', "echo ready; set -m; (trap '' HUP; sleep 1000) & sleep 1000"],
      ['by groups where sessions have no number', blind, STUBBORN],
    ])('%s ends what was added, and nobody else', async (_, before, line) => {
      const [victim, stranger] = [line, 'echo ready; sleep 1000'].map((words) =>
        spawn('/bin/sh', ['-c', words], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] }),
      );
      if (victim === undefined || stranger === undefined) throw new Error('two were started');
      await Promise.all([victim, stranger].map(({ stdout }) => once(stdout, 'data')));
      const reaper = spawn('/bin/sh', ['-c', `${before}\n${script}`], {
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const [pid = 0, other = 0] = [victim.pid, stranger.pid];
      expect(membersOf(pid).length).toBeGreaterThan(1);
      reaper.stdin.end(`add ${pid} -\n`);
      await once(reaper, 'exit');
      await vi.waitFor(() => expect(membersOf(pid)).toEqual([]), WAIT);
      expect(membersOf(other).length).toBeGreaterThan(0);
      process.kill(-other, 'SIGKILL');
    });
  },
);
