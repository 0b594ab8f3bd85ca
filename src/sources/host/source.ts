// Load, cpu, memory, pressure, the disk of the logs and uptime: on Linux file reads only, no program is started.

import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { HostSample, Pressure } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import { readText } from '../files.ts';
import type { PollSource } from '../source.ts';
import { readBsdHost } from './bsd.ts';
import { parseLoad, parseMeminfo, parsePressure, parseStat, parseUptime } from './parse.ts';

const LOG_FOLDER = '/var/log';

export function hostSource(options: Readonly<{ everyMs: number }>): PollSource<HostSample> {
  return {
    kind: 'poll',
    id: 'host',
    everyMs: options.everyMs,
    read: readHost,
  };
}

async function readHost(host: Host): Promise<Result<HostSample>> {
  const { system = 'linux' } = host;
  if (system !== 'linux') return readBsdHost(host, system, LOG_FOLDER);
  const parsed = async <T>(path: string, parse: (text: string) => T): Promise<T | undefined> => {
    const read = await readText(host, path);
    return read.ok ? parse(read.value) : undefined;
  };
  const [load, cpu, memory, cpuWait, memoryWait, ioWait, uptimeSeconds, disk] = await Promise.all([
    parsed('/proc/loadavg', parseLoad),
    parsed('/proc/stat', parseStat),
    parsed('/proc/meminfo', parseMeminfo),
    parsed('/proc/pressure/cpu', parsePressure),
    parsed('/proc/pressure/memory', parsePressure),
    parsed('/proc/pressure/io', parsePressure),
    parsed('/proc/uptime', parseUptime),
    host.disk(LOG_FOLDER),
  ]);
  if (cpu === undefined || cpu.length === 0)
    return fail(problem('unreadable', '/proc/stat cannot be read: no load, no cpu'));
  const pressure = pressureOf(cpuWait, memoryWait, ioWait);
  return ok({
    at: host.now(),
    name: sanitise(host.name, 64),
    cores: cpu.length,
    cpu,
    ...(load === undefined ? {} : { load }),
    ...(memory === undefined ? {} : { memory }),
    ...(pressure === undefined ? {} : { pressure }),
    ...(uptimeSeconds === undefined ? {} : { uptimeSeconds }),
    ...(disk.ok ? { logDisk: { path: safe(LOG_FOLDER), ...disk.value } } : {}),
  });
}

/** Absent where the kernel has no PSI (psi=0, or before 4.20). */
function pressureOf(
  cpu: Pressure | undefined,
  memory: Pressure | undefined,
  io: Pressure | undefined,
): HostSample['pressure'] {
  if (cpu === undefined && memory === undefined && io === undefined) return undefined;
  return {
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(io === undefined ? {} : { io }),
  };
}
