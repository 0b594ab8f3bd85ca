// Makes the fields of an act dialog from what the cursor is on, the session's defaults and the sets that exist.
// The defaults are such that Enter alone does the usual thing.

import type { ActDraft, BanTarget } from '../core/act.ts';
import { isHost, type Net, widen } from '../core/address.ts';
import { printDuration } from '../core/duration.ts';
import type { BanDefaults } from '../core/pane.ts';
import type { SetInfo, SetKey } from '../core/rows.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { SERVICE_VERBS, type ServiceVerb, type Thing } from '../core/services/thing.ts';
import type { ActForm, ChoiceField, Field, FieldId, FieldOption } from './act-form.ts';
import { formatSize } from './read-form.ts';
import type { ActTarget } from './slice.ts';
import { EMPTY_INPUT, inputOf } from './text-input.ts';

/** `typed`: an address given on the command line; wins over the target. `seconds`: a duration given there. */
export type FormSource = Readonly<{
  target?: ActTarget | undefined;
  typed?: string | undefined;
}>;

export type BanFormSource = FormSource &
  Readonly<{
    defaults: BanDefaults;
    sets: readonly SetInfo[];
    seconds?: number | null | undefined;
    reason?: string | undefined;
    /** The set to begin with: of the jail under the cursor. */
    into?: SetKey | undefined;
  }>;

export function banForm(source: BanFormSource): ActForm {
  const fields: readonly Field[] = [
    scopeField(source, true),
    durationField(source),
    targetField(source),
    choice(
      'cut',
      safe('cut'),
      [
        { label: safe('live flows too'), value: { kind: 'flag', on: true } },
        { label: safe('leave them'), value: { kind: 'flag', on: false } },
      ],
      source.defaults.cut ? 0 : 1,
    ),
    {
      ...textField('why', safe('why'), safe('reason, for the journal')),
      input: inputOf(source.reason ?? ''),
    },
  ];
  return { action: 'ban', fields, focus: 0, ...originOf(source) };
}

export function unbanForm(source: FormSource): ActForm {
  const from: FieldOption[] = [{ label: safe('every set that holds it'), value: { kind: 'set' } }];
  const set = source.target?.set;
  if (set !== undefined && source.typed === undefined)
    from.push({
      label: sanitise(`only ${set.replace(/^fail2ban6?:/, 'jail ')}`),
      value: { kind: 'set', set },
    });
  const fields = [scopeField(source, false), choice('from', safe('out of'), from, 0)];
  return { action: 'unban', fields, focus: 0, ...originOf(source) };
}

export function cutForm(source: FormSource): ActForm {
  return { action: 'cut', fields: [scopeField(source, true)], focus: 0, ...originOf(source) };
}

/** `timeout`: the row under the cursor; its own value can then be typed beside the presets. */
export function tightenForm(
  source: Readonly<{ timeout?: string | undefined; preset?: string | undefined }>,
): ActForm {
  const presets: readonly FieldOption[] = (['default', 'modest', 'siege'] as const).map((preset) => ({
    label: safe(preset),
    value: { kind: 'preset', preset },
  }));
  const { timeout } = source;
  if (timeout === undefined) {
    const at = presets.findIndex(({ label }) => label === source.preset);
    return {
      action: 'tighten',
      fields: [choice('change', safe('preset'), presets, at < 0 ? 1 : at)],
      focus: 0,
    };
  }
  const one: FieldOption = {
    label: sanitise(shortTimeout(timeout)),
    value: { kind: 'timeout', name: timeout },
  };
  return {
    action: 'tighten',
    fields: [
      choice('change', safe('change'), [one, ...presets], 0),
      textField('to', safe('to'), safe('seconds, or 5m, 1h (with a preset: not used)')),
    ],
    focus: 1,
  };
}

/** `verb`: of the key; another can be chosen. */
export function serviceForm(thing: Thing, verb: ServiceVerb): ActForm {
  const options = SERVICE_VERBS.map(
    (one): FieldOption => ({ label: safe(one), value: { kind: 'verb', verb: one } }),
  );
  return {
    action: 'service',
    fields: [choice('change', safe('do'), options, SERVICE_VERBS.indexOf(verb))],
    focus: 0,
    thing,
  };
}

export function undoForm(actId?: string): ActForm {
  return { action: 'undo', fields: [], focus: 0, ...(actId === undefined ? {} : { undoes: actId }) };
}

function shortTimeout(name: string): string {
  return name
    .replace(/^nf_conntrack_/, '')
    .replace('_timeout_', ' ')
    .replace(/_timeout$/, '');
}

/** What is taken: the address, a wider network around it, or what is typed. */
function scopeField(source: FormSource, wider: boolean): Field {
  const nets = source.target?.nets ?? [];
  const [first] = nets;
  if (source.typed !== undefined || first === undefined) {
    const field = textField('address', safe('address'), safe('address or network'));
    return { ...field, input: source.typed === undefined ? EMPTY_INPUT : inputOf(source.typed) };
  }
  const typed: FieldOption = { label: safe('…'), value: { kind: 'typed' } };
  const options: FieldOption[] = [{ label: scopeLabel(nets), value: { kind: 'nets', nets } }];
  if (nets.length === 1) {
    if (wider && isHost(first)) options.push(widerOption(first));
    options.push(typed);
  }
  return choice('scope', safe('scope'), options, 0);
}

function scopeLabel(nets: readonly Net[]): SafeText {
  const [first] = nets;
  if (nets.length !== 1 || first === undefined) return sanitise(`${nets.length} addresses`);
  return isHost(first) ? safe('this address') : sanitise(`${first.text} (${formatSize(first)})`);
}

function widerOption(net: Net): FieldOption {
  const network = widen(net, net.family === 4 ? 24 : 64);
  return {
    label: sanitise(`/${network.prefix} (${formatSize(network)})`),
    value: { kind: 'nets', nets: [network] },
  };
}

function durationField({ defaults, seconds }: BanFormSource): Field {
  const wished = seconds === undefined ? defaults.defaultSeconds : seconds;
  const all = [...new Set([...defaults.durations, ...(wished === null ? [] : [wished])])];
  const options: readonly FieldOption[] = [
    ...all.map(
      (value): FieldOption => ({
        label: sanitise(printDuration(value)),
        value: { kind: 'seconds', seconds: value },
      }),
    ),
    { label: safe('until changed'), value: { kind: 'seconds', seconds: null } },
    { label: safe('…'), value: { kind: 'typed' } },
  ];
  const at = options.findIndex(({ value }) => value.kind === 'seconds' && value.seconds === wished);
  return choice('for', safe('for'), options, Math.max(0, at));
}

/** Our own table first; of a v4/v6 pair only the first, its twin takes the other family. */
function targetField({ defaults, sets, into }: BanFormSource): Field {
  const own: FieldOption = { label: safe('own table'), value: { kind: 'target', target: { kind: 'own' } } };
  const options: FieldOption[] = [own];
  const shown = new Set<string>();
  let at = 0;
  let chosen: number | undefined;
  for (const set of sets) {
    if (set.owner === 'opsconsole' || (set.twin !== undefined && shown.has(set.twin))) continue;
    shown.add(set.key);
    const name = set.table === undefined ? set.name : `${set.table} ${set.name}`;
    const target: BanTarget = { kind: 'set', set: set.key };
    if (defaults.target !== undefined && (defaults.target === set.name || defaults.target === name))
      at = options.length;
    if (into !== undefined && (into === set.key || into === set.twin)) chosen = options.length;
    // Beside it there may be the kernel's set of the same jail.
    const label = sanitise(set.backend === 'fail2ban' ? `jail ${name}` : name);
    options.push({ label, value: { kind: 'target', target } });
  }
  return choice('into', safe('into'), options, chosen ?? at);
}

function choice(id: FieldId, label: SafeText, options: readonly FieldOption[], at: number): ChoiceField {
  return { kind: 'choice', id, label, options, at, input: EMPTY_INPUT };
}

function textField(id: FieldId, label: SafeText, hint: SafeText): Extract<Field, { kind: 'text' }> {
  return { kind: 'text', id, label, input: EMPTY_INPUT, hint };
}

function originOf({ target, typed }: FormSource): Readonly<{ origin?: SafeText }> {
  return target === undefined || typed !== undefined ? {} : { origin: target.origin };
}

/** A ban that is already worked out (longer, shorter), shown for a last look. */
export function draftForm(draft: Extract<ActDraft, { action: 'ban' }>, source: BanFormSource): ActForm {
  const set = draft.target.kind === 'set' ? draft.target.set : undefined;
  const target: ActTarget = { nets: draft.nets, origin: draft.origin ?? safe('typed') };
  const form = banForm({ ...source, target, seconds: draft.seconds, reason: draft.reason });
  const fields = form.fields.map((field): Field => {
    if (field.kind !== 'choice') return field;
    if (field.id === 'cut') return { ...field, at: draft.cut ? 0 : 1 };
    if (field.id !== 'into') return field;
    const at = field.options.findIndex(
      ({ value }) =>
        value.kind === 'target' && (value.target.kind === 'set' ? value.target.set : undefined) === set,
    );
    if (at >= 0) return { ...field, at };
    // The twin of a pair is not among the choices: it is added as it is.
    const option: FieldOption = {
      label: sanitise(String(set)),
      value: { kind: 'target', target: draft.target },
    };
    return { ...field, options: [...field.options, option], at: field.options.length };
  });
  return { ...form, fields };
}
