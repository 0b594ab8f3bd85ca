// An act dialog from opening to the report: fields → preview → Enter → performing → gone, or what went wrong.
// Effects are read from it by the controller: a new `revision` wants a preview, phase `performing` wants the act run.

import type { ActPreview } from '../core/act.ts';
import type { HostId } from '../core/hosts.ts';
import type { Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { unreachable } from '../core/unreachable.ts';
import { type ActForm, chosen, type Field, type FormReading, fieldOf, focusedField } from './act-form.ts';
import { readForm } from './read-form.ts';
import { EMPTY_INPUT } from './text-input.ts';

/** `armed`: Enter came before the preview; it runs as soon as a reversible plan is ready. */
export type ActPhase =
  | Readonly<{ kind: 'editing' }>
  | Readonly<{ kind: 'armed'; over?: Override }>
  /**
   * `typed`: the confirmation, for the desk to check once more. `waiting`: the line to the host was lost, and this is said of it;
   * `left`: the operator does not wait for it any longer.
   */
  | Readonly<{
      kind: 'performing';
      token: string;
      overJournal: boolean;
      typed?: string;
      waiting?: SafeText;
      left?: true;
    }>
  /** The journal cannot be written: nothing ran; only the explicit override goes on. */
  | Readonly<{ kind: 'journal-fault'; problem: Problem; over: Override }>;

/** What was shown, and confirmed, when the journal failed: the override runs exactly that plan or nothing. */
type Override = Readonly<{ plan: Plan; typed?: string }>;

export type ActDialog = Readonly<{
  form: ActForm;
  /** Grows with every change of what the fields say; a preview of an older one is dropped. */
  revision: number;
  reading: FormReading;
  /** `elsewhere`: each of these hosts works out its own commands, after Enter. */
  preview:
    | ActPreview
    | Readonly<{ kind: 'pending' }>
    | Readonly<{ kind: 'elsewhere'; hosts: readonly HostId[] }>;
  phase: ActPhase;
  /** Turned pages of a preview that does not fit; the drawing takes it round. Any new preview is shown from its start. */
  page: number;
  /** Why the last Enter did nothing. */
  complaint?: SafeText;
}>;

type Ready = Extract<ActPreview, { kind: 'ready' }>;
const PENDING = { kind: 'pending' } as const;
export const EDITING: ActPhase = { kind: 'editing' };

/** `revision`: one that no earlier dialog had. */
export function openAct(form: ActForm, revision: number): ActDialog {
  return { form, revision, reading: readForm(form), preview: firstPreview(form), phase: EDITING, page: 0 };
}

/** The line was lost while it ran. */
export function waitingFor(act: ActDialog, waiting: SafeText): ActDialog {
  return act.phase.kind === 'performing' ? { ...act, phase: { ...act.phase, waiting } } : act;
}

/** The dialog with changed fields: what was previewed no longer holds, so its confirmation goes too. */
export function withForm(act: ActDialog, form: ActForm): ActDialog {
  const fields = form.fields.filter((field) => !isConfirmation(field));
  const plain = { ...form, fields, focus: Math.min(form.focus, Math.max(0, fields.length - 1)) };
  return {
    form: plain,
    revision: act.revision + 1,
    reading: readForm(plain),
    preview: firstPreview(plain),
    phase: EDITING,
    page: 0,
  };
}

function firstPreview(form: ActForm): ActDialog['preview'] {
  const field = fieldOf(form, 'hosts');
  const value = field?.kind === 'choice' ? chosen(field)?.value : undefined;
  const hosts = value?.kind === 'hosts' ? value.hosts : undefined;
  return hosts === undefined ? PENDING : { kind: 'elsewhere', hosts };
}

export function isConfirmation(field: Field): boolean {
  return field.id === 'confirm' || field.id === 'go';
}

export function previewed(act: ActDialog, revision: number, preview: ActPreview): ActDialog {
  if (revision !== act.revision || act.preview.kind === 'elsewhere') return act;
  if (act.phase.kind === 'performing') return act;
  const shown: ActDialog = { ...act, preview, phase: EDITING, page: 0 };
  if (preview.kind !== 'ready') return shown;
  const over = act.phase.kind === 'armed' ? act.phase.over : undefined;
  if (over !== undefined) return overridden(shown, preview, over);
  const extra = confirmationFor(preview);
  if (extra !== undefined) {
    const form = { ...act.form, fields: [...act.form.fields, extra] };
    return act.phase.kind === 'armed' ? ask({ ...shown, form }) : { ...shown, form };
  }
  if (act.phase.kind !== 'armed') return shown;
  return { ...shown, phase: performing(preview, { overJournal: false }) };
}

function overridden(shown: ActDialog, preview: Ready, over: Override): ActDialog {
  const bytes = (plan: Plan): string => JSON.stringify(plan.steps.map(({ command }) => command));
  if (bytes(preview.plan) !== bytes(over.plan) || preview.typed !== over.typed)
    return {
      ...withForm(shown, shown.form),
      complaint: safe('the commands have changed: look at them again'),
    };
  return { ...shown, phase: performing(preview, { overJournal: true, typed: over.typed }) };
}

function performing(
  { token }: Ready,
  how: Readonly<{ overJournal: boolean; typed?: string | undefined }>,
): ActPhase {
  const { typed, overJournal } = how;
  return { kind: 'performing', token, overJournal, ...(typed === undefined ? {} : { typed }) };
}

function confirmationFor(preview: Ready): Field | undefined {
  if (preview.typed !== undefined)
    return {
      kind: 'text',
      id: 'confirm',
      label: safe('confirm'),
      input: EMPTY_INPUT,
      hint: sanitise(`type ${preview.typed}`),
    };
  if (preview.plan.risk !== 'disruptive') return undefined;
  return {
    kind: 'choice',
    id: 'go',
    label: safe('sure'),
    options: [
      { label: safe('Cancel'), value: { kind: 'go', go: false } },
      { label: safe('yes, run it'), value: { kind: 'go', go: true } },
    ],
    at: 0,
    input: EMPTY_INPUT,
  };
}

/** What Enter does. `undefined` = the dialog closes without having done anything. */
export function accept(act: ActDialog): ActDialog | undefined {
  if (act.phase.kind === 'performing' || act.phase.kind === 'armed') return act;
  if (act.phase.kind === 'journal-fault')
    return { ...act, complaint: safe('Enter does not go on without a journal') };
  if (act.reading.kind === 'wrong') {
    const { field, reason } = act.reading;
    const focus = act.form.fields.findIndex((candidate) => candidate.id === field);
    return { ...act, complaint: reason, form: { ...act.form, focus: Math.max(0, focus) } };
  }
  switch (act.preview.kind) {
    case 'pending':
      return { ...act, phase: { kind: 'armed' } };
    case 'elsewhere': // Enter opens the dialog of several hosts
      return act;
    case 'refused':
    case 'failed': // asks again: what stood in the way may be gone now
      return { ...withoutComplaint(act), revision: act.revision + 1, preview: PENDING };
    case 'ready':
      return acceptReady(act, act.preview);
    default:
      return unreachable(act.preview);
  }
}

function acceptReady(act: ActDialog, preview: Ready): ActDialog | undefined {
  const run: ActDialog = {
    ...withoutComplaint(act),
    phase: performing(preview, { overJournal: false, typed: preview.typed }),
  };
  const asked = act.form.fields.find(isConfirmation);
  if (asked === undefined) return run;
  if (asked.kind === 'text' && asked.input.text.trim() === preview.typed) return run;
  if (focusedField(act.form)?.id !== asked.id) return ask(act);
  if (asked.kind === 'choice') {
    const value = chosen(asked)?.value;
    return value?.kind === 'go' && value.go ? run : undefined;
  }
  if (asked.input.text === '') return undefined;
  return { ...act, complaint: sanitise(`that is not ${preview.typed ?? ''}: nothing was run`) };
}

/** Takes the operator to the confirmation instead of running. */
function ask(act: ActDialog): ActDialog {
  const focus = act.form.fields.findIndex(isConfirmation);
  return { ...act, form: { ...act.form, focus: Math.max(0, focus) } };
}

export function overJournal(act: ActDialog): ActDialog {
  if (act.phase.kind !== 'journal-fault') return act;
  // A token is good for one try: the same plan is asked for again.
  return {
    ...withoutComplaint(act),
    revision: act.revision + 1,
    preview: PENDING,
    phase: { kind: 'armed', over: act.phase.over },
  };
}

export function withoutComplaint(act: ActDialog): ActDialog {
  const { complaint: _, ...rest } = act;
  return rest;
}
