// Runs one act from the command line: preview, show, ask when it is disruptive, perform, report. The same path as on
// the screen; only the asking differs.

import { createInterface } from 'node:readline/promises';
import type { DeskDraft } from '../actions/bulk/draft.ts';
import type { ActPreview, ActReport } from '../core/act.ts';
import { type HostId, hostIdOf, LOCAL } from '../core/hosts.ts';
import { type Command, type Plan, printCommand } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import type { OpenDesk } from './act-desk.ts';
import { EXIT, type ExitStatus, type Io } from './io.ts';
import { plainLines, printJson } from './plain-text.ts';

export type ActFlags = Readonly<{
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
  withoutJournal?: boolean;
}>;

/**
 * `confirm`: something that must be seen before acting even when the act itself is not disruptive.
 * `idle`: the status where there is nothing to do; an act of the screen is refused then, a file may just hold nothing new.
 */
export type ActWish = Readonly<{
  draft: DeskDraft;
  flags: ActFlags;
  confirm?: readonly string[];
  idle?: (plan: Plan) => ExitStatus;
}>;

type Ready = Extract<ActPreview, { kind: 'ready' }>;

export async function runAct(open: OpenDesk, wish: ActWish, io: Io): Promise<ExitStatus> {
  const { flags, draft } = wish;
  const preview = await open.desk.preview(draft);
  if (preview.kind !== 'ready') return sayNotReady(preview, wish, io);
  if (flags.json !== true) show(preview, wish, io);
  if (flags.dryRun === true)
    return say(io, flags, { status: 'planned', ...planFacts(draft, preview) }, EXIT.done);
  if (preview.plan.steps.length === 0)
    return say(
      io,
      flags,
      { status: 'idle', ...planFacts(draft, preview) },
      wish.idle?.(preview.plan) ?? EXIT.done,
    );
  const answer = await confirm(preview, wish, { io, gate: open.gate });
  if (answer !== 'yes') {
    const words = answer === 'no' ? 'not confirmed: nothing was changed' : needsYes(preview, wish);
    if (flags.json !== true) io.stderr.write(`${words}\n`);
    return say(
      io,
      flags,
      { status: 'unconfirmed', summary: words, ...planFacts(draft, preview) },
      EXIT.unconfirmed,
    );
  }
  const report = await open.desk.perform(preview.token, {
    ...(preview.typed === undefined ? {} : { typed: preview.typed }),
    ...(flags.withoutJournal === true ? { overJournal: true } : {}),
    onWait: (words) => void io.stderr.write(`${words}\n`),
  });
  return sayReport(report, preview, { ...wish, place: hostIdOf(open.host) }, io);
}

function needsYes({ typed, plan }: Ready, { confirm: seen = [] }: ActWish): string {
  const why = (typed === undefined ? seen[0] : undefined) ?? `${plan.summary} is disruptive`;
  return `needs a yes: ${why}; run it on a terminal or with --yes`;
}

/** Asked only for what is disruptive or was understood differently than written; without a terminal nothing waits. */
async function confirm(
  preview: Ready,
  wish: ActWish,
  { io, gate }: Readonly<{ io: Io; gate: OpenDesk['gate'] }>,
): Promise<'yes' | 'no' | 'nobody'> {
  const seen = wish.confirm ?? [];
  const disruptive = preview.plan.risk === 'disruptive' || preview.typed !== undefined;
  if (wish.flags.yes === true || (!disruptive && seen.length === 0)) return 'yes';
  if (gate !== undefined) return gate(preview.typed);
  if (!io.terminal || wish.flags.json === true) return 'nobody';
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  try {
    const wanted = preview.typed;
    const question = wanted === undefined ? 'go on? [y/N] ' : `type ${wanted} to go on: `;
    const answer = (await prompt.question(question)).trim();
    if (wanted !== undefined) return answer.replaceAll(',', '') === wanted ? 'yes' : 'no';
    return /^(y|yes)$/i.test(answer) ? 'yes' : 'no';
  } catch {
    return 'no';
  } finally {
    prompt.close();
  }
}

function show({ plan }: Ready, { confirm: seen = [] }: ActWish, io: Io): void {
  io.stdout.write(`${plan.summary}\n`);
  for (const step of plan.steps) for (const line of shownOf(step)) io.stdout.write(`  ${line}\n`);
  for (const note of [...seen, ...plan.notes]) io.stdout.write(`note: ${note}\n`);
}

function shownOf(step: Ready['plan']['steps'][number]): readonly string[] {
  return step.shown ?? [sanitise(printCommand(step.command))];
}

function planFacts(draft: DeskDraft, { plan, typed }: Ready): Readonly<Record<string, unknown>> {
  return {
    action: draft.action,
    plan: {
      summary: plan.summary,
      risk: plan.risk,
      steps: plan.steps.map(({ command }) => exactly(command)),
      undo: plan.undo.map(({ command }) => exactly(command)),
      notes: plan.notes,
    },
    ...(typed === undefined ? {} : { typed }),
  };
}

/** A batch of megabytes would be the whole answer. */
const STDIN_SHOWN_MAX = 1_000_000;

function exactly({ argv, stdin }: Command): Readonly<Record<string, unknown>> {
  if (stdin === undefined) return { argv };
  return stdin.length > STDIN_SHOWN_MAX ? { argv, stdinBytes: stdin.length } : { argv, stdin };
}

function sayNotReady(
  preview: Exclude<ActPreview, { kind: 'ready' }>,
  { draft, flags }: ActWish,
  io: Io,
): ExitStatus {
  const { action } = draft;
  if (preview.kind === 'refused') {
    if (flags.json !== true) sayReasons(preview.reasons, io);
    return say(io, flags, { action, status: 'refused', reasons: preview.reasons }, EXIT.refused);
  }
  const { problem } = preview;
  if (flags.json !== true) sayProblem(problem, io);
  return say(io, flags, { action, status: 'failed', problem }, statusOf(problem));
}

/** A guard's no is `refused`, a slip of the operator `usage`, all else `failed`. */
export function statusOf({ code }: Problem): ExitStatus {
  if (code === 'refused') return EXIT.refused;
  return code === 'bad-input' ? EXIT.usage : EXIT.failed;
}

type Acted = ActWish & Readonly<{ place: HostId }>;

function sayReport(report: ActReport, preview: Ready, { draft, flags, place }: Acted, io: Io): ExitStatus {
  const { outcome } = report;
  const facts = {
    ...planFacts(draft, preview),
    id: report.actId,
    summary: report.summary,
    canUndo: report.canUndo,
  };
  if (outcome.kind === 'refused') {
    if (flags.json !== true) sayReasons(outcome.reasons, io);
    return say(io, flags, { ...facts, status: 'refused', reasons: outcome.reasons }, EXIT.refused);
  }
  if (outcome.kind === 'failed') {
    if (flags.json !== true) {
      io.stderr.write(`${report.summary}\n`);
      sayHint(outcome.problem, io);
    }
    return say(
      io,
      flags,
      { ...facts, status: 'failed', problem: outcome.problem, undone: outcome.undone },
      EXIT.failed,
    );
  }
  if (outcome.kind === 'unknown') {
    if (flags.json !== true) io.stderr.write(`${report.summary}\n`);
    return say(io, flags, { ...facts, status: 'unknown', problem: outcome.problem }, EXIT.unknown);
  }
  const { proof } = outcome;
  const where = place === LOCAL ? '' : `--host ${place} `;
  const undo = report.canUndo ? ` (opsconsole undo ${where}${report.actId})` : '';
  if (proof.kind === 'proved') {
    if (flags.json !== true) io.stdout.write(`${report.summary}${undo}\n`);
    return say(io, flags, { ...facts, status: 'done' }, EXIT.done);
  }
  if (flags.json !== true) io.stderr.write(`${report.summary}${undo}\n`);
  return say(io, flags, { ...facts, status: 'unproved', missing: proof.missing }, EXIT.unproved);
}

function sayReasons(reasons: readonly SafeText[], io: Io): void {
  for (const reason of reasons) io.stderr.write(`refused: ${reason}\n`);
}

/** What went wrong before an act could be planned. */
export function complain(problem: Problem, io: Io): ExitStatus {
  sayProblem(problem, io);
  return statusOf(problem);
}

export function sayProblem(problem: Problem, io: Io): void {
  io.stderr.write(`${plainLines(problem.summary)}\n`);
  sayHint(problem, io);
}

function sayHint(problem: Problem, io: Io): void {
  if (problem.hint !== undefined) io.stderr.write(`hint: ${plainLines(problem.hint)}\n`);
}

/** With --json exactly one object goes to stdout, whatever happened. */
function say(
  io: Io,
  flags: ActFlags,
  facts: Readonly<Record<string, unknown>>,
  status: ExitStatus,
): ExitStatus {
  if (flags.json === true) io.stdout.write(`${printJson(facts)}\n`);
  return status;
}
