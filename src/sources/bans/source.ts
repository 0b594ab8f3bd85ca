// The ban sets of a host: terse listings every tick, full listings when something changed and while they are cheap, big
// sets on demand. Expiry needs no re-reading: members carry the absolute time of their end.

import type { UnixMs } from '../../core/brand.ts';
import { whyNoFirewall } from '../../core/host-system.ts';
import { command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Members, SetInfo, SetKey } from '../../core/rows.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import type { PollSource, StreamSource } from '../source.ts';
import { createCrossCheck } from './cross-check.ts';
import { createLister, type FillEnds, forgetGone } from './lister.ts';
import type { StartMembersWorker } from './members-messages.ts';
import { applyChanges, createMonitorParser, type NftChange } from './monitor.ts';
import { createCalm, DEFAULT_LIMITS, type Limits } from './schedule.ts';
import { createTerseReader } from './terse.ts';

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
  /** Fills in ends that only the journal knows. */
  fillEnds?: FillEnds;
}>;

export type BansSources = Readonly<{
  bans: PollSource<BansSample>;
  /** Follows the big nft sets that were listed on demand; idle until there is one. Emits nothing: `bans` tells. */
  changes: StreamSource<never>;
  /** A full listing, asked for. The result is also in the next sample's eyes: it is not read again unasked. */
  list(host: Host, set: SetInfo, signal?: AbortSignal): Promise<Result<Members>>;
}>;

/** `nft monitor` holds 660 bytes for each element of the host: beyond this it is not worth its memory. */
const FOLLOW_MAX = 250_000;
const CHANGES_MAX = 100_000;
const ELSEWHERE = 'bans are shown of hosts that have nft, ipset, iptables or pf';

export function createBansSource(options: BansOptions): PollSource<BansSample> {
  return createBansSources(options).bans;
}

export function createBansSources(options: BansOptions): BansSources {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const calm = createCalm(options.everyMs);
  const terse = createTerseReader(calm.rulesMaxAgeMs);
  const lister = createLister(options);
  const follower = createFollower();
  const crossCheck = createCrossCheck();
  const lengths = new Map<string, number>();
  return {
    bans: {
      kind: 'poll',
      id: 'bans',
      get everyMs() {
        return calm.everyMs();
      },
      async read(host, signal, wish) {
        const why = whyNoFirewall(host.system);
        if (why !== undefined) return fail(problem('not-found', why, { hint: ELSEWHERE }));
        if (wish?.asked === true) lister.askAll();
        const began = host.now();
        const reading = await terse.read(host, signal, wish);
        if (!reading.ok) return reading;
        const { sets, hung } = reading.value;
        // Listings of one that hangs would wait as long as it does.
        const awake = sets.filter(({ backend }) => !hung.includes(backend));
        const members = await lister.listDue(host, awake, { signal, terseMs: host.now() - began });
        const followed = follower.take(sets, host.now());
        for (const { set, length } of [...members, ...followed]) lengths.set(set, length);
        forgetGone(lengths, sets);
        calm.saw(fingerprint(sets, lengths), host.now());
        const gaps = [...reading.value.gaps, ...lister.failures()];
        const all = [...members, ...followed];
        return ok({ at: host.now(), sets: crossCheck.look(sets, all), members: all, gaps });
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

/** Who is in which set and whether that stops them, without the counters that change all the time. */
function fingerprint(sets: readonly SetInfo[], lengths: ReadonlyMap<string, number>): string {
  return JSON.stringify(
    sets.map(({ key, count, enforcement }) => [key, count ?? lengths.get(key), enforcement.kind]),
  );
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
