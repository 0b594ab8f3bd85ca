// What an operator has declared of a host and may start, stop and restart: a service, a tunnel. And how it is doing.

import type { UnixMs } from '../brand.ts';
import type { HostId } from '../hosts.ts';
import type { SafeText } from '../sanitise.ts';

export type Argv = readonly [string, ...string[]];

export const SERVICE_VERBS = ['start', 'stop', 'restart'] as const;
export type ServiceVerb = (typeof SERVICE_VERBS)[number];

/** Who looks after it. `argv`: commands of the session file; what is absent cannot be done. */
export type Manager =
  | Readonly<{ kind: 'argv'; status?: Argv; start?: Argv; stop?: Argv; restart?: Argv }>
  | Readonly<{ kind: 'systemd'; unit: string }>
  | Readonly<{ kind: 'monit'; check: string }>;

/** `name`: as the session file calls it, for people. */
export type Thing = Readonly<{ what: 'service' | 'tunnel'; name: string; by: Manager }>;

/** `hosts`: where it is. */
export type ServiceEntry = Readonly<{ thing: Thing; hosts: readonly HostId[] }>;

/** `changing`: on the way from one to the other. `absent`: its manager does not know it. */
export type ServiceState = 'running' | 'stopped' | 'failed' | 'changing' | 'absent' | 'unknown';

/**
 * What its manager says. What is absent is not known, never 0. `says`: the manager's own words. `restarts`: by itself, as
 * systemd counts them. `since`: of this state.
 */
export type Reading = Readonly<{
  state: ServiceState;
  says: SafeText;
  since?: UnixMs;
  restarts?: number;
  memoryBytes?: number;
  pid?: number;
}>;

/** "failed (exit-code, status 3)", "stopped, exit 3: does not run". */
export function readingWords({ state, says }: Reading): string {
  return says.startsWith(state) ? says : `${state}, ${says}`;
}

/** A unit name, and what stands behind it when the file gives none. No options, no globs, no paths. */
const UNIT = /^[A-Za-z0-9:_][A-Za-z0-9:_.@\\-]{0,200}$/;
const UNIT_KINDS = /\.(service|socket|timer|path)$/;

/** "nginx" → "nginx.service"; undefined when it is no unit that can be acted on. */
export function unitName(written: string): string | undefined {
  if (!UNIT.test(written)) return undefined;
  if (UNIT_KINDS.test(written)) return written;
  // Targets, mounts, slices are no services; "reboot.target" least of all.
  return /\.(target|mount|automount|slice|scope|swap|device|snapshot)$/.test(written)
    ? undefined
    : `${written}.service`;
}

/** A name of monit's control file that no shell, option or line could be made of. */
export function isMonitName(written: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.:@ -]{0,99}$/.test(written);
}

/** "all" is monit's own word for every one. */
export const isAll = (check: string): boolean => check.toLowerCase() === 'all';

/** Names that stand in tables, commands and journals. */
export function isServiceName(written: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@:-]{0,62}$/.test(written);
}

/** One read back from a journal is input like any other. */
export function isThing(value: unknown): value is Thing {
  if (typeof value !== 'object' || value === null) return false;
  const { what, name, by }: Readonly<Record<string, unknown>> = { ...value };
  if ((what !== 'service' && what !== 'tunnel') || typeof name !== 'string' || !isServiceName(name))
    return false;
  if (typeof by !== 'object' || by === null) return false;
  const manager: Readonly<Record<string, unknown>> = { ...by };
  if (manager.kind === 'systemd')
    return typeof manager.unit === 'string' && unitName(manager.unit) === manager.unit;
  if (manager.kind === 'monit') return typeof manager.check === 'string' && isMonitName(manager.check);
  return (
    manager.kind === 'argv' &&
    ['status', ...SERVICE_VERBS].every((key) => manager[key] === undefined || isArgv(manager[key]))
  );
}

function isArgv(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value[0] !== '' &&
    value.every((word) => typeof word === 'string' && !word.includes('\0'))
  );
}
