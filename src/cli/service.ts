// opsconsole service: how the declared services of the session file are on a host, and start, stop or restart one of them.

import { askingOf } from '../actions/services/asking.ts';
import { formatDuration } from '../core/duration.ts';
import { hostIdOf } from '../core/hosts.ts';
import type { Session } from '../core/pane.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { askThings } from '../core/services/ask.ts';
import { thingsOn } from '../core/services/sample.ts';
import { type Reading, SERVICE_VERBS, type ServiceVerb, type Thing } from '../core/services/thing.ts';
import { suggest } from '../core/suggest.ts';
import { formatBytes, formatCount, UNKNOWN } from '../core/units.ts';
import type { Host } from '../host/host.ts';
import { type ActDeps, openDesk } from './act-desk.ts';
import { type ActFlags, complain, runAct } from './act-run.ts';
import { EXIT, type ExitStatus } from './io.ts';
import { printJson } from './plain-text.ts';
import { printTable } from './print-table.ts';

export type ServiceArgs = ActFlags & Readonly<{ session?: string }>;

const VERBS = [...SERVICE_VERBS, 'status'] as const;

/** Without a name all of them are listed; without a verb one is. */
export async function runService(
  [name, written = 'status', ...rest]: readonly string[],
  args: ServiceArgs,
  deps: ActDeps,
): Promise<ExitStatus> {
  const { io } = deps;
  const verb = VERBS.find((one) => one === written);
  if (verb === undefined || rest.length > 0)
    return complain(notAVerb(rest.length > 0 ? 'more' : written), io);
  const open = await openDesk(deps, args.session);
  if (!open.ok) return complain(open.problem, io);
  const { host, session, desk } = open.value;
  try {
    const things = thingsOn(session.services, hostIdOf(host));
    const chosen = name === undefined ? ok(things) : named(things, name, session);
    if (!chosen.ok) return complain(chosen.problem, io);
    const [first] = chosen.value;
    if (verb === 'status' || name === undefined || first === undefined)
      return await showServices(chosen.value, { args, deps, host });
    return await runAct(open.value, { draft: draftOf(first, verb), flags: args }, io);
  } finally {
    desk.close();
  }
}

const draftOf = (thing: Thing, verb: ServiceVerb) => ({ action: 'service', thing, verb }) as const;

function notAVerb(written: string): ReturnType<typeof problem> {
  if (written === 'more')
    return problem('bad-input', 'give one service, and one of start, stop, restart, status');
  const near = suggest(written, VERBS);
  return problem('bad-input', `${JSON.stringify(sanitise(written, 40))} is none of ${VERBS.join(', ')}`, {
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  });
}

function named(things: readonly Thing[], name: string, session: Session): Result<readonly Thing[]> {
  const found = things.filter((thing) => thing.name === name);
  if (found.length > 0) return ok(found);
  const where = (session.services ?? [])
    .filter(({ thing }) => thing.name === name)
    .flatMap(({ hosts }) => hosts);
  const words = JSON.stringify(sanitise(name, 60));
  if (where.length > 0)
    return fail(problem('not-found', `${words} is declared for ${where.join(', ')}, not for this host`));
  const known = things.map((thing) => thing.name);
  const near = suggest(name, known);
  const listed =
    known.length === 0 ? 'the session file names none for this host' : `known: ${known.join(', ')}`;
  return fail(
    problem('not-found', `no service ${words} is declared`, {
      hint: near === undefined ? listed : `did you mean ${near}?`,
    }),
  );
}

type Show = Readonly<{ args: ServiceArgs; deps: ActDeps; host: Host }>;

/** `done` when all of them run: a script may ask for one. */
async function showServices(things: readonly Thing[], { args, deps, host }: Show): Promise<ExitStatus> {
  const { io } = deps;
  const asked = await askThings(askingOf(host), things);
  const rows = things.map((thing, index) => ({ thing, asked: asked[index] }));
  const run = rows.every((row) => row.asked?.ok === true && row.asked.value.state === 'running');
  if (args.json === true) io.stdout.write(`${printJson(rows.map(jsonOf))}\n`);
  else if (rows.length === 0) io.stdout.write('no service is declared for this host\n');
  else
    io.stdout.write(
      printTable(
        [HEAD, ...rows.map(({ thing, asked: one }) => cellsOf(thing, one, host.now()))],
        [2, 3, 4, 5],
      ),
    );
  return run ? EXIT.done : EXIT.failed;
}

const HEAD = ['SERVICE', 'STATE', 'SINCE', 'RESTARTS', 'MEMORY', 'PID', 'SAYS'];

function cellsOf(thing: Thing, asked: Result<Reading> | undefined, now: number): readonly string[] {
  if (asked?.ok !== true) {
    const why = asked === undefined ? UNKNOWN : sanitise(asked.problem.summary, 120);
    return [thing.name, 'unknown', UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, why];
  }
  const { state, since, restarts, memoryBytes, pid, says } = asked.value;
  return [
    ...[thing.name, state === 'absent' ? 'not there' : state],
    since === undefined ? UNKNOWN : formatDuration((now - since) / 1000),
    ...[formatCount(restarts), formatBytes(memoryBytes), pid === undefined ? UNKNOWN : String(pid), says],
  ];
}

function jsonOf({ thing, asked }: Readonly<{ thing: Thing; asked: Result<Reading> | undefined }>): unknown {
  const { name, by } = thing;
  if (asked?.ok !== true) return { service: name, by: by.kind, state: 'unknown', problem: asked?.problem };
  const { since, ...rest } = asked.value;
  return {
    ...{ service: name, by: by.kind, ...rest },
    ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
  };
}
