// Raises the shields: look, plan, write everything down, arm the way back, and only then change the machine. Whatever fails
// from there on is taken back by the same script that the watcher runs.

import type { Problem } from '../../core/problem.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { RaiseReport, RaiseWish } from '../../core/shields.ts';
import { findCurrent, readNow } from '../../firewall/shields/read-now.ts';
import { currentFile, newShieldsId } from '../../firewall/shields/state.ts';
import { consoleNow } from '../journal/clock.ts';
import { armWatcher } from './arm-watcher.ts';
import { findBakers } from './bakers.ts';
import { type Engine, forShields, NOT_PRIVILEGED, whereOf } from './engine.ts';
import { type Ground, tooWide } from './gather.ts';
import { whyNotOnPf } from './on-pf.ts';
import { planRaise } from './plan-raise.ts';
import { type Prepared, writeFiles } from './raise-files.ts';
import { carryOut, type Raising } from './raise-steps.ts';
import { recoverNow } from './recover.ts';
import { snapshotRuleset } from './snapshot.ts';
import { takeBack } from './take-back.ts';
import { askSshd, type SshAnswer } from './verify.ts';

export type Say = (doing: SafeText) => void;

export async function raise(engine: Engine, wish: RaiseWish, say: Say): Promise<RaiseReport> {
  const startedAt = performance.now();
  const { host, place, readOnly } = engine.options;
  if (readOnly) return { kind: 'refused', reasons: [safe('this console is read-only: nothing is changed')] };
  if (!host.privileged) return failed(NOT_PRIVILEGED, true);
  const onPf = await whyNotOnPf(host);
  if (onPf !== undefined && onPf.length > 0) return { kind: 'refused', reasons: onPf };
  say(safe('looking at the machine'));
  const recovered = await recoverNow(engine);
  if (!recovered.ok) return failed(recovered.problem, true);
  const now = await readNow(host, place);
  if (now.kind === 'up') return already(now, startedAt);
  if (now.kind === 'unknown') return failed(now.problem, true);

  const id = newShieldsId();
  const beside = lookBeside(engine);
  const { raisingSeconds, memory } = engine;
  const planned = await planRaise(engine.options, { id, wish, raisingSeconds, memory }, beside.onGround);
  const looked = await beside.done();
  if (planned.kind === 'refused') return planned;
  if (planned.kind === 'failed') return failed(planned.problem, true);
  const { plan } = planned;

  say(safe('writing down how to take it back'));
  const written = await writeFiles(engine, { id, plan, ruleset: looked.ruleset });
  if (!written.ok) return notWritten(engine, id, { problem: written.problem, startedAt });
  const intended = journalIntent(engine, written.value);
  // Only read for the report: it must not stand in a queue before what decides.
  const bakers = findBakers(host);
  const report = await armAndCarryOut(engine, { ...written.value, before: looked.ssh, say });
  if (report.kind !== 'up') return report;
  const done = engine.journal.raised(id, 'done', `up: ${report.verified.join('; ')}`);
  const lost = intended ?? done;
  const found = await bakers;
  const wide = plan.wall === undefined ? [] : tooWide(plan.ground.at.safeSet);
  return {
    ...report,
    durationMs: Math.round(performance.now() - startedAt),
    warnings: [...report.warnings, ...wide, ...(lost === undefined ? [] : [lost]), ...found.warnings],
    hazards: [...plan.planned.flatMap((one) => one.hazards), ...found.hazards],
  };
}

/** The exact commands, in the order of the plan. Undefined = written. */
function journalIntent({ journal, options }: Engine, { where, plan, state }: Prepared): SafeText | undefined {
  const { wall, ground, planned } = plan;
  const walls = wall === undefined || ground.writer === undefined ? [] : ground.writer.load(wall);
  const steps = [...walls, ...planned.flatMap(({ applied }) => applied.steps)];
  return journal.raising({
    shields: where.id,
    at: consoleNow(options.host),
    operator: state.by,
    summary: `shields ${where.id} raised (profile ${sanitise(plan.profile, 80)})`,
    reason: plan.auto ? 'raised by the automatic' : '',
    commands: steps.map(({ command }) => command),
  });
}

function already(now: Extract<RaiseReport, { kind: 'up' }>['now'], startedAt: number): RaiseReport {
  const durationMs = Math.round(performance.now() - startedAt);
  return { kind: 'up', now, already: true, durationMs, leftOut: [], verified: [], warnings: [] };
}

/** Somebody else may have been quicker, or all was written and only the answer was lost. */
async function notWritten(
  engine: Engine,
  id: string,
  { problem, startedAt }: Readonly<{ problem: Problem; startedAt: number }>,
): Promise<RaiseReport> {
  const { host, place } = engine.options;
  const found = await findCurrent(host, place);
  if (found.kind === 'current' && found.id === id)
    return takeBack(engine, whereOf(place, found.base, id), { problem });
  const now = await readNow(host, place);
  if (now.kind === 'up') return already(now, startedAt);
  // They came down, but on a read-only disk the lock stays.
  const hint =
    found.kind === 'current' ? `remove ${currentFile(found.base)} when it can be written again` : undefined;
  return failed(hint === undefined ? problem : { ...problem, hint }, true);
}

const failed = (trouble: Problem, undone: boolean): RaiseReport => ({
  kind: 'failed',
  problem: forShields(trouble),
  undone,
});

type Looked = Readonly<{ ruleset: string; ssh: SshAnswer }>;

/** What goes on beside the measures: none of it decides what is done, so that a raise waits for the slowest only. */
function lookBeside({
  options,
  journal,
}: Engine): Readonly<{ onGround: (ground: Ground) => void; done: () => Promise<Looked> }> {
  const { host } = options;
  const opened = journal.open();
  const ruleset = snapshotRuleset(host);
  let ssh: Promise<SshAnswer> = Promise.resolve({ kind: 'no-sshd' });
  return {
    onGround: (ground) => {
      ssh = askSshd(host, ground);
    },
    async done() {
      const [text, answer] = await Promise.all([ruleset, ssh, opened]);
      return { ruleset: text, ssh: answer };
    },
  };
}

async function armAndCarryOut(engine: Engine, raising: Raising): Promise<RaiseReport> {
  raising.say(safe('starting the watcher'));
  const armed = await armWatcher(engine.acting, raising.where);
  if (!armed.ok) return takeBack(engine, raising.where, { problem: armed.problem });
  return carryOut(engine, raising);
}
