// The state table of pf where Linux has conntrack: how many states of how many, what was refused, who has them, the timeouts.

import { type HostSystem, SYSTEM_NAMES } from '../../core/host-system.ts';
import { type Command, command } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ConntrackSample, FlowReport, TimeoutRow } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import { killTrouble } from '../../firewall/pf/cut.ts';
import { parsePfInfo, parsePfMemory } from '../../firewall/pf/info.ts';
import { PF_TIMEOUTS } from '../../firewall/pf/timeouts.ts';
import { parsePfTimeouts } from '../../firewall/shields/pf-timeouts.ts';
import type { Host } from '../../host/host.ts';
import { countFeed, type PassOptions } from './flow-pass.ts';
import type { FlowCounts } from './flow-report.ts';
import { reportOf } from './flow-report.ts';
import { readOwnNets } from './own-nets.ts';
import { PfFlowParser } from './pf-flow-parser.ts';

const ASK: Omit<Partial<Command>, 'argv'> = { privileged: true, timeoutMs: 5000 };
const INFO = command(['pfctl', '-s', 'info'], ASK);
const MEMORY = command(['pfctl', '-s', 'memory'], ASK);
const TIMEOUTS = command(['pfctl', '-s', 'timeouts'], ASK);
const STATES = command(['pfctl', '-v', '-s', 'states'], {
  privileged: true,
  timeoutMs: 60_000,
  outputMaxBytes: 1_073_741_824,
});
/** A limit changes only with the rules. */
const LIMIT_FOR_MS = 60_000;
/** Up to here a pass takes a few milliseconds and is not worth a thread with a heap of its own. */
const INLINE_MAX = 1000;

/** What keeps flows there; Linux's conntrack unless the host says that it is another system. */
export function flowsKeptBy({ system = 'linux' }: Pick<Host, 'system'>): 'conntrack' | 'pf' | 'nobody' {
  if (system === 'linux') return 'conntrack';
  return system === 'freebsd' || system === 'openbsd' ? 'pf' : 'nobody';
}

export function noFlowsOn(system: HostSystem = 'other'): Problem {
  return problem('not-found', `${SYSTEM_NAMES[system]}: its flows are not read here`, {
    hint: 'the flows of Linux (conntrack) and those of pf on FreeBSD and OpenBSD are',
  });
}

/** Remembers the limit between two samples. */
export function createPfSample(): (host: Host, signal: AbortSignal) => Promise<Result<ConntrackSample>> {
  let limit: Readonly<{ at: number; states: number | undefined }> | undefined;
  return async (host, signal) => {
    const info = await readInfo(host, signal);
    if (!info.ok) return info;
    if (limit === undefined || host.now() - limit.at >= LIMIT_FOR_MS) {
      const memory = await host.run(MEMORY, signal);
      const states = memory.ok ? parsePfMemory(memory.value.stdout).get('states') : undefined;
      limit = { at: host.now(), states: Number.isFinite(states) ? states : undefined };
    }
    const { count, table, counters } = info.value;
    const optional = {
      max: limit.states,
      insertFailed: counters?.get('state-insert'),
      drop: counters?.get('memory'),
      inserted: table.get('inserts'),
      removed: table.get('removals'),
      limited: counters?.get('state-limit'),
    };
    const known = Object.entries(optional).filter(([, value]) => value !== undefined);
    return ok({ at: host.now(), keeper: 'pf', count, ...Object.fromEntries(known) });
  };
}

type Counters = ReadonlyMap<string, number>;
type Info = Readonly<{ count: number; table: Counters; counters: Counters | undefined }>;

/** "Off" and "not loaded" are states of their own: they are not an empty table. */
async function readInfo(host: Host, signal: AbortSignal): Promise<Result<Info>> {
  if ((await host.which('pfctl')) === undefined)
    return fail(problem('not-found', 'pf is not installed here: nothing tells of flows'));
  const answer = await host.run(INFO, signal);
  if (!answer.ok) return fail(explain(answer.problem));
  const info = parsePfInfo(answer.value.stdout);
  const table = info?.sections.get('State Table');
  const count = table?.get('current entries');
  if (info === undefined || table === undefined || count === undefined)
    return fail(problem('unreadable', 'pfctl -s info is not in a form that we know'));
  if (!info.enabled)
    return fail(
      problem('not-found', 'pf is off: nothing is filtered and no state is kept', {
        hint: 'pfctl -e switches it on, with the rules that are loaded',
      }),
    );
  return ok({ count, table, counters: info.sections.get('Counters') });
}

export async function readPfCount(host: Host, signal: AbortSignal): Promise<Result<number>> {
  const info = await readInfo(host, signal);
  return info.ok ? ok(info.value.count) : info;
}

function explain(found: Problem): Problem {
  if (!/\/dev\/pf: (?:No such file|Device not configured)/.test(found.summary)) return found;
  return problem('not-found', 'pf is not loaded: there is no table of states', {
    hint: 'kldload pf loads it; another firewall (ipfw, ipfilter) is not read',
  });
}

export async function readPfTimeouts(
  host: Host,
  signal: AbortSignal,
): Promise<Result<readonly TimeoutRow[]>> {
  const info = await readInfo(host, signal);
  if (!info.ok) return info;
  const answer = await host.run(TIMEOUTS, signal);
  if (!answer.ok) return answer;
  const now = parsePfTimeouts(answer.value.stdout);
  if (now.size === 0) return fail(problem('unreadable', 'pfctl -s timeouts is not in a form that we know'));
  return ok(
    PF_TIMEOUTS.map((facts): TimeoutRow => {
      const current = now.get(facts.name);
      return current === undefined ? facts : { ...facts, current };
    }),
  );
}

export async function readPfFlows(
  host: Host,
  pass: Pick<PassOptions, 'startWorker' | 'signal'>,
): Promise<Result<FlowReport>> {
  const began = host.now();
  const [info, own] = await Promise.all([readInfo(host, pass.signal), readOwnNets(host)]);
  if (!info.ok) return info;
  const inline = info.value.count <= INLINE_MAX;
  let said = '';
  const feed = async (onChunk: (chunk: Buffer) => void, signal: AbortSignal): Promise<Result<unknown>> => {
    const listed = await host.stream(STATES, onChunk, signal);
    if (listed.ok) said = listed.value.stderr;
    return listed;
  };
  const counted: Result<FlowCounts> = inline
    ? await countHere(feed, { ...pass, own })
    : await countFeed(feed, { ...pass, own, form: 'pf' });
  if (!counted.ok) return counted;
  // Listings that fail inside of pfctl only warn, and it ends with 0.
  const trouble = killTrouble([said]);
  if (trouble !== undefined) return fail(problem('unreadable', sanitise(`the states: ${trouble}`, 200)));
  return ok({ at: host.now(), tookMs: host.now() - began, ...counted.value });
}

type Feed = Parameters<typeof countFeed>[0];

async function countHere(feed: Feed, { own, signal }: PassOptions): Promise<Result<FlowCounts>> {
  const parser = new PfFlowParser(Math.floor(Math.random() * 0xffffffff));
  const fed = await feed((chunk) => parser.push(chunk), signal);
  if (!fed.ok) return fed;
  parser.end();
  return ok(reportOf(parser, own));
}
