// When packets stop: a client sends one every 0.2 ms, the server notes when the last one came.

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { TestNet, TestNs } from '../test/kernel/harness/netns.ts';

const PORT = 9;
/** Packets come every 0.2 ms: this long without one means that they are dropped. */
const SILENCE_MS = 40;

const SENDER = `
const socket = require('node:dgram').createSocket('udp4');
const pause = new Int32Array(new SharedArrayBuffer(4));
const send = () => { socket.send('x', ${PORT}, process.argv[1]); Atomics.wait(pause, 0, 0, 0.2); setImmediate(send); };
send();`;
// hrtime is CLOCK_MONOTONIC: the same clock in every process of the machine.
const RECEIVER = `
const socket = require('node:dgram').createSocket('udp4');
let last = 0n;
socket.on('message', () => { last = process.hrtime.bigint(); });
socket.bind(${PORT});
process.stdin.on('data', () => process.stdout.write(last + '\\n'));`;

export type Probe = Readonly<{ flowing: () => Promise<void>; silentSince: () => Promise<bigint> }>;

export function createProbe(net: TestNet, client: TestNs): Probe {
  const receiver = net.spawnIn(net.server, [
    process.execPath,
    '-e',
    RECEIVER,
  ]) as ChildProcessWithoutNullStreams;
  net.spawnIn(client, [process.execPath, '-e', SENDER, net.server.v4]);
  const lines = createInterface({ input: receiver.stdout });
  const last = async (): Promise<bigint> => {
    const answer = nextLine(lines);
    receiver.stdin.write('?');
    return BigInt(await answer);
  };
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
  const ageMs = (at: bigint): number => Number(process.hrtime.bigint() - at) / 1e6;
  return {
    async flowing() {
      for (let at = await last(); ageMs(at) > 5; at = await last()) await pause();
    },
    async silentSince() {
      let at = await last();
      while (ageMs(at) < SILENCE_MS) {
        await pause();
        at = await last();
      }
      return at;
    },
  };
}

function nextLine(lines: Interface): Promise<string> {
  return new Promise((resolve) => lines.once('line', resolve));
}
