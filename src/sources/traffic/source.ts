// Interface counters every tick: one file on Linux, one small shell elsewhere.

import { type HostSystem, SYSTEM_NAMES } from '../../core/host-system.ts';
import type { Command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { TrafficSample } from '../../core/rows.ts';
import type { Host } from '../../host/host.ts';
import { askInOne } from '../bsd-script.ts';
import { readText } from '../files.ts';
import type { PollSource } from '../source.ts';
import { parseNetDev } from './parse.ts';
import { parseNetstat } from './parse-bsd.ts';

const FILE = '/proc/net/dev';

/** OpenBSD tells bytes in one listing and packets in another. -W: whole names; -d: what was dropped on the way out. */
const ASK: Readonly<Record<Exclude<HostSystem, 'linux'>, Command>> = {
  freebsd: askInOne(['netstat -ibdnW']),
  openbsd: askInOne(['netstat -ibn', 'netstat -in']),
  darwin: askInOne(['netstat -ibdn']),
  other: askInOne(['netstat -ibn']),
};

export function trafficSource(options: Readonly<{ everyMs: number }>): PollSource<TrafficSample> {
  return {
    kind: 'poll',
    id: 'traffic',
    everyMs: options.everyMs,
    async read(host): Promise<Result<TrafficSample>> {
      if (host.system !== undefined && host.system !== 'linux') return readNetstat(host, host.system);
      const read = await readText(host, FILE);
      if (!read.ok) return read;
      const interfaces = parseNetDev(read.value);
      if (interfaces === undefined)
        return fail(problem('unreadable', `${FILE} is not in the form that Linux writes`));
      return ok({ at: host.now(), interfaces });
    },
  };
}

async function readNetstat(host: Host, system: Exclude<HostSystem, 'linux'>): Promise<Result<TrafficSample>> {
  const answer = await host.run(ASK[system]);
  if (!answer.ok) return answer;
  const interfaces = parseNetstat(answer.value.stdout);
  if (interfaces === undefined)
    return fail(
      problem('unreadable', `netstat of ${SYSTEM_NAMES[system]} is not in a form that we know: no bytes`),
    );
  return ok({ at: host.now(), interfaces });
}
