// --host, --group, --all, --ssh-config: the words of the command line that say where. Without them a command works on this
// machine and loads nothing of what is here for others.

import type { Command as Program } from 'commander';
import type { ActDeps } from '../act-desk.ts';
import type { ExitStatus } from '../io.ts';

export type HostFlags = Readonly<{
  host?: readonly string[];
  group?: readonly string[];
  all?: boolean;
  sshConfig?: string;
  /** Whose hosts and groups these are. */
  session?: string;
  json?: boolean;
}>;

const many = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Words before the subcommand that take a value, for whoever looks for the first word. */
export const VALUED = ['--theme', '--host', '--group', '--ssh-config'] as const;

export function addHostFlags(program: Program): Program {
  return program
    .option('--host <name>', 'a host of the session file, or what ssh takes; may be given again', many)
    .option('--group <name>', 'every host of a group of the session file; may be given again', many)
    .option('--all', 'every host of the session')
    .option('--ssh-config <file>', 'as ssh -F');
}

const TAKES_HOSTS = new WeakSet<Program>();

/** A command that works on any host. */
export function onAnyHost(program: Program): Program {
  TAKES_HOSTS.add(program);
  return addHostFlags(program);
}

export const takesHosts = (program: Program): boolean => TAKES_HOSTS.has(program);

export const namesHosts = ({ host, group, all }: HostFlags): boolean =>
  (host?.length ?? 0) > 0 || (group?.length ?? 0) > 0 || all === true;

/** Those of the program stand before the subcommand, its own behind it: both count. */
export function joined(before: HostFlags, own: HostFlags): HostFlags {
  const sshConfig = own.sshConfig ?? before.sshConfig;
  return {
    ...own,
    host: [...(before.host ?? []), ...(own.host ?? [])],
    group: [...(before.group ?? []), ...(own.group ?? [])],
    all: before.all === true || own.all === true,
    ...(sshConfig === undefined ? {} : { sshConfig }),
  };
}

/** Runs `work` where the flags say: here, on one host, or on several at once. */
export async function onHosts(
  flags: HostFlags,
  deps: ActDeps,
  work: (deps: ActDeps) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const wish = joined(deps.before?.() ?? {}, flags);
  if (!namesHosts(wish)) return work(deps);
  const { runOnHosts } = await import('./on-hosts.ts');
  return runOnHosts(wish, deps, work);
}
