// What the list for a new pane looks up on the machine while it is open: which logs and units there are, and the last
// lines of one of them. Reads only, and a little.

import type { LogSpec, PaneId } from '../../core/pane.ts';
import { command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import type { LogBatch } from '../../core/rows.ts';
import type { Host } from '../../host/host.ts';
import { createLogSource } from '../../sources/logs/source.ts';
import type { TailState } from '../../store/new-pane-picker.ts';
import { gatherFacts } from '../machine-facts.ts';
import { appended } from './console-sources-panes.ts';
import type { PaneFacts } from './new-pane-items.ts';

export type NewPaneLooks = Readonly<{
  /** The operator's own. */
  shell: string;
  facts(): Promise<PaneFacts>;
  /** The end of a log, as its pane would begin. */
  tail(spec: LogSpec): Promise<TailState>;
}>;

const UNITS_MAX = 100;
const TAIL_LINES = 200;
const TAIL_MS = 3000;
/** So long after it was opened a log that has said nothing has nothing to say. */
const QUIET_MS = 400;
const LIST_UNITS = [
  ...(['systemctl', 'list-units', '--type=service', '--state=running'] as const),
  ...(['--plain', '--no-legend', '--no-pager'] as const),
] as const;

/** `hostNow`: the host that is looked at. */
export function newPaneLooks(
  hostNow: () => Host,
  env: Readonly<Record<string, string | undefined>>,
): NewPaneLooks {
  const shell = env.SHELL?.startsWith('/') === true ? env.SHELL : '/bin/sh';
  return {
    shell,
    async facts() {
      const host = hostNow();
      const found = await gatherFacts(host);
      return found.journald ? { ...found, units: await runningUnits(host, found.units) } : found;
    },
    tail: (spec) => readTail(hostNow(), spec),
  };
}

async function runningUnits(host: Host, known: readonly string[]): Promise<readonly string[]> {
  const listing = await host.run(command([...LIST_UNITS], { timeoutMs: 3000 }));
  if (!listing.ok) return known;
  const names = listing.value.stdout.split('\n').map((line) => line.trim().split(/\s/)[0] ?? '');
  const running = names.filter((name) => /^[\w@:.\\-]+\.service$/.test(name)).slice(0, UNITS_MAX);
  return [...new Set([...known, ...running])];
}

/** The first batch of the source that a pane would have. */
async function readTail(host: Host, spec: LogSpec): Promise<TailState> {
  const enough = new AbortController();
  const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(TAIL_MS)]);
  let last: LogBatch | undefined;
  let settled: NodeJS.Timeout | undefined;
  const source = createLogSource({ ...spec, history: TAIL_LINES }, 'log:preview');
  const ended = await source.run(host, signal, (batch) => {
    last = batch;
    // Files that were opened come first, their lines a moment later; an empty one has none.
    if (batch.lines.length > 0 || batch.files.some(({ kind }) => kind !== 'open')) enough.abort();
    else settled ??= setTimeout(() => enough.abort(), QUIET_MS);
  });
  clearTimeout(settled);
  if (last === undefined && !ended.ok) return { kind: 'failed', problem: ended.problem };
  if (last === undefined) return { kind: 'failed', problem: problem('timed-out', 'no line came in time') };
  const { kind: _, pane: __, ...tail } = appended('preview' as PaneId, last, host);
  return { kind: 'read', tail };
}
