// fail2ban.log as events of each jail: what matched, who was banned, what did not work.
//
//   2026-11-20 12:00:00,123 fail2ban.filter         [812]: INFO    [sshd] Found 203.0.113.7 - 2026-11-20 12:00:00
//   2026-11-20 12:00:01,456 fail2ban.actions        [812]: NOTICE  [sshd] Restore Ban 203.0.113.7        (1.0.2)

import { type Net, parseHost } from '../../core/address.ts';
import type { UnixMs } from '../../core/brand.ts';
import { JAIL_EVENTS_MAX, type JailEvent, type JailEventKind, type JailRow } from '../../core/jails.ts';
import type { Finding } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import { fail2ban } from '../logs/formats/fail2ban.ts';
import { readStamp } from '../logs/stamp.ts';
import { LineCounts } from './line-counts.ts';

/** `jail`: raw. */
export type ServerEvent = JailEvent & Readonly<{ jail: string }>;

const HEAD = /^.{23} fail2ban\.\w+ *\[\d+\]: [A-Z]+ +\[([^\]]{1,100})\] /;
const KINDS: ReadonlySet<string> = new Set<JailEventKind>([
  ...(['found', 'ban', 'unban', 'restore-ban', 'increase-ban', 'already-banned', 'ignored'] as const),
]);
const isEventKind = (kind: string): kind is JailEventKind => KINDS.has(kind);

/** undefined = a line about something else. */
export function readServerEvent(line: string, now: number): ServerEvent | undefined {
  const jail = HEAD.exec(line)?.[1];
  const found = jail === undefined ? undefined : fail2ban.recognise(line);
  if (jail === undefined || found?.token === undefined || !isEventKind(found.kind)) return undefined;
  const at = readStamp(line, now);
  if (at === undefined) return undefined;
  const what = line.slice(found.token.start, found.token.end);
  const net = parseHost(what);
  return {
    ...{ jail, at, kind: found.kind, what: sanitise(what, 60) },
    ...(net.ok ? { net: net.value as Net } : {}),
  };
}

/** A flood of matches must not push the bans out of what is kept. */
const KEPT: Readonly<Record<'matches' | 'restored' | 'acts', number>> = {
  matches: 15,
  restored: 5,
  acts: 30,
};
/** Restored bans that are closer together than this came with one start of the server. */
const BURST_MS = 60_000;
const HOUR_MS = 3_600_000;
const JAILS_MAX = 1000;

type Kept = {
  readonly matches: LineCounts;
  readonly events: Record<keyof typeof KEPT, readonly JailEvent[]>;
  lastBan: JailEvent | undefined;
  restored: { at: UnixMs; count: number } | undefined;
  already: JailEvent[];
};

export type FromServerLog = Pick<
  JailRow,
  'matches' | 'lastMatchAt' | 'lastBan' | 'restored' | 'events' | 'findings'
>;

/** What the log of the server has told so far. `coversFrom`: as in LineCounts, for all jails. */
export class ServerLog {
  readonly #jails = new Map<string, Kept>();
  #from: number | undefined;

  coversFrom(at: number): void {
    this.#from ??= at;
  }

  lostBefore(at: number): void {
    this.#from = at;
    for (const { matches } of this.#jails.values()) matches.lostBefore(at);
  }

  add({ jail, ...event }: ServerEvent): void {
    const kept = this.#of(jail);
    if (kept === undefined) return;
    if (event.kind === 'found') kept.matches.add(event.at);
    if (event.kind === 'ban') kept.lastBan = event;
    if (event.kind === 'already-banned') kept.already = [event, ...kept.already].slice(0, 100);
    if (event.kind === 'restore-ban') {
      const burst = kept.restored !== undefined && event.at - kept.restored.at < BURST_MS;
      kept.restored = { at: event.at, count: (burst ? (kept.restored?.count ?? 0) : 0) + 1 };
    }
    const ring = event.kind === 'found' ? 'matches' : event.kind === 'restore-ban' ? 'restored' : 'acts';
    kept.events[ring] = [event, ...kept.events[ring]].slice(0, KEPT[ring]);
  }

  /** `holdsMatches`: its level lets the lines of matches through. */
  read(jail: string, at: Readonly<{ now: number; holdsMatches: boolean }>): FromServerLog {
    const kept = this.#jails.get(jail) ?? fresh();
    if (this.#from !== undefined) kept.matches.coversFrom(this.#from);
    const { matches, restored, already } = kept;
    const counted = at.holdsMatches ? matches.read(at.now) : undefined;
    const events = Object.values(kept.events).flat();
    const recent = already.filter((event) => at.now - event.at < HOUR_MS);
    return {
      ...(counted === undefined ? {} : { matches: counted }),
      ...(matches.lastAt === undefined ? {} : { lastMatchAt: matches.lastAt }),
      ...(kept.lastBan === undefined ? {} : { lastBan: kept.lastBan }),
      ...(restored === undefined ? {} : { restored: { ...restored } }),
      events: events.sort((a, b) => b.at - a.at).slice(0, JAIL_EVENTS_MAX),
      findings: recent[0] === undefined ? [] : [stillHere(recent[0], recent.length)],
    };
  }

  #of(jail: string): Kept | undefined {
    const known = this.#jails.get(jail);
    if (known !== undefined || this.#jails.size >= JAILS_MAX) return known;
    const made = fresh();
    this.#jails.set(jail, made);
    return made;
  }
}

function fresh(): Kept {
  return {
    matches: new LineCounts(),
    events: { matches: [], restored: [], acts: [] },
    ...{ lastBan: undefined, restored: undefined, already: [] },
  };
}

function stillHere({ what }: JailEvent, count: number): Finding {
  const others = count > 1 ? ` (${count} times in the last hour)` : '';
  return {
    level: 'harm',
    says: sanitise(`${what} is banned and still matches${others}: its ban does not stop it`),
    todo: sanitise('look whether a rule uses the set of this jail, and cut the live flows of the address'),
  };
}
