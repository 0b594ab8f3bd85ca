// Full listings of sets: which are due is decided by how the last ones went; those of a daemon come together and late.

import type { Result } from '../../core/result.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { backendOf } from '../../firewall/registry.ts';
import type { Host } from '../../host/host.ts';
import { listMembersNow } from './list-members.ts';
import type { StartMembersWorker } from './members-messages.ts';
import { DEFAULT_LIMITS, dueSets, type Limits, type Listed, limitsOver } from './schedule.ts';
import { createTogether, isListedTogether } from './together.ts';

/** As `BansOptions`. */
export type ListerOptions = Readonly<{
  startWorker?: StartMembersWorker;
  limits?: Limits;
  fillEnds?: FillEnds;
}>;
/** Ends that are in no listing but in the journal. */
export type FillEnds = (set: SetInfo, read: Result<Members>) => Promise<Result<Members>>;

/** Work on full listings in one tick; the rest waits for the next. Somebody who asked waits for all of them. */
const TICK_BUDGET_MS = 1000;
const ASKED_BUDGET_MS = 5000;
type ListWish = Readonly<{ signal?: AbortSignal; timeoutMs?: number }>;
/** `terseMs`: what the terse listings took, which says how busy the machine is. */
type Tick = Readonly<{ signal: AbortSignal; terseMs: number }>;
export type Lister = Readonly<{
  list(host: Host, set: SetInfo, wish: ListWish): Promise<Result<Members>>;
  /** From now on no listing that began before is good enough. */
  askAll(): void;
  listDue(host: Host, sets: readonly SetInfo[], tick: Tick): Promise<readonly Members[]>;
  /** Why the members of some sets could not be read, until they can. */
  failures(): readonly SafeText[];
}>;

const RETRIED: ReadonlySet<string> = new Set(['not-found', 'timed-out', 'cancelled']);

/** Remembers how each listing went, which decides about the next. */
export function createLister(options: ListerOptions): Lister {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const listed = new Map<string, Listed>();
  const failures = new Map<string, SafeText>();
  let ask = 0;
  let askIsNew = false;

  const list: Lister['list'] = async (host, set, wish) => {
    const began = host.now();
    const begunAfter = ask;
    const bare = await listMembersNow(host, set, {
      ...wish,
      ...(options.startWorker === undefined ? {} : { startWorker: options.startWorker }),
      expected: set.count ?? listed.get(set.key)?.length ?? supposedSize(set, wish),
    });
    const members = (await options.fillEnds?.(set, bare)) ?? bare;
    if (!members.ok && members.problem.code === 'cancelled') return members;
    const tooSlow = !members.ok && members.problem.code === 'timed-out';
    if (members.ok || tooSlow) failures.delete(set.key);
    else failures.set(set.key, sanitise(`${set.key}: ${members.problem.summary}`));
    listed.set(set.key, {
      at: host.now(),
      tookMs: host.now() - began,
      length: members.ok ? members.value.length : (listed.get(set.key)?.length ?? 0),
      count: set.count,
      ask: begunAfter,
      tooSlow,
    });
    return members;
  };

  const together = createTogether(({ backend, sets, ...job }, result) => {
    if (result.ok) failures.delete(backend.id);
    else if (result.problem.code !== 'cancelled')
      failures.set(backend.id, sanitise(`${backend.id}: ${result.problem.summary}`));
    // A jail that went meanwhile is no reason to put the others off, and one that hung may answer now.
    if (!result.ok && RETRIED.has(result.problem.code)) return;
    for (const set of sets)
      listed.set(set.key, { ...job, length: set.count ?? 0, count: set.count, tooSlow: false });
  });

  return {
    list,
    failures: () => [...failures.values()],
    askAll: () => {
      ask += 1;
      askIsNew = true;
    },
    async listDue(host, sets, { signal, terseMs }) {
      forgetGone(listed, sets);
      forgetGone(failures, sets);
      const members: Members[] = [];
      const began = host.now();
      const asked = askIsNew;
      askIsNew = false;
      const over = limitsOver(limits, host.link?.state(), asked);
      const due = dueSets(sets, listed, { now: began, ask }, over);
      together.start(host, due, { signal, ask });
      for (const set of due) {
        if (isListedTogether(set)) continue;
        if (signal.aborted || host.now() - began > (asked ? ASKED_BUDGET_MS : TICK_BUDGET_MS)) break;
        const probe = boundOf(set, probeMs(limits, terseMs));
        const one = await list(host, set, { signal, ...probe });
        if (one.ok) members.push(one.value);
      }
      return [...members, ...(await together.take(asked))];
    },
  };
}

/** Asked for without a known size means that it is big; the first look into an nft set is given up in time. */
const supposedSize = ({ backend }: SetInfo, { timeoutMs }: ListWish): number =>
  backend === 'nft' && timeoutMs !== undefined ? 0 : 1e6;

/** A listing that may be long is looked at first; one whose program may hang takes no longer than this. */
const HUNG_MS = 3_000;
function boundOf(set: SetInfo, nftMs: number): Pick<ListWish, 'timeoutMs'> {
  if (set.backend === 'nft') return { timeoutMs: nftMs };
  return backendOf(set)?.mayHang === true ? { timeoutMs: HUNG_MS } : {};
}

/** Where small things take long, a look at a set may too. */
function probeMs({ nftProbeMs }: Limits, terseMs: number): number {
  return Math.min(Math.max(nftProbeMs, 3 * terseMs), 4 * nftProbeMs);
}
/** Failures of a daemon stand under its name. */
export function forgetGone(byKey: Map<string, unknown>, sets: readonly SetInfo[]): void {
  const present = new Set<string>(sets.flatMap((set) => [set.key, set.backend]));
  for (const key of byKey.keys()) if (!present.has(key)) byKey.delete(key);
}
