// A command of the command line on another host, or on several at once. It is the command that runs here, once for each, with
// another Host and other streams.

import { type HostId, LOCAL } from '../../core/hosts.ts';
import type { Session } from '../../core/pane.ts';
import type { Problem } from '../../core/problem.ts';
import { ok, type Result } from '../../core/result.ts';
import type { ActDeps } from '../act-desk.ts';
import { complain, sayProblem, statusOf } from '../act-run.ts';
import type { ExitStatus, Io } from '../io.ts';
import { printJson } from '../plain-text.ts';
import { openFileSession } from '../session-file.ts';
import type { HostFlags } from './flags.ts';
import { createGates } from './gate.ts';
import { type KeptIo, keptIo, shared } from './host-io.ts';
import { type Hosts, openHosts } from './hosts.ts';
import { jsonOf } from './json-lines.ts';
import { createReport } from './report.ts';
import { retryWords } from './retry-words.ts';
import { closeOnSignals } from './signals.ts';
import { createSlots } from './slots.ts';
import { type Wanted, wantedHosts } from './wishes.ts';

type Work = (deps: ActDeps) => Promise<ExitStatus>;
type Running = Readonly<{
  wanted: readonly Wanted[];
  hosts: Hosts;
  deps: ActDeps;
  json: boolean;
  work: Work;
}>;

export async function runOnHosts(flags: HostFlags, deps: ActDeps, work: Work): Promise<ExitStatus> {
  const { io } = deps;
  const local = await deps.host();
  const opened = await sessionOf(flags, deps);
  if (!opened.ok) return complain(opened.problem, io);
  const wanted = wantedHosts(flags, opened.value);
  if (!wanted.ok) return complain(wanted.problem, io);
  const hosts = openHosts({
    local,
    entries: wanted.value.flatMap(({ entry }) => entry ?? []),
    env: io.env,
    ...(flags.sshConfig === undefined ? {} : { config: flags.sshConfig }),
    ...(deps.makeHost === undefined ? {} : { make: deps.makeHost }),
  });
  const leave = closeOnSignals(hosts);
  try {
    const running = { wanted: wanted.value, hosts, deps, json: flags.json === true, work };
    return wanted.value.length === 1 ? await onOne(running) : await onMany(running);
  } finally {
    leave();
    await hosts.close();
  }
}

/** A file with a slip in it must keep nobody from lowering shields: then a name is what ssh takes it for. */
async function sessionOf(flags: HostFlags, deps: ActDeps): Promise<Result<Session | undefined>> {
  const opened = await openFileSession(await deps.host(), flags.session, deps.io);
  const needed = flags.all === true || (flags.group?.length ?? 0) > 0 || deps.withoutSession !== true;
  if (opened.ok || needed) return opened;
  sayProblem(opened.problem, deps.io);
  return ok(undefined);
}

/** What a command is given there: nothing of it asks again where it shall run. */
function depsFor({ hosts, deps, wanted }: Running, id: HostId, io: Io): ActDeps {
  const { before: _, ...rest } = deps;
  const entry = wanted.find((one) => one.id === id)?.entry;
  const there = { host: () => Promise.resolve(hosts.of(id)), local: deps.host };
  return { ...rest, ...there, io, ...(entry && { entry }) };
}

async function onOne(running: Running): Promise<ExitStatus> {
  const { wanted, hosts, deps, json, work } = running;
  const id = wanted[0]?.id ?? LOCAL;
  const [login] = await hosts.loginAll(deps.io);
  if (login?.result.ok === false) {
    if (json) deps.io.stdout.write(`${printJson(failure(id, login.result.problem))}\n`);
    return complain(login.result.problem, deps.io);
  }
  const out = json ? jsonOf(id, deps.io.stdout) : undefined;
  const io = out === undefined ? deps.io : { ...deps.io, stdout: out.stdout };
  const status = await work(depsFor(running, id, io));
  await out?.finish();
  return status;
}

const failure = (host: HostId, problem: Problem): unknown => ({ host, status: 'failed', problem });

const AT_ONCE = 16;

async function onMany(running: Running): Promise<ExitStatus> {
  const { wanted, hosts, deps, json, work } = running;
  const { io } = deps;
  const ids = wanted.map(({ id }) => id);
  const stdin = shared(io.stdin);
  const kept = new Map<HostId, KeptIo>(ids.map((id) => [id, keptIo(io, stdin)]));
  const wordOf = (id: HostId): string => wanted.find((one) => one.id === id)?.word ?? id;
  const report = createReport({
    ...{ hosts: ids, io, json },
    retry: (failed) => retryWords(deps.argv ?? [], failed.map(wordOf)),
  });
  const gates = createGates({
    ...{ hosts: ids, io, mayAsk: io.terminal && !json },
    showPlans: (those) =>
      report.plans(those.flatMap((id) => ({ id, printed: kept.get(id)?.take() ?? { out: '', err: '' } }))),
  });
  const slots = createSlots(AT_ONCE);
  const runOn = async (id: HostId, keep: KeptIo): Promise<void> => {
    await slots.take();
    const gate = gates.of(id);
    const waitAtGate: typeof gate = async (typed) => {
      // Whoever waits for a yes keeps nobody from making a plan.
      slots.give();
      const answer = await gate(typed);
      await slots.take();
      return answer;
    };
    const status = await work({ ...depsFor(running, id, keep.io), gate: waitAtGate }).finally(slots.give);
    gates.finished(id);
    report.through(id, keep.take(), status);
  };
  const begun: Promise<void>[] = [];
  const begin = (id: HostId, login: Result<void>): void => {
    const keep = kept.get(id);
    if (keep === undefined) return;
    if (login.ok) begun.push(runOn(id, keep));
    else {
      if (json) keep.io.stdout.write(`${printJson(failure(id, login.problem))}\n`);
      else sayProblem(login.problem, keep.io);
      gates.finished(id);
      report.through(id, keep.take(), statusOf(login.problem));
    }
  };
  if (ids.includes(LOCAL)) begin(LOCAL, ok(undefined));
  await hosts.loginAll({ ...io, quiet: report }, begin);
  await Promise.all(begun);
  return report.end();
}
