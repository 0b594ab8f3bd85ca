// opsconsole tighten: a preset, one timeout, or without arguments the table of all.

import { readTimeout } from '../actions/tighten.ts';
import { hasPf, readPf } from '../actions/tighten-pf.ts';
import { shortName } from '../actions/timeout-values.ts';
import type { ActDraft, Preset } from '../core/act.ts';
import { parseDuration } from '../core/duration.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { suggest } from '../core/suggest.ts';
import { UNKNOWN } from '../core/units.ts';
import { PF_TIMEOUTS, timeoutsOf } from '../firewall/pf/timeouts.ts';
import { TIMEOUTS, type TimeoutFacts } from '../firewall/timeouts.ts';
import type { Host } from '../host/host.ts';
import { type ActDeps, openDesk } from './act-desk.ts';
import { type ActFlags, complain, runAct } from './act-run.ts';
import { EXIT, type ExitStatus } from './io.ts';
import { printJson } from './plain-text.ts';
import { printTable } from './print-table.ts';

export type TightenArgs = ActFlags & Readonly<{ session?: string }>;

const PRESETS: readonly Preset[] = ['default', 'modest', 'siege'];

export async function runTighten(
  words: readonly string[],
  args: TightenArgs,
  deps: ActDeps,
): Promise<ExitStatus> {
  if (words.length === 0) return showTimeouts(args, deps);
  const change = readChange(words);
  if (!change.ok) return complain(change.problem, deps.io);
  const open = await openDesk(deps, args.session);
  if (!open.ok) return complain(open.problem, deps.io);
  try {
    const draft = { action: 'tighten', change: change.value } as const;
    return await runAct(open.value, { draft, flags: args }, deps.io);
  } finally {
    open.value.desk.close();
  }
}

type Change = Extract<ActDraft, { action: 'tighten' }>['change'];

function readChange(words: readonly string[]): Result<Change> {
  const [first = '', second, ...rest] = words;
  if (rest.length > 0) return fail(problem('bad-input', 'give one preset, or one timeout and its seconds'));
  const preset = PRESETS.find((one) => one === first);
  if (second === undefined) {
    if (preset !== undefined) return ok({ preset });
    const near = suggest(first, PRESETS);
    return fail(
      problem('bad-input', `${JSON.stringify(sanitise(first, 40))} is not a preset (${PRESETS.join(', ')})`, {
        hint: near === undefined ? 'or give a timeout and its seconds' : `did you mean ${near}?`,
      }),
    );
  }
  const seconds = /^\d{1,7}$/.test(second) ? ok(Number(second)) : parseDuration(second);
  return seconds.ok ? ok({ name: first, seconds: seconds.value }) : seconds;
}

type Row = TimeoutFacts & Readonly<{ current?: number }>;

async function timeoutRows(host: Host): Promise<Result<readonly Row[]>> {
  const withNow = (timeout: TimeoutFacts, now: number | undefined): Row =>
    now === undefined ? timeout : { ...timeout, current: now };
  if (await hasPf(host)) {
    const read = await readPf(host);
    if (!read.ok) return read;
    const now = timeoutsOf(read.value.way);
    return ok(PF_TIMEOUTS.map((timeout) => withNow(timeout, now.get(timeout.name))));
  }
  return ok(
    await Promise.all(
      TIMEOUTS.map(async (timeout) => {
        const current = await readTimeout(host, timeout.name);
        return withNow(timeout, current.ok ? current.value : undefined);
      }),
    ),
  );
}

async function showTimeouts({ json }: TightenArgs, { io, host }: ActDeps): Promise<ExitStatus> {
  const read = await timeoutRows(await host());
  if (!read.ok) return complain(read.problem, io);
  const rows = read.value;
  if (json === true) {
    io.stdout.write(`${printJson(rows)}\n`);
    return EXIT.done;
  }
  const head = ['TIMEOUT', 'NOW', 'DEFAULT', 'MODEST', 'SIEGE', 'HAZARD OF LESS'];
  const lines = rows.map(({ name, current, kernelDefault, modest, siege, hazard }) => [
    shortName(name),
    current === undefined ? UNKNOWN : String(current),
    String(kernelDefault),
    String(modest),
    String(siege),
    hazard,
  ]);
  io.stdout.write(printTable([head, ...lines], [1, 2, 3, 4]));
  return EXIT.done;
}
