// The whole built program on a real pty of 200×50 with every pane: how fast it opens, what it costs while nothing
// happens and while a log trickles, and how soon a key shows while a log is flooded. Needs root and util-linux.

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { at, type Figure, keysToFrames, startWriter, whyNot } from './console-load.ts';
import { COLUMNS, type Cost, ROWS, type RunningConsole, startConsole } from './console-run.ts';
import { makeWorld, PEER, type World } from './console-world.ts';

const STARTS = 7;
const WARM_UP_MS = 5_000;
const WATCH_MS = 25_000;
const TRICKLE_PER_S = 3;
const FLOOD_PER_S = 100_000;
const FLOOD_S = 30;
const KEYS = 250;
const FRAME_END = '\x1b[?2026l';
const REDRAW = '\x0c';
/** Only a frame that is written whole starts with a reset of the pen. */
const WHOLE_FRAME = '\x1b[?2026h\x1b[m';

export async function run(): Promise<Figure[]> {
  const missing = whyNot();
  if (missing !== undefined)
    return [{ name: 'console', value: Number.NaN, unit: '', note: `not measured: ${missing}` }];
  const world = makeWorld();
  try {
    return [...(await opening(world)), ...(await watching(world)), ...(await flooded(world))];
  } finally {
    world.remove();
  }
}

async function opening(world: World): Promise<Figure[]> {
  const times: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const console = await startConsole(world);
    times.push(console.firstFrameMs);
    await console.quit();
  }
  times.sort((a, b) => a - b);
  const note = `best ${times[0]?.toFixed(0)}, worst ${times.at(-1)?.toFixed(0)} of ${STARTS}`;
  return [{ name: 'exec to first complete frame', value: at(times, 0.5), unit: 'ms', note }];
}

async function watching(world: World): Promise<Figure[]> {
  const traffic = startTraffic(world);
  const console = await startConsole(world);
  try {
    await sleep(WARM_UP_MS);
    const idle = await spent(console);
    const memory = console.memory();
    const writer = startWriter(world, { perSecond: TRICKLE_PER_S, seconds: WATCH_MS / 1000 + 5 });
    await sleep(2_000);
    const trickle = await spent(console);
    await writer;
    const redrawn = console.output((text) => text.includes(FRAME_END, text.indexOf(WHOLE_FRAME)));
    console.press(REDRAW);
    const frame = await redrawn;
    const whole = Buffer.byteLength(frame.slice(frame.indexOf(WHOLE_FRAME)));
    const size = `${COLUMNS}×${ROWS}, 6 panes, 1 s refresh`;
    return [
      ...costFigures('idle', idle, size),
      { name: 'idle memory', value: memory.rssKiB / 1024, unit: 'MiB', note: peak(memory) },
      ...costFigures(`${TRICKLE_PER_S} lines/s`, trickle, size),
      {
        name: 'idle frame as a share of the whole screen',
        value: (100 * idle.bytes) / idle.frames / whole,
        unit: '%',
        note: `whole screen ${whole} bytes: less than what Ink's default writer sends for every frame`,
      },
    ];
  } finally {
    traffic.kill();
    await console.quit();
  }
}

/** Packets out of the namespace's interface, so that its chart has something to show. */
function startTraffic(world: World): ChildProcess {
  const code = `const socket = require('node:dgram').createSocket('udp4');
    setInterval(() => socket.send(Buffer.alloc(Math.ceil(1400 * Math.random())), 9, '${PEER}'), 100);`;
  return spawn('ip', ['netns', 'exec', world.netns, process.execPath, '-e', code], { stdio: 'ignore' });
}

const peak = ({ peakKiB }: Readonly<{ peakKiB: number }>): string =>
  `VmRSS, threads included; peak ${(peakKiB / 1024).toFixed(0)}`;

async function spent(console: RunningConsole): Promise<Cost> {
  const before = console.cost();
  await sleep(WATCH_MS);
  const after = console.cost();
  return {
    cpuMs: after.cpuMs - before.cpuMs,
    bytes: after.bytes - before.bytes,
    frames: after.frames - before.frames,
    at: after.at - before.at,
  };
}

function costFigures(name: string, cost: Cost, note: string): Figure[] {
  const seconds = cost.at / 1000;
  return [
    { name: `${name}: processor`, value: (100 * cost.cpuMs) / cost.at, unit: '% of core', note },
    { name: `${name}: to the terminal`, value: cost.bytes / seconds, unit: 'bytes/s' },
    { name: `${name}: frames`, value: cost.frames / seconds, unit: '/s' },
  ];
}

/** Keys move the cursor in the log that is being flooded. */
async function flooded(world: World): Promise<Figure[]> {
  const console = await startConsole(world);
  try {
    await sleep(2_000);
    const writer = startWriter(world, { perSecond: FLOOD_PER_S, seconds: FLOOD_S });
    await sleep(2_000);
    console.press('k');
    await sleep(500);
    const before = console.cost();
    const times = await keysToFrames(console, KEYS);
    const after = console.cost();
    const memory = console.memory();
    const written = await writer;
    const note = `${KEYS} keys; median ${at(times, 0.5).toFixed(1)}, worst ${times.at(-1)?.toFixed(1)}; ${written} lines/s`;
    return [
      { name: 'key to frame in a flooded log, p99', value: at(times, 0.99), unit: 'ms', note },
      {
        name: 'flooded: processor',
        value: (100 * (after.cpuMs - before.cpuMs)) / (after.at - before.at),
        unit: '% of core',
      },
      { name: 'flooded: memory', value: memory.rssKiB / 1024, unit: 'MiB', note: peak(memory) },
    ];
  } finally {
    await console.quit();
  }
}
