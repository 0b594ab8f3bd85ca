// Runs inside a namespace under node: does what test/kernel/harness/net-agent.ts asks, one JSON object per line.
// Echo servers, TCP and UDP probes, and long-lived TCP flows, so that no probe pays for a new process.

import { createSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { AgentRequest, AgentWish } from './net-agent.ts';

type Flow = { socket: Socket; sent: number; echoed: number; alive: boolean; wake: () => void };
const flows = new Map<number, Flow>();

const REFUSALS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'EACCES', 'EPERM']);

function refusedOrThrow(error: Error & { code?: string }): 'refused' {
  if (error.code !== undefined && REFUSALS.has(error.code)) return 'refused';
  throw error;
}

function probeTcp(wish: Extract<AgentWish, { op: 'tcp' }>): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: wish.address, port: wish.port, ...localAddress(wish.from) });
    const end = (answer: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end('dropped'), wish.boundMs);
    socket.on('connect', () => end('open'));
    socket.on('error', (error) => {
      try {
        end(refusedOrThrow(error));
      } catch (unexpected) {
        reject(unexpected);
      }
    });
  });
}

function probeUdp(wish: Extract<AgentWish, { op: 'udp' }>): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(wish.address.includes(':') ? 'udp6' : 'udp4');
    const end = (answer: string): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end('dropped'), wish.boundMs);
    socket.on('message', () => end('open'));
    socket.on('error', (error) => {
      try {
        end(refusedOrThrow(error));
      } catch (unexpected) {
        reject(unexpected);
      }
    });
    socket.bind({ port: 0, ...(wish.from === undefined ? {} : { address: wish.from }) }, () => {
      socket.connect(wish.port, wish.address, () => {
        // A refusal by a local OUTPUT rule shows here, not as an event.
        socket.send('probe', (error) => {
          if (error) socket.emit('error', error);
        });
      });
    });
  });
}

function openFlow(id: number, wish: Extract<AgentWish, { op: 'flow-open' }>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: wish.address, port: wish.port, ...localAddress(wish.from) });
    const flow: Flow = { socket, sent: 0, echoed: 0, alive: true, wake: () => undefined };
    const timer = setTimeout(() => socket.destroy(new Error('the flow did not open in time')), wish.boundMs);
    socket.setNoDelay(true);
    socket.on('connect', () => {
      clearTimeout(timer);
      flows.set(id, flow);
      resolve(socket.localPort ?? 0);
    });
    socket.on('data', (bytes: Buffer) => {
      flow.echoed += bytes.length;
      flow.wake();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      flow.alive = false;
      flow.wake();
    });
  });
}

function sendOn(wish: Extract<AgentWish, { op: 'flow-send' }>): Promise<boolean> {
  const flow = flows.get(wish.flow);
  if (flow === undefined || !flow.alive) return Promise.resolve(false);
  flow.sent += Buffer.byteLength(wish.text);
  const expected = flow.sent;
  flow.socket.write(wish.text);
  return new Promise((resolve) => {
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      flow.wake = () => undefined;
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), wish.boundMs);
    flow.wake = () => {
      if (flow.echoed >= expected) end(true);
      else if (!flow.alive) end(false);
    };
  });
}

/** TCP and UDP on one port, both families. */
function listen(port: number): Promise<true> {
  const tcp = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  const udp = createSocket('udp6');
  udp.on('message', (bytes, from) => udp.send(bytes, from.port, from.address));
  return new Promise((resolve, reject) => {
    tcp.on('error', reject);
    udp.on('error', reject);
    tcp.listen(port, '::', () => udp.bind(port, () => resolve(true)));
  });
}

function localAddress(from: string | undefined): { localAddress?: string } {
  return from === undefined ? {} : { localAddress: from };
}

function serve({ id, wish }: AgentRequest): Promise<unknown> {
  switch (wish.op) {
    case 'tcp':
      return probeTcp(wish);
    case 'udp':
      return probeUdp(wish);
    case 'listen':
      return listen(wish.port);
    case 'flow-open':
      return openFlow(id, wish);
    case 'flow-send':
      return sendOn(wish);
    case 'flow-close':
      flows.get(wish.flow)?.socket.destroy();
      flows.delete(wish.flow);
      return Promise.resolve(true);
  }
}

const requests = createInterface({ input: process.stdin });
requests.on('line', (line) => {
  const request = JSON.parse(line) as AgentRequest;
  serve(request).then(
    (value) => process.stdout.write(`${JSON.stringify({ id: request.id, value })}\n`),
    (error: unknown) => process.stdout.write(`${JSON.stringify({ id: request.id, error: String(error) })}\n`),
  );
});
requests.on('close', () => process.exit(0));
