// Finishes what a crash, a reboot or a lost watcher left: every start of anything that may write calls it. Costs two file
// reads when nothing was ever raised.

import { command } from '../../core/plan.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Outcome } from '../../core/shields.ts';
import { type Current, findCurrent, readFiles, readOutcome } from '../../firewall/shields/read-now.ts';
import { deadlineFile, parseDeadline } from '../../firewall/shields/state.ts';
import type { Host } from '../../host/host.ts';
import { isBsd } from '../safe/bsd.ts';
import { armWatcher } from './arm-watcher.ts';
import { type Engine, readUptime, type Where, whereOf } from './engine.ts';
import { runRevertTwice } from './revert-again.ts';

/** The watcher looks once a second; what is overdue for longer has none, or one that has begun. */
const OVERDUE_SECONDS = 3;

/** A problem: something is left that could not be taken down. */
export async function recoverNow(engine: Engine): Promise<Result<Outcome | undefined>> {
  const { host, place, readOnly } = engine.options;
  if (readOnly || !host.privileged) return ok(undefined);
  const found = await findCurrent(host, place);
  if (found.kind !== 'current') {
    await noteOthers(engine);
    return ok(undefined);
  }
  const where = whereOf(place, found.base, found.id);
  switch (await conditionOf(engine, found)) {
    case 'fine':
      return ok(undefined);
    case 'unwatched': {
      // Without a watcher the kernel's timer would only open the wall: it is started again.
      const armed = await armWatcher(engine.acting, where);
      return armed.ok || armed.problem.code !== 'refused' ? ok(undefined) : armed;
    }
    case 'stale': {
      const ran = await runRevertTwice(engine.acting, where, 'recovery');
      await noteOthers(engine);
      return ran;
    }
  }
}

type Condition = 'fine' | 'unwatched' | 'stale';

/** The script lowers what is of an earlier boot, overdue, or down already with only `current` left. */
async function conditionOf(
  { options }: Engine,
  found: Extract<Current, { kind: 'current' }>,
): Promise<Condition> {
  const { host, place } = options;
  const { base, id } = found;
  const [files, outcome] = await Promise.all([readFiles(host, found), readOutcome(host, place, id)]);
  if (outcome !== undefined) return 'stale';
  if (files.ok) {
    const { state, deadline, uptime, bootId } = files.value;
    if (state.bootId !== bootId) return 'stale';
    if (uptime > (deadline?.uptime ?? state.raisedUptime + state.trialSeconds) + OVERDUE_SECONDS)
      return 'stale';
  } else if (await isOverdue(host, base, id)) {
    return 'stale';
  }
  return (await isWatched(host, whereOf(place, base, id))) ? 'fine' : 'unwatched';
}

/** A state that we cannot read (corrupt, or of a newer version) is left to its script and its deadline. */
async function isOverdue(host: Host, base: string, id: string): Promise<boolean> {
  const [read, clock] = await Promise.all([host.read(deadlineFile(base, id)), readUptime(host)]);
  const deadline = read.ok ? parseDeadline(read.value.toString('latin1')) : undefined;
  return clock.ok && deadline !== undefined && clock.value > deadline.uptime + OVERDUE_SECONDS;
}

async function isWatched(host: Host, { place, id }: Where): Promise<boolean> {
  const files = [`${place.run}/${id}.watcher`, `${place.dir}/${id}/${id}.watcher`];
  const reads = await Promise.all(files.map((path) => host.read(path, 64)));
  const pids = reads.flatMap((read) => (read.ok ? /^\d+/.exec(read.value.toString('latin1')) : null) ?? []);
  const lines = await Promise.all(pids.map((pid) => commandLine(host, pid)));
  return lines.some((line) => line.includes(`${id}/revert.sh`));
}

/** BSD has no /proc: there ps is asked. Empty: no such process. */
async function commandLine(host: Host, pid: string): Promise<string> {
  const read = await host.read(`/proc/${pid}/cmdline`);
  if (read.ok) return read.value.toString('utf8');
  if (!(await isBsd(host))) return '';
  const listed = await host.run(command(['ps', '-ww', '-o', 'args=', '-p', pid], { okExits: [1] }));
  return listed.ok ? listed.value.stdout : '';
}

/** What a watcher did while nobody looked gets its row. The journal is opened only when something came down since the boot. */
async function noteOthers(engine: Engine): Promise<void> {
  const { host, place, operator } = engine.options;
  const listed = await host.glob(`${place.run}/*.outcome`);
  if (!listed.ok || listed.value.length === 0) return;
  await engine.journal.open();
  for (const id of engine.journal.standing()) {
    const outcome = await readOutcome(host, place, id);
    if (outcome?.complete === true) engine.journal.lowered(outcome, operator);
  }
}
