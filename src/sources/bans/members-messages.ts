// What the console and its members worker say to each other, and the shape of a worker that the source needs.

import type { UnixMs } from '../../core/brand.ts';
import type { Problem } from '../../core/problem.ts';
import type { Members, SetInfo } from '../../core/rows.ts';

/** `start`, then the bytes of the listing in order, then `end`. */
export type MembersRequest =
  | Readonly<{ kind: 'start'; set: SetInfo; at: UnixMs }>
  | Readonly<{ kind: 'chunk'; bytes: Uint8Array<ArrayBuffer> }>
  | Readonly<{ kind: 'end' }>;

/** Comments travel as numbers and distinct texts, because a Map of a million entries would hold up the receiver. */
export type MembersReply =
  | Readonly<{
      kind: 'members';
      members: Omit<Members, 'comments'>;
      comments?: Readonly<{ ids: Uint32Array; texts: readonly string[] }>;
    }>
  | Readonly<{ kind: 'failed'; problem: Problem }>;

/** The part of node:worker_threads' Worker that is used, so that sources need not import it. */
export type MembersPort = {
  postMessage(message: MembersRequest, transfer?: ArrayBuffer[]): void;
  on(event: 'message', listener: (reply: MembersReply) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): Promise<number>;
};

/** `startWorker` of host/worker. `entry` is the URL of members-worker.ts. */
export type StartMembersWorker = (entry: URL) => MembersPort;
