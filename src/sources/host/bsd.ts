// The host source where there is no /proc: one small shell a tick, which asks sysctl and its kin.

import { cpus } from 'node:os';
import { type HostSystem, SYSTEM_NAMES } from '../../core/host-system.ts';
import type { Command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { HostSample } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import { askInOne } from '../bsd-script.ts';
import { type BsdReading, parseBsdHost } from './parse-bsd.ts';

const NOW = 'echo "now: $(date +%s)"';

/** `-i`: names that this kernel does not have (no ZFS, an older FreeBSD) are passed over. */
const ASK: Readonly<Partial<Record<HostSystem, Command>>> = {
  freebsd: askInOne([
    [
      'sysctl -i vm.loadavg hw.ncpu kern.cp_times kern.cp_time kern.boottime hw.physmem hw.pagesize',
      'vm.stats.vm.v_free_count vm.stats.vm.v_inactive_count vm.stats.vm.v_cache_count',
      'kstat.zfs.misc.arcstats.size kstat.zfs.misc.arcstats.c_min 2>/dev/null',
    ].join(' '),
    NOW,
    'swapinfo -k 2>/dev/null',
  ]),
  openbsd: askInOne([
    'sysctl vm.loadavg hw.ncpuonline hw.ncpu kern.cp_time kern.boottime 2>/dev/null',
    NOW,
    'vmstat -s 2>/dev/null',
  ]),
  darwin: askInOne([
    'sysctl vm.loadavg hw.ncpu kern.boottime hw.memsize vm.swapusage 2>/dev/null',
    NOW,
    'vm_stat 2>/dev/null',
  ]),
};

export async function readBsdHost(
  host: Host,
  system: HostSystem,
  logFolder: string,
): Promise<Result<HostSample>> {
  const ask = ASK[system];
  if (ask === undefined)
    return fail(problem('unreadable', 'this is neither Linux, FreeBSD, OpenBSD nor macOS: no load, no cpu'));
  const [answer, disk] = await Promise.all([host.run(ask), host.disk(logFolder)]);
  if (!answer.ok) return answer;
  const { cores, ...reading } = parseBsdHost(system, answer.value.stdout);
  if (cores === undefined)
    return fail(problem('unreadable', `sysctl of ${SYSTEM_NAMES[system]} told neither cores nor load`));
  return ok({
    at: host.now(),
    name: sanitise(host.name, 64),
    cores,
    ...reading,
    ...(reading.cpu === undefined && host.kind === 'local' ? ownCores() : {}),
    ...(disk.ok ? { logDisk: { path: safe('/var/log'), ...disk.value } } : {}),
  });
}

/** macOS tells no shell what its cores have done; of the machine that we run on Node knows it. */
function ownCores(): Pick<BsdReading, 'cpu'> {
  const cpu = cpus().map(({ times }) => {
    const busy = times.user + times.nice + times.sys + times.irq;
    return { busy, total: busy + times.idle };
  });
  return cpu.length === 0 ? {} : { cpu };
}
