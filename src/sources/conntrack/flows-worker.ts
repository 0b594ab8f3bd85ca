// Entry of the worker thread that counts the flow table; it lives for one pass, so that its memory does too.

import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { FlowsForm, FlowsReply, FlowsRequest } from './flow-messages.ts';
import { FlowParser } from './flow-parser.ts';
import { type FlowReader, reportOf } from './flow-report.ts';
import { PfFlowParser } from './pf-flow-parser.ts';

const seed = Math.floor(Math.random() * 0xffffffff);
let made: FlowReader | undefined;

/** It lives for one pass, which has one form. */
function parserOf(form: FlowsForm): FlowReader {
  made ??= form === 'pf' ? new PfFlowParser(seed) : new FlowParser(seed);
  return made;
}

function reply(message: FlowsReply): void {
  parentPort?.postMessage(message);
}

/** procfs hands out a page per read whatever the buffer, so a buffer is filled by many reads before it is parsed. */
function readTable(path: string, parser: FlowReader): void {
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
  const parser = parserOf(request.kind === 'file' ? 'conntrack' : request.form);
  switch (request.kind) {
    case 'file':
      readTable(request.path, parser);
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
