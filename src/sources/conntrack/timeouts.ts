// The timeouts of connection tracking as they are now, beside what the kernel ships and what the presets would set.
// /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established of Linux 6.18 holds one number, seconds, readable by all:
//   432000

import { fail, ok, type Result } from '../../core/result.ts';
import type { TimeoutRow } from '../../core/rows.ts';
import { TIMEOUTS } from '../../firewall/timeouts.ts';
import { readNumber } from '../files.ts';
import type { PollSource } from '../source.ts';
import { flowsKeptBy, noFlowsOn, readPfTimeouts } from './pf.ts';
import { readCount } from './source.ts';

export function timeoutsSource(options: Readonly<{ everyMs: number }>): PollSource<readonly TimeoutRow[]> {
  return {
    kind: 'poll',
    id: 'timeouts',
    everyMs: options.everyMs,
    async read(host, signal): Promise<Result<readonly TimeoutRow[]>> {
      const keeper = flowsKeptBy(host);
      if (keeper === 'pf') return readPfTimeouts(host, signal);
      if (keeper === 'nobody') return fail(noFlowsOn(host.system));
      const loaded = await readCount(host);
      if (!loaded.ok) return loaded;
      const rows = TIMEOUTS.map(async (facts): Promise<TimeoutRow> => {
        const current = await readNumber(host, `/proc/sys/net/netfilter/${facts.name}`);
        return current === undefined ? facts : { ...facts, current };
      });
      return ok(await Promise.all(rows));
    },
  };
}
