// One pass over the flow table in a worker thread that lives as long as the pass. Pending work ends with the signal.

import type { Net } from '../../core/address.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { FlowsForm, FlowsReply, StartWorker, WorkerPort } from './flow-messages.ts';
import type { FlowCounts } from './flow-report.ts';

const ENTRY = new URL('./flows-worker.ts', import.meta.url);

/** Hands the bytes of a table over, chunk by chunk. */
export type Feed = (onChunk: (chunk: Buffer) => void, signal: AbortSignal) => Promise<Result<unknown>>;

/** `form`: absent, that of conntrack. */
export type PassOptions = Readonly<{
  startWorker: StartWorker;
  own: readonly Net[];
  signal: AbortSignal;
  form?: FlowsForm;
}>;

/** The worker reads `path` itself: nothing but the report touches the main thread. */
export function countFile(path: string, options: PassOptions): Promise<Result<FlowCounts>> {
  return withWorker(options, (worker, { reply }) => {
    worker.postMessage({ kind: 'file', path, own: options.own });
    return reply;
  });
}

/** The bytes come from elsewhere (a tool's output, another host); each chunk is copied once and handed over. */
export function countFeed(feed: Feed, options: PassOptions): Promise<Result<FlowCounts>> {
  const { form = 'conntrack' } = options;
  return withWorker(options, async (worker, { reply, signal }) => {
    const fed = await feed((chunk) => {
      const bytes = new Uint8Array(chunk);
      worker.postMessage({ kind: 'chunk', form, bytes }, [bytes.buffer]);
    }, signal);
    if (!fed.ok) return fed;
    worker.postMessage({ kind: 'end', form, own: options.own });
    return reply;
  });
}

type Running = Readonly<{ reply: Promise<Result<FlowCounts>>; signal: AbortSignal }>;

async function withWorker(
  options: PassOptions,
  use: (worker: WorkerPort, running: Running) => Promise<Result<FlowCounts>>,
): Promise<Result<FlowCounts>> {
  if (options.signal.aborted) return fail(problem('cancelled', 'counting flows was cancelled'));
  const worker = options.startWorker(ENTRY);
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const reply = new Promise<Result<FlowCounts>>((resolve) => {
    worker.on('message', (message) => resolve(resultOf(message)));
    worker.on('error', (error) => resolve(died(String(error))));
    worker.on('exit', (code) => resolve(died(`it ended with status ${code}`)));
    options.signal.addEventListener(
      'abort',
      () => resolve(fail(problem('cancelled', 'counting flows was cancelled'))),
      { once: true, signal: ended.signal },
    );
  });
  try {
    // Whichever is first: a worker that dies ends the feed too.
    return await Promise.race([reply, use(worker, { reply, signal })]);
  } finally {
    ended.abort();
    await worker.terminate();
  }
}

function resultOf(message: FlowsReply): Result<FlowCounts> {
  if (message.kind === 'counted') return ok(message.counts);
  switch (message.code) {
    case 'ENOENT':
      return fail(problem('not-found', 'the kernel shows no flow table in /proc'));
    case 'EACCES':
    case 'EPERM':
      return fail(problem('not-permitted', 'only root may read the flow table'));
    default:
      return fail(problem('unreadable', `the flow table cannot be read (${sanitise(message.code, 40)})`));
  }
}

function died(why: string): Result<never> {
  return fail(
    problem('bug', 'the flow counter stopped before it had an answer', { detail: sanitise(why, 200) }),
  );
}
