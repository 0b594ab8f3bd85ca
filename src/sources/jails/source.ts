// The jails of fail2ban: one start of its client each tick for the counts of all, their settings seldom, their logs
// followed, journals counted every few minutes. A server that hangs costs one program that is ended after five seconds.

import { unixMs } from '../../core/brand.ts';
import type { JailLog, JailRow, JailsSample } from '../../core/jails.ts';
import { ok, type Result } from '../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import type { PollSource, StreamSource } from '../source.ts';
import { type Asked, type AskedJail, createAsker } from './ask.ts';
import { judge, type LogClues } from './health.ts';
import { type JournalLook, lookAtJournal } from './journals.ts';
import { aborted, createLogWatch, type LogWatch } from './log-watch.ts';
import { findSuccessor } from './siblings.ts';

export type JailsSources = Readonly<{
  jails: PollSource<JailsSample>;
  /** Follows the logs of the jails while `jails` is read; emits nothing. */
  logs: StreamSource<never>;
  /** Resolves when the logs that the last reading named were read back. */
  caughtUp(): Promise<void>;
}>;

const EVERY_MIN_MS = 5000;
const JOURNAL_EVERY_MS = 300_000;
const JOURNALS_MAX = 10;
const SUCCESSOR_EVERY_MS = 60_000;
/** A log without a line for so long may have a successor. */
const SILENT_MS = 3_600_000;
/** How long a reading waits for logs that were not followed before. */
const READ_BACK_MS = 1500;

export function createJailsSources(options: Readonly<{ everyMs: number }>): JailsSources {
  const asker = createAsker();
  const watch = createLogWatch();
  const journals = keeper<JournalLook>();
  const successors = keeper<string | undefined>();

  const parts: Parts = { watch, successors };

  return {
    logs: watch.source,
    caughtUp: () => watch.caughtUp(),
    jails: {
      kind: 'poll',
      id: 'jails',
      everyMs: Math.max(EVERY_MIN_MS, options.everyMs),
      async read(host, signal, wish): Promise<Result<JailsSample>> {
        const asked = await asker.ask(host, signal, wish?.asked === true);
        if (!asked.ok) return asked;
        const { jails, target } = asked.value;
        const serverLog = target?.startsWith('/') === true ? target : undefined;
        const others = watch.want(
          jails.flatMap(({ reads }) => (reads.kind === 'files' ? reads.files : [])),
          serverLog,
        );
        // Without their logs the first rows would tell nothing.
        if (others)
          await Promise.race([
            watch.caughtUp(),
            aborted(AbortSignal.any([signal, AbortSignal.timeout(READ_BACK_MS)])),
          ]);
        const looked = new Map<string, JournalLook>();
        for (const matches of journalsOf(jails).slice(0, JOURNALS_MAX)) {
          const look = (): Promise<JournalLook> => lookAtJournal(host, matches, signal);
          looked.set(matches, await journals.get(matches, host.now(), JOURNAL_EVERY_MS, look));
        }
        const gaps = gapsOf(asked.value, watch);
        const readable = watch.serverState() === 'read';
        const around = { parts, journals: looked, readable, holdsMatches: holdsMatches(asked.value) };
        const rows: JailRow[] = [];
        for (const jail of jails) rows.push(await rowOf(host, jail, around));
        return ok({
          at: host.now(),
          jails: rows,
          gaps: [...gaps, ...[...looked.values()].flatMap(({ gap }) => gap ?? [])],
          ...(asked.value.version === undefined ? {} : { version: sanitise(asked.value.version, 20) }),
        });
      },
    },
  };
}

/** What readings share. */
type Parts = Readonly<{ watch: LogWatch; successors: Keeper<string | undefined> }>;

type Around = Readonly<{
  parts: Parts;
  journals: ReadonlyMap<string, JournalLook>;
  readable: boolean;
  holdsMatches: boolean;
}>;

async function cluesOf(host: Host, log: JailLog, { watch, successors }: Parts): Promise<LogClues> {
  const { path } = log;
  if (path === undefined) return {};
  const sample = watch.log(path)?.sampler.read();
  const silent = log.state === 'read' && (log.lastLineAt ?? 0) < host.now() - SILENT_MS;
  const newer =
    log.state === 'missing' || silent
      ? await successors.get(path, host.now(), SUCCESSOR_EVERY_MS, () => findSuccessor(host, path))
      : undefined;
  return {
    ...(sample === undefined ? {} : { sample }),
    ...(newer === undefined ? {} : { newer }),
  };
}

async function rowOf(host: Host, jail: AskedJail, around: Around): Promise<JailRow> {
  const { watch } = around.parts;
  const { reads } = jail;
  const look = reads.kind === 'journal' ? around.journals.get(reads.matches) : undefined;
  const logs = logsOf(jail, { watch, look, now: host.now() });
  const clues =
    look === undefined
      ? await Promise.all(logs.map((log) => cluesOf(host, log, around.parts)))
      : [{ ...pick(look, 'sample'), ...pick(look, 'elsewhere') }];
  const { files: _, ...settings } = jail.settings;
  const { findings, ...told } = around.readable
    ? watch.server.read(jail.name, { now: host.now(), holdsMatches: around.holdsMatches })
    : { events: [], findings: [] };
  const { matches: __, ...status } = jail.status ?? {};
  const row = { name: jail.name, ...status, ...settings, reads, logs, ...told };
  return { ...row, findings, health: judge(row, clues) };
}

function pick<T, K extends keyof T>(from: T, key: K): Partial<Pick<T, K>> {
  return from[key] === undefined ? {} : ({ [key]: from[key] } as unknown as Pick<T, K>);
}

type LogsAt = Readonly<{ watch: LogWatch; look: JournalLook | undefined; now: number }>;

function logsOf({ reads }: AskedJail, { watch, look, now }: LogsAt): readonly JailLog[] {
  if (reads.kind === 'unknown') return [];
  if (reads.kind === 'files')
    return reads.files.map((path): JailLog => {
      const log = watch.log(path);
      const lines = log?.state === 'read' ? log.counts.read(now) : undefined;
      const lastLineAt = log?.counts.lastAt;
      return {
        ...{ name: sanitise(path, 200), path, state: log?.state ?? 'unknown' },
        ...(lines === undefined ? {} : { lines }),
        ...(lastLineAt === undefined ? {} : { lastLineAt }),
      };
    });
  return [
    {
      name: sanitise(reads.matches === '' ? 'the whole journal' : reads.matches, 200),
      state: look?.lines === undefined ? 'unknown' : 'read',
      ...(look?.lines === undefined ? {} : { lines: look.lines }),
      ...(look?.lastLineAt === undefined ? {} : { lastLineAt: unixMs(look.lastLineAt) }),
    },
  ];
}

function journalsOf(jails: readonly AskedJail[]): readonly string[] {
  const all = jails.flatMap(({ reads }) => (reads.kind === 'journal' ? reads.matches : []));
  return [...new Set(all)];
}

/** Matches are written at level INFO. */
function holdsMatches({ level }: Asked): boolean {
  return level === undefined || ['INFO', 'DEBUG', 'TRACEDEBUG', 'HEAVYDEBUG'].includes(level);
}

function gapsOf(asked: Asked, watch: LogWatch): readonly SafeText[] {
  const { target, level, unusable } = asked;
  const gaps: SafeText[] = [];
  const without = 'no times of matches and bans, only totals';
  if (target === undefined) gaps.push(sanitise(`where fail2ban logs is not known: ${without}`));
  else if (!target.startsWith('/')) gaps.push(sanitise(`fail2ban logs to ${target}: ${without}`, 160));
  else if (watch.serverState() === 'denied' || watch.serverState() === 'missing')
    gaps.push(
      sanitise(`${target} is ${watch.serverState() === 'denied' ? 'not readable' : 'not there'}: ${without}`),
    );
  else if (!holdsMatches(asked))
    gaps.push(sanitise(`fail2ban logs from level ${level} on: its matches are not written down`));
  if (unusable.length > 0)
    gaps.push(
      sanitise(`left out, ${unusable.length === 1 ? 'its name' : 'their names'}: ${unusable.join(' ')}`, 160),
    );
  if (asked.jails.length === 0 && unusable.length === 0) gaps.push(safe('fail2ban runs without a jail'));
  return gaps;
}

type Keeper<T> = Readonly<{
  get(key: string, now: number, maxAgeMs: number, make: () => Promise<T>): Promise<T>;
}>;

/** What costs more is asked for again only when it is old. */
function keeper<T>(): Keeper<T> {
  const kept = new Map<string, Readonly<{ at: number; value: T }>>();
  return {
    async get(key, now, maxAgeMs, make) {
      const known = kept.get(key);
      if (known !== undefined && now - known.at < maxAgeMs) return known.value;
      const value = await make();
      if (kept.size >= 1000) kept.clear();
      kept.set(key, { at: now, value });
      return value;
    },
  };
}
