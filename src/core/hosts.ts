// The hosts of a session: the machine that the console runs on, and those it reaches over the operator's own ssh.

import type { Brand, UnixMs } from './brand.ts';
import type { Problem } from './problem.ts';
import { problem } from './problem.ts';
import { fail, ok, type Result } from './result.ts';
import type { SafeText } from './sanitise.ts';
import { sanitise } from './sanitise.ts';

/** The name of a host in the session file; unique there. */
export type HostId = Brand<string, 'HostId'>;

/** The machine that the console runs on. Nobody else may be called so. */
export const LOCAL = 'local' as HostId;

/** Whose a port to a host is. */
export function hostIdOf({ kind, name }: Readonly<{ kind: string; name: string }>): HostId {
  return kind === 'ssh' ? (name as HostId) : LOCAL;
}

/** Colours that tell hosts apart; roles of the theme, never the only sign: the name stands beside it. */
export const HOST_COLOURS = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const;
export type HostColour = (typeof HOST_COLOURS)[number];

/**
 * A host as the session file names it. `destination`: what `ssh` is given, an alias of ssh_config or [user@]name; user, port,
 * keys, jump hosts are ssh_config's. `sudo` 'ask': the far sudo or doas wants a password, asked once before the screen opens.
 */
export type HostEntry = Readonly<{
  id: HostId;
  destination: string;
  colour?: HostColour;
  sudo: 'auto' | 'ask' | 'never';
}>;

/** Several hosts under one name, for acts and tables. "all" is every host of the session. */
export type HostGroup = Readonly<{ name: string; hosts: readonly HostId[] }>;

/**
 * The line to a host. `rttMs`: the newest round trip through the whole chain. `bytesPerSecond`: what it carries towards us, as
 * measured last; absent: not known yet. `skewMs`: the far clock minus ours.
 * 'down' tries again by itself; 'needs-operator' does not: a changed host key, a passphrase, a password.
 */
export type LinkState =
  | Readonly<{ kind: 'local' }>
  | Readonly<{ kind: 'connecting'; since: UnixMs }>
  | Readonly<{
      kind: 'up';
      since: UnixMs;
      rttMs: number | undefined;
      bytesPerSecond?: number;
      skewMs: number;
      system: SafeText;
    }>
  | Readonly<{ kind: 'down'; since: UnixMs; problem: Problem; retryAt: UnixMs }>
  | Readonly<{ kind: 'needs-operator'; since: UnixMs; problem: Problem }>;

/** What nobody asked for may hold a line for so long, acts wait meanwhile. */
export const UNASKED_SECONDS = 2;

/** Seconds that so many bytes take over a line, as measured last; 0 of this machine, and while nothing is known. */
export function lineSeconds(state: LinkState | undefined, bytes: number): number {
  if (state?.kind !== 'up' || state.bytesPerSecond === undefined) return 0;
  return bytes / Math.max(1, state.bytesPerSecond);
}

/** A line that a reading of some size would hold for long. */
export const isNarrowLine = (state: LinkState | undefined): boolean =>
  lineSeconds(state, 128_000) > UNASKED_SECONDS;

/** What a shell, a file name and a table can hold without quoting. */
const HOST_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export function parseHostId(written: string): Result<HostId> {
  if (HOST_ID.test(written)) return ok(written as HostId);
  return fail(
    problem('bad-input', `"${sanitise(written, 60)}" is not a host name: letters, digits, ".", "_", "-"`),
  );
}

/**
 * What ssh may be given as its destination. Nothing that it could take for an option, and nothing that a ProxyCommand's
 * shell would read as more than a word (CVE-2023-51385): no "[" either, which begins a pattern of file names.
 */
const DESTINATION = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,62}@)?[A-Za-z0-9_:][A-Za-z0-9._:-]{0,252}$/;

export function parseDestination(written: string): Result<string> {
  if (DESTINATION.test(written)) return ok(written);
  return fail(
    problem(
      'bad-input',
      `"${sanitise(written, 60)}" is not a destination of ssh: an alias of ssh_config, or user@host`,
    ),
  );
}
