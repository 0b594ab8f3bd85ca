// The hosts of a session as ports: this machine, and the others over ssh. They come and go with the session; one runtime folder
// of our own holds their sockets.

import { type HostEntry, type HostId, LOCAL } from '../../core/hosts.ts';
import type { Session } from '../../core/pane.ts';
import type { Result } from '../../core/result.ts';
import type { Host } from '../../host/host.ts';
import { createSshHost } from '../../host/ssh/create.ts';
import { makeRunDir, type RunDir } from '../../host/ssh/run-dir.ts';
import type { SshHost, SshOptions } from '../../host/ssh/ssh-host.ts';
import type { Io } from '../io.ts';
import { type Answer, type LoginIo, loginEach } from './login.ts';

export type HostLogin = Readonly<{ id: HostId; result: Result<void> }>;

export type Hosts = Readonly<{
  /** Of the session, or this machine; asked for another one it throws: nothing is done on a host that nobody meant. */
  of(id: HostId): Host;
  all(): readonly Host[];
  /** Connects to those over ssh; on a terminal ssh may ask. C-c ends the waiting. `answer`: told of each as soon as it is known. */
  loginAll(io: LoginIo, answer?: Answer): Promise<readonly HostLogin[]>;
  /** Hosts that are gone are left; new ones, and those whose name means another machine now, are connected to unasked. */
  sync(session: Session): void;
  /** Leaves nothing behind, on either side. */
  close(): Promise<void>;
}>;

export type HostsOptions = Readonly<{
  local: Host;
  entries: readonly HostEntry[];
  env: Io['env'];
  /** As ssh -F. */
  config?: string;
  /** For tests: another transport, or other words that start ssh. */
  make?: (options: SshOptions) => SshHost;
}>;

type Made = Readonly<{ entry: HostEntry; host: SshHost }>;

export function openHosts(options: HostsOptions): Hosts {
  const { local, config, make = createSshHost } = options;
  const made = new Map<HostId, Made>();
  const closing = new Set<Promise<void>>();
  let place: RunDir | undefined;
  let connecting = false;

  const start = (entry: HostEntry): void => {
    place ??= placeIn(options.env);
    const host = make({ entry, runDir: place.path, ...(config === undefined ? {} : { config }) });
    made.set(entry.id, { entry, host });
    if (connecting) host.link.retry();
  };
  const end = ({ entry, host }: Made): void => {
    made.delete(entry.id);
    const done = host.link.close().finally(() => closing.delete(done));
    closing.add(done);
  };
  const sync = (entries: readonly HostEntry[]): void => {
    for (const one of [...made.values()]) if (!entries.some((entry) => isSame(entry, one.entry))) end(one);
    for (const entry of entries) if (!made.has(entry.id)) start(entry);
  };
  sync(options.entries);
  return {
    of(id) {
      const host = id === LOCAL ? local : made.get(id)?.host;
      if (host === undefined) throw new Error(`no host ${id} in this session`);
      return host;
    },
    all: () => [local, ...[...made.values()].map(({ host }) => host)],
    async loginAll(io, answer) {
      connecting = true;
      const logins: HostLogin[] = [];
      await loginEach([...made.values()], io, (id, result) => {
        logins.push({ id, result });
        answer?.(id, result);
      });
      return logins;
    },
    sync: ({ hosts }) => sync(hosts ?? []),
    async close() {
      for (const one of [...made.values()]) end(one);
      await Promise.all(closing);
      place?.remove();
    },
  };
}

/** The colour is no matter of the line. */
const isSame = (a: HostEntry, b: HostEntry): boolean =>
  a.id === b.id && a.destination === b.destination && a.sudo === b.sudo;

/** Made with the first host. Where none can be made the hosts are down, with ssh's words. */
function placeIn(env: Io['env']): RunDir {
  const made = makeRunDir(env);
  return made.ok ? made.value : { path: '/nonexistent', remove: () => undefined };
}
