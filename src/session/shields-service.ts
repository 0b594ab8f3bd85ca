// The entry "service" of a profile: one of the services of the session file, by its name.

import { sanitise } from '../core/sanitise.ts';
import type { ServiceEntry } from '../core/services/thing.ts';
import type { MeasureSpec } from '../core/shields.ts';
import { suggest } from '../core/suggest.ts';
import type { MeasureMap } from './shields-schema.ts';

/** Of the same name on several hosts the commands may differ: then they are different services, and named apart. */
export function serviceMeasure(
  { name, do: verb }: NonNullable<MeasureMap['service']>,
  services: readonly ServiceEntry[],
  complain: (message: string) => void,
): MeasureSpec | undefined {
  const found = services.filter(({ thing }) => thing.name === name);
  const [first] = found;
  if (first === undefined) {
    const known = services.map(({ thing }) => thing.name);
    const near = suggest(name, known);
    const listed = known.length === 0 ? 'the file has no "services:"' : `there are ${known.join(', ')}`;
    const hint = near === undefined ? listed : `did you mean ${near}?`;
    complain(`there is no service "${sanitise(name, 60)}"; ${hint}`);
    return undefined;
  }
  if (found.length > 1) {
    complain(`there are several services "${sanitise(name, 60)}": give each a name of its own`);
    return undefined;
  }
  const { thing, hosts } = first;
  const back = verb === 'stop' ? 'start' : 'stop';
  const missing = ([verb, back] as const).find(
    (one) => thing.by.kind === 'argv' && thing.by[one] === undefined,
  );
  if (missing !== undefined) complain(`${name} has no command to ${missing} it: it could not be put back`);
  if (thing.by.kind === 'argv' && thing.by.status === undefined)
    complain(`${name} has no status command: whether it runs must be known`);
  return { measure: 'service', name, do: verb, thing, hosts };
}
