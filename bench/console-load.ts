// What the benches of the whole console share: what they need of the machine, a log that is flooded, and keys that are
// timed to the frame that shows them.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningConsole } from './console-run.ts';
import type { World } from './console-world.ts';

export type Figure = { name: string; value: number; unit: string; note?: string };

const TOOLS = ['ip', 'script', 'nft', 'ipset', 'iptables', 'conntrack'];
export const KEY_PAUSE_MS = 60;

/** Undefined: it can be measured here. */
export function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  const absent = TOOLS.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  return absent.length === 0 ? undefined : `not installed: ${absent.join(', ')}`;
}

/** Resolves with the lines per second that went into the access log, when it has written all. */
export async function startWriter(
  world: World,
  { perSecond, seconds }: Readonly<{ perSecond: number; seconds: number }>,
): Promise<number> {
  const script = join(import.meta.dirname, 'console-writer.ts');
  const argv = ['--disable-warning=ExperimentalWarning', script, world.accessLog];
  const child = spawn(process.execPath, [...argv, String(perSecond), String(seconds)], {
    cwd: dirname(import.meta.dirname),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await once(child, 'close');
  const [lines = Number.NaN, ms = Number.NaN] = said.split(' ').map(Number);
  return Math.round((1000 * lines) / ms);
}

/** Milliseconds, quickest first. Timed is the arrival of the cursor's sign at its new row: nothing else draws it. */
export async function keysToFrames(console: RunningConsole, keys: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let press = 0; press < keys; press++) {
    const from = performance.now();
    const shown = console.output((text) => text.includes('›'));
    console.press(press % 2 === 0 ? 'k' : 'j');
    await shown;
    times.push(performance.now() - from);
    // Not in step with the frames that the log causes.
    await sleep(KEY_PAUSE_MS * (0.5 + Math.random()));
  }
  return times.sort((a, b) => a - b);
}

/** The value below which that share lies. */
export function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
