// Plans measures on the server namespace of a test net, runs their steps, and takes them back by the real script.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SshSession } from '../../../src/actions/safe/sessions.ts';
import type { MeasureAt, PlannedMeasure } from '../../../src/actions/shields/measure.ts';
import { planMeasures } from '../../../src/actions/shields/measures.ts';
import { printRevertScript } from '../../../src/actions/shields/revert-script.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { safe } from '../../../src/core/sanitise.ts';
import type { MeasureSpec } from '../../../src/core/shields.ts';
import { DEFAULT_SHIELDS } from '../../../src/core/shields-defaults.ts';
import type { Host } from '../../../src/host/host.ts';
import { net as address, onEnd } from '../acts/kit.ts';
import type { ExecResult } from '../harness/namespaces.ts';
import type { TestNet } from '../harness/netns.ts';

export type AtWish = Readonly<{ safe?: readonly string[]; sessions?: readonly SshSession[] }>;

export function atOn(host: Host, wish: AtWish = {}): MeasureAt {
  const entries = (wish.safe ?? []).map((text) => ({ net: address(text), why: safe('safe') }));
  return {
    host,
    settings: DEFAULT_SHIELDS,
    safeSet: { at: host.now(), entries, operatorFound: true, gaps: [] },
    sessions: wish.sessions ?? [],
    sshPorts: [22],
    listening: [22, 8080],
    variant: 'nft',
  };
}

/** All of them must be possible here. */
export async function plan(specs: readonly MeasureSpec[], at: MeasureAt): Promise<readonly PlannedMeasure[]> {
  const { planned, leftOut } = await planMeasures(specs, at);
  if (leftOut.length > 0) throw new Error(leftOut.map(({ measure, why }) => `${measure}: ${why}`).join('; '));
  return planned;
}

/** Undefined when all steps ran, else the words of the one that failed. */
export async function apply(host: Host, planned: readonly PlannedMeasure[]): Promise<string | undefined> {
  for (const { command } of planned.flatMap(({ applied }) => applied.steps)) {
    const ran = await host.run(command);
    if (!ran.ok) return `${command.argv.join(' ')}: ${ran.problem.summary} ${ran.problem.detail ?? ''}`;
  }
  return undefined;
}

export type Revert = Readonly<{
  /** Lines "item RESULT\tWHAT\tDETAIL" of the outcome, backwards as the script goes. */
  down(): Promise<readonly string[]>;
}>;

/** `run`: starts the words where the measures were applied. */
export function revertOf(
  planned: readonly PlannedMeasure[],
  run: (argv: readonly [string, ...string[]]) => Promise<ExecResult>,
): Revert {
  const folder = mkdtempSync(join(tmpdir(), 'oc-measures-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const place = { dir: join(folder, 'dir'), run: join(folder, 'run') };
  const id = '0a1b2c3d';
  for (const path of [join(place.dir, id), place.run]) mkdirSync(path, { recursive: true });
  const script = printRevertScript({
    state: {
      version: 1,
      id,
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      profile: 'test',
      auto: false,
      by: { user: 'tester', console: 'test' },
      raisedAt: unixMs(0),
      raisedUptime: 0,
      trialSeconds: 60,
      holdSeconds: 600,
      wall: 'none',
      measures: [],
    },
    place,
    trialUptime: 1_000_000_000,
    items: planned.flatMap(({ revert }) => revert),
  });
  const path = join(place.dir, id, 'revert.sh');
  writeFileSync(path, script, { mode: 0o700 });
  writeFileSync(join(place.dir, 'current'), `${id}\n`);
  return {
    async down() {
      const { stdout } = await run(['sh', path, 'down', 'operator']);
      return stdout.split('\n').filter((line) => line.startsWith('item '));
    },
  };
}

export const inServer =
  (net: TestNet) =>
  (argv: readonly [string, ...string[]]): Promise<ExecResult> =>
    net.exec(net.server, argv);
