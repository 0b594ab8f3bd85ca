// One act on several hosts: what each host says of it before, what came of it there, and what is tried again. The hosts know
// nothing of each other: what one refuses, or never answers, changes nothing for the others.

import type { ActDraft, ActPreview, ActReport } from '../../core/act.ts';
import type { HostId } from '../../core/hosts.ts';
import type { Intent } from '../../core/intent.ts';
import type { ActionId, Plan } from '../../core/plan.ts';
import type { Problem } from '../../core/problem.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';
import { cursorIndex, FIRST_ROW, moveCursor, type TableCursor } from '../table-cursor.ts';
import { EMPTY_INPUT, editText, type TextInput } from '../text-input.ts';
import { shieldsStep } from './fleet-shields.ts';

/** What is to be done on one host. Shields are raised and lowered by the engine of that host, which reads the wish from its branch. */
export type FleetJob =
  | Readonly<{ kind: 'act'; draft: ActDraft }>
  | Readonly<{ kind: 'shields'; way: 'raise' | 'lower' }>;

/**
 * `unreached`: it was certainly not run there. `failed`: it was tried, or could not be worked out. `done.missing`: what is not
 * as wished; empty = proved.
 */
export type FleetStep =
  | Readonly<{ kind: 'asked' }>
  | Readonly<{ kind: 'ready'; token: string; plan: Plan | undefined; typed?: string }>
  | Readonly<{ kind: 'refused'; reasons: readonly SafeText[] }>
  | Readonly<{ kind: 'unreached' | 'failed'; problem: Problem; ran?: 'some' | 'undone' }>
  /** The answer was lost: the desk looks what ran when the line is back, and nothing is tried again before. */
  | Readonly<{ kind: 'unknown'; problem: Problem }>
  | Readonly<{ kind: 'running'; token: string; typed?: string; doing?: SafeText }>
  | Readonly<{
      kind: 'done';
      says: SafeText;
      missing: readonly SafeText[];
      actId?: string;
      canUndo: boolean;
    }>;

/** `round`: grows with every try; an answer to an older one is dropped. */
export type FleetRow = Readonly<{ host: HostId; job: FleetJob; round: number; step: FleetStep }>;

export type FleetAct = Readonly<{
  /** No other fleet act of this run has it. */
  id: number;
  action: ActionId | 'shields';
  title: SafeText;
  rows: readonly FleetRow[];
  /** What the operator types before Enter performs. */
  input: TextInput;
  cursor: TableCursor;
  complaint: SafeText | undefined;
}>;

export type FleetJobs = readonly Readonly<{ host: HostId; job: FleetJob; refused?: SafeText }>[];

export type FleetActMsg =
  | Readonly<{ kind: 'fleet/opened'; action: FleetAct['action']; title: SafeText; jobs: FleetJobs }>
  | Readonly<{ kind: 'fleet/previewed'; act: number; host: HostId; round: number; preview: ActPreview }>
  | Readonly<{ kind: 'fleet/reported'; act: number; host: HostId; round: number; report: ActReport }>
  /** The engine of that host did not take the wish. */
  | Readonly<{ kind: 'fleet/shields-busy'; act: number; host: HostId; round: number; problem: Problem }>
  /** A key; `rows`: hosts on screen. */
  | Readonly<{ kind: 'fleet/intent'; intent: Intent; rows: number }>;

export function reduceFleetAct(
  act: FleetAct | undefined,
  msg: Msg,
  whole: ConsoleState,
): FleetAct | undefined {
  if (msg.kind === 'fleet/opened') return opened(msg, (act?.id ?? 0) + 1);
  if (act === undefined) return act;
  switch (msg.kind) {
    case 'fleet/previewed':
      return msg.act === act.id ? withStep(act, msg, 'asked', stepOfPreview(msg.preview)) : act;
    case 'fleet/reported':
      return msg.act === act.id ? withStep(act, msg, 'running', stepOfReport(msg.report)) : act;
    case 'fleet/shields-busy':
      return msg.act === act.id
        ? withStep(act, msg, 'running', { kind: 'failed', problem: msg.problem })
        : act;
    case 'fleet/intent':
      return whole.modal.modal.kind === 'fleet' ? keyed(act, msg.intent, msg.rows) : act;
    case 'shields/ended':
    case 'shields/progressed':
      return shieldsTold(act, whole.at, shieldsStep(msg));
    default:
      return act;
  }
}

type Opened = Extract<FleetActMsg, { kind: 'fleet/opened' }>;

/** Shields have no plan to look at: they are reversible, and come down by themselves. */
function opened({ action, title, jobs }: Opened, id: number): FleetAct {
  const rows = jobs.map(({ host, job, refused }): FleetRow => {
    const first: FleetStep =
      job.kind === 'act' ? { kind: 'asked' } : { kind: 'ready', token: '', plan: undefined };
    const step: FleetStep = refused === undefined ? first : { kind: 'refused', reasons: [refused] };
    return { host, job, round: 1, step };
  });
  return { id, action, title, rows, input: EMPTY_INPUT, cursor: FIRST_ROW, complaint: undefined };
}

function withStep(
  act: FleetAct,
  { host, round }: Readonly<{ host: HostId; round: number }>,
  from: FleetStep['kind'],
  step: FleetStep,
): FleetAct {
  const at = act.rows.findIndex((row) => row.host === host);
  const row = act.rows[at];
  if (row === undefined || row.round !== round || row.step.kind !== from) return act;
  return { ...act, rows: act.rows.with(at, { ...row, step }) };
}

function stepOfPreview(preview: ActPreview): FleetStep {
  switch (preview.kind) {
    case 'ready': {
      const { token, plan, typed } = preview;
      return { kind: 'ready', token, plan, ...(typed === undefined ? {} : { typed }) };
    }
    case 'refused':
      return preview;
    case 'failed':
      return { kind: preview.problem.code === 'no-line' ? 'unreached' : 'failed', problem: preview.problem };
    default:
      return unreachable(preview);
  }
}

function stepOfReport({ outcome, summary, actId, canUndo }: ActReport): FleetStep {
  switch (outcome.kind) {
    case 'done': {
      const { proof } = outcome;
      const says = proof.kind === 'proved' ? proof.says : summary;
      return { kind: 'done', says, missing: proof.kind === 'proved' ? [] : proof.missing, actId, canUndo };
    }
    case 'refused':
      return outcome;
    case 'failed': {
      const { problem: why, undone, stepIndex } = outcome;
      if (why.code === 'no-line' && stepIndex <= 0) return { kind: 'unreached', problem: why };
      // Before the first step nothing ran.
      return stepIndex < 0
        ? { kind: 'failed', problem: why }
        : { kind: 'failed', problem: why, ran: undone ? 'undone' : 'some' };
    }
    case 'unknown':
      return { kind: 'unknown', problem: outcome.problem };
    default:
      return unreachable(outcome);
  }
}

function shieldsTold(act: FleetAct, host: HostId, step: FleetStep): FleetAct {
  if (act.action !== 'shields') return act;
  const row = act.rows.find((one) => one.host === host);
  return row === undefined ? act : withStep(act, row, 'running', step);
}

function keyed(act: FleetAct, intent: Intent, page: number): FleetAct {
  const calm = act.complaint === undefined ? act : { ...act, complaint: undefined };
  const keys = rowsInOrder(calm).map(({ host }) => host);
  const moved = moveCursor(calm.cursor, MOVES[intent.id] ?? intent.id, { keys, page });
  if (moved !== undefined) return { ...calm, cursor: moved };
  switch (intent.id) {
    case 'accept':
      return performed(calm);
    case 'retry':
      return retried(calm);
    default: {
      const input = wordsToType(calm).length === 0 ? undefined : editText(calm.input, intent);
      return input === undefined ? calm : { ...calm, input };
    }
  }
}

/** In the table of keys where text is typed. */
const MOVES: Readonly<Partial<Record<Intent['id'], Intent['id']>>> = {
  'field-next': 'line-down',
  'field-previous': 'line-up',
};

/** What must be typed: the confirmation of each host, as its own dialog asks for it; "yes" where that only wants a yes. */
export function wordsToType({ rows }: FleetAct): readonly string[] {
  const words = rows.flatMap(({ step }) => {
    if (step.kind !== 'ready') return [];
    if (step.typed !== undefined) return [step.typed];
    return step.plan?.risk === 'disruptive' ? ['yes'] : [];
  });
  return [...new Set(words)];
}

/** Every host that is ready begins; those that are still asked are not waited for, and want an Enter of their own. */
function performed(act: FleetAct): FleetAct {
  const { asked, ready } = countSteps(act);
  if (ready === 0)
    return asked === 0 ? act : { ...act, complaint: safe('no host has worked out its commands yet') };
  const words = wordsToType(act);
  if (words.length > 0 && act.input.text.trim().replace(/\s+/g, ' ') !== words.join(' ')) {
    const why = act.input.text === '' ? 'type' : 'that is not';
    return { ...act, complaint: sanitise(`${why} ${words.join(' ')}: nothing was run`, 200) };
  }
  const rows = act.rows.map((row): FleetRow => {
    if (row.step.kind !== 'ready') return row;
    const { token, typed } = row.step;
    return { ...row, step: { kind: 'running', token, ...(typed === undefined ? {} : { typed }) } };
  });
  return { ...act, rows, input: EMPTY_INPUT };
}

/** Anew on those that failed or were not reached; what was done or refused stays as it is. */
function retried(act: FleetAct): FleetAct {
  const again = act.rows.filter(({ step }) => isRetriable(step));
  if (again.length === 0) return { ...act, complaint: safe('no host failed: there is nothing to try again') };
  const rows = act.rows.map((row): FleetRow => {
    if (!isRetriable(row.step)) return row;
    const step: FleetStep =
      row.job.kind === 'act' ? { kind: 'asked' } : { kind: 'ready', token: '', plan: undefined };
    return { ...row, round: row.round + 1, step };
  });
  return { ...act, rows, input: EMPTY_INPUT };
}

/** A refusal is looked at again, too: what stood in the way may be gone. */
export function isRetriable({ kind }: FleetStep): boolean {
  return kind === 'failed' || kind === 'unreached' || kind === 'refused';
}

export type StepCounts = Readonly<Record<FleetStep['kind'] | 'unproved', number>>;

export function countSteps({ rows }: FleetAct): StepCounts {
  const counts = {
    ...{ asked: 0, ready: 0, refused: 0, unreached: 0, failed: 0, unknown: 0 },
    ...{ running: 0, done: 0, unproved: 0 },
  };
  for (const { step } of rows) {
    counts[step.kind]++;
    if (step.kind === 'done' && step.missing.length > 0) counts.unproved++;
  }
  return counts;
}

/** Nothing is asked, running or waiting for Enter any more. */
export function isEnded(act: FleetAct): boolean {
  const { asked, ready, running } = countSteps(act);
  return asked + ready + running === 0;
}

const ORDER: Readonly<Record<FleetStep['kind'], number>> = {
  unknown: 0,
  failed: 0,
  unreached: 2,
  refused: 3,
  running: 4,
  asked: 5,
  ready: 6,
  done: 7,
};

/** What needs somebody first; else in the order of the session. */
export function rowsInOrder({ rows }: FleetAct): readonly FleetRow[] {
  const rank = ({ step }: FleetRow): number =>
    step.kind === 'done' && step.missing.length > 0 ? 1 : ORDER[step.kind];
  return rows.toSorted((a, b) => rank(a) - rank(b));
}

export function fleetCursor(act: FleetAct): number {
  return cursorIndex(
    act.cursor,
    rowsInOrder(act).map(({ host }) => host),
  );
}

/** On each host its own act; undefined when nothing of it can be undone. */
export function undoJobs({ rows }: FleetAct): FleetJobs {
  return rows.flatMap(({ host, step }) =>
    step.kind === 'done' && step.canUndo && step.actId !== undefined
      ? [{ host, job: { kind: 'act', draft: { action: 'undo', actId: step.actId } } as const }]
      : [],
  );
}
