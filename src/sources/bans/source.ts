// The ban sets of a host: terse listings every tick, full listings when something changed and while they are cheap, big
// sets on demand. Expiry needs no re-reading: members carry the absolute time of their end.

import type { UnixMs } from '../../core/brand.ts';
import { command } from '../../core/plan.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Members, SetInfo, SetKey } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import type { PollSource, StreamSource } from '../source.ts';
import { listMembersNow } from './list-members.ts';
import type { StartMembersWorker } from './members-messages.ts';
import { applyChanges, createMonitorParser, type NftChange } from './monitor.ts';
import { createCalm, DEFAULT_LIMITS, dueSets, type Limits, type Listed } from './schedule.ts';
import { createTerseReader } from './terse.ts';
import { createTogether, isListedTogether } from './together.ts';

/**
 * `members`: only those read since the last sample; earlier listings stay as they are. A set that is too big to be
 * listed unasked is in `sets` and never in `members` until `list` was called for it.
 * `gaps`: what could not be read and why.
 */
export type BansSample = Readonly<{
  at: UnixMs;
  sets: readonly SetInfo[];
  members: readonly Members[];
  gaps: readonly SafeText[];
}>;

export type BansOptions = Readonly<{
  /** While sets change; less often when they do not. At least 2000 is sensible: each tick starts a program per backend. */
  everyMs: number;
  /** Parses big listings off the main thread; absent: all on it. */
  startWorker?: StartMembersWorker;
  limits?: Limits;
}>;

export type BansSources = Readonly<{
  bans: PollSource<BansSample>;
  /** Follows the big nft sets that were listed on demand; idle until there is one. Emits nothing: `bans` tells. */
  changes: StreamSource<never>;
  /** A full listing, asked for. The result is also in the next sample's eyes: it is not read again unasked. */
  list(host: Host, set: SetInfo, signal?: AbortSignal): Promise<Result<Members>>;
}>;

/** Work on full listings in one tick; the rest waits for the next. Somebody who asked waits for all of them. */
const TICK_BUDGET_MS = 1000;
const ASKED_BUDGET_MS = 5000;
/** `nft monitor` holds 660 bytes for each element of the host: beyond this it is not worth its memory. */
const FOLLOW_MAX = 250_000;
const CHANGES_MAX = 100_000;

export function createBansSource(options: BansOptions): PollSource<BansSample> {
  return createBansSources(options).bans;
}

export function createBansSources(options: BansOptions): BansSources {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const calm = createCalm(options.everyMs);
  const terse = createTerseReader(calm.rulesMaxAgeMs);
  const lister = createLister(options);
  const follower = createFollower();
  const lengths = new Map<string, number>();
  return {
    bans: {
      kind: 'poll',
      id: 'bans',
      get everyMs() {
        return calm.everyMs();
      },
      async read(host, signal, wish) {
        if (wish?.asked === true) lister.askAll();
        const began = host.now();
        const reading = await terse.read(host, signal, wish);
        if (!reading.ok) return reading;
        const { sets } = reading.value;
        const members = await lister.listDue(host, sets, { signal, terseMs: host.now() - began });
        const followed = follower.take(sets, host.now());
        for (const { set, length } of [...members, ...followed]) lengths.set(set, length);
        forgetGone(lengths, sets);
        calm.saw(fingerprint(sets, lengths), host.now());
        const gaps = [...reading.value.gaps, ...lister.failures()];
        return ok({ at: host.now(), sets, members: [...members, ...followed], gaps });
      },
    },
    changes: follower.source,
    async list(host, set, signal) {
      const members = await lister.list(host, set, signal === undefined ? {} : { signal });
      if (members.ok && set.backend === 'nft' && members.value.length > limits.nftMax)
        follower.follow(set.key, members.value);
      return members;
    },
  };
}

type ListWish = Readonly<{ signal?: AbortSignal; timeoutMs?: number }>;
/** `terseMs`: what the terse listings took, which says how busy the machine is. */
type Tick = Readonly<{ signal: AbortSignal; terseMs: number }>;
type Lister = Readonly<{
  list(host: Host, set: SetInfo, wish: ListWish): Promise<Result<Members>>;
  /** From now on no listing that began before is good enough. */
  askAll(): void;
  listDue(host: Host, sets: readonly SetInfo[], tick: Tick): Promise<readonly Members[]>;
  /** Why the members of some sets could not be read, until they can. */
  failures(): readonly SafeText[];
}>;

const RETRIED: ReadonlySet<string> = new Set(['not-found', 'timed-out', 'cancelled']);

/** Remembers how each listing went, which decides about the next. */
function createLister(options: BansOptions): Lister {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const listed = new Map<string, Listed>();
  const failures = new Map<string, SafeText>();
  let ask = 0;
  let askIsNew = false;

  const list: Lister['list'] = async (host, set, wish) => {
    const began = host.now();
    const begunAfter = ask;
    const members = await listMembersNow(host, set, {
      ...wish,
      ...(options.startWorker === undefined ? {} : { startWorker: options.startWorker }),
      // Asked for without a known size means that it is big.
      expected: set.count ?? listed.get(set.key)?.length ?? (wish.timeoutMs === undefined ? 1e6 : 0),
    });
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
      const due = dueSets(sets, listed, { now: began, ask }, limits);
      together.start(host, due, { signal, ask });
      for (const set of due) {
        if (isListedTogether(set)) continue;
        if (signal.aborted || host.now() - began > (asked ? ASKED_BUDGET_MS : TICK_BUDGET_MS)) break;
        const probe = set.backend === 'nft' ? { timeoutMs: probeMs(limits, terseMs) } : {};
        const one = await list(host, set, { signal, ...probe });
        if (one.ok) members.push(one.value);
      }
      return [...members, ...(await together.take(asked))];
    },
  };
}

/** Where small things take long, a look at a set may too. */
function probeMs({ nftProbeMs }: Limits, terseMs: number): number {
  return Math.min(Math.max(nftProbeMs, 3 * terseMs), 4 * nftProbeMs);
}

/** Who is in which set and whether that stops them, without the counters that change all the time. */
function fingerprint(sets: readonly SetInfo[], lengths: ReadonlyMap<string, number>): string {
  return JSON.stringify(
    sets.map(({ key, count, enforcement }) => [key, count ?? lengths.get(key), enforcement.kind]),
  );
}

/** Failures of a daemon stand under its name. */
function forgetGone(byKey: Map<string, unknown>, sets: readonly SetInfo[]): void {
  const present = new Set<string>(sets.flatMap((set) => [set.key, set.backend]));
  for (const key of byKey.keys()) if (!present.has(key)) byKey.delete(key);
}

type Follower = Readonly<{
  source: StreamSource<never>;
  follow(key: SetKey, members: Members): void;
  /** Listings that changed since the last call. */
  take(sets: readonly SetInfo[], at: UnixMs): readonly Members[];
}>;

function createFollower(): Follower {
  const followed = new Map<SetKey, Members>();
  let changes: Extract<NftChange, { set: SetKey }>[] = [];
  let wake: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    wake = resolve;
  });
  return {
    follow(key, members) {
      if (members.length > FOLLOW_MAX) return;
      followed.set(key, members);
      wake();
    },
    take(sets, at) {
      const taken = changes;
      changes = [];
      const changed: Members[] = [];
      for (const [key, members] of followed) {
        const set = sets.find((one) => one.key === key);
        const mine = taken.filter((change) => change.set === key);
        if (set === undefined) followed.delete(key);
        else if (mine.length > 0) {
          const next = applyChanges(set, members, mine, at);
          followed.set(key, next);
          changed.push(next);
        }
      }
      return changed;
    },
    source: {
      kind: 'stream',
      id: 'bans-changes',
      async run(host, signal) {
        await Promise.race([begun, aborted(signal)]);
        if (signal.aborted) return ok(undefined);
        const parser = createMonitorParser(
          () => host.now(),
          (change) => {
            if (change.kind === 'ruleset' || !followed.has(change.set)) return;
            // A flood of changes while nobody takes them: the listing is then simply old.
            if (changes.length >= CHANGES_MAX) changes = [];
            changes.push(change);
          },
        );
        const monitor = command(['nft', '-j', 'monitor'], { timeoutMs: 0, privileged: true });
        const ended = await host.stream(monitor, (chunk) => parser.push(chunk), signal);
        // What happened from now on is not known: these listings keep their age and are asked for again.
        followed.clear();
        return ended.ok ? ok(undefined) : ended;
      },
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
