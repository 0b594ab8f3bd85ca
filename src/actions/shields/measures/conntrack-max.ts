// A larger flow table, as far as memory allows: a full table drops everybody, the operator's new session included.

import { command } from '../../../core/plan.ts';
import { problem } from '../../../core/problem.ts';
import { fail, ok } from '../../../core/result.ts';
import { sanitise } from '../../../core/sanitise.ts';
import type { MeasureSpec } from '../../../core/shields.ts';
import { formatCount } from '../../../core/units.ts';
import type { Measure } from '../measure.ts';
import { readSysctl, type SysctlChange, sysctlItems, sysctlSteps } from './sysctls.ts';

type Spec = Extract<MeasureSpec, { measure: 'conntrack-max' }>;
type Found = Readonly<{ change: SysctlChange; limited: boolean }>;

const MAX = 'net.netfilter.nf_conntrack_max';
/** What one entry takes, with its extensions (nf_conntrack slab of Linux 6.x). */
const ENTRY_BYTES = 320;
/** The further entries may fill at most this share of the memory that is available. */
const MEMORY_SHARE = 8;
const INT_MAX = 2_147_483_647;
/** In other namespaces the file is read-only, and sysctl(8) of procps 4.0.2 then complains, but ends with 0. */
const MAY_WRITE = command(['test', '-w', `/proc/sys/${MAX.replaceAll('.', '/')}`], {
  okExits: [1],
  privileged: true,
});

export const conntrackMax: Measure<Spec, Found> = {
  id: 'conntrack-max',
  describe: ({ factor }) => sanitise(`room for ${factor} times as many tracked flows, where memory allows`),
  async gather({ factor }, { host }) {
    const [before, memory, mayWrite] = await Promise.all([
      readSysctl(host, MAX),
      host.read('/proc/meminfo'),
      host.run(MAY_WRITE),
    ]);
    if (!before.ok)
      return before.problem.code === 'not-found'
        ? fail(problem('not-found', 'connections are not tracked here'))
        : before;
    const available = memory.ok ? memAvailable(memory.value.toString('latin1')) : undefined;
    if (available === undefined)
      return fail(problem('unreadable', 'how much memory is available cannot be read'));
    if (mayWrite.ok && mayWrite.value.exitCode !== 0)
      return fail(problem('refused', 'only the first network namespace of a machine may set it'));
    // 0 means no limit at all.
    if (before.value <= 0) return fail(problem('refused', 'the table has no limit'));
    const wished = Math.floor(before.value * factor);
    const room = before.value + Math.floor(available / MEMORY_SHARE / ENTRY_BYTES);
    const wanted = Math.min(wished, room, INT_MAX);
    if (wanted <= before.value)
      return fail(problem('refused', 'there is no memory to spare, or nothing to raise'));
    return ok({ change: { name: MAX, before: before.value, wanted }, limited: wanted < wished });
  },
  hazard: (_, { change: { before, wanted }, limited }) => [
    sanitise(
      `a full table takes about ${formatCount(((wanted - before) * ENTRY_BYTES) / 1_048_576)} MiB more` +
        `${limited ? '; memory allows no larger one' : ''}`,
    ),
    sanitise(
      `when the shields come down with more than ${formatCount(before)} flows tracked, new ones wait until some end`,
    ),
  ],
  apply: (_, { change }) => ({ steps: sysctlSteps([change]) }),
  revert: (_, { change }) => sysctlItems([change]),
};

/** Bytes. "MemAvailable:   14520032 kB" */
export function memAvailable(meminfo: string): number | undefined {
  const match = /^MemAvailable:\s+(\d{1,15}) kB$/m.exec(meminfo);
  return match === null ? undefined : Number(match[1]) * 1024;
}
