// One full listing of a set: parsed here while small, in a worker thread when big, so that keys are never kept waiting.

import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { formatCount } from '../../core/units.ts';
import { CommentColumn } from '../../firewall/comments.ts';
import { backendOf } from '../../firewall/registry.ts';
import type { Host } from '../../host/host.ts';
import type { MembersPort, MembersReply, StartMembersWorker } from './members-messages.ts';

const ENTRY = new URL('./members-worker.ts', import.meta.url);
/** Up to here parsing takes some 15 ms. */
const INLINE_MAX = 50_000;

export type ListOptions = Readonly<{
  signal?: AbortSignal;
  /** Absent: always parsed here. */
  startWorker?: StartMembersWorker;
  /** Known or supposed number of elements, when `set.count` says nothing. */
  expected?: number;
  /** Gives up after this long; default is the backend's own bound (minutes). */
  timeoutMs?: number;
}>;

export async function listMembersNow(
  host: Host,
  set: SetInfo,
  options: ListOptions = {},
): Promise<Result<Members>> {
  const backend = backendOf(set);
  if (backend === undefined) return fail(problem('bug', `nothing reads ${set.key}`));
  const listing = backend.listMembers(set);
  const timeoutMs = options.timeoutMs ?? listing.timeoutMs;
  const feed = (onChunk: (chunk: Buffer) => void) =>
    host.stream({ ...listing, timeoutMs }, onChunk, options.signal);
  const big = (options.expected ?? set.count ?? 0) > INLINE_MAX;
  if (big && options.startWorker !== undefined) {
    const worker = options.startWorker(ENTRY);
    try {
      return await readInWorker(worker, host, set, feed);
    } finally {
      await worker.terminate();
    }
  }
  const parser = backend.membersParser(set, host.now());
  const streamed = await feed((chunk) => parser.push(chunk));
  return streamed.ok ? parser.end() : streamed;
}

type Feed = (onChunk: (chunk: Buffer) => void) => Promise<Result<unknown>>;

async function readInWorker(
  worker: MembersPort,
  host: Host,
  set: SetInfo,
  feed: Feed,
): Promise<Result<Members>> {
  const answered = new Promise<Result<Members>>((resolve) => {
    worker.on('message', (message) => resolve(resultOf(message)));
    worker.on('error', (error) => resolve(fail(died(String(error)))));
    worker.on('exit', (code) => resolve(fail(died(`it ended with status ${code}`))));
  });
  worker.postMessage({ kind: 'start', set, at: host.now() });
  const fed = feed((chunk) => {
    const bytes = new Uint8Array(chunk);
    worker.postMessage({ kind: 'chunk', bytes }, [bytes.buffer]);
  }).then((streamed) => {
    if (!streamed.ok) return streamed;
    worker.postMessage({ kind: 'end' });
    return answered;
  });
  return Promise.race([answered, fed]);
}

function resultOf(reply: MembersReply): Result<Members> {
  if (reply.kind === 'failed') return fail(reply.problem);
  const { members, comments } = reply;
  const column = comments === undefined ? new Map() : new CommentColumn(comments.ids, comments.texts);
  return ok({ ...members, comments: column });
}

function died(why: string): Problem {
  return problem('bug', 'the listing worker stopped before it had an answer', { detail: sanitise(why, 200) });
}

/** What a full listing will cost, in words, for a set that is not listed unasked. `length`: from an earlier listing. */
export function listingCost(set: SetInfo, length?: number): SafeText {
  const count = set.count ?? length;
  if (count === undefined) return safe('its size is not known: listing it may take from a second to minutes');
  // Measured: ipset 1.2 µs an element; nft -j 8 µs at 10,000, 13 µs at 200,000, 42 µs and 1.2 kB at a million.
  const perElement = set.backend === 'ipset' ? 1.5e-6 : count > 400_000 ? 42e-6 : 13e-6;
  const seconds = Math.max(1, Math.ceil(count * perElement));
  const memory = set.backend === 'nft' ? ` and ${formatCount(Math.ceil(count * 0.00125))} MB in nft` : '';
  return sanitise(`listing its ${formatCount(count)} elements takes about ${seconds} s${memory}`);
}
