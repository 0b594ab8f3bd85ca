// Says in what a command prints as JSON which host it is of: one more field in each record.

import { Writable } from 'node:stream';
import type { HostId } from '../../core/hosts.ts';
import { printJson } from '../plain-text.ts';

/** A line of JSON: an object, or a list of them. Anything else stays as it is. */
export function withHost(line: string, host: HostId): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return line;
  }
  const named = (record: unknown): unknown =>
    typeof record === 'object' && record !== null && !Array.isArray(record) ? { host, ...record } : record;
  return printJson(Array.isArray(value) ? value.map(named) : named(value));
}

type Front = Readonly<{ stdout: Writable; finish(): Promise<void> }>;

/** In front of `stdout`. `finish`: when nothing more comes; resolves when all of it is on its way. */
export function jsonOf(host: HostId, stdout: Writable): Front {
  let rest = '';
  const front = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length === 0) done();
      else stdout.write(lines.map((line) => `${withHost(line, host)}\n`).join(''), done);
    },
    final(done) {
      if (rest === '') done();
      else stdout.write(withHost(rest, host), done);
    },
  });
  // Whoever reads has gone: as with stdout itself, that is for the command to notice.
  front.on('error', () => undefined);
  return {
    stdout: front,
    finish: () =>
      new Promise((resolve) => {
        front.once('close', resolve);
        front.end();
        if (front.destroyed) resolve();
      }),
  };
}
