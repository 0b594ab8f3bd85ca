// opsconsole jails: what each jail of fail2ban sees, blocks and reads, and which of them fail.

import { readFirewalls } from '../actions/firewalls.ts';
import type { JailsSample } from '../core/jails.ts';
import type { Result } from '../core/result.ts';
import type { SetInfo } from '../core/rows.ts';
import { sanitise } from '../core/sanitise.ts';
import { formatCount, UNKNOWN } from '../core/units.ts';
import { BACKENDS } from '../firewall/registry.ts';
import type { Host } from '../host/host.ts';
import { createJailsSources } from '../sources/jails/source.ts';
import { actionText, countText, wrongWords } from '../store/select/jail-detail.ts';
import { type JailView, viewsOf } from '../store/select/jails.ts';
import type { ActDeps } from './act-desk.ts';
import { sayProblem } from './act-run.ts';
import { EXIT, type ExitStatus } from './io.ts';
import { printJson } from './plain-text.ts';
import { printTable } from './print-table.ts';

export type JailsArgs = Readonly<{ json?: boolean }>;

/** Logs that take longer to read back are told as far as they were read. */
const READING_MS = 15_000;

/** `failed` when fail2ban cannot be asked; a jail that sees nothing is an answer. */
export async function runJails(args: JailsArgs, { io, host }: ActDeps): Promise<ExitStatus> {
  const here = await host();
  const sample = await readOnce(here);
  if (!sample.ok) {
    sayProblem(sample.problem, io);
    return EXIT.failed;
  }
  const views = viewsOf(sample.value.jails, await setsOf(here)).need;
  if (args.json === true) io.stdout.write(`${printJson(jsonOf(sample.value, views))}\n`);
  else io.stdout.write(textOf(sample.value, views));
  return EXIT.done;
}

/** Twice: the first reading names the logs, the second one has read them. */
async function readOnce(host: Host): Promise<Result<JailsSample>> {
  const { jails, logs, caughtUp } = createJailsSources({ everyMs: 60_000 });
  const stop = new AbortController();
  const following = logs.run(host, stop.signal, () => undefined);
  try {
    const first = await jails.read(host, stop.signal);
    if (!first.ok) return first;
    await Promise.race([caughtUp(), ended(AbortSignal.timeout(READING_MS))]);
    return await jails.read(host, stop.signal);
  } finally {
    stop.abort();
    await following;
  }
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function setsOf(host: Host): Promise<readonly SetInfo[]> {
  const { arms } = await readFirewalls(host, BACKENDS);
  return arms.flatMap(({ sets }) => sets);
}

const HEAD = ['JAIL', 'HEALTH', 'LINES/H', 'MATCH/H', 'FAILED', 'BANNED', 'ACTION', 'READS'];

function textOf({ jails, gaps }: JailsSample, views: readonly JailView[]): string {
  const rows = views.map(({ row, label }) => {
    const { reads, logs, matches } = row;
    const lines = logs.flatMap((log) => log.lines?.hour ?? []);
    const hour = {
      count: lines.reduce((total, { count }) => total + count, 0),
      atLeast: lines.some(({ atLeast }) => atLeast),
    };
    const where =
      reads.kind === 'files' ? reads.files.join(' ') : reads.kind === 'journal' ? reads.matches : UNKNOWN;
    return [
      ...[label, row.health.kind, lines.length === 0 ? UNKNOWN : countText(hour)],
      matches === undefined ? UNKNOWN : countText(matches.hour),
      `${formatCount(row.failedNow)}/${formatCount(row.failedTotal)}`,
      `${formatCount(row.bannedNow)}/${formatCount(row.bannedTotal)}`,
      ...[sanitise(actionText(row.actions), 60), sanitise(where, 80)],
    ];
  });
  const table = rows.length === 0 ? '' : printTable([HEAD, ...rows], [2, 3, 4, 5]);
  const wrong = views
    .filter(({ rank }) => rank < 3)
    .map(
      (view) =>
        `${view.label}:\n${wrongWords(view)
          .map(({ text }) => `  ${sanitise(text)}\n`)
          .join('')}`,
    );
  const none = jails.length === 0 && gaps.length === 0 ? 'fail2ban runs without a jail\n' : '';
  return [table, none, ...wrong.map((words) => `\n${words}`), ...gaps.map((gap) => `\n${gap}\n`)].join('');
}

function jsonOf({ version, gaps }: JailsSample, views: readonly JailView[]): unknown {
  return {
    ...(version === undefined ? {} : { version }),
    gaps,
    jails: views.map(({ row, label, kernel, findings }) => {
      const { reads, events, lastBan, logs, name: _, findings: __, actions, ...rest } = row;
      return {
        jail: label,
        ...rest,
        ...(actions === undefined ? {} : { actions: actions.map((action) => sanitise(action, 100)) }),
        reads:
          reads.kind === 'files'
            ? { files: reads.files.map((file) => sanitise(file, 400)) }
            : reads.kind === 'journal'
              ? { journal: sanitise(reads.matches, 400) }
              : null,
        logs: logs.map(({ path: ___, ...log }) => log),
        ...(kernel === undefined ? {} : { sets: kernel }),
        findings,
        ...(lastBan === undefined ? {} : { lastBan: eventJson(lastBan) }),
        events: events.map(eventJson),
      };
    }),
  };
}

function eventJson({ at, kind, what }: JailView['row']['events'][number]): unknown {
  return { at: new Date(at).toISOString(), kind, what };
}
