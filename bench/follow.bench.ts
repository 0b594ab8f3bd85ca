// The log follower: lines a second from a file that is there, and how long the event loop is held up while a writer floods.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createFiles } from '../src/host/files.ts';
import { FOLLOW_TUNING, followFiles } from '../src/host/follow.ts';
import type { FollowOptions } from '../src/host/host.ts';

type Figure = { name: string; value: number; unit: string; note?: string };

const LINES = 1_000_000;
const FLOOD_PER_SECOND = 100_000;
const FLOOD_SECONDS = 5;
const LINE = `203.0.113.7 - - [10/Oct/2025:13:55:36 +0000] "GET /index.html HTTP/1.1" 200 2326 "-" "Mozilla/5.0"\n`;

// Argument 1 the file, 2 lines a second, 3 seconds, 4 lines per write.
const WRITER = `
const { openSync, writeSync } = require('node:fs');
const [path, rate, seconds, perWrite] = process.argv.slice(1);
const file = openSync(path, 'a');
const text = ${JSON.stringify(LINE)}.repeat(Number(perWrite));
const total = rate * seconds;
const began = performance.now();
let written = 0;
const timer = setInterval(() => {
  const due = Math.min(total, ((performance.now() - began) / 1000) * rate);
  while (written < due) { writeSync(file, text); written += Number(perWrite); }
  if (written >= total) { clearInterval(timer); process.stdout.write(String(written)); }
}, 2);
`;

export async function run(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'oc-bench-follow-'));
  try {
    return [
      await catchUp(join(folder, 'full.log')),
      ...(await flood(join(folder, 'batched.log'), 100)),
      ...(await flood(join(folder, 'unbuffered.log'), 1)),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Follows from the start until enough lines came, delivered all: no jump ahead. The count is of newlines. */
async function followed(path: string, isEnough: (lines: number) => boolean): Promise<void> {
  const abort = new AbortController();
  let lines = 0;
  const options: FollowOptions = {
    patterns: [path],
    tailBytes: Number.MAX_SAFE_INTEGER,
    signal: abort.signal,
    onEvent(event) {
      if (event.kind === 'data') {
        for (let at = event.bytes.indexOf(10); at >= 0; at = event.bytes.indexOf(10, at + 1)) lines++;
      }
      if (isEnough(lines)) abort.abort();
    },
  };
  await followFiles(options, createFiles(), { ...FOLLOW_TUNING, backlogMaxBytes: Number.POSITIVE_INFINITY });
}

async function catchUp(path: string): Promise<Figure> {
  writeFileSync(path, LINE.repeat(LINES));
  const began = performance.now();
  await followed(path, (lines) => lines >= LINES);
  const seconds = (performance.now() - began) / 1000;
  return { name: 'follow: a file of 1 M lines', value: Math.round(LINES / seconds), unit: 'lines/s' };
}

async function flood(path: string, perWrite: number): Promise<Figure[]> {
  writeFileSync(path, '');
  const total = FLOOD_PER_SECOND * FLOOD_SECONDS;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const argv = ['-e', WRITER, path, FLOOD_PER_SECOND, FLOOD_SECONDS, perWrite].map(String);
  const writer = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(writer, 'exit');
  const cpu = process.cpuUsage();
  delay.enable();
  await followed(path, (lines) => lines >= total);
  delay.disable();
  const used = process.cpuUsage(cpu);
  await ended;
  const name = `follow: ${FLOOD_PER_SECOND} lines/s, ${perWrite} per write`;
  const percent = (used.user + used.system) / 1e4 / FLOOD_SECONDS;
  return [
    // The sampling timer's own period is part of each value.
    { name: `${name}, event loop p99`, value: round(delay.percentile(99) / 1e6 - 1), unit: 'ms' },
    { name: `${name}, CPU`, value: round(percent), unit: '% of a core' },
  ];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
