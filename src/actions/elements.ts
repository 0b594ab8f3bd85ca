// Elements between a set, the journal and back: moves that add and delete them, and the facts that put them back.

import { type Net, parseNet } from '../core/address.ts';
import { type UnixMs, unixMs } from '../core/brand.ts';
import { formatDuration } from '../core/duration.ts';
import type { Step } from '../core/plan.ts';
import type { SetInfo } from '../core/rows.ts';
import type { Backend, Element } from '../firewall/backend.ts';
import type { Move } from './action.ts';
import type { AddedFact, PriorFact } from './facts.ts';
import type { Overlap } from './membership.ts';

/** An element that was in a set: when it ends, not how long it has left, so that time spent meanwhile counts. */
export type Prior = Readonly<{
  net: Net;
  endsAt: UnixMs | null | undefined;
  comment?: string;
  lifetime?: number;
  /** As `Element.rule`. */
  rule?: string;
  /** As `Members.refs`, while it is there. */
  ref?: number;
}>;

export function priorOf(overlap: Overlap, now: UnixMs): Prior {
  const { holder: net, seconds, comment, lifetime, rule, ref } = overlap;
  const endsAt = typeof seconds === 'number' ? unixMs(now + seconds * 1000) : seconds;
  return { net, endsAt, ...extras(comment, lifetime, rule), ...(ref === undefined ? {} : { ref }) };
}

function extras(comment: string | undefined, lifetime: number | undefined, rule: string | undefined) {
  return {
    ...(comment === undefined ? {} : { comment }),
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(rule === undefined ? {} : { rule }),
  };
}

/** Its end was never known, and nothing of it is kept that has the end in it: it cannot be put back. */
export const isUnknown = ({ endsAt, rule }: Prior): boolean => endsAt === undefined && rule === undefined;

/** As an element to add at `now`; undefined when it has ended by then, or when its end was never known. */
export function elementAt(prior: Prior, now: UnixMs): Element | undefined {
  if (prior.endsAt === undefined)
    return prior.rule === undefined ? undefined : { net: prior.net, seconds: null, rule: prior.rule };
  const seconds = prior.endsAt === null ? null : Math.round((prior.endsAt - now) / 1000);
  if (seconds !== null && seconds < 1) return undefined;
  const end = prior.endsAt === null ? {} : { endsAt: prior.endsAt };
  return { net: prior.net, seconds, ...end, ...extras(prior.comment, prior.lifetime, prior.rule) };
}

export function priorFact(prior: Prior, set: number): PriorFact {
  const end = prior.endsAt === undefined ? -1 : prior.endsAt;
  const { comment = '', lifetime, rule } = prior;
  if (rule !== undefined) return [set, prior.net.text, end, comment, lifetime ?? null, rule];
  if (lifetime !== undefined) return [set, prior.net.text, end, comment, lifetime];
  return comment === '' ? [set, prior.net.text, end] : [set, prior.net.text, end, comment];
}

/** Undefined when the record does not hold an address. */
export function priorFromFact(fact: PriorFact): Prior | undefined {
  const [, text, end, comment, lifetime, rule] = fact;
  const parsed = parseNet(String(text));
  if (!parsed.ok) return undefined;
  const endsAt = end === null ? null : end === -1 ? undefined : unixMs(Number(end));
  const words = typeof comment === 'string' && comment !== '' ? comment : undefined;
  const first = typeof lifetime === 'number' ? lifetime : undefined;
  const spec = typeof rule === 'string' ? rule : undefined;
  return { net: parsed.value.net, endsAt, ...extras(words, first, spec) };
}

/** The time that a jail gives every ban, in words; undefined = what is put back keeps the time it had left. */
export function jailTime({ fixedTimeout }: SetInfo): string | undefined {
  if (fixedTimeout === undefined) return undefined;
  return fixedTimeout === null ? 'good' : formatDuration(fixedTimeout);
}

/** Steps that put elements back with the time that they have left at `now`. */
export function putBack(
  backend: Backend,
  set: SetInfo,
  priors: readonly Prior[],
  now: UnixMs,
): readonly Step[] {
  const elements = priors.flatMap((prior) => elementAt(prior, now) ?? []);
  return elements.length === 0 ? [] : backend.planAdd(set, elements);
}

/** A rule that carries its end has it from here: the dialog shows it, and undo knows it again. */
export function endIn({ ending }: SetInfo, seconds: number | null, now: UnixMs): { endsAt?: number } {
  return ending === 'rule' && seconds !== null ? { endsAt: Math.ceil(now / 1000 + seconds) * 1000 } : {};
}

/** As facts for the journal: elements of the set at `index`. */
export function addedFacts(elements: readonly Element[], index: number): readonly AddedFact[] {
  return elements.map(({ net, seconds, endsAt }) =>
    endsAt === undefined ? [index, net.text, seconds] : [index, net.text, seconds, endsAt],
  );
}

export function deleteSteps(backend: Backend, set: SetInfo, nets: readonly Net[]): readonly Step[] {
  return nets.length === 0 ? [] : backend.planDelete(set, nets);
}

/** By what their owner calls them, where that is known. */
export function deletePriors(backend: Backend, set: SetInfo, priors: readonly Prior[]): readonly Step[] {
  if (priors.length === 0) return [];
  return backend.planDelete(
    set,
    priors.map(({ net }) => net),
    priors.map(({ ref = 0 }) => ref),
  );
}

/** Moves of steps that `backend` has planned; `reverse` is asked where it does not know the exact way back itself. */
export function movesOn(
  backend: Backend,
  steps: readonly Step[],
  reverse: (now: UnixMs) => readonly Step[],
): readonly Move[] {
  const atomic = backend.atomic === true;
  const back = steps.map((step) => backend.inverse?.(step));
  if (back.includes(undefined)) return movesOf(steps, atomic, reverse);
  return steps.map((step, index) => ({ step, atomic, reverse: () => back[index] ?? [] }));
}

/** One move per step; the first carries the way back of the whole group, so that it runs once and last. */
export function movesOf(
  steps: readonly Step[],
  atomic: boolean,
  reverse: (now: UnixMs) => readonly Step[],
): readonly Move[] {
  return steps.map((step, index) => ({ step, atomic, reverse: index === 0 ? reverse : () => [] }));
}
