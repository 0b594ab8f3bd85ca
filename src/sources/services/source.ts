// The declared services of a host: asked together, and compared with what was seen before, for what their managers do not count.

import type { UnixMs } from '../../core/brand.ts';
import { ok, type Result } from '../../core/result.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { askThings } from '../../core/services/ask.ts';
import { askFailedUnits } from '../../core/services/commands.ts';
import { parseFailedUnits } from '../../core/services/parse-systemd.ts';
import type { ServiceRow, ServicesSample } from '../../core/services/sample.ts';
import type { Reading, Thing } from '../../core/services/thing.ts';
import type { Host } from '../../host/host.ts';
import type { PollSource } from '../source.ts';

/** `commands`: whether status commands of the session file may run. */
export type ServicesOptions = Readonly<{ everyMs: number; things: readonly Thing[]; commands: boolean }>;

/** A status command is a program start: they are not asked every second. */
const EVERY_MIN_MS = 5000;
const FAILED_MAX = 200;

export function servicesSource(options: ServicesOptions): PollSource<ServicesSample> {
  const { things, commands } = options;
  const watch = new Map<string, Watched>();
  return {
    kind: 'poll',
    id: 'services',
    everyMs: Math.max(EVERY_MIN_MS, options.everyMs),
    async read(host, signal) {
      if (things.length === 0) return failedUnits(host, signal);
      const asked = await askThings(
        {
          run: (command) => host.run(command, signal),
          now: () => host.now(),
          privileged: host.privileged,
          commands,
        },
        things,
      );
      const rows = things.map((thing, index) => rowOf(thing, asked[index], { now: host.now(), watch }));
      return ok({ at: host.now(), declared: true, rows });
    },
  };
}

type Watched = ServiceRow['watched'] & Readonly<{ reading: Reading | undefined; wasUp: boolean }>;
type At = Readonly<{ now: UnixMs; watch: Map<string, Watched> }>;

function rowOf(thing: Thing, asked: Result<Reading> | undefined, { now, watch }: At): ServiceRow {
  const reading = asked?.ok === true ? asked.value : undefined;
  const before = watch.get(thing.name);
  const same = before !== undefined && before.reading?.state === reading?.state;
  const cameBack = before !== undefined && isBack(before, reading);
  const watched: Watched = {
    since: same && !cameBack ? before.since : now,
    exact: same && !cameBack ? before.exact : before !== undefined,
    restarts: (before?.restarts ?? 0) + (cameBack ? 1 : 0),
    reading,
    wasUp: reading?.state === 'running' || before?.wasUp === true,
  };
  watch.set(thing.name, watched);
  const { since, exact, restarts } = watched;
  return {
    name: sanitise(thing.name, 60),
    thing,
    ...(reading === undefined ? {} : { reading }),
    ...(asked?.ok === false ? { problem: asked.problem } : {}),
    watched: { since, exact, restarts },
  };
}

/** It ran, and is another process now, or runs again after it did not. */
function isBack({ reading: before, wasUp }: Watched, reading: Reading | undefined): boolean {
  if (reading?.state !== 'running' || !wasUp) return false;
  if (before?.state !== 'running') return before !== undefined;
  return before.pid !== undefined && reading.pid !== undefined && before.pid !== reading.pid;
}

/** Where nothing is declared: what systemd could not keep up, to look at. */
async function failedUnits(host: Host, signal: AbortSignal): Promise<Result<ServicesSample>> {
  const now = host.now();
  if ((await host.which('systemctl')) === undefined) return ok({ at: now, declared: false, rows: [] });
  const listed = await host.run(askFailedUnits(), signal);
  // Installed without running, as in a container: there is nothing to list.
  if (!listed.ok)
    return listed.problem.code === 'bad-exit' ? ok({ at: now, declared: false, rows: [] }) : listed;
  const units = parseFailedUnits(listed.value.stdout).slice(0, FAILED_MAX);
  const reading: Reading = { state: 'failed', says: safe('failed') };
  const rows = units.map(
    (unit): ServiceRow => ({
      name: sanitise(unit.replace(/\.service$/, ''), 80),
      reading,
      watched: { since: now, exact: false, restarts: 0 },
    }),
  );
  return ok({ at: now, declared: false, rows });
}
