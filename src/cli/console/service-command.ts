// `:service NAME start|stop|restart`: the dialog of that act, for a service that the session file declares on the host looked at.

import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { thingsOn } from '../../core/services/sample.ts';
import { SERVICE_VERBS, type ServiceVerb, type Thing } from '../../core/services/thing.ts';
import { suggest } from '../../core/suggest.ts';
import type { ConsoleState } from '../../store/state.ts';

export type ServiceCommand = Readonly<{ kind: 'service'; name: string; verb: ServiceVerb }>;

export function parseServiceCommand(words: readonly string[]): Result<ServiceCommand> {
  const last = words.at(-1) ?? '';
  const verb = SERVICE_VERBS.find((one) => one === last);
  const name = words.slice(0, -1).join(' ');
  if (verb === undefined || name === '')
    return fail(problem('bad-input', 'service needs a name of the session file and start, stop or restart'));
  return ok({ kind: 'service', name, verb });
}

/** What may follow `:service`. */
export function serviceWords(words: readonly string[], services: readonly string[]): readonly string[] {
  if (words.length === 1) return services;
  return words.length === 2 ? SERVICE_VERBS : [];
}

export const serviceNames = ({ session, at }: ConsoleState): readonly string[] =>
  thingsOn(session.services, at).map(({ name }) => name);

/** On the host that is looked at, or in one sentence why there is none. */
export function serviceNamed({ session, at }: ConsoleState, name: string): Thing | SafeText {
  const here = thingsOn(session.services, at);
  const found = here.find((thing) => thing.name === name);
  if (found !== undefined) return found;
  const elsewhere = (session.services ?? []).find(({ thing }) => thing.name === name)?.hosts ?? [];
  if (elsewhere.length > 0)
    return sanitise(`${name} is on ${elsewhere.join(', ')}: go to a pane of it first`, 200);
  const near = suggest(
    name,
    here.map((thing) => thing.name),
  );
  const hint = near === undefined ? '"services:" in the session file names them' : `did you mean ${near}?`;
  return sanitise(`no service ${JSON.stringify(name.slice(0, 40))} is declared here: ${hint}`, 200);
}
