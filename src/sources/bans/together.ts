// Listings of all due lists of a daemon in one program start, which nobody waits for longer than a moment: what comes late
// is taken with the next sample.

import type { UnixMs } from '../../core/brand.ts';
import type { Result } from '../../core/result.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import type { Backend, Together } from '../../firewall/backend.ts';
import { BACKENDS, backendOf } from '../../firewall/registry.ts';
import type { Host } from '../../host/host.ts';
import { within } from './daemons.ts';

const WAIT_MS = 300;
const ASKED_WAIT_MS = 1500;

/** One start: of which sets, begun when. */
export type Job = Readonly<{
  backend: Backend;
  sets: readonly SetInfo[];
  at: UnixMs;
  tookMs: number;
  ask: number;
}>;
/** `ask`: as in schedule.ts. */
export type Wish = Readonly<{ signal: AbortSignal; ask: number }>;

export type TogetherLister = Readonly<{
  /** `due`: those of other backends are passed over. `onEnd`: once for each start. */
  start(host: Host, due: readonly SetInfo[], wish: Wish): void;
  /** What has come since the last call; waits a moment for what is under way. */
  take(asked: boolean): Promise<readonly Members[]>;
}>;

export const isListedTogether = (set: SetInfo): boolean => backendOf(set)?.together !== undefined;

export function createTogether(onEnd: (job: Job, result: Result<unknown>) => void): TogetherLister {
  const arrived: Members[] = [];
  const underWay = new Map<string, Promise<void>>();
  const run = async (host: Host, together: Together, { job, signal }: Running): Promise<void> => {
    const answer = await host.run(together.list(job.sets), signal);
    const read = answer.ok ? together.read(answer.value.stdout, job.sets, job.at) : answer;
    if (read.ok) arrived.push(...read.value);
    onEnd({ ...job, at: host.now(), tookMs: host.now() - job.at }, read);
  };
  return {
    start(host, due, { signal, ask }) {
      for (const backend of BACKENDS) {
        const sets = due.filter((set) => set.backend === backend.id);
        if (backend.together === undefined || sets.length === 0 || underWay.has(backend.id)) continue;
        const job = { backend, sets, at: host.now(), tookMs: 0, ask };
        const running = run(host, backend.together, { job, signal });
        underWay.set(
          backend.id,
          running.finally(() => underWay.delete(backend.id)),
        );
      }
    },
    async take(asked) {
      if (underWay.size > 0) await within(asked ? ASKED_WAIT_MS : WAIT_MS, Promise.all(underWay.values()));
      return arrived.splice(0);
    },
  };
}

type Running = Readonly<{ job: Job; signal: AbortSignal }>;
