// Start, stop, restart a declared thing (a service, a tunnel): what it would do, whom it would cut off, and the proof that it did.

import type { Plan } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { askThing } from '../../core/services/ask.ts';
import { stepsFor } from '../../core/services/commands.ts';
import { type Reading, readingWords, type ServiceVerb, type Thing } from '../../core/services/thing.ts';
import { type ActContext, type Action, failed, type Gathered, type Move, refused } from '../action.ts';
import type { ServiceFacts } from '../facts.ts';
import { askingOf } from './asking.ts';
import { guardVerb } from './guard.ts';
import { proveVerb } from './prove.ts';

export const service: Action<'service'> = {
  id: 'service',
  prepare: ({ thing, verb }, context) => prepareVerb({ thing, verb }, context),
};

export type Wish = Readonly<{ thing: Thing; verb: ServiceVerb }>;

export const OPPOSITE: Readonly<Record<ServiceVerb, ServiceVerb | undefined>> = {
  start: 'stop',
  stop: 'start',
  restart: undefined,
};

export async function prepareVerb({ thing, verb }: Wish, context: ActContext): Promise<Gathered> {
  const { host, signal } = context;
  const name = sanitise(thing.name, 60);
  const steps = stepsFor(thing, verb);
  if (steps === undefined)
    return failed(
      problem('bad-input', `${name} has no command to ${verb} it`, {
        hint: `declare one in the session file: \`${verb}: [program, argument]\``,
      }),
    );
  const before = await askThing(askingOf(host, signal), thing);
  // Without its manager nothing can be done; a status command that fails does not keep from acting.
  if (!before.ok && thing.by.kind !== 'argv') return failed(before.problem);
  const reading = before.ok ? before.value : undefined;
  if (reading?.state === 'absent')
    return failed(problem('not-found', `${name}: ${reading.says} on this host`));
  const already = alreadySo(verb, reading);
  if (already !== undefined) return refused(sanitise(`${name} ${already}: ${reading?.says ?? ''}`, 160));
  const verdict = await guardVerb(thing, verb, { pid: reading?.pid, at: context });
  if (verdict.refusals.length > 0) return refused(...verdict.refusals);
  const moves = steps.map(
    (step): Move => ({
      step,
      atomic: true,
      reverse: () => [],
      stays: sanitise(`${verb} of ${name}: look how it is now`),
    }),
  );
  return {
    kind: 'ready',
    prepared: {
      plan: planOf({ thing, verb }, moves, [
        ...verdict.notes,
        ...notesOf({ thing, verb }, before.ok ? reading : undefined),
      ]),
      moves,
      guarded: [],
      ...(verdict.typed ? { typed: thing.name } : {}),
      reason: '',
      facts: factsOf({ thing, verb }, reading),
      canUndo: canUndo({ thing, verb }, reading),
      prove: (performed) => proveVerb(performed, { thing, verb, before: reading }),
    },
  };
}

/** A thing that fails over and over is "changing": it can be stopped as well as started. */
function alreadySo(verb: ServiceVerb, reading: Reading | undefined): SafeText | undefined {
  if (verb === 'start' && reading?.state === 'running') return safe('runs already');
  if (verb === 'stop' && reading?.state === 'stopped') return safe('is stopped already');
  return undefined;
}

function planOf({ thing, verb }: Wish, moves: readonly Move[], notes: readonly SafeText[]): Plan {
  const back = OPPOSITE[verb];
  return {
    action: 'service',
    summary: sanitise(`${verb} ${thing.what === 'tunnel' ? 'tunnel ' : ''}${thing.name}`, 160),
    steps: moves.map(({ step }) => step),
    undo: (back === undefined ? undefined : stepsFor(thing, back)) ?? [],
    notes,
    risk: verb === 'start' ? 'reversible' : 'disruptive',
  };
}

function notesOf({ thing, verb }: Wish, reading: Reading | undefined): readonly SafeText[] {
  const notes: SafeText[] = [];
  if (reading === undefined || reading.state === 'unknown')
    notes.push(
      sanitise(
        `how it is now is not known${reading === undefined ? '' : ` (${reading.says})`}: whether it worked may not be seen`,
        200,
      ),
    );
  else notes.push(sanitise(`now: ${readingWords(reading)}`, 160));
  if (verb !== 'start') notes.push(safe('whoever uses it meanwhile is cut off'));
  if (verb === 'restart') notes.push(safe('a restart cannot be undone'));
  else if (stepsFor(thing, OPPOSITE[verb] ?? verb) === undefined)
    notes.push(sanitise(`there is no command to ${OPPOSITE[verb]} it: this cannot be undone from here`));
  return notes;
}

function factsOf({ thing, verb }: Wish, reading: Reading | undefined): ServiceFacts {
  return { kind: 'service', verb, thing, was: reading?.state ?? 'unknown' };
}

/** Back to where it was, if that is known and there is a command for it. */
function canUndo({ thing, verb }: Wish, reading: Reading | undefined): boolean {
  const back = OPPOSITE[verb];
  if (back === undefined || stepsFor(thing, back) === undefined) return false;
  return verb === 'stop'
    ? reading?.state === 'running'
    : reading?.state === 'stopped' || reading?.state === 'failed';
}
