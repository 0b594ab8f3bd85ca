// Takes back a start or a stop by the other, as long as the thing is still as that act left it.

import { sanitise } from '../../core/sanitise.ts';
import { askThing } from '../../core/services/ask.ts';
import { type ActContext, type Gathered, refused } from '../action.ts';
import type { ServiceFacts } from '../facts.ts';
import { askingOf } from './asking.ts';
import { OPPOSITE, prepareVerb } from './service.ts';

export async function undoService({ thing, verb }: ServiceFacts, context: ActContext): Promise<Gathered> {
  const back = OPPOSITE[verb];
  const name = sanitise(thing.name, 60);
  if (back === undefined) return refused(sanitise(`a restart cannot be undone: ${name}`));
  const now = await askThing(askingOf(context.host, context.signal), thing);
  const wanted = verb === 'start' ? 'running' : 'stopped';
  if (now.ok && (now.value.state === 'running') !== (wanted === 'running'))
    return refused(
      sanitise(`${name} is not ${wanted} any more (${now.value.says}): someone changed it since`, 200),
    );
  const gathered = await prepareVerb({ thing, verb: back }, context);
  if (gathered.kind !== 'ready') return gathered;
  const { prepared } = gathered;
  return {
    kind: 'ready',
    prepared: {
      ...prepared,
      plan: { ...prepared.plan, action: 'undo', summary: sanitise(`undo: ${back} ${name}`) },
    },
  };
}
