// What the filter of a jail finds in the newest lines of its log, and what it misses: fail2ban-regex on a copy of the tail.
//
//   Lines: 30 lines, 1 ignored, 4 matched, 25 missed                       (fail2ban-regex 1.0.2)
//   |- Missed line(s):
//   |  Nov 21 19:07:08 web sshd[12]: something without any address

import type { JailRow } from '../../core/jails.ts';
import { type Command, command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { isUsableJail } from '../../firewall/fail2ban/parse.ts';
import type { Host } from '../../host/host.ts';
import { filterOf } from './filter-name.ts';

/** `missed`: the newest lines that no expression matched. `matchedBy`: expressions with their hits. */
export type FilterTest = Readonly<{
  filter: SafeText;
  log: SafeText;
  lines: number;
  matched: number;
  missedCount: number;
  ignored: number;
  dated: number;
  matchedBy: readonly SafeText[];
  missed: readonly SafeText[];
}>;

const LINES = 2000;
const BYTES = 1_048_576;
const TIMEOUT_MS = 30_000;
const OUTPUT_MAX = 8 * 1_048_576;
const SHOWN_MAX = 200;
const LINE_MAX = 400;

/** A file is read as a whole by fail2ban-regex, so it gets the end of it; the copy is gone when the shell is. */
const ON_TAIL = `t=$(mktemp /tmp/opsconsole.XXXXXXXXXX) || exit 1
trap 'rm -f "$t"' EXIT
trap 'exit 1' HUP INT TERM
tail -c ${BYTES} -- "$1" | tail -n ${LINES} >"$t"
fail2ban-regex --print-all-missed "$t" "$2"`;

export function fileTestCommand(path: string, filter: string): Command {
  return command(['sh', '-c', ON_TAIL, 'sh', path, filter], LIMITS);
}

/** Reads all of the journal that matches; bounded by time only. */
export function journalTestCommand(matches: string, filter: string): Command {
  const how = ['--print-all-missed', ...(matches === '' ? [] : ['-m', matches])];
  return command(['fail2ban-regex', ...how, 'systemd-journal[journalflags=1]', filter], LIMITS);
}

const LIMITS = {
  ...{ timeoutMs: TIMEOUT_MS, outputMaxBytes: OUTPUT_MAX, privileged: true },
  // It says 255 for a filter that cannot be read; everything else is told in its output.
  okExits: [1],
};

/** `version`: of the server; from 1.1 on a name is first taken for a jail, with all that it sets. */
export async function testFilter(
  host: Host,
  jail: JailRow,
  { version, signal }: Readonly<{ version?: string | undefined; signal?: AbortSignal }>,
): Promise<Result<FilterTest>> {
  const { name, reads, logs } = jail;
  if (!isUsableJail(name))
    return fail(problem('bad-input', 'this name of a jail cannot be handed to a tool'));
  const filter = namesJails(version) ? name : await filterOf(host, name);
  if (filter === undefined)
    return fail(
      problem('not-found', `which filter ${sanitise(name, 60)} uses is not told by /etc/fail2ban`, {
        hint: 'run fail2ban-regex LOG FILTER by hand',
      }),
    );
  const log = logs.findLast(({ state, path }) => state === 'read' && path !== undefined) ?? logs[0];
  if (reads.kind === 'journal')
    return run(host, journalTestCommand(reads.matches, filter), { filter, log, signal });
  if (log?.path === undefined || !log.path.startsWith('/') || log.state === 'missing')
    return fail(problem('not-found', `${sanitise(name, 60)} reads no log that is there`));
  return run(host, fileTestCommand(log.path, filter), { filter, log, signal });
}

export function namesJails(version: string | undefined): boolean {
  const [, major = 0, minor = 0] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 1);
}

type On = Readonly<{
  filter: string;
  log: JailRow['logs'][number] | undefined;
  signal: AbortSignal | undefined;
}>;

async function run(host: Host, test: Command, { filter, log, signal }: On): Promise<Result<FilterTest>> {
  const finished = await host.run(test, signal);
  if (!finished.ok) return finished;
  const read = readFilterTest(finished.value.stdout);
  if (read !== undefined)
    return ok({ ...read, filter: sanitise(filter, 200), log: log?.name ?? sanitise('the journal') });
  const words = `${finished.value.stderr}\n${finished.value.stdout}`.trim().slice(-400);
  return fail(
    problem('unreadable', `fail2ban-regex could not use the filter ${sanitise(filter, 60)}`, {
      detail: sanitise(words),
    }),
  );
}

/** undefined = it did not get to its result. */
export function readFilterTest(stdout: string): Omit<FilterTest, 'filter' | 'log'> | undefined {
  const found = /^Lines: (\d+) lines, (\d+) ignored, (\d+) matched, (\d+) missed/m.exec(stdout);
  if (found === null) return undefined;
  const [lines = 0, ignored = 0, matched = 0, missedCount = 0] = found.slice(1).map(Number);
  const head = stdout.slice(0, found.index);
  const [failregex = '', rest = ''] = after(head, 'Failregex: ').split('\nIgnoreregex: ');
  const dates = [...after(rest, 'Date template hits:').matchAll(/^\|\s+\[(\d+)\]/gm)];
  return {
    ...{ lines, ignored, matched, missedCount },
    dated: dates.reduce((total, [, hits]) => total + Number(hits), 0),
    matchedBy: [...failregex.matchAll(/^\|\s+\d+\) \[(\d+)\] (.*)$/gm)]
      .slice(0, 20)
      .map(([, hits, text]) => sanitise(`${hits} × ${text}`, LINE_MAX)),
    missed: missedIn(stdout.slice(found.index)),
  };
}

function after(text: string, words: string): string {
  const at = text.indexOf(words);
  return at < 0 ? '' : text.slice(at + words.length);
}

function missedIn(tail: string): readonly SafeText[] {
  const listed = after(tail, '|- Missed line(s):\n');
  const end = listed.indexOf('\n`-');
  return (end < 0 ? listed : listed.slice(0, end))
    .split('\n')
    .filter((line) => line.startsWith('|  '))
    .slice(-SHOWN_MAX)
    .map((line) => sanitise(line.slice(3), LINE_MAX));
}
