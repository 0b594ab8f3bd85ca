// Runs what an act on several hosts asks for, read from the state: a preview on each host, a few at a time, and what was said
// yes to on all of them at once. No host waits for another; what one of them does not answer stays its own.

import type { ActPreview, ActReport } from '../../core/act.ts';
import type { HostId } from '../../core/hosts.ts';
import { problem } from '../../core/problem.ts';
import type { FleetAct, FleetRow } from '../../store/fleet/fleet-act.ts';
import { fleetNotice } from '../../store/fleet/fleet-notice.ts';
import { SHIELDS_BUSY } from '../../store/fleet/fleet-shields.ts';
import { onHost } from '../../store/hosts/on-host.ts';
import type { ShieldsWish } from '../../store/slices/shields.ts';
import type { ConsoleStore } from '../../store/store.ts';
import type { ActPort } from './acts.ts';

/** `deskOf`: of a host that is gone, or cannot be acted on: undefined. */
export type FleetPort = Readonly<{ deskOf(id: HostId): ActPort | undefined }>;

export type FleetOptions = Readonly<{
  store: ConsoleStore;
  port: FleetPort;
  readOnly: boolean;
  later: (ms: number, task: () => void) => () => void;
  /** An act has ended on this host: what it touched is worth a look. */
  onReported: (host: HostId, report: ActReport) => void;
}>;

export type Fleet = Readonly<{
  /** Resolves when nothing is being performed; previews are dropped. */
  close(): Promise<void>;
}>;

/** Previews at a time; each takes commands of a host and a little of ours. */
const AT_ONCE = 8;
/** A host that has said nothing for so long is given up, and its place goes to the next. */
export const PREVIEW_MS = 30_000;

type Asked = Readonly<{ act: FleetAct; row: FleetRow }>;
const nameOf = ({ act, row }: Asked): string => `${act.id} ${row.host} ${row.round}`;

export function runFleet(options: FleetOptions): Fleet {
  const { store } = options;
  const begun = new Set<string>();
  const previews = new Map<string, () => void>();
  const performing = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    const done = work.finally(() => performing.delete(done));
    performing.add(done);
  };
  let looking = false;
  const look = (): void => {
    if (looking) return;
    const { act } = store.getState().fleet;
    if (act === undefined) return;
    looking = true;
    for (const [name, drop] of previews) if (!isAsked(act, name)) drop();
    for (const row of act.rows) {
      const asked = { act, row };
      const name = `${nameOf(asked)} ${row.step.kind}`;
      if (begun.has(name)) continue;
      if (row.step.kind === 'running') {
        begun.add(name);
        if (row.job.kind === 'shields') askShields(asked, options);
        else track(perform(asked, options));
      } else if (row.step.kind === 'asked' && previews.size < AT_ONCE) {
        begun.add(name);
        startPreview(asked, { options, previews, look });
      }
    }
    looking = false;
  };
  const leave = store.subscribe((state, before) => {
    const { act } = state.fleet;
    if (act === before.fleet.act) return;
    look();
    const told = act === undefined ? undefined : fleetNotice(act, before.fleet.act);
    if (told !== undefined) store.dispatch({ kind: 'modal/noticed', ...told });
  });
  return {
    close: async () => {
      leave();
      for (const drop of previews.values()) drop();
      await Promise.all(performing);
    },
  };
}

function isAsked(act: FleetAct, name: string): boolean {
  return act.rows.some((row) => row.step.kind === 'asked' && nameOf({ act, row }) === name);
}

type Running = Readonly<{ options: FleetOptions; previews: Map<string, () => void>; look: () => void }>;

function startPreview(asked: Asked, { options, previews, look }: Running): void {
  const abort = new AbortController();
  const name = nameOf(asked);
  const end = (preview: ActPreview | undefined): void => {
    if (!previews.delete(name)) return;
    cancel();
    const { act, row } = asked;
    if (preview !== undefined)
      options.store.dispatch({
        ...{ kind: 'fleet/previewed', act: act.id, host: row.host, round: row.round, preview },
      });
    look();
  };
  const drop = (preview: ActPreview | undefined): void => {
    abort.abort();
    end(preview);
  };
  const cancel = options.later(PREVIEW_MS, () => drop(TOO_SLOW));
  previews.set(name, () => drop(undefined));
  void preview(asked, abort.signal, options).then(end);
}

const TOO_SLOW: ActPreview = {
  kind: 'failed',
  problem: problem('timed-out', `no answer within ${PREVIEW_MS / 1000} s: nothing was run there`),
};

async function preview(
  { row }: Asked,
  signal: AbortSignal,
  { port, readOnly }: FleetOptions,
): Promise<ActPreview> {
  if (readOnly) return { kind: 'failed', problem: problem('refused', 'this console is read-only') };
  const desk = port.deskOf(row.host);
  if (desk === undefined || row.job.kind !== 'act') return { kind: 'failed', problem: GONE };
  return desk
    .preview(row.job.draft, signal)
    .catch((error: unknown) => ({ kind: 'failed', problem: bug(error) }));
}

const GONE = problem('not-found', 'the session does not know this host any more');
const bug = (error: unknown) => problem('bug', error instanceof Error ? error.message : String(error));

async function perform(
  { act, row }: Asked,
  { store, port, readOnly, onReported }: FleetOptions,
): Promise<void> {
  if (row.step.kind !== 'running' || row.job.kind !== 'act') return;
  const { token, typed } = row.step;
  const desk = readOnly ? undefined : port.deskOf(row.host);
  const failed = (why: ReturnType<typeof problem>): ActReport => ({
    ...{ actId: '', action: 'undo', summary: '' as ActReport['summary'], canUndo: false },
    outcome: { kind: 'failed', problem: why, stepIndex: -1, undone: false },
  });
  const report =
    desk === undefined
      ? failed(GONE)
      : await desk
          .perform(token, { overJournal: false, ...(typed === undefined ? {} : { typed }) })
          .catch((error: unknown) => failed(bug(error)));
  store.dispatch({ kind: 'fleet/reported', act: act.id, host: row.host, round: row.round, report });
  onReported(row.host, report);
}

/** The wish goes into the host's own branch, where its engine finds it; how it ends is told there, too. */
function askShields({ act, row }: Asked, { store }: FleetOptions): void {
  if (row.job.kind !== 'shields') return;
  const wish: ShieldsWish = { kind: row.job.way };
  store.dispatch({ kind: 'host/on', host: row.host, msg: { kind: 'shields/asked', wish } });
  if (onHost(store.getState(), row.host).shields.operation?.wish === wish) return;
  store.dispatch({
    ...{ kind: 'fleet/shields-busy', act: act.id, host: row.host, round: row.round, problem: SHIELDS_BUSY },
  });
}
