// The flow report: who fills the table. One pass over /proc/net/nf_conntrack, which is half the price of
// `conntrack -L`; that tool is asked where the kernel shows no such file, only root may read it, or reading it is
// slow (older kernels search the table from its start for every page, so that the price grows with the square).

import { command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { FlowReport } from '../../core/rows.ts';
import type { Host } from '../../host/host.ts';
import type { PollSource } from '../source.ts';
import type { StartWorker } from './flow-messages.ts';
import { FlowParser } from './flow-parser.ts';
import { countFeed, countFile, type PassOptions } from './flow-pass.ts';
import { type FlowCounts, reportOf } from './flow-report.ts';
import { readOwnNets } from './own-nets.ts';
import { flowsKeptBy, noFlowsOn, readPfFlows } from './pf.ts';
import { readCount } from './source.ts';
import { flowsSeconds, spareLine } from './spare-line.ts';

/** Up to here a pass takes a few milliseconds and is not worth a thread with a heap of its own. */
const INLINE_MAX = 2000;
/** A pass over /proc that takes longer is given up for `conntrack -L` from then on; a busy machine is not mistaken for it. */
const slowMs = (flows: number): number => 1500 + flows * 0.03;
const lineMs = (host: Host, flows: number): number => 2000 * flowsSeconds(host, flows);

export type FlowsOptions = Readonly<{
  everyMs: number;
  startWorker: StartWorker;
  /** Where the table is; another process's view of its own name space works too. */
  path?: string;
}>;

/** Samples are stretched by the pump (duty), and asked for at once with `flows-now`. */
export function flowsSource(options: FlowsOptions): PollSource<FlowReport> {
  const path = options.path ?? '/proc/net/nf_conntrack';
  let slow = false;
  return spareLine({
    kind: 'poll',
    id: 'flows',
    everyMs: options.everyMs,
    // A full table is real work, and `flows-now` is there.
    stretchMaxMs: Number.POSITIVE_INFINITY,
    async read(host, signal): Promise<Result<FlowReport>> {
      const keeper = flowsKeptBy(host);
      if (keeper === 'pf') return readPfFlows(host, { startWorker: options.startWorker, signal });
      if (keeper === 'nobody') return fail(noFlowsOn(host.system));
      const began = host.now();
      const [count, own] = await Promise.all([readCount(host), readOwnNets(host)]);
      if (!count.ok) return count;
      const pass: PassOptions = { startWorker: options.startWorker, own, signal };
      const hasTool = host.privileged && (await host.which('conntrack')) !== undefined;
      let counted: Result<FlowCounts> | undefined;
      if (count.value <= INLINE_MAX) counted = await countInline(host, path, pass);
      else if (!hasTool) counted = await countTable(host, path, pass);
      else if (!slow) {
        const deadline = AbortSignal.timeout(slowMs(count.value) + lineMs(host, count.value));
        counted = await countTable(host, path, { ...pass, signal: AbortSignal.any([signal, deadline]) });
        slow = deadline.aborted && !signal.aborted && !counted.ok;
        if (slow) counted = undefined;
      }
      if (counted === undefined || isHidden(counted)) {
        if (!hasTool) return fail(host.privileged ? NO_TOOL : NOT_PERMITTED);
        counted = await countWithTool(host, pass);
      }
      if (!counted.ok) return counted;
      return ok({ at: host.now(), tookMs: host.now() - began, ...counted.value });
    },
  });
}

function isHidden(counted: Result<FlowCounts>): boolean {
  return !counted.ok && (counted.problem.code === 'not-found' || counted.problem.code === 'not-permitted');
}

function countTable(host: Host, path: string, pass: PassOptions): Promise<Result<FlowCounts>> {
  if (host.kind === 'local') return countFile(path, pass);
  return countFeed((onChunk, signal) => host.readChunks(path, onChunk, signal), pass);
}

async function countInline(host: Host, path: string, pass: PassOptions): Promise<Result<FlowCounts>> {
  const parser = new FlowParser(host.now());
  const read = await host.readChunks(path, (chunk) => parser.push(chunk), pass.signal);
  if (!read.ok) return read;
  parser.end();
  return ok(reportOf(parser, pass.own));
}

function countWithTool(host: Host, pass: PassOptions): Promise<Result<FlowCounts>> {
  const list = command(['conntrack', '-L', '-o', 'extended'], {
    privileged: true,
    timeoutMs: 60_000,
    outputMaxBytes: 1_073_741_824,
  });
  return countFeed((onChunk, signal) => host.stream(list, onChunk, signal), pass);
}

const NOT_PERMITTED = problem('not-permitted', 'not root: only the count and the maximum can be read', {
  hint: 'start as root, or allow "sudo -n conntrack", to see who fills the table',
});
const NO_TOOL = problem(
  'missing-tool',
  'the kernel shows no flow table, and the program conntrack is not installed',
  {
    hint: 'install the package conntrack (Fedora: conntrack-tools), then press r',
  },
);
