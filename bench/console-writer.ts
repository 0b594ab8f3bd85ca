// A program of its own that appends access log lines at a steady rate for a bounded time: FILE LINES_PER_SECOND SECONDS.

import { appendFileSync } from 'node:fs';
import { accessLines } from './console-world.ts';

const [file = '', rate = '0', seconds = '0'] = process.argv.slice(2);
const perSecond = Number(rate);
const total = perSecond * Number(seconds);
/** Slow logs get a line at a time, floods a piece every few milliseconds. */
const PIECES_PER_SECOND = 100;
/** Made once, so that the writer takes little of the machine that it loads. */
const pieceLines = Math.max(1, Math.round(perSecond / PIECES_PER_SECOND));
const pieces = Array.from({ length: 50 }, (_, at) => Buffer.from(accessLines(at * pieceLines, pieceLines)));
const startedAt = performance.now();
let written = 0;

function append(): void {
  const due = Math.min(total, ((performance.now() - startedAt) / 1000) * perSecond);
  while (written + pieceLines <= due) {
    appendFileSync(file, pieces[Math.floor(written / pieceLines) % pieces.length] ?? '');
    written += pieceLines;
  }
  if (written + pieceLines <= total) setTimeout(append, 1000 / PIECES_PER_SECOND);
  else process.stdout.write(`${written} ${Math.round(performance.now() - startedAt)}\n`);
}

append();
