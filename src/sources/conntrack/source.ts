// The cheap look at connection tracking, every tick: count, max, and the counters of what it had to refuse.

import { command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ConntrackSample } from '../../core/rows.ts';
import type { Host } from '../../host/host.ts';
import { readNumber, readText, wholeNumber } from '../files.ts';
import type { PollSource } from '../source.ts';
import { type ConntrackCounters, parseStatFile, parseStatTool } from './parse.ts';
import { createPfSample, flowsKeptBy, noFlowsOn } from './pf.ts';

const NETFILTER = '/proc/sys/net/netfilter';
const STAT_FILE = '/proc/net/stat/nf_conntrack';
/** Where only the tool answers, a process per tick would cost the screen: it is asked this rarely. */
const TOOL_EVERY_MS = 10_000;

export function conntrackSource(options: Readonly<{ everyMs: number }>): PollSource<ConntrackSample> {
  const pf = createPfSample();
  let asked: Readonly<{ at: number; counters: ConntrackCounters | undefined }> | undefined;
  const countersOf = async (host: Host, signal: AbortSignal): Promise<ConntrackCounters | undefined> => {
    const file = await readText(host, STAT_FILE);
    const parsed = file.ok ? parseStatFile(file.value) : undefined;
    if (parsed !== undefined || !host.privileged) return parsed;
    if (asked === undefined || host.now() - asked.at >= TOOL_EVERY_MS)
      asked = { at: host.now(), counters: await askTool(host, signal) };
    return asked.counters;
  };
  return {
    kind: 'poll',
    id: 'conntrack',
    everyMs: options.everyMs,
    async read(host, signal): Promise<Result<ConntrackSample>> {
      const keeper = flowsKeptBy(host);
      if (keeper === 'pf') return pf(host, signal);
      if (keeper === 'nobody') return fail(noFlowsOn(host.system));
      const [count, max, accounting, counters] = await Promise.all([
        readCount(host),
        readNumber(host, `${NETFILTER}/nf_conntrack_max`),
        readNumber(host, `${NETFILTER}/nf_conntrack_acct`),
        countersOf(host, signal),
      ]);
      if (!count.ok) return count;
      return ok({
        at: host.now(),
        count: count.value,
        ...(max === undefined ? {} : { max }),
        ...counters,
        ...(accounting === undefined ? {} : { accounting: accounting !== 0 }),
      });
    },
  };
}

/** Flows in the table now. "Not loaded" is a state of its own: it is not an empty table. */
export async function readCount(host: Host): Promise<Result<number>> {
  const path = `${NETFILTER}/nf_conntrack_count`;
  const read = await readText(host, path);
  if (!read.ok) {
    if (read.problem.code !== 'not-found') return read;
    return fail(
      problem('not-found', 'connection tracking is not loaded: no firewall rule uses it', {
        hint: 'it starts with the first rule that tests "ct state"; then press r',
      }),
    );
  }
  const count = wholeNumber(read.value);
  return count === undefined ? fail(problem('unreadable', `${path} does not hold a number`)) : ok(count);
}

async function askTool(host: Host, signal: AbortSignal): Promise<ConntrackCounters | undefined> {
  if ((await host.which('conntrack')) === undefined) return undefined;
  const finished = await host.run(
    command(['conntrack', '-S'], { privileged: true, timeoutMs: 3000 }),
    signal,
  );
  return finished.ok ? parseStatTool(finished.value.stdout) : undefined;
}
