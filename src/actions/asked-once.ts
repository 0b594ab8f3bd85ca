// A far host for the time of one preview: a question that is asked twice meanwhile is sent once. Nothing is changed by us in between.

import type { Command } from '../core/plan.ts';
import type { Result } from '../core/result.ts';
import type { Finished, Host } from '../host/host.ts';
import { plainHost } from './lost/plain-host.ts';

/** `end`: from now on every question is asked; what was planned keeps the host, and proves with it. */
export function askedOnce(host: Host): Readonly<{ host: Host; end(): void }> {
  if (host.link === undefined) return { host, end: () => undefined };
  const asked = new Map<string, Promise<Result<Finished>>>();
  let isOver = false;
  const run: Host['run'] = (command, signal) => {
    if (isOver) return host.run(command, signal);
    const key = keyOf(command);
    const known = asked.get(key) ?? host.run(command, signal);
    asked.set(key, known);
    return known;
  };
  const end = (): void => {
    isOver = true;
    asked.clear();
  };
  return { host: { ...plainHost(host), run }, end };
}

const keyOf = ({ argv, stdin, privileged }: Command): string =>
  JSON.stringify([argv, stdin, privileged === true]);
