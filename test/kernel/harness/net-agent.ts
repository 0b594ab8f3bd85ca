// The near end of agent.ts: starts one helper per namespace and asks it for probes and flows.

import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export type AgentWish =
  | { op: 'tcp'; address: string; port: number; boundMs: number; from?: string }
  | { op: 'udp'; address: string; port: number; boundMs: number; from?: string }
  | { op: 'listen'; port: number }
  | { op: 'flow-open'; address: string; port: number; boundMs: number; from?: string }
  | { op: 'flow-send'; flow: number; text: string; boundMs: number }
  | { op: 'flow-close'; flow: number };
export type AgentRequest = { id: number; wish: AgentWish };
type AgentReply = { id: number; value?: unknown; error?: string };

export type Agent = Readonly<{ ask(wish: AgentWish): Promise<Readonly<{ id: number; value: unknown }>> }>;

export type AgentProcess = ChildProcessByStdio<Writable, Readable, null>;

export const AGENT_ENTRY = new URL('./agent.ts', import.meta.url).pathname;

export function createAgent(child: AgentProcess): Agent {
  const waiting = new Map<number, (reply: AgentReply) => void>();
  let lastId = 0;
  let ended: string | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reply = JSON.parse(line) as AgentReply;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  const end = (why: string): void => {
    ended ??= why;
    for (const [id, answer] of waiting) answer({ id, error: ended });
    waiting.clear();
  };
  child.on('exit', (code, signal) => end(`the namespace agent ended (${code ?? signal})`));
  child.on('error', (error) => end(String(error)));
  child.stdin.on('error', (error) => end(String(error)));
  return {
    ask(wish) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        if (ended !== undefined) {
          reject(new Error(ended));
          return;
        }
        waiting.set(id, (reply) => {
          if (reply.error === undefined) resolve({ id, value: reply.value });
          else reject(new Error(`${wish.op}: ${reply.error}`));
        });
        const request: AgentRequest = { id, wish };
        child.stdin.write(`${JSON.stringify(request)}\n`);
      });
    },
  };
}
