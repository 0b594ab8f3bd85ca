// Entry of the worker thread that counts the flow table; it lives for one pass, so that its memory does too.

import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { FlowsReply, FlowsRequest } from './flow-messages.ts';
import { FlowParser } from './flow-parser.ts';
import { reportOf } from './flow-report.ts';

const parser = new FlowParser(Math.floor(Math.random() * 0xffffffff));

function reply(message: FlowsReply): void {
  parentPort?.postMessage(message);
}

/** procfs hands out a page per read whatever the buffer, so a buffer is filled by many reads before it is parsed. */
function readTable(path: string): void {
  const buffer = Buffer.allocUnsafeSlow(262_144);
  const file = openSync(path, 'r');
  try {
    for (let ended = false; !ended; ) {
      let filled = 0;
      while (!ended && filled < buffer.length) {
        const length = readSync(file, buffer, filled, buffer.length - filled, null);
        ended = length === 0;
        filled += length;
      }
      parser.push(buffer.subarray(0, filled));
    }
  } finally {
    closeSync(file);
  }
  parser.end();
}

function answer(request: FlowsRequest): void {
  switch (request.kind) {
    case 'file':
      readTable(request.path);
      reply({ kind: 'counted', counts: reportOf(parser, request.own) });
      return;
    case 'chunk':
      parser.push(request.bytes);
      return;
    case 'end':
      parser.end();
      reply({ kind: 'counted', counts: reportOf(parser, request.own) });
  }
}

parentPort?.on('message', (request: FlowsRequest) => {
  try {
    answer(request);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    reply({ kind: 'failed', code });
  }
});
