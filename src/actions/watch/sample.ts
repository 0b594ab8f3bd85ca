// One look at the machine for the watch: six small files, and a program only when it can matter. Measured on 2 cores with
// Linux 6.18: the files 0.2 ms; `ss` for SYN_RECV 4 ms (10 ms with 3,000 of them), /proc/net/tcp 5 ms with no socket at all and
// growing with every open connection. So SYN_RECV is counted by `ss`, and only while load is high or the shields are up.
// /proc/net/stat/nf_conntrack does not count new flows any more (all zero on 6.18); Tcp PassiveOpens does count connections.

import { SYSTEM_NAMES } from '../../core/host-system.ts';
import { command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { WatchSettings } from '../../core/shields.ts';
import { parseUptime } from '../../firewall/shields/state.ts';
import type { Host } from '../../host/host.ts';
import {
  countSynRecv,
  parseCount,
  parseListenDrops,
  parseLoad1,
  parseOnlineCpus,
  parsePassiveOpens,
} from './proc.ts';
import type { Reading, WatchSample } from './signals.ts';

/** `all`: also what costs a program, whatever the load. */
export type Sampler = (wish: Readonly<{ all: boolean }>) => Promise<Result<WatchSample>>;

const SMALL_FILE_BYTES = 65_536;
const CONNTRACK = '/proc/sys/net/netfilter/nf_conntrack_';

export function createSampler(host: Host, settings: WatchSettings): Sampler {
  const lines = createLineMeter(host);
  return async ({ all }) => {
    const { system = 'linux' } = host;
    if (system !== 'linux')
      return fail(problem('refused', `the watch counts with files of Linux: not on ${SYSTEM_NAMES[system]}`));
    const uptime = await readAs(host, '/proc/uptime', parseUptime);
    if (typeof uptime !== 'number') return fail(problem('unreadable', '/proc/uptime cannot be read'));
    const [load1, cpus, conntrack, listenDrops, opened] = await Promise.all([
      readAs(host, '/proc/loadavg', parseLoad1),
      readAs(host, '/sys/devices/system/cpu/online', parseOnlineCpus),
      readConntrack(host),
      readAs(host, '/proc/net/netstat', parseListenDrops),
      readAs(host, '/proc/net/snmp', parsePassiveOpens),
    ]);
    const load = typeof load1 === 'number' && typeof cpus === 'number' && cpus > 0 ? load1 / cpus : undefined;
    const matters = all || load === undefined || load >= settings.load;
    const { synRecv: synThreshold, logRate } = settings;
    return ok({
      uptime,
      load,
      conntrack,
      listenDrops: known(listenDrops),
      opened: known(opened),
      synRecv: synThreshold !== undefined && matters ? await countHalfOpen(host, synThreshold) : undefined,
      log: logRate === undefined ? 'absent' : await lines(logRate.file, uptime),
    });
  };
}

const known = <T>(reading: Reading<T>): T | undefined => (reading === 'absent' ? undefined : reading);

async function readAs<T>(
  host: Host,
  path: string,
  parse: (text: string) => T | undefined,
): Promise<Reading<T>> {
  const read = await host.read(path, SMALL_FILE_BYTES);
  if (!read.ok) return read.problem.code === 'not-found' ? 'absent' : undefined;
  return parse(read.value.toString('latin1'));
}

/** No file: connection tracking is not loaded, so no table can fill up. */
async function readConntrack(host: Host): Promise<WatchSample['conntrack']> {
  const [count, max] = await Promise.all([
    readAs(host, `${CONNTRACK}count`, parseCount),
    readAs(host, `${CONNTRACK}max`, parseCount),
  ]);
  if (count === 'absent' || max === 'absent') return 'absent';
  return count === undefined || max === undefined ? undefined : { count, max };
}

/** A flood may have 100,000 of them: counting stops where more would change nothing. */
async function countHalfOpen(host: Host, threshold: number): Promise<number | undefined> {
  const enough = Math.max(1000, threshold * 4);
  const stop = new AbortController();
  let count = 0;
  const onChunk = (chunk: Buffer): void => {
    count += newlinesIn(chunk);
    if (count >= enough) stop.abort();
  };
  const asked = command(['ss', '-Htn', 'state', 'syn-recv'], { timeoutMs: 3000 });
  const listed = await host.stream(asked, onChunk, stop.signal);
  if (listed.ok || count >= enough) return count;
  return listed.problem.code === 'missing-tool' ? countInTables(host) : undefined;
}

async function countInTables(host: Host): Promise<number | undefined> {
  let total = 0;
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const read = await host.read(path, 33_554_432);
    if (!read.ok && read.problem.code === 'not-found' && path.endsWith('6')) continue;
    const count = read.ok ? countSynRecv(read.value.toString('latin1')) : undefined;
    if (count === undefined) return undefined;
    total += count;
  }
  return total;
}

function newlinesIn(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
  return count;
}

const TAIL_BYTES = 65_536;
const MEASURED_FOR_SECONDS = 600;

type Meter = (file: string, uptime: number) => Promise<WatchSample['log']>;

/** A busy log is never read: its growth is divided by the average length of its last lines, measured now and then. */
function createLineMeter(host: Host): Meter {
  let measured: Readonly<{ at: number; lineBytes: number }> | undefined;
  return async (file, uptime) => {
    const stat = await host.stat(file);
    if (!stat.ok || stat.value.kind !== 'file') return undefined;
    const { inode, size } = stat.value;
    if (measured === undefined || uptime - measured.at > MEASURED_FOR_SECONDS) {
      const lineBytes = size === 0 ? undefined : await lineLength(host, file);
      if (lineBytes !== undefined) measured = { at: uptime, lineBytes };
    }
    if (measured === undefined) return undefined;
    return { inode, bytes: size, lineBytes: measured.lineBytes };
  };
}

async function lineLength(host: Host, file: string): Promise<number | undefined> {
  let bytes = 0;
  let lines = 0;
  const onChunk = (chunk: Buffer): void => {
    bytes += chunk.length;
    lines += newlinesIn(chunk);
  };
  const asked = command(['tail', '-c', String(TAIL_BYTES), '--', file], { timeoutMs: 3000 });
  const listed = await host.stream(asked, onChunk);
  return listed.ok && lines > 0 ? bytes / lines : undefined;
}
