// Opens a desk for the headless commands: this machine, the session file's guards, the user's journal.

import { createDesk, type Desk } from '../actions/desk.ts';
import { type FirewallView, readFirewalls } from '../actions/firewalls.ts';
import { findSetByName } from '../actions/set-names.ts';
import type { BanTarget, Operator } from '../core/act.ts';
import type { Session } from '../core/pane.ts';
import { ok, type Result } from '../core/result.ts';
import type { SetKey } from '../core/rows.ts';
import { BACKENDS } from '../firewall/registry.ts';
import type { Host } from '../host/host.ts';
import { resolverFor } from './allow/file.ts';
import type { ExitStatus, Io } from './io.ts';
import { journalPath, operatorOn, readOperator } from './operator.ts';
import { openSession } from './session-file.ts';
import { notesPath } from './state-folder.ts';

/** What every headless command is given. */
export type ActDeps = Readonly<{ io: Io; host: () => Promise<Host>; exit: (status: ExitStatus) => void }>;

export type OpenDesk = Readonly<{ desk: Desk; host: Host; session: Session }>;

/** `session`: path or name, as the console takes it. A broken session file stops the act: its `allow` list is a guard. */
export async function openDesk(deps: ActDeps, session?: string): Promise<Result<OpenDesk>> {
  const host = await deps.host();
  const opened = await openSession(host, session, deps.io);
  if (!opened.ok) return opened;
  const desk = deskFor(host, opened.value, deps.io.env, { undoOf: 'all' });
  return ok({ desk, host, session: opened.value });
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
    operator: operatorOn(host, wishes.operator ?? readOperator(env)),
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
