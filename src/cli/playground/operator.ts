// The operator's own line: one connection that must live through everything, asked once a second. It is never made
// anew, so that "alive" means the one that was there before.

import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { clock } from './clock.ts';
import { TOOL_ENV } from './tool.ts';

/** `ssh`: the words that log in and echo; absent: a plain connection to a line server on port 22. */
export type OperatorConfig = Readonly<{
  address: string;
  target: string;
  log: string;
  ssh?: readonly [string, ...string[]];
}>;

const LOST_MS = 3_000;

export async function holdLine(config: OperatorConfig): Promise<void> {
  const line = config.ssh === undefined ? plainLine(config) : sshLine(config.ssh);
  const since = clock().slice(11);
  const by = config.ssh === undefined ? 'port 22' : 'ssh';
  const say = (what: string): void =>
    appendFileSync(config.log, `${clock()} ${config.address} operator, ${by}: ${what}\n`);
  let asked: Readonly<{ number: number; at: number }> | undefined;
  let number = 0;
  let over = false;
  let said = '';
  line.onData((text) => {
    said = (said + text).slice(-200);
    if (asked === undefined || !said.includes(`beat ${asked.number}\n`)) return;
    say(`alive, ${(performance.now() - asked.at).toFixed(1)} ms (connected since ${since})`);
    asked = undefined;
    said = '';
  });
  line.onEnd((why) => {
    if (!over) say(`LOST: ${why}`);
    over = true;
  });
  const beat = (): void => {
    if (over) return;
    if (asked !== undefined) {
      const silent = performance.now() - asked.at;
      if (silent > LOST_MS) say(`LOST: no answer for ${Math.round(silent / 1000)} s`);
      return;
    }
    number++;
    asked = { number, at: performance.now() };
    line.write(`beat ${number}\n`);
  };
  setInterval(beat, 1_000);
}

type Held = Readonly<{
  write(text: string): void;
  onData(take: (text: string) => void): void;
  onEnd(take: (why: string) => void): void;
}>;

function plainLine({ address, target }: OperatorConfig): Held {
  const socket: Duplex = connect({ host: target, port: 22, localAddress: address });
  return {
    write: (text) => void socket.write(text),
    onData: (take) => void socket.on('data', (bytes: Buffer) => take(bytes.toString('latin1'))),
    onEnd(take) {
      socket.on('error', (error) => take(error.message));
      socket.on('close', () => take('the connection ended'));
    },
  };
}

function sshLine([program, ...args]: readonly [string, ...string[]]): Held {
  const child: ChildProcess = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], env: TOOL_ENV });
  child.stdin?.on('error', () => undefined);
  return {
    write: (text) => void child.stdin?.write(text),
    onData: (take) => void child.stdout?.on('data', (bytes: Buffer) => take(bytes.toString('latin1'))),
    onEnd(take) {
      child.on('error', (error) => take(error.message));
      child.on('exit', () => take('ssh ended'));
    },
  };
}
