// The files behind load, cpu, memory, pressure and uptime. Linux 6.18:
//   /proc/loadavg          0.55 0.31 0.16 1/108 13827
//   /proc/stat             cpu0 4400 0 3493 181303 98 0 21 8 0 0        (user nice system idle iowait irq softirq steal guest guest_nice)
//   /proc/meminfo          MemAvailable:   24317768 kB
//   /proc/pressure/memory  some avg10=0.00 avg60=0.00 avg300=0.00 total=0
//   /proc/uptime           1900.01 3612.29

import type { HostSample, Pressure } from '../../core/rows.ts';

export function parseLoad(text: string): readonly [number, number, number] | undefined {
  const match = /^(\d+\.\d+) (\d+\.\d+) (\d+\.\d+) /.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

/**
 * Jiffies per core since boot (proc_stat(5)). Busy is all but idle and iowait; steal counts as busy, because the core was not ours.
 * Guest time is already in user time.
 */
export function parseStat(text: string): NonNullable<HostSample['cpu']> {
  const cores: { busy: number; total: number }[] = [];
  for (const match of text.matchAll(/^cpu\d+((?: \d+){4,10})\s*$/gm)) {
    const times = (match[1] ?? '').trim().split(' ').map(Number).slice(0, 8);
    const total = times.reduce((sum, time) => sum + time, 0);
    cores.push({ busy: total - (times[3] ?? 0) - (times[4] ?? 0), total });
  }
  return cores;
}

/** Bytes. Undefined without MemTotal and MemAvailable (kernels before 3.14). */
export function parseMeminfo(text: string): HostSample['memory'] {
  const values = new Map<string, number>();
  for (const match of text.matchAll(/^(\w+):\s+(\d+) kB$/gm))
    values.set(match[1] ?? '', Number(match[2]) * 1024);
  const total = values.get('MemTotal');
  const available = values.get('MemAvailable');
  if (total === undefined || available === undefined) return undefined;
  return { total, available, swapTotal: values.get('SwapTotal') ?? 0, swapFree: values.get('SwapFree') ?? 0 };
}

/** Share of the last 10 s in which some (or all) tasks waited, percent (Documentation/accounting/psi.rst). */
export function parsePressure(text: string): Pressure | undefined {
  const some = /^some avg10=(\d+\.\d+) /m.exec(text);
  const full = /^full avg10=(\d+\.\d+) /m.exec(text);
  if (some === null) return undefined;
  return { some10: Number(some[1]), ...(full === null ? {} : { full10: Number(full[1]) }) };
}

export function parseUptime(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) /.exec(text);
  return match === null ? undefined : Number(match[1]);
}
