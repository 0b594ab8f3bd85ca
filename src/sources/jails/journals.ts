// Lines of the journal that a jail reads, counted seldom: the last day, newest first up to a bound.
//
//   1795206324.321919 web1 sshd[812]: Failed password for root from 203.0.113.7 port 4711 ssh2     (journalctl 252,
//   1795206325.000001 web1 sshd-session[813]: Connection closed by 203.0.113.7                      -o short-unix)

import { unixMs } from '../../core/brand.ts';
import type { HourAndDay } from '../../core/jails.ts';
import { type Command, command } from '../../core/plan.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import { createLineSplitter } from '../logs/lines.ts';
import { LineCounts } from './line-counts.ts';
import { type LogSample, LogSampler } from './log-sample.ts';
import { journalWords } from './parse.ts';

const LINES_MAX = 20_000;
const TIMEOUT_MS = 8000;
const DAY_MS = 86_400_000;
const SAMPLED_EVERY = 20;
const LINE = /^(\d{1,12})\.(\d{3})\d* /;

/** Names that became others: the unit differs between distributions, and OpenSSH 9.8 logs from sshd-session. */
const RENAMED: readonly Readonly<{ from: string; to: string }>[] = [
  { from: '_SYSTEMD_UNIT=sshd.service', to: '_SYSTEMD_UNIT=ssh.service' },
  { from: '_SYSTEMD_UNIT=ssh.service', to: '_SYSTEMD_UNIT=sshd.service' },
  { from: '_COMM=sshd', to: '_COMM=sshd-session' },
];

export type JournalLook = Readonly<{
  at: number;
  lines?: HourAndDay;
  lastLineAt?: number;
  sample?: LogSample;
  elsewhere?: string;
  gap?: SafeText;
}>;

export function journalCommand(words: readonly string[], privileged: boolean, lines = LINES_MAX): Command {
  // The newest ones come last, so a bound keeps them.
  const how = ['-o', 'short-unix', '--since=-24h', '-n', String(lines), '--all', '--no-pager', '-q'];
  const limits = { timeoutMs: TIMEOUT_MS, outputMaxBytes: 64 * 1_048_576, privileged };
  return command(['journalctl', ...how, ...words], limits);
}

/** `matches`: as the status of a jail gives them. */
export async function lookAtJournal(host: Host, matches: string, signal: AbortSignal): Promise<JournalLook> {
  const at = host.now();
  const words = journalWords(matches);
  if (words === undefined)
    return { at, gap: sanitise(`the journal match ${matches} was not understood`, 160) };
  const counts = new LineCounts();
  const sampler = new LogSampler();
  let first: number | undefined;
  let total = 0;
  const splitter = createLineSplitter((bytes) => {
    const [head, seconds, ms] = LINE.exec(bytes.toString('latin1', 0, 20)) ?? [];
    if (head === undefined) return;
    const stamp = unixMs(Number(seconds) * 1000 + Number(ms));
    first ??= stamp;
    counts.add(unixMs(Math.min(stamp, at)));
    if (total++ % SAMPLED_EVERY === 0 || total < 200)
      sampler.look(bytes.toString('utf8'), at, { counts: true });
  }, 4096);
  const read = await host.stream(
    journalCommand(words, host.privileged),
    (chunk) => splitter.push(chunk),
    signal,
  );
  splitter.end();
  if (!read.ok) return { at, gap: sanitise(`journalctl: ${read.problem.summary}`, 160) };
  counts.coversFrom(total >= LINES_MAX && first !== undefined ? first : at - DAY_MS);
  const lines = counts.read(at);
  // Journald itself stamps every line.
  const sample = { ...sampler.read(), stamped: sampler.read().lines };
  const elsewhere = await linesElsewhere(host, words, signal);
  return {
    ...{ at, sample },
    ...(lines === undefined ? {} : { lines }),
    ...(counts.lastAt === undefined ? {} : { lastLineAt: counts.lastAt }),
    ...(elsewhere === undefined ? {} : { elsewhere }),
  };
}

async function linesElsewhere(
  host: Host,
  words: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const { from, to } of RENAMED) {
    if (!words.includes(from) || words.includes(to)) continue;
    const found = await host.run(journalCommand([to], host.privileged, 1), signal);
    if (found.ok && found.value.stdout.trim() !== '') return to;
  }
  return undefined;
}
