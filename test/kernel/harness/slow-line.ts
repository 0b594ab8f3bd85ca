// A ProxyCommand that is a bad line: node slow-line.ts HOST PORT SETTINGS. SETTINGS is a file with {"delayMs":300,
// "bitsPerSecond":64000}, looked at for each piece of data; without the file the line is quick. Works where the kernel has no netem.

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';

export type SlowSettings = Readonly<{ delayMs?: number; bitsPerSecond?: number }>;

const [host = '', port = '', settingsPath = ''] = process.argv.slice(2);
const socket = connect(Number(port), host);
socket.setNoDelay(true);
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(0));
process.stdin.on('end', () => process.exit(0));
carry(process.stdin, socket);
carry(socket, process.stdout);

function settings(): SlowSettings {
  try {
    return JSON.parse(readFileSync(settingsPath, 'utf8')) as SlowSettings;
  } catch {
    return {};
  }
}

/** Bytes leave one after the other at the rate, and each arrives a delay later. */
function carry(from: Readable, to: Writable): void {
  let freeAt = 0;
  from.on('data', (bytes: Buffer) => {
    const { delayMs = 0, bitsPerSecond = Number.POSITIVE_INFINITY } = settings();
    const now = performance.now();
    freeAt = Math.max(freeAt, now) + (bytes.length * 8000) / bitsPerSecond;
    const wait = freeAt + delayMs - now;
    if (wait < 1) to.write(bytes);
    else setTimeout(() => to.write(bytes), wait);
  });
  from.on('error', () => process.exit(1));
}
