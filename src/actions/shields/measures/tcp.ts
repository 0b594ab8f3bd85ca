// How the kernel answers floods of SYN packets: cookies on, fewer repeated answers, a longer queue.

import { problem } from '../../../core/problem.ts';
import { fail, ok } from '../../../core/result.ts';
import { type SafeText, safe } from '../../../core/sanitise.ts';
import type { MeasureSpec } from '../../../core/shields.ts';
import type { Measure } from '../measure.ts';
import { planSysctls, type SysctlChange, sysctlItems, sysctlSteps } from './sysctls.ts';

type Spec = Extract<MeasureSpec, { measure: 'tcp' }>;

const COOKIES = 'net.ipv4.tcp_syncookies';
const RETRIES = 'net.ipv4.tcp_synack_retries';
const BACKLOG = 'net.ipv4.tcp_max_syn_backlog';

const HAZARDS: Readonly<Record<string, SafeText>> = {
  [COOKIES]: safe('connections made by a SYN cookie may lose window scaling and selective acknowledgement'),
  [RETRIES]: safe('clients on lines that lose packets may fail to connect'),
  [BACKLOG]: safe('half-open connections may take some megabytes more'),
};

/** The names say ipv4, but hold for both families. */
export const tcp: Measure<Spec, Readonly<{ changes: readonly SysctlChange[] }>> = {
  id: 'tcp',
  describe: () => safe('the kernel answers SYN floods with cookies, fewer repeats and a longer queue'),
  async gather({ syncookies, synackRetries, synBacklog }, { host }) {
    const changes = await planSysctls(host, [
      { name: COOKIES, value: (before) => Math.max(before, syncookies) },
      { name: RETRIES, value: (before) => Math.min(before, synackRetries) },
      { name: BACKLOG, value: (before) => Math.max(before, synBacklog) },
    ]);
    if (changes.ok) return ok({ changes: changes.value });
    return changes.problem.code === 'not-found'
      ? fail(problem('not-found', 'this kernel has no such settings here'))
      : changes;
  },
  hazard: (_, { changes }) =>
    changes.flatMap(({ name }) => {
      const words = HAZARDS[name];
      return words === undefined ? [] : [words];
    }),
  apply: (_, { changes }) => ({ steps: sysctlSteps(changes) }),
  revert: (_, { changes }) => sysctlItems(changes),
};
