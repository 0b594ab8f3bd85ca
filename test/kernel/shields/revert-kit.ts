// Shields without a raise: the files of one on disk in a temp dir, a watcher if wanted, and a command item that counts how
// often the revert ran. For the tests of revert.sh.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, vi } from 'vitest';
import { armWatcher } from '../../../src/actions/shields/arm-watcher.ts';
import type { RevertItem } from '../../../src/actions/shields/measure.ts';
import { type PreparedFiles, prepareFiles } from '../../../src/actions/shields/prepare.ts';
import { printRevertScript } from '../../../src/actions/shields/revert-script.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { command } from '../../../src/core/plan.ts';
import type { Outcome, ShieldsPlace, ShieldsState } from '../../../src/core/shields.ts';
import { parseOutcome } from '../../../src/firewall/shields/outcome.ts';
import { newShieldsId } from '../../../src/firewall/shields/state.ts';
import type { Host } from '../../../src/host/host.ts';
import { readIfThere } from '../harness/read-if-there.ts';

export const BOOT_ID = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
export const uptime = (): number => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);

export type RaiseWish = Readonly<{
  items?: readonly RevertItem[];
  /** Seconds from now; default: long after the test. */
  trialIn?: number;
  deadline?: string;
  bootId?: string;
  place?: ShieldsPlace;
  /** Places the directories inside it; default a fresh temp dir. */
  root?: string;
}>;

/** `count`: file that gets one line per revert. */
export type Raised = Readonly<{
  id: string;
  place: ShieldsPlace;
  root: string;
  script: string;
  reverts(): number;
  outcome(): Outcome | undefined;
  /** Exit code and what it said. */
  run(...words: string[]): Promise<Readonly<{ exitCode: number; stdout: string }>>;
  arm(): Promise<number>;
}>;

/** After the last test: tests that run at the same time must not clean up after each other. */
const cleanUps: (() => void)[] = [];
afterAll(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});
export const onEnd = (cleanUp: () => void): void => void cleanUps.push(cleanUp);

export function tempDir(): string {
  const root = mkdtempSync(join(tmpdir(), 'oc-revert-'));
  onEnd(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

/** A memory disk of 256 KiB with both directories in it, which a test may fill up or make read-only. */
export function smallDisk(): string {
  const path = join(tempDir(), 'disk');
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'oc-test', path]);
  onEnd(() => execFileSync('umount', ['-l', path]));
  return path;
}

export async function raise(host: Host, wish: RaiseWish = {}): Promise<Raised> {
  const root = tempDir();
  const base = wish.root ?? root;
  const id = newShieldsId();
  const asked = wish.place ?? { dir: join(base, 'dir'), run: join(base, 'run') };
  const now = uptime();
  const trialUptime = now + (wish.trialIn ?? 600);
  const state: ShieldsState = {
    version: 1,
    id,
    bootId: wish.bootId ?? BOOT_ID,
    profile: 'default',
    auto: false,
    by: { user: 'root', console: 'test' },
    raisedAt: unixMs(Date.now()),
    raisedUptime: now,
    trialSeconds: 600,
    holdSeconds: 3600,
    wall: 'none',
    measures: [],
  };
  const count = join(root, 'count');
  const counting: RevertItem = {
    kind: 'command',
    name: 'count',
    argv: ['sh', '-c', 'echo revert >>"$1"', 'count', count],
    timeoutSeconds: 10,
  };
  const items = [counting, ...(wish.items ?? [])];
  const deadline = { text: wish.deadline ?? `trial ${Math.ceil(trialUptime)}\n`, mode: '0644' };
  const files = (place: ShieldsPlace): PreparedFiles => ({
    'revert.sh': { text: printRevertScript({ state, place, trialUptime, items }), mode: '0700' },
    deadline,
  });
  const prepared = await prepareFiles(host, { id, place: asked, files });
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.problem));
  const { place } = prepared.value;
  const script = join(place.dir, id, 'revert.sh');
  const watcher = join(place.run, `${id}.watcher`);
  const pid = (): number => Number(readIfThere(watcher) ?? 0);
  onEnd(() => kill(pid()));
  const read = (path: string): string => readIfThere(path) ?? '';
  return {
    id,
    place,
    root,
    script,
    reverts: () => read(count).split('\n').length - 1,
    outcome: () =>
      parseOutcome(read(join(place.run, `${id}.outcome`))) ??
      parseOutcome(read(join(place.dir, id, 'outcome'))),
    async run(...words) {
      const okExits = Array.from({ length: 255 }, (_, code) => code + 1);
      const ran = await host.run(command(['sh', script, ...words], { timeoutMs: 50_000, okExits }));
      if (!ran.ok) throw new Error(JSON.stringify(ran.problem));
      return ran.value;
    },
    async arm() {
      expect(await armWatcher(host, { place, id })).toEqual({ ok: true, value: 'detached' });
      return pid();
    },
  };
}

export function kill(pid: number, how: NodeJS.Signals = 'SIGKILL'): void {
  if (pid < 2) return;
  try {
    process.kill(pid, how);
  } catch {
    // It has ended: fine.
  }
}

export function lives(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

export const until = (condition: () => boolean, boundMs = 15_000): Promise<unknown> =>
  vi.waitUntil(condition, { timeout: boundMs, interval: 20 });

/** Down, by one revert, with nobody of ours left and no lock on the host. */
export async function expectOneRevert(raised: Raised, pids: readonly number[] = []): Promise<Outcome> {
  await until(() => raised.outcome()?.complete === true);
  await until(() => pids.every((pid) => !lives(pid)));
  expect(raised.reverts()).toBe(1);
  const outcome = raised.outcome();
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}
