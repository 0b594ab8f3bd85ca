// Interface counters every tick: one file.

import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { TrafficSample } from '../../core/rows.ts';
import { readText } from '../files.ts';
import type { PollSource } from '../source.ts';
import { parseNetDev } from './parse.ts';

const FILE = '/proc/net/dev';

export function trafficSource(options: Readonly<{ everyMs: number }>): PollSource<TrafficSample> {
  return {
    kind: 'poll',
    id: 'traffic',
    everyMs: options.everyMs,
    async read(host): Promise<Result<TrafficSample>> {
      const read = await readText(host, FILE);
      if (!read.ok) return read;
      const interfaces = parseNetDev(read.value);
      if (interfaces === undefined)
        return fail(problem('unreadable', `${FILE} is not in the form that Linux writes`));
      return ok({ at: host.now(), interfaces });
    },
  };
}
