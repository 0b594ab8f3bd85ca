// Load, cpu, memory and uptime of FreeBSD, OpenBSD and macOS, as `ASK_HOST` asks for them. FreeBSD 14.5:
//   kern.cp_times: 116 0 85 4 30896 205 0 103 6 30787          (user nice system interrupt idle, for each core)
//   vm.stats.vm.v_free_count: 482182
// OpenBSD 7.3 (one line for all cores; six numbers since 6.4: spinning too) and its `vmstat -s`:
//   kern.cp_time=2391,0,1987,60,117,976656
//         4096 bytes per page
// macOS 15 `vm_stat`:
//   Pages free:                               19455.

import type { HostSystem } from '../../core/host-system.ts';
import type { HostSample } from '../../core/rows.ts';

export type BsdReading = Partial<Pick<HostSample, 'load' | 'cpu' | 'memory' | 'uptimeSeconds'>> &
  Readonly<{ cores?: number }>;

type Values = ReadonlyMap<string, string>;

/** What was not among the answers is not in it. */
export function parseBsdHost(system: HostSystem, text: string): BsdReading {
  const values = valuesIn(text);
  const load = loadOf(values.get('vm.loadavg'));
  const cpu = coresOf(values);
  const cores = wholeOf(values.get('hw.ncpuonline')) ?? wholeOf(values.get('hw.ncpu')) ?? cpu?.length;
  const memory = memoryOf(system, values, text);
  const uptimeSeconds = uptimeOf(values);
  return {
    ...(load === undefined ? {} : { load }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(uptimeSeconds === undefined ? {} : { uptimeSeconds }),
    ...(cores === undefined || cores < 1 ? {} : { cores }),
  };
}

/** "hw.ncpu: 2" of FreeBSD and macOS, "hw.ncpu=2" of OpenBSD; the first of a name counts. */
function valuesIn(text: string): Values {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^([a-z][a-z0-9_.]{1,60})(?:: ?|=)(.{1,4000})$/.exec(line) ?? [];
    if (name !== '' && !values.has(name)) values.set(name, value.trim());
  }
  return values;
}

function wholeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,18}$/.test(text) ? Number(text) : undefined;
}

/** "{ 0.32 0.16 0.06 }" and "0.01 0.04 0.02". */
function loadOf(text = ''): BsdReading['load'] {
  const match = /^(?:\{ )?(\d{1,6}\.\d+) (\d{1,6}\.\d+) (\d{1,6}\.\d+)(?: \})?$/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

const STATES = 5;

/** Idle is the last state of each. Cores that could be there and are not have only zeros. */
function coresOf(values: Values): BsdReading['cpu'] {
  const each = numbersOf(values.get('kern.cp_times'));
  if (each.length > 0 && each.length % STATES === 0) {
    const cores = Array.from({ length: each.length / STATES }, (_, core) =>
      coreOf(each.slice(core * STATES, (core + 1) * STATES)),
    ).filter(({ total }) => total > 0);
    if (cores.length > 0) return cores;
  }
  const all = numbersOf(values.get('kern.cp_time'));
  return all.length === STATES || all.length === STATES + 1 ? [coreOf(all)] : undefined;
}

function numbersOf(text = ''): readonly number[] {
  return /^\d{1,18}(?:[ ,]\d{1,18})*$/.test(text) ? text.split(/[ ,]/).map(Number) : [];
}

function coreOf(times: readonly number[]): Readonly<{ busy: number; total: number }> {
  const total = times.reduce((sum, time) => sum + time, 0);
  return { busy: total - (times.at(-1) ?? 0), total };
}

/** Both by the clock over there. */
function uptimeOf(values: Values): number | undefined {
  const booted = values.get('kern.boottime') ?? '';
  const written = /^\{ sec = (\d{1,12}), usec = \d+ \}/.exec(booted)?.[1];
  const at = written === undefined ? Date.parse(`${booted} UTC`) / 1000 : Number(written);
  const now = wholeOf(values.get('now'));
  if (now === undefined || Number.isNaN(at) || now < at) return undefined;
  return now - at;
}

function memoryOf(system: HostSystem, values: Values, text: string): HostSample['memory'] {
  switch (system) {
    case 'freebsd':
      return ofFreebsd(values, text);
    case 'openbsd':
      return ofOpenbsd(text);
    case 'darwin':
      return ofDarwin(values, text);
    default:
      return undefined;
  }
}

/** Free, and what is given back without writing: inactive pages and what ZFS keeps beyond its least. */
function ofFreebsd(values: Values, text: string): HostSample['memory'] {
  const of = (name: string): number | undefined => wholeOf(values.get(name));
  const total = of('hw.physmem');
  const page = of('hw.pagesize');
  const free = of('vm.stats.vm.v_free_count');
  const inactive = of('vm.stats.vm.v_inactive_count');
  if (total === undefined || page === undefined || free === undefined || inactive === undefined)
    return undefined;
  const arc = of('kstat.zfs.misc.arcstats.size') ?? 0;
  const kept = of('kstat.zfs.misc.arcstats.c_min') ?? 0;
  const pages = free + inactive + (of('vm.stats.vm.v_cache_count') ?? 0);
  const available = Math.min(total, pages * page + Math.max(0, arc - kept));
  return { total, available, ...swapinfo(text) };
}

/** `swapinfo -k`; without swap it prints its head alone. */
function swapinfo(text: string): Pick<NonNullable<HostSample['memory']>, 'swapTotal' | 'swapFree'> {
  if (!/^Device +1K-blocks +Used +Avail/m.test(text)) return {};
  let swapTotal = 0;
  let swapFree = 0;
  for (const [, blocks, free] of text.matchAll(
    /^\/\S{1,200} +(\d{1,15}) +\d{1,15} +(\d{1,15}) +\d{1,3}%$/gm,
  )) {
    swapTotal += Number(blocks) * 1024;
    swapFree += Number(free) * 1024;
  }
  return { swapTotal, swapFree };
}

/** The buffer cache counts as used there: vmstat does not tell it from what the kernel needs. */
function ofOpenbsd(text: string): HostSample['memory'] {
  const of = (words: string): number | undefined => {
    const found = new RegExp(`^ {0,20}(\\d{1,15}) ${words}$`, 'm').exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const page = of('bytes per page');
  const [managed, free, inactive] = ['pages managed', 'pages free', 'pages inactive'].map(of);
  if (page === undefined || managed === undefined || free === undefined || inactive === undefined)
    return undefined;
  const [swap, used] = ['swap pages', 'swap pages in use'].map(of);
  const swaps =
    swap === undefined || used === undefined
      ? {}
      : { swapTotal: swap * page, swapFree: Math.max(0, swap - used) * page };
  return { total: managed * page, available: Math.min(managed, free + inactive) * page, ...swaps };
}

/** Purgeable pages are among the others already. */
function ofDarwin(values: Values, text: string): HostSample['memory'] {
  const total = wholeOf(values.get('hw.memsize'));
  const page = Number(/\(page size of (\d{4,6}) bytes\)/.exec(text)?.[1]);
  const counts = ['free', 'inactive', 'speculative'].map((kind) =>
    Number(new RegExp(`^Pages ${kind}: {1,60}(\\d{1,15})\\.$`, 'm').exec(text)?.[1]),
  );
  const pages = counts.reduce((sum, count) => sum + count, 0);
  if (total === undefined || Number.isNaN(pages * page)) return undefined;
  const swap = /^total = (\d+\.\d+)M +used = \d+\.\d+M +free = (\d+\.\d+)M/.exec(
    values.get('vm.swapusage') ?? '',
  );
  const swaps =
    swap === null ? {} : { swapTotal: Number(swap[1]) * 1_048_576, swapFree: Number(swap[2]) * 1_048_576 };
  return { total, available: Math.min(total, pages * page), ...swaps };
}
