// Reads the fields of an act dialog: strict parsers of core, one clear sentence for the first field that is wrong.

import type { ActDraft } from '../core/act.ts';
import { type Net, parseNet, sizeOf } from '../core/address.ts';
import { parseDuration, TIMEOUT_SECONDS_MAX } from '../core/duration.ts';
import type { Problem } from '../core/problem.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { unreachable } from '../core/unreachable.ts';
import {
  type ActForm,
  chosen,
  type FieldId,
  type FormReading,
  fieldOf,
  type OptionValue,
} from './act-form.ts';

type Wrong = Extract<FormReading, { kind: 'wrong' }>;
type Read<T> = Readonly<{ kind: 'value'; value: T; notes: readonly SafeText[] }> | Wrong;

export function readForm(form: ActForm): FormReading {
  switch (form.action) {
    case 'ban':
      return readBan(form);
    case 'unban':
    case 'cut':
      return readTargets(form);
    case 'tighten':
      return readTighten(form);
    case 'service':
      return readService(form);
    case 'undo': {
      const draft: ActDraft =
        form.undoes === undefined ? { action: 'undo' } : { action: 'undo', actId: form.undoes };
      return { kind: 'draft', draft, notes: [] };
    }
    default:
      return unreachable(form.action);
  }
}

function readService(form: ActForm): FormReading {
  const change = optionOf(form, 'change');
  if (form.thing === undefined || change?.kind !== 'verb')
    return wrong('change', safe('choose start, stop or restart'));
  const draft: ActDraft = { action: 'service', verb: change.verb, thing: form.thing, ...origin(form) };
  return { kind: 'draft', draft, notes: [] };
}

function readBan(form: ActForm): FormReading {
  const nets = readNets(form);
  if (nets.kind === 'wrong') return nets;
  const seconds = readSeconds(form);
  if (seconds.kind === 'wrong') return seconds;
  const into = optionOf(form, 'into');
  const cut = optionOf(form, 'cut');
  const draft: ActDraft = {
    action: 'ban',
    nets: nets.value,
    seconds: seconds.value,
    target: into?.kind === 'target' ? into.target : { kind: 'own' },
    reason: textOf(form, 'why').trim(),
    cut: cut?.kind === 'flag' ? cut.on : true,
    ...origin(form),
  };
  return { kind: 'draft', draft, notes: nets.notes };
}

function readTargets(form: ActForm): FormReading {
  const nets = readNets(form);
  if (nets.kind === 'wrong') return nets;
  if (form.action === 'cut')
    return {
      kind: 'draft',
      draft: { action: 'cut', nets: nets.value, ...origin(form) },
      notes: nets.notes,
    };
  const from = optionOf(form, 'from');
  const set = from?.kind === 'set' && from.set !== undefined ? { set: from.set } : {};
  const draft: ActDraft = { action: 'unban', nets: nets.value, ...set, ...origin(form) };
  return { kind: 'draft', draft, notes: nets.notes };
}

function readTighten(form: ActForm): FormReading {
  const change = optionOf(form, 'change');
  if (change?.kind === 'preset')
    return { kind: 'draft', draft: { action: 'tighten', change: { preset: change.preset } }, notes: [] };
  if (change?.kind !== 'timeout') return wrong('change', safe('choose a preset'));
  const text = textOf(form, 'to').trim();
  if (text === '') return wrong('to', safe('type the new timeout: seconds, or 5m, 1h'));
  const seconds = /^\d{1,9}$/.test(text) ? inRange(Number(text)) : duration(text);
  if (typeof seconds !== 'number') return wrong('to', seconds);
  return {
    kind: 'draft',
    draft: { action: 'tighten', change: { name: change.name, seconds } },
    notes: [],
  };
}

function inRange(seconds: number): number | SafeText {
  return seconds >= 1 && seconds <= TIMEOUT_SECONDS_MAX
    ? seconds
    : sanitise(`a timeout is 1 to ${TIMEOUT_SECONDS_MAX} seconds`);
}

function duration(text: string): number | SafeText {
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.value : sentence(parsed.problem);
}

function readNets(form: ActForm): Read<readonly Net[]> {
  const scope = optionOf(form, 'scope');
  if (scope?.kind === 'nets') return { kind: 'value', value: scope.nets, notes: [] };
  const id: FieldId = scope?.kind === 'typed' ? 'scope' : 'address';
  const words = textOf(form, id)
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  if (words.length === 0) return wrong(id, safe('type an address or a network, such as 192.0.2.0/24'));
  const nets: Net[] = [];
  const notes: SafeText[] = [];
  for (const word of words) {
    const parsed = parseNet(word);
    if (!parsed.ok) return wrong(id, sentence(parsed.problem));
    nets.push(parsed.value.net);
    if (parsed.value.widened) notes.push(widenedNote(word, parsed.value.net));
  }
  return { kind: 'value', value: nets, notes };
}

function widenedNote(typed: string, net: Net): SafeText {
  return sanitise(`${typed} has host bits set: it means ${net.text}, ${formatSize(net)} addresses`);
}

/** "256", or "2^64" where digits would only be noise. */
export function formatSize(net: Net): string {
  const size = sizeOf(net);
  if (size <= 9_999_999n) return String(size).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `2^${size.toString(2).length - 1}`;
}

function readSeconds(form: ActForm): Read<number | null> {
  const option = optionOf(form, 'for');
  if (option?.kind === 'seconds') return { kind: 'value', value: option.seconds, notes: [] };
  const text = textOf(form, 'for').trim();
  if (text === '') return wrong('for', safe('type how long: 90s, 10m, 1h, 1d12h, 2w'));
  const parsed = parseDuration(text);
  return parsed.ok
    ? { kind: 'value', value: parsed.value, notes: [] }
    : wrong('for', sentence(parsed.problem));
}

function optionOf(form: ActForm, id: FieldId): OptionValue | undefined {
  const field = fieldOf(form, id);
  return field?.kind === 'choice' ? chosen(field)?.value : undefined;
}

function textOf(form: ActForm, id: FieldId): string {
  return fieldOf(form, id)?.input.text ?? '';
}

function origin(form: ActForm): Readonly<{ origin?: SafeText }> {
  return form.origin === undefined ? {} : { origin: form.origin };
}

function wrong(field: FieldId, reason: SafeText): Wrong {
  return { kind: 'wrong', field, reason };
}

function sentence(problem: Problem): SafeText {
  return sanitise(problem.hint === undefined ? problem.summary : `${problem.summary}: ${problem.hint}`);
}
