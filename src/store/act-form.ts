// The fields of an act dialog while they are edited, and what they say: a draft, or the first thing that is wrong.

import type { ActDraft, BanTarget, Preset } from '../core/act.ts';
import type { Net } from '../core/address.ts';
import type { HostId } from '../core/hosts.ts';
import type { ActionId } from '../core/plan.ts';
import type { SetKey } from '../core/rows.ts';
import type { SafeText } from '../core/sanitise.ts';
import type { ServiceVerb, Thing } from '../core/services/thing.ts';
import type { TextInput } from './text-input.ts';

export type FieldId =
  | 'address'
  | 'scope'
  /** On which hosts. */
  | 'hosts'
  | 'for'
  | 'into'
  | 'from'
  | 'cut'
  | 'why'
  | 'change'
  | 'to'
  | 'confirm'
  | 'go';

/** What choosing an option means. `typed`: the field's own text counts. */
export type OptionValue =
  | Readonly<{ kind: 'nets'; nets: readonly Net[] }>
  | Readonly<{ kind: 'seconds'; seconds: number | null }>
  | Readonly<{ kind: 'target'; target: BanTarget }>
  | Readonly<{ kind: 'set'; set?: SetKey }>
  | Readonly<{ kind: 'flag'; on: boolean }>
  | Readonly<{ kind: 'preset'; preset: Preset }>
  | Readonly<{ kind: 'timeout'; name: string }>
  | Readonly<{ kind: 'verb'; verb: ServiceVerb }>
  /** Absent: the host that the dialog was opened for. */
  | Readonly<{ kind: 'hosts'; hosts?: readonly HostId[] }>
  | Readonly<{ kind: 'go'; go: boolean }>
  | Readonly<{ kind: 'typed' }>;

export type FieldOption = Readonly<{ label: SafeText; value: OptionValue }>;

/** `input` of a choice is used by its `typed` option. `hint`: shown dim while a text is empty. */
export type ChoiceField = Readonly<{
  kind: 'choice';
  id: FieldId;
  label: SafeText;
  options: readonly FieldOption[];
  at: number;
  input: TextInput;
}>;
export type TextField = Readonly<{
  kind: 'text';
  id: FieldId;
  label: SafeText;
  input: TextInput;
  hint: SafeText;
}>;
export type Field = ChoiceField | TextField;

/** `origin`: what the cursor was on. `undoes`: the act that an undo reverses, absent = the last one. */
export type ActForm = Readonly<{
  action: ActionId;
  fields: readonly Field[];
  focus: number;
  origin?: SafeText;
  undoes?: string;
  /** What a service act is about. */
  thing?: Thing;
}>;

/** `notes`: what the operator should know before any preview (a network that was widened). */
export type FormReading =
  | Readonly<{ kind: 'draft'; draft: ActDraft; notes: readonly SafeText[] }>
  | Readonly<{ kind: 'wrong'; field: FieldId; reason: SafeText }>;

export function chosen(field: ChoiceField): FieldOption | undefined {
  return field.options[field.at];
}

export function focusedField(form: ActForm): Field | undefined {
  return form.fields[form.focus];
}

export function fieldOf(form: ActForm, id: FieldId): Field | undefined {
  return form.fields.find((field) => field.id === id);
}

/** Whether typing goes into this field now. */
export function takesText(field: Field): boolean {
  return field.kind === 'text' || chosen(field)?.value.kind === 'typed';
}

export function withField(form: ActForm, id: FieldId, change: (field: Field) => Field): ActForm {
  return { ...form, fields: form.fields.map((field) => (field.id === id ? change(field) : field)) };
}
