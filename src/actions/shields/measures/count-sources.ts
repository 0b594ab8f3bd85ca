// The tracked flows by source, within a bounded time: a table that takes longer is counted in part, and that is said.

import { command } from '../../../core/plan.ts';
import { ok, type Result } from '../../../core/result.ts';
import { countTopSources, type TopCount } from '../../../firewall/shields/top-sources.ts';
import type { MeasureAt } from '../measure.ts';

const TABLE = '/proc/net/nf_conntrack';
/** Raising takes five seconds at most, and this is one measure of many. */
const COUNTING_MS = 1500;

export type Counted = TopCount & Readonly<{ partial: boolean }>;

/** `conntrack -L` where the kernel shows no file or we may not read it. */
export async function countSources({ host, signal }: MeasureAt, moreThan: number): Promise<Result<Counted>> {
  const counter = countTopSources();
  const ended = new AbortController();
  const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const startedAt = performance.now();
  const read = await host.readChunks(
    TABLE,
    (chunk) => {
      if (ended.signal.aborted) return;
      counter.push(chunk);
      if (performance.now() - startedAt > COUNTING_MS) ended.abort();
    },
    either,
  );
  if (read.ok || ended.signal.aborted) return ok({ ...counter.end(moreThan), partial: ended.signal.aborted });
  const again = countTopSources();
  const listing = command(['conntrack', '-L', '-o', 'extended'], {
    privileged: true,
    timeoutMs: COUNTING_MS,
    outputMaxBytes: 1 << 30,
  });
  const listed = await host.stream(listing, (chunk) => again.push(chunk), signal);
  if (listed.ok) return ok({ ...again.end(moreThan), partial: false });
  return listed.problem.code === 'timed-out' ? ok({ ...again.end(moreThan), partial: true }) : listed;
}
