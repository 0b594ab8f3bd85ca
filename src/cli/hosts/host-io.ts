// The streams of a command that runs for several hosts at once: what it prints is kept until it is its turn, and what it reads
// from standard input all of them get.

import { Readable, Writable } from 'node:stream';
import type { Io } from '../io.ts';

export type Printed = Readonly<{ out: string; err: string }>;
/** `take`: what was printed since the last time. */
export type KeptIo = Readonly<{ io: Io; take(): Printed }>;

export function keptIo(io: Io, stdin: () => Readable): KeptIo {
  let out: string[] = [];
  let err: string[] = [];
  const into = (list: () => string[]): Writable =>
    new Writable({
      decodeStrings: false,
      write(chunk: string | Buffer, _encoding, done) {
        list().push(chunk.toString());
        done();
      },
    });
  return {
    // Whoever wants to ask does it through the gate.
    io: {
      ...io,
      get stdin() {
        return stdin();
      },
      stdout: into(() => out),
      stderr: into(() => err),
      terminal: false,
    },
    take() {
      const printed = { out: out.join(''), err: err.join('') };
      out = [];
      err = [];
      return printed;
    },
  };
}

/** What a command may read at most, and a little more, so that it notices. */
const STDIN_MAX_BYTES = 65 * 1024 * 1024;

/** Read once, when the first asks. */
export function shared(stdin: Readable): () => Readable {
  let read: Promise<Buffer> | undefined;
  return () =>
    Readable.from(
      (async function* () {
        read ??= readAll(stdin);
        yield await read;
      })(),
    );
}

async function readAll(stdin: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (size > STDIN_MAX_BYTES) break;
  }
  return Buffer.concat(chunks);
}
