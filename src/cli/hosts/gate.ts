// Where acts on several hosts wait for one yes: nobody is asked before every plan is there to be read.

import { createInterface } from 'node:readline/promises';
import type { HostId } from '../../core/hosts.ts';
import type { Io } from '../io.ts';

export type GateAnswer = 'yes' | 'no' | 'nobody';
/** `typed`: what must be typed for it. */
export type Gate = (typed: string | undefined) => Promise<GateAnswer>;

export type GatesOptions = Readonly<{
  hosts: readonly HostId[];
  io: Io;
  /** False: there is nobody to ask. */
  mayAsk: boolean;
  /** The plans of those that wait, on the terminal. */
  showPlans(hosts: readonly HostId[]): void;
}>;

export type Gates = Readonly<{
  of(id: HostId): Gate;
  /** It will not ask any more. */
  finished(id: HostId): void;
}>;

type Waiting = Readonly<{ id: HostId; typed: string | undefined; go(answer: GateAnswer): void }>;

export function createGates({ hosts, io, mayAsk, showPlans }: GatesOptions): Gates {
  const busy = new Set(hosts);
  let waiting: Waiting[] = [];
  let asking = false;
  const look = async (): Promise<void> => {
    if (busy.size > 0 || waiting.length === 0 || asking) return;
    asking = true;
    const asked = waiting;
    waiting = [];
    if (mayAsk) showPlans(asked.map(({ id }) => id));
    for (const typed of new Set(asked.map((one) => one.typed))) {
      const those = asked.filter((one) => one.typed === typed);
      const answer = mayAsk
        ? await question(
            typed,
            those.map(({ id }) => id),
            io,
          )
        : 'nobody';
      for (const one of those) one.go(answer);
    }
    asking = false;
    await look();
  };
  return {
    of: (id) => (typed) =>
      new Promise((go) => {
        busy.delete(id);
        waiting.push({ id, typed, go });
        void look();
      }),
    finished(id) {
      busy.delete(id);
      void look();
    },
  };
}

async function question(typed: string | undefined, hosts: readonly HostId[], io: Io): Promise<GateAnswer> {
  const where = hosts.length === 1 ? `on ${hosts[0]}` : `on these ${hosts.length} hosts`;
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  try {
    const words = typed === undefined ? `go on ${where}? [y/N] ` : `type ${typed} to go on ${where}: `;
    const answer = (await prompt.question(words)).trim();
    if (typed !== undefined) return answer.replaceAll(',', '') === typed ? 'yes' : 'no';
    return /^(y|yes)$/i.test(answer) ? 'yes' : 'no';
  } catch {
    return 'no';
  } finally {
    prompt.close();
  }
}
