// Per host of the session: what watches it, what changes it. Hosts come and go with the session that names them; one that is
// gone ends what it has begun.

import type { Desk } from '../../actions/desk.ts';
import type { Shields } from '../../actions/shields/port.ts';
import type { Operator } from '../../core/act.ts';
import type { HostId } from '../../core/hosts.ts';
import { hostsOf, type Session } from '../../core/pane.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { SourceId } from '../../core/status.ts';
import type { Host } from '../../host/host.ts';
import { createPump } from '../../sources/pump.ts';
import { storeOn } from '../../store/hosts/host-store.ts';
import type { ConsoleStore } from '../../store/store.ts';
import { deskFor } from '../act-desk.ts';
import type { Io } from '../io.ts';
import { shieldsFor, shieldsPlaceOn } from '../shields-desk.ts';
import { type ConsoleSources, startSources } from './console-sources.ts';
import { type Renewable, renewableDesk, renewableShields } from './session-renew.ts';
import { runShields, type ShieldsRun } from './shields.ts';

/** What acts and shields change. */
export const TOUCHED = [
  'bans',
  'conntrack',
  'flows',
  'timeouts',
  'journal',
  'safe-set',
  'jails',
  'services',
  'uplinks',
] as const;

export type HostRun = Readonly<{
  host: Host;
  desk: Desk;
  sources: ConsoleSources;
  poke(ids?: readonly SourceId[]): void;
}>;

export type HostRuns = Readonly<{
  /** Throws for a host that is not in the session: a bug. */
  of(id: HostId): HostRun;
  /** Of the host that is looked at. */
  now(): HostRun;
  all(): readonly HostRun[];
  /** Another session: other hosts, other rules. */
  renew(session: Session): void;
  /** What is being done on any of them is waited for. */
  close(): Promise<void>;
}>;

/** The hosts of the session, made when they are asked for; `sync`: those of another session. */
export type HostsPort = Readonly<{
  of(id: HostId): Host;
  sync(session: Session): void;
  close(): Promise<void>;
}>;

export type HostRunsOptions = Readonly<{
  store: ConsoleStore;
  hosts: HostsPort;
  session: Session;
  env: Io['env'];
  readOnly: boolean;
  operator: Operator;
}>;

type Running = HostRun &
  Readonly<{
    desks: Renewable<Desk>;
    engine: Renewable<Shields>;
    shields: ShieldsRun;
    end(): Promise<void>;
  }>;

export function runHosts(options: HostRunsOptions): HostRuns {
  const running = new Map<HostId, Running>();
  const ending = new Set<Promise<void>>();
  let session = options.session;
  const end = (run: Running): void => {
    const done = run.end().finally(() => ending.delete(done));
    ending.add(done);
  };
  const sync = (): void => {
    const wanted = hostsOf(session);
    for (const [id, run] of running) {
      // The same name may mean another machine now.
      if (wanted.includes(id) && options.hosts.of(id) === run.host) continue;
      running.delete(id);
      end(run);
    }
    for (const id of wanted) if (!running.has(id)) running.set(id, startHost(id, session, options));
  };
  const of = (id: HostId): HostRun => {
    const found = running.get(id);
    // Another one never stands in for it: nothing is done on a host that nobody meant.
    if (found === undefined) throw new Error(`no host ${id} in this session`);
    return found;
  };
  sync();
  const leave = options.store.subscribe((state, before) => {
    if (state.session === before.session) return;
    session = state.session;
    options.hosts.sync(session);
    sync();
  });
  return {
    of,
    now: () => of(options.store.getState().at),
    all: () => [...running.values()],
    renew: (next) => {
      for (const { desks, engine } of running.values()) {
        desks.renew(next);
        engine.renew(next);
      }
    },
    close: async () => {
      leave();
      for (const run of running.values()) end(run);
      await Promise.all(ending);
    },
  };
}

function startHost(id: HostId, session: Session, options: HostRunsOptions): Running {
  const { env, readOnly, operator } = options;
  const store = storeOn(options.store, id);
  const host = options.hosts.of(id);
  const pump = createPump({
    host,
    onStatus: (source, status) => store.dispatch({ kind: 'source/status-changed', source, status }),
  });
  const desks = renewableDesk(session, (one) => deskFor(host, one, env, { readOnly, operator }));
  const place = shieldsPlaceOn(host, env);
  const sources = startSources({ host, store, pump, desk: desks.now, place, env: given(env) });
  const engine = renewableShields(session, (one) => shieldsFor(host, one, env, { readOnly, operator }));
  const shields = runShields({
    ...{ store, shields: engine.now, now: () => host.now() },
    onChanged: () => sources.poke(['shields', ...TOUCHED]),
  });
  const leaveLink = followLink(store, host, {
    onUp: () => {
      sources.poke();
      if (readOnly || !host.privileged) return;
      void shields.recover();
      void tellSettled(store, host, desks.now);
    },
  });
  return {
    ...{ host, desk: desks.now, desks, engine, shields, sources, poke: sources.poke },
    end: async () => {
      leaveLink();
      sources.stop();
      await Promise.all([shields.close(), pump.stop()]);
      desks.now.close();
    },
  };
}

/** What became of acts whose end nobody heard. */
async function tellSettled(store: ConsoleStore, host: Host, desk: Desk): Promise<void> {
  const settled = await desk.settle();
  for (const { id, state, says } of settled) {
    const text = sanitise(`${host.name}: act ${id}: ${says}`, 300);
    store.dispatch({ kind: 'modal/noticed', text, role: state === 'done' ? 'good' : 'warn' });
  }
}

/** Tells of every change of the line; a host without one is there at once. */
function followLink(store: ConsoleStore, host: Host, { onUp }: Readonly<{ onUp: () => void }>): () => void {
  const { link } = host;
  if (link === undefined) {
    const { privileged } = host;
    store.dispatch({ kind: 'host/link-changed', link: { kind: 'local' }, privileged });
    onUp();
    return () => undefined;
  }
  let up = false;
  const tell = (): void => {
    const state = link.state();
    store.dispatch({ kind: 'host/link-changed', link: state, privileged: host.privileged });
    const before = up;
    up = state.kind === 'up';
    if (up && !before) onUp();
  };
  tell();
  return link.subscribe(tell);
}

/** Only what has a value. */
function given(env: Io['env']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}
