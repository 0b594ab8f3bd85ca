// Opens a desk for the headless commands: this machine, the session file's guards, the user's journal.

import { createDesk, type Desk } from '../actions/desk.ts';
import { type FirewallView, readFirewalls } from '../actions/firewalls.ts';
import { findSetByName } from '../actions/set-names.ts';
import type { BanTarget, Operator } from '../core/act.ts';
import { type HostEntry, LOCAL } from '../core/hosts.ts';
import type { Session } from '../core/pane.ts';
import { ok, type Result } from '../core/result.ts';
import type { SetKey } from '../core/rows.ts';
import { BACKENDS } from '../firewall/registry.ts';
import type { Host } from '../host/host.ts';
import { resolverFor } from './allow/file.ts';
import type { HostFlags } from './hosts/flags.ts';
import type { Gate } from './hosts/gate.ts';
import type { HostsOptions } from './hosts/hosts.ts';
import type { ExitStatus, Io } from './io.ts';
import { journalPath, readOperator } from './operator.ts';
import { openSession, type Places } from './session-file.ts';
import { notesPath } from './state-folder.ts';

/**
 * What every headless command is given. `host`: where it works. `local`: this machine, with the session file and the journal;
 * absent: `host`. `gate`: where several wait for one yes.
 */
export type ActDeps = Readonly<{
  io: Io;
  host: () => Promise<Host>;
  exit: (status: ExitStatus) => void;
  local?: () => Promise<Host>;
  gate?: Gate;
  /** What `host` is in a session file; absent: this machine. */
  entry?: HostEntry;
  /** Said before the subcommand, for it. */
  before?: () => HostFlags;
  /** As it was typed. */
  argv?: readonly string[];
  /** It may go on although the session file is broken. */
  withoutSession?: boolean;
  /** For tests: another transport than ssh. */
  makeHost?: HostsOptions['make'];
}>;

export type OpenDesk = Readonly<{ desk: Desk; host: Host; session: Session; gate?: Gate }>;

export async function placesOf({ host, local }: Pick<ActDeps, 'host' | 'local'>): Promise<Places> {
  const here = await host();
  return { host: here, files: local === undefined ? here : await local() };
}

/** `session`: path or name, as the console takes it. A broken session file stops the act: its `allow` list is a guard. */
export async function openDesk(deps: ActDeps, session?: string): Promise<Result<OpenDesk>> {
  const places = await placesOf(deps);
  const { host } = places;
  const opened = await openSession(places, session, deps.io);
  if (!opened.ok) return opened;
  const { host: whose = LOCAL } = opened.value;
  if (deps.local === undefined && whose !== LOCAL)
    deps.io.stderr.write(`on this machine; on ${whose}, the host of the session, with --host ${whose}\n`);
  const desk = deskFor(host, opened.value, deps.io.env, { undoOf: 'all' });
  // Before anything new: what became of acts whose end nobody heard.
  for (const { id, says } of await desk.settle()) deps.io.stderr.write(`act ${id}: ${says}\n`);
  return ok({ desk, host, session: opened.value, ...(deps.gate && { gate: deps.gate }) });
}

/** `operator`: who acts, when the caller has read it already. */
export type DeskWishes = Readonly<{ readOnly?: boolean; undoOf?: 'console' | 'all'; operator?: Operator }>;

/** The desk of a session on a host; the screen uses it too. */
export function deskFor(host: Host, session: Session, env: Io['env'], wishes: DeskWishes = {}): Desk {
  return createDesk({
    host,
    journal: journalPath(env),
    // What fail2ban notes lies on its own machine.
    ...(host.kind === 'ssh' ? {} : { notes: notesPath(env) }),
    operator: wishes.operator ?? readOperator(env),
    allow: session.allow,
    resolve: resolverFor(env),
    readOnly: wishes.readOnly ?? false,
    undoOf: wishes.undoOf ?? 'console',
  });
}

function lookAtFirewall(host: Host): Promise<FirewallView> {
  return readFirewalls(host, BACKENDS);
}

/** `--into`, else the session's target, else our own table. */
export async function targetOf(host: Host, name: string | undefined): Promise<Result<BanTarget>> {
  if (name === undefined) return ok({ kind: 'own' });
  const set = await findKey(host, name);
  return set.ok ? ok({ kind: 'set', set: set.value }) : set;
}

export async function findKey(host: Host, name: string): Promise<Result<SetKey>> {
  const found = findSetByName(await lookAtFirewall(host), name);
  return found.ok ? ok(found.value.key) : found;
}
