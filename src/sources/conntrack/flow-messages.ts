// What the console and its flow worker say to each other, and the shape of a worker that the source needs.

import type { Net } from '../../core/address.ts';
import type { FlowCounts } from './flow-report.ts';

/** Whose words the table is in: those of Linux's conntrack, or of pfctl. */
export type FlowsForm = 'conntrack' | 'pf';

/** `file`: the worker reads the table itself. `chunk`s then `end`: the bytes come from another host or name space. */
export type FlowsRequest =
  | Readonly<{ kind: 'file'; path: string; own: readonly Net[] }>
  | Readonly<{ kind: 'chunk'; form: FlowsForm; bytes: Uint8Array<ArrayBuffer> }>
  | Readonly<{ kind: 'end'; form: FlowsForm; own: readonly Net[] }>;

/** `code`: the errno name ("ENOENT", "EACCES"). */
export type FlowsReply =
  | Readonly<{ kind: 'counted'; counts: FlowCounts }>
  | Readonly<{ kind: 'failed'; code: string }>;

/** The part of node:worker_threads' Worker that is used, so that sources need not import it. */
export type WorkerPort = {
  postMessage(message: FlowsRequest, transfer?: ArrayBuffer[]): void;
  on(event: 'message', listener: (reply: FlowsReply) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): Promise<number>;
};

/** `startWorker` of host/worker. `entry` is the URL of flows-worker.ts. */
export type StartWorker = (entry: URL) => WorkerPort;
