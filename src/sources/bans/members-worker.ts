// Entry of the worker thread that parses one big listing; it lives for one listing, so that its memory does too.

import { parentPort } from 'node:worker_threads';
import { problem } from '../../core/problem.ts';
import type { Members } from '../../core/rows.ts';
import type { MembersParser } from '../../firewall/backend.ts';
import { CommentColumn } from '../../firewall/comments.ts';
import { backendOf } from '../../firewall/registry.ts';
import type { MembersReply, MembersRequest } from './members-messages.ts';

let parser: MembersParser | undefined;

function reply(message: MembersReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function send({ comments, ...members }: Members): void {
  const column = comments instanceof CommentColumn ? { ids: comments.ids, texts: comments.texts } : undefined;
  const { values, values6, prefixes, expires, refs, since, packets, bytes } = members;
  const columns = [values, values6, prefixes, expires, refs, since, packets, bytes, column?.ids];
  const buffers = columns.flatMap((one) => (one === undefined ? [] : [one.buffer]));
  const whole = buffers.filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
  reply({ kind: 'members', members, ...(column === undefined ? {} : { comments: column }) }, whole);
}

function answer(request: MembersRequest): void {
  switch (request.kind) {
    case 'start':
      parser = backendOf(request.set)?.membersParser(request.set, request.at);
      return;
    case 'chunk':
      parser?.push(Buffer.from(request.bytes.buffer, request.bytes.byteOffset, request.bytes.length));
      return;
    case 'end': {
      const parsed = parser?.end();
      if (parsed === undefined)
        reply({ kind: 'failed', problem: problem('bug', 'no backend reads this set') });
      else if (parsed.ok) send(parsed.value);
      else reply({ kind: 'failed', problem: parsed.problem });
    }
  }
}

parentPort?.on('message', (request: MembersRequest) => {
  try {
    answer(request);
  } catch (error) {
    reply({
      kind: 'failed',
      problem: problem('bug', 'reading the listing failed', { detail: String(error) }),
    });
  }
});
