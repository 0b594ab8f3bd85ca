// A declared service that is stopped while the shields are up (a search, a feed that costs much), or started (a static page):
// only when it is the other way round before, and put back by the script, which asks first how it is then.

import { hostIdOf } from '../../../core/hosts.ts';
import { problem } from '../../../core/problem.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { type SafeText, sanitise } from '../../../core/sanitise.ts';
import { askThing } from '../../../core/services/ask.ts';
import { argvsFor, stepsFor, VERB_TIMEOUT_MS } from '../../../core/services/commands.ts';
import type { Argv } from '../../../core/services/thing.ts';
import type { MeasureSpec } from '../../../core/shields.ts';
import { createSafeMemory } from '../../safe/safe-set.ts';
import { classifySockets } from '../../safe/ssh-peers.ts';
import { askingOf } from '../../services/asking.ts';
import { guardVerb, whyNotUnattended } from '../../services/guard.ts';
import type { Measure, MeasureAt } from '../measure.ts';

type Spec = Extract<MeasureSpec, { measure: 'service' }>;

const BACK = { stop: 'start', start: 'stop' } as const;

/** `back`: the words that put it back. */
export type FoundService = Readonly<{ back: Argv }>;

export const service: Measure<Spec, FoundService> = {
  id: 'service',
  describe: (spec) => sanitise(`${spec.do} ${spec.name}`, 120),
  async gather({ name, do: verb, thing, hosts }, at) {
    const { host, signal } = at;
    if (!hosts.includes(hostIdOf(host))) return no(`${name} is not on this host`);
    const dangerous = whyNotUnattended(thing);
    if (dangerous !== undefined) return no(dangerous);
    const back = argvsFor(thing, BACK[verb])?.[0];
    if (back === undefined || stepsFor(thing, verb) === undefined)
      return no(`${name} has no command to ${back === undefined ? BACK[verb] : verb} it`);
    const asked = await askThing(askingOf(host, signal), thing);
    if (!asked.ok) return asked;
    const { state, says, pid } = asked.value;
    if (state !== (verb === 'stop' ? 'running' : 'stopped'))
      return no(`nothing to ${verb}: ${name} is ${state} (${says})`);
    const carries = verb === 'stop' ? await carriedBy(spec(thing, pid), at) : [];
    return carries.length > 0 ? no(carries.join('; ')) : ok({ back });
  },
  hazard: ({ name, do: verb }) => [
    verb === 'stop'
      ? sanitise(`nobody can use ${name} meanwhile`, 120)
      : sanitise(`${name} takes memory and processor time, too`, 120),
  ],
  apply: ({ thing, do: verb }) => ({
    steps: (stepsFor(thing, verb) ?? []).map(({ command, shown }) => ({
      // What says no has not stopped: the measure is left out, and that is said.
      command: { ...command, okExits: [] },
      ...(shown === undefined ? {} : { shown }),
    })),
  }),
  revert: ({ name, do: verb, thing }, { back }) => [
    {
      kind: 'service',
      name,
      do: BACK[verb],
      argv: back,
      ...(thing.by.kind === 'argv' && thing.by.status !== undefined ? { status: thing.by.status } : {}),
      timeoutSeconds: VERB_TIMEOUT_MS / 1000,
    },
  ],
};

const no = (why: string): Result<never> => fail(problem('not-found', sanitise(why, 200)));

type Running = Readonly<{ thing: Spec['thing']; pid: number | undefined }>;
const spec = (thing: Spec['thing'], pid: number | undefined): Running => ({ thing, pid });

/** Whoever calls the ssh server "web" hides it from the names: its processes tell. */
async function carriedBy({ thing, pid }: Running, at: MeasureAt): Promise<readonly SafeText[]> {
  const { host, safeSet, sshPorts, signal } = at;
  const memory = createSafeMemory();
  if (pid !== undefined)
    for (const [inode, kind] of await classifySockets(host, new Set(sshPorts), signal))
      memory.kinds.set(inode, kind);
  const { refusals } = await guardVerb(thing, 'stop', { pid, at: { host, safeSet, memory } });
  return refusals;
}
