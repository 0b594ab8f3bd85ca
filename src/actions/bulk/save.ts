// Reads what is to survive a reboot: our own sets, and those of nobody who would bring them back by himself.

import { unixMs } from '../../core/brand.ts';
import { memberNet } from '../../core/members.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Members, SetInfo, SetKey } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { Backend } from '../../firewall/backend.ts';
import { belongsTo } from '../../firewall/names.ts';
import { type SavedBan, type SavedBans, type SavedSet, savedComment } from '../../firewall/saved-bans.ts';
import type { Host } from '../../host/host.ts';
import { holdsPlainAddresses } from '../ban-targets.ts';
import { allSets, backendsOf, blindFor, type Found, readFirewalls } from '../firewalls.ts';
import { consoleNow, offItsClock } from '../journal/clock.ts';
import { readMembers } from '../membership.ts';

export type SaveWish = Readonly<{
  backends: readonly Backend[];
  /** These sets and no others. */
  only?: readonly SetKey[];
  /** The file as it is: what cannot be read now stays in it. */
  old?: SavedBans;
}>;

export type Gathering = Readonly<{
  saved: SavedBans;
  /** Sets that were left out on purpose, and why. */
  skipped: readonly SafeText[];
  /** What could not be read, and what became of its lines. */
  unread: readonly Problem[];
}>;

/** A million elements of nft take 42 s. */
const LISTING_TIMEOUT_MS = 180_000;

export async function gatherBans(host: Host, wish: SaveWish): Promise<Gathering> {
  const { backends, only, old } = wish;
  const asked = backendsOf(only ?? [], backends);
  const view = await readFirewalls(host, asked);
  const sets: SavedSet[] = [];
  const skipped: SafeText[] = [];
  const unread: Problem[] = view.blind.map(({ problem: why }) => why);
  sets.push(...kept(old, (key) => blindFor(view, key) !== undefined));
  for (const { backend, sets: seen, gaps = [] } of view.arms) {
    const [gap] = gaps;
    const unseen = kept(old, (key) => belongsTo(key, backend.id) && !seen.some((set) => set.key === key));
    if (gap === undefined || unseen.length === 0) continue;
    unread.push(problem('unreadable', gap, { hint: 'the saved bans of sets that were not seen are kept' }));
    sets.push(...unseen);
  }
  for (const found of allSets(view)) {
    const why = only === undefined ? whyNotSaved(found.set) : only.includes(found.set.key) ? undefined : '';
    if (why !== undefined) {
      if (why !== '') skipped.push(sanitise(`${found.set.key}: ${why}`));
      continue;
    }
    const read = await readMembers(host, found, { timeoutMs: LISTING_TIMEOUT_MS });
    if (read.ok) {
      if (read.value.length > 0) sets.push(savedSet(host, found, read.value));
    } else {
      unread.push(read.problem);
      sets.push(...kept(old, (key) => key === found.set.key));
    }
  }
  return { saved: { savedAt: consoleNow(host), sets }, skipped, unread };
}

const kept = (old: SavedBans | undefined, meant: (key: SetKey) => boolean): readonly SavedSet[] =>
  (old?.sets ?? []).filter(({ key }) => meant(key));

/** Undefined = it is saved. Whoever restores its own would find them doubled, with nobody to free them again. */
function whyNotSaved(set: SetInfo): string | undefined {
  if (set.shields === true) return 'it goes with the shields';
  if (!holdsPlainAddresses(set)) return 'it does not hold plain addresses';
  if (set.constant === true) return 'it is constant: whoever makes it fills it';
  switch (set.owner) {
    case 'opsconsole':
      return undefined;
    case 'unknown':
      return set.enforcement.kind === 'dropped' ? undefined : 'no rule drops what is in it';
    case 'sshguard':
      return 'sshguard frees what it has blocked itself, and would not know of these any more';
    case 'fail2ban':
    case 'crowdsec':
    case 'firehol':
    case 'csf':
    case 'firewalld':
      return `${set.owner} puts back its own`;
  }
}

/** The file goes by the clock of this machine: it may be read for another host, or when that one's clock has been set. */
function savedSet(host: Host, { set }: Found, members: Members): SavedSet {
  const bans = Array.from({ length: members.length }, (_, index): SavedBan => {
    const end = members.expires[index] ?? Number.NaN;
    const comment = members.comments.get(index) ?? '';
    return {
      net: memberNet(members, index),
      endsAt: Number.isNaN(end)
        ? undefined
        : end === Number.POSITIVE_INFINITY
          ? null
          : offItsClock(host, unixMs(end)),
      comment: comment === '' ? '' : savedComment(comment),
    };
  });
  return { key: set.key, family: set.family, bans };
}

/** Does it hold a ban that has not ended yet? */
export function holdsLive({ sets }: SavedBans, now: number): boolean {
  return sets.some(({ bans }) => bans.some(({ endsAt }) => endsAt == null || endsAt > now));
}
