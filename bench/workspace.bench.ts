// The workspace under load: eight panes while a program floods its pane and a log floods another. How soon a key shows,
// what a frame costs, and what twelve panes take of the memory. Needs root and util-linux.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { at, type Figure, KEY_PAUSE_MS, keysToFrames, startWriter, whyNot } from './console-load.ts';
import { COLUMNS, ROWS, startConsole } from './console-run.ts';
import { makeWorld, type World } from './console-world.ts';

const KEYS = 200;
const FLOOD_PER_S = 20_000;
const SETTLE_MS = 3_000;
const WATCH_MS = 10_000;
/** Every line is another: the same line again and again would change no cell. */
const PROGRAM_FLOOD = 'while :; do seq 1 1000000; done';

export async function run(): Promise<Figure[]> {
  const missing = whyNot();
  if (missing !== undefined)
    return [{ name: 'workspace', value: Number.NaN, unit: '', note: `not measured: ${missing}` }];
  const world = makeWorld();
  try {
    return [...(await flooded(world)), ...(await twelve(world))];
  } finally {
    world.remove();
  }
}

const KERNEL_PANES = ['bans', 'conntrack', 'traffic', 'host', 'journal'];

/** A session of these panes in one window, in the world's folder. */
function withPanes(world: World, panes: readonly string[]): World {
  const session = join(world.folder, 'workspace.yml');
  const list = panes.map((pane) => `      - ${pane}\n`).join('');
  writeFileSync(
    session,
    `version: 1\nrefresh: 1s\nwindows:\n  - name: all\n    layout: tiled\n    panes:\n${list}`,
  );
  return { ...world, session };
}

const program = (command: string): string => `run: { command: "${command}", start: auto }`;

async function flooded(world: World): Promise<Figure[]> {
  const panes = [`log: ${world.accessLog}`, program(PROGRAM_FLOOD), ...KERNEL_PANES, `log: ${world.authLog}`];
  const console = await startConsole(withPanes(world, panes));
  try {
    await sleep(SETTLE_MS);
    const seconds = Math.ceil((WATCH_MS + SETTLE_MS + KEYS * (KEY_PAUSE_MS + 60)) / 1000) + 2;
    const writer = startWriter(world, { perSecond: FLOOD_PER_S, seconds });
    await sleep(SETTLE_MS);
    const before = console.cost();
    await sleep(WATCH_MS);
    const after = console.cost();
    console.press('k');
    await sleep(500);
    const [waited, from] = [console.waitedMs(), performance.now()];
    const keys = await keysToFrames(console, KEYS);
    const waitShare = (console.waitedMs() - waited) / (performance.now() - from);
    const memory = console.memory();
    const lines = await writer;
    const [frames, bytes, ms] = [
      after.frames - before.frames,
      after.bytes - before.bytes,
      after.at - before.at,
    ];
    const size = `${COLUMNS}×${ROWS}, ${panes.length} panes; a program and a log flood (${lines} lines/s)`;
    return [
      { name: 'flooded: key to frame, median', value: at(keys, 0.5), unit: 'ms', note: size },
      { name: 'flooded: key to frame, p99', value: at(keys, 0.99), unit: 'ms', note: `${KEYS} keys` },
      {
        name: 'flooded: no core for its keys',
        value: 100 * waitShare,
        unit: '% of time',
        note: 'where it is much, others make the p99',
      },
      { name: 'flooded: frames', value: (1000 * frames) / ms, unit: '/s' },
      { name: 'flooded: bytes of a frame', value: bytes / frames, unit: 'bytes' },
      { name: 'flooded: processor', value: (100 * (after.cpuMs - before.cpuMs)) / ms, unit: '% of core' },
      { name: 'flooded: memory', value: memory.rssKiB / 1024, unit: 'MiB', note: peak(memory) },
    ];
  } finally {
    await console.quit();
  }
}

const peak = ({ peakKiB }: Readonly<{ peakKiB: number }>): string => `peak ${(peakKiB / 1024).toFixed(0)}`;

async function twelve(world: World): Promise<Figure[]> {
  const idle = ['sh', 'cat', "sh -c 'while sleep 1; do date; done'"].map(program);
  const logs = [`log: ${world.accessLog}`, `log: ${world.authLog}`, `log: ${world.accessLog}`];
  const panes = [...logs, ...KERNEL_PANES, ...idle, 'watch: { command: "uptime", start: auto }'];
  const console = await startConsole(withPanes(world, panes));
  try {
    await sleep(2 * SETTLE_MS);
    const before = console.cost();
    await sleep(WATCH_MS);
    const after = console.cost();
    const memory = console.memory();
    const ms = after.at - before.at;
    const note = `${panes.length} panes, three of them programs, one a watch; ${peak(memory)}`;
    return [
      { name: 'twelve panes: memory', value: memory.rssKiB / 1024, unit: 'MiB', note },
      {
        name: 'twelve panes: processor',
        value: (100 * (after.cpuMs - before.cpuMs)) / ms,
        unit: '% of core',
      },
      {
        name: 'twelve panes: to the terminal',
        value: (1000 * (after.bytes - before.bytes)) / ms,
        unit: 'bytes/s',
      },
    ];
  } finally {
    await console.quit();
  }
}
