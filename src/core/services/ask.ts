// Asks the managers of declared things how they are: one program start for all units of systemd, one for monit, one for each
// status command.

import type { UnixMs } from '../brand.ts';
import type { Command } from '../plan.ts';
import type { Problem } from '../problem.ts';
import { problem } from '../problem.ts';
import { fail, ok, type Result } from '../result.ts';
import { safe, sanitise } from '../sanitise.ts';
import { askArgv, askMonit, askSystemd } from './commands.ts';
import { parseMonitStatus } from './parse-monit.ts';
import { parseSystemdShow } from './parse-systemd.ts';
import type { Argv, Reading, Thing } from './thing.ts';

type Answer = Readonly<{ stdout: string; stderr: string; exitCode: number }>;

/** `commands`: whether commands of the session file may run (a console that only reads runs none). */
export type Asking = Readonly<{
  run: (command: Command) => Promise<Result<Answer>>;
  now: () => UnixMs;
  privileged: boolean;
  commands: boolean;
}>;

/** In the order of `things`. */
export async function askThings(
  asking: Asking,
  things: readonly Thing[],
): Promise<readonly Result<Reading>[]> {
  const units = things.flatMap(({ by }) => (by.kind === 'systemd' ? by.unit : []));
  const monit = things.some(({ by }) => by.kind === 'monit');
  const [ofSystemd, ofMonit, ofArgv] = await Promise.all([
    units.length === 0 ? ok(NOTHING) : readSystemd(asking, [...new Set(units)]),
    monit ? readMonit(asking) : ok(NOTHING),
    Promise.all(things.map(({ by }) => (by.kind === 'argv' ? readArgv(asking, by.status) : undefined))),
  ]);
  return things.map(({ by }, index) => {
    if (by.kind === 'systemd') return pick(ofSystemd, by.unit, 'systemd did not answer for it');
    if (by.kind === 'monit') return pick(ofMonit, by.check);
    return ofArgv[index] ?? ok(UNASKED);
  });
}

export async function askThing(asking: Asking, thing: Thing): Promise<Result<Reading>> {
  const [only] = await askThings(asking, [thing]);
  return only ?? ok(UNASKED);
}

type Readings = ReadonlyMap<string, Reading>;
const NOTHING: Readings = new Map();
const UNASKED: Reading = { state: 'unknown', says: safe('no status command') };
const ABSENT: Reading = { state: 'absent', says: safe('monit does not know it') };

function pick(found: Result<Readings>, name: string, missing?: string): Result<Reading> {
  if (!found.ok) return found;
  const reading = found.value.get(name);
  if (reading !== undefined) return ok(reading);
  return missing === undefined ? ok(ABSENT) : fail(problem('unreadable', missing));
}

async function readSystemd(asking: Asking, units: readonly string[]): Promise<Result<Readings>> {
  const asked = await asking.run(askSystemd(units));
  if (!asked.ok) return fail(systemdWords(asked.problem));
  return ok(parseSystemdShow(asked.value.stdout, units));
}

function systemdWords(found: Problem): Problem {
  const { code, detail = '', exitCode } = found;
  // env is there; what it was to start is not.
  if (exitCode === 127)
    return problem('missing-tool', 'systemctl is not there: systemd does not run this host');
  if (code === 'bad-exit' && /not been booted with systemd|connect to bus/i.test(detail))
    return problem('not-found', 'systemd does not run on this host', {
      hint: 'declare the service by its own commands instead',
    });
  return found;
}

async function readMonit(asking: Asking): Promise<Result<Readings>> {
  const asked = await asking.run(askMonit());
  if (!asked.ok) return fail(monitWords(asked.problem));
  const readings = parseMonitStatus(asked.value.stdout, asking.now());
  if (readings.size > 0) return ok(readings);
  return fail(
    problem('unreadable', 'monit answered without any service', {
      detail: sanitise(`${asked.value.stdout}${asked.value.stderr}`, 200),
    }),
  );
}

function monitWords(found: Problem): Problem {
  if (found.code !== 'bad-exit') return found;
  return problem('bad-exit', 'monit does not answer', {
    hint: 'does it run, and does its control file have `set httpd`? `monit status` says more',
    ...(found.detail === undefined ? {} : { detail: found.detail }),
  });
}

async function readArgv(asking: Asking, status: Argv | undefined): Promise<Result<Reading>> {
  if (status === undefined) return ok(UNASKED);
  if (!asking.commands)
    return ok({ state: 'unknown', says: safe('not asked: a console that only reads runs no commands') });
  const asked = await asking.run(askArgv(status, asking.privileged));
  return asked.ok ? ok(readStatus(asked.value)) : asked;
}

/**
 * What the exit status of a status command means: LSB 0 runs, 1 and 2 dead with a pid or lock file left, 3 stopped; of rc.d and
 * rcctl 1 is stopped; of OpenRC 4 stopping, 8 starting, 16 inactive, 32 crashed. 4 of LSB is "unknown".
 */
export function readStatus({ exitCode, stdout, stderr }: Answer): Reading {
  const line = firstLine(stdout) ?? firstLine(stderr);
  const says = (words: string): Reading['says'] =>
    sanitise(line === undefined ? `exit ${exitCode}: ${words}` : `exit ${exitCode}: ${line}`, 80);
  switch (exitCode) {
    case 0:
      return { state: 'running', says: line === undefined ? safe('exit 0') : sanitise(line, 80) };
    case 1:
    case 2:
    case 3:
    case 16:
      return { state: 'stopped', says: says('does not run') };
    case 8:
      return { state: 'changing', says: says('starting') };
    case 32:
      return { state: 'failed', says: says('crashed') };
    default:
      return { state: 'unknown', says: says('not known') };
  }
}

function firstLine(text: string): string | undefined {
  // Init scripts colour their lines.
  const line = text
    .replace(/\p{Cc}\[[0-9;]*m/gu, '')
    .split('\n')
    .find((one) => one.trim() !== '');
  return line?.trim();
}
