// Top sources of a combined log: our one pass beside gawk and, where installed, goaccess, on the same million
// lines.

import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTopSources, type TopReport } from '../src/sources/logs/aggregate.ts';

type Figure = { name: string; value: number; unit: string; note?: string };

const LINES = 1_000_000;
const ADDRESSES = 50_000;
const ROUNDS = 5;
const READ_BYTES = 1 << 20;

export async function run(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'oc-bench-logs-'));
  try {
    const path = join(folder, 'access.log');
    writeLog(path);
    const megabytes = Math.round(statSync(path).size / 1e6);
    const ours = fastest(() => countOurselves(path));
    const figures: Figure[] = [
      {
        name: 'log top sources',
        value: Math.round(LINES / ours.seconds),
        unit: 'lines/s',
        note: `${LINES} combined lines, ${megabytes} MB, ${ours.result.distinct} addresses, best of ${ROUNDS}`,
      },
    ];
    if (installed('gawk')) {
      const theirs = fastest(() => countByAwk(path));
      checkEqual(ours.result, theirs.result);
      figures.push({
        name: 'log top sources, gawk {c[$1]++}',
        value: Math.round(LINES / theirs.seconds),
        unit: 'lines/s',
        note: 'every count equal to ours',
      });
    }
    if (installed('goaccess')) figures.push(goaccess(path));
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fastest<T>(work: () => T): { result: T; seconds: number } {
  let best = { result: work(), seconds: Number.POSITIVE_INFINITY };
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const result = work();
    const seconds = (performance.now() - began) / 1000;
    if (seconds < best.seconds) best = { result, seconds };
  }
  return best;
}

function countOurselves(path: string): TopReport {
  const sources = createTopSources();
  const file = openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (;;) {
    const size = readSync(file, buffer, 0, buffer.length, null);
    if (size === 0) break;
    sources.push(buffer.subarray(0, size));
  }
  closeSync(file);
  sources.end();
  return sources.report(ADDRESSES);
}

function countByAwk(path: string): Map<string, number> {
  const program = '{c[$1]++} END {for (k in c) print c[k], k}';
  const { stdout } = spawnSync('gawk', [program, path], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return new Map(
    stdout
      .trimEnd()
      .split('\n')
      .map((line): [string, number] => {
        const [count = '', address = ''] = line.split(' ');
        return [address, Number(count)];
      }),
  );
}

function checkEqual(ours: TopReport, theirs: ReadonlyMap<string, number>): void {
  if (ours.lines !== LINES || ours.without !== 0 || ours.distinct !== theirs.size)
    throw new Error(`gawk counted ${theirs.size} addresses, we ${ours.distinct} in ${ours.lines} lines`);
  for (const { net, count } of ours.sources) {
    if (theirs.get(net.text) !== count)
      throw new Error(`${net.text}: gawk counted ${theirs.get(net.text)}, we ${count}`);
  }
}

/** A whole report, which is what it makes; it has no cheaper way to the top sources. */
function goaccess(path: string): Figure {
  const began = performance.now();
  const argv = [path, '--log-format=COMBINED', '--no-global-config', '-o', join(path, '..', 'report.json')];
  const { status } = spawnSync('goaccess', argv, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`goaccess ended with ${status}`);
  const value = Math.round(LINES / ((performance.now() - began) / 1000));
  return { name: 'log top sources, goaccess', value, unit: 'lines/s', note: 'full report to JSON, once' };
}

function installed(tool: string): boolean {
  return spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Deterministic: skewed sources, one in five IPv6, agents and paths of usual length. */
function writeLog(path: string): void {
  const random = createRandom(42);
  const addresses = Array.from({ length: ADDRESSES }, (_, index) =>
    index % 5 === 4
      ? `2001:db8:${(index >> 8).toString(16)}:${(index & 255).toString(16)}::${(index + 1).toString(16)}`.replace(
          /:0:/,
          ':f:',
        )
      : `${11 + (index % 180)}.${(index >> 8) & 255}.${index & 255}.${1 + ((index * 7) % 254)}`,
  );
  const agents = [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36',
    'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    'curl/7.88.1',
    'Mozilla/5.0 zgrab/0.x',
  ];
  const file = openSync(path, 'w');
  let block: string[] = [];
  for (let line = 0; line < LINES; line++) {
    const source = Math.floor(ADDRESSES ** random()) - 1;
    const second = String(line % 60).padStart(2, '0');
    const request = `GET /articles/${line % 4999}/a-slug-of-usual-length HTTP/1.1`;
    const agent = agents[Math.floor(random() * agents.length)];
    block.push(
      `${addresses[source]} - - [20/Nov/2026:12:00:${second} +0000] "${request}" 200 ${line % 90_000} "-" "${agent}"\n`,
    );
    if (block.length === 20_000) {
      writeSync(file, block.join(''));
      block = [];
    }
  }
  writeSync(file, block.join(''));
  closeSync(file);
}

/** mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
