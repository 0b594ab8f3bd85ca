// Programs in panes under load: what a flood in one, in six and in twelve of them costs, and where the memory of twelve
// floods levels off. OPSCONSOLE_BENCH_FLOOD_S: how long that one is watched. Needs root and util-linux.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, whyNot } from './console-load.ts';
import { COLUMNS, ROWS, type RunningConsole, startConsole } from './console-run.ts';
import { makeWorld, type World } from './console-world.ts';

type Flood = Readonly<{ name: string; command: string; panes: number }>;

const SETTLE_MS = 4_000;
const WATCH_MS = 8_000;
const LEVEL_S = Number(process.env.OPSCONSOLE_BENCH_FLOOD_S ?? 60);
const LOOKS = 6;

const SEQ = 'while :; do seq 1 1000000; done';
const FLOODS: readonly Flood[] = [
  { name: 'nothing, 12 panes', command: 'sleep 1000', panes: 12 },
  { name: '1 yes', command: 'yes', panes: 1 },
  { name: '1 urandom', command: 'cat /dev/urandom', panes: 1 },
  { name: '6 seq', command: SEQ, panes: 6 },
  { name: '12 yes', command: 'yes', panes: 12 },
  { name: '12 seq', command: SEQ, panes: 12 },
  { name: '12 urandom', command: 'cat /dev/urandom', panes: 12 },
];

export async function run(): Promise<Figure[]> {
  const missing = whyNot();
  if (missing !== undefined)
    return [{ name: 'programs', value: Number.NaN, unit: '', note: `not measured: ${missing}` }];
  const world = makeWorld();
  try {
    const figures: Figure[] = [];
    for (const flood of FLOODS) figures.push(...(await withFlood(world, flood, costs)));
    figures.push(...(await withFlood(world, { name: '12 yes', command: 'yes', panes: 12 }, levels)));
    return figures;
  } finally {
    world.remove();
  }
}

type Measure = (console: RunningConsole, flood: Flood) => Promise<readonly Figure[]>;

async function withFlood(world: World, flood: Flood, measure: Measure): Promise<readonly Figure[]> {
  const session = join(world.folder, 'programs.yml');
  const pane = `      - run: { command: "${flood.command}", start: auto }\n`;
  writeFileSync(
    session,
    `version: 1\nwindows:\n  - name: all\n    layout: tiled\n    panes:\n${pane.repeat(flood.panes)}`,
  );
  const console = await startConsole({ ...world, session });
  try {
    await sleep(SETTLE_MS);
    return await measure(console, flood);
  } finally {
    await console.quit();
  }
}

async function costs(console: RunningConsole, { name }: Flood): Promise<readonly Figure[]> {
  const before = console.cost();
  await sleep(WATCH_MS);
  const after = console.cost();
  const ms = after.at - before.at;
  const note = `${COLUMNS}×${ROWS}, ${((1000 * (after.frames - before.frames)) / ms).toFixed(1)} frames/s`;
  return [
    { name: `${name}: processor`, value: (100 * (after.cpuMs - before.cpuMs)) / ms, unit: '% of core', note },
    { name: `${name}: memory`, value: console.memory().rssKiB / 1024, unit: 'MiB' },
  ];
}

async function levels(console: RunningConsole, { name }: Flood): Promise<readonly Figure[]> {
  const looks: number[] = [];
  for (let look = 0; look < LOOKS; look++) {
    await sleep((1000 * LEVEL_S) / LOOKS);
    looks.push(console.memory().rssKiB / 1024);
  }
  const note = `every ${Math.round(LEVEL_S / LOOKS)} s: ${looks.map((mib) => mib.toFixed(0)).join(' ')}`;
  return [
    { name: `${name}: memory after ${LEVEL_S} s`, value: looks.at(-1) ?? Number.NaN, unit: 'MiB', note },
  ];
}
