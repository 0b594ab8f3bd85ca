// The flow table is the biggest thing that is read of a host: over a narrow line it is fetched only when somebody asks for it.

import { formatDuration } from '../../core/duration.ts';
import { lineSeconds, UNASKED_SECONDS } from '../../core/hosts.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok } from '../../core/result.ts';
import type { FlowReport } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import { formatBytes, formatCount } from '../../core/units.ts';
import type { Host } from '../../host/host.ts';
import type { PollSource } from '../source.ts';
import { flowsKeptBy, readPfCount } from './pf.ts';
import { readCount } from './source.ts';

/** Of one flow in /proc/net/nf_conntrack; pf's listing has about as many. */
const FLOW_BYTES = 180;
/** It comes piece by piece, so that acts get through. */
const BY_PIECES = 2;

export const flowsSeconds = ({ link }: Pick<Host, 'link'>, flows: number): number =>
  BY_PIECES * lineSeconds(link?.state(), flows * FLOW_BYTES);

/** `source`, where unasked it takes no more than a moment of the line. What was fetched for somebody stays, and grows old. */
export function spareLine(source: PollSource<FlowReport>): PollSource<FlowReport> {
  let last: FlowReport | undefined;
  return {
    ...source,
    async read(host, signal, wish) {
      const costly = wish?.asked === true ? undefined : await tooMuch(host, signal);
      if (costly !== undefined) return last === undefined ? fail(costly) : ok(last);
      const read = await source.read(host, signal, wish);
      if (read.ok) last = read.value;
      return read;
    },
  };
}

async function tooMuch(host: Host, signal: AbortSignal): Promise<Problem | undefined> {
  if (flowsSeconds(host, 1) === 0) return undefined;
  const count = flowsKeptBy(host) === 'pf' ? await readPfCount(host, signal) : await readCount(host);
  const seconds = count.ok ? flowsSeconds(host, count.value) : 0;
  if (!count.ok || seconds <= UNASKED_SECONDS) return undefined;
  const size = `${formatCount(count.value)} flows are ${formatBytes(count.value * FLOW_BYTES)}`;
  const words = `not fetched by itself: ${size}, about ${formatDuration(Math.ceil(seconds))} of this line`;
  return problem('not-found', sanitise(words), {
    hint: 'the key that counts the flows now fetches them; acts come first',
  });
}
