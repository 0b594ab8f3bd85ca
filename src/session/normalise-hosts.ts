// The hosts and groups of a session file: each name checked against what the file has, with its position.

import { type HostEntry, type HostGroup, type HostId, LOCAL, parseHostId } from '../core/hosts.ts';
import type { Result } from '../core/result.ts';
import { suggest } from '../core/suggest.ts';
import { type Context, listOf, type Path, report } from './normalise-context.ts';
import { problemAtKey, quoted } from './problems.ts';
import type { SessionFile } from './schema.ts';

export const ALL_HOSTS = 'all';

/** The names that a file may use. */
export type HostNames = Readonly<{ hosts: readonly string[]; groups: readonly string[] }>;

export function hostNamesOf(file: SessionFile): HostNames {
  return { hosts: Object.keys(file.hosts ?? {}), groups: Object.keys(file.groups ?? {}) };
}

type HostParts = Readonly<{ hosts?: readonly HostEntry[]; groups?: readonly HostGroup[]; host?: HostId }>;

export function hostPartsOf(context: Context, file: SessionFile): HostParts {
  const host = hostAt(context, file.host, ['host']);
  return {
    ...(file.hosts === undefined ? {} : { hosts: entriesOf(context, file.hosts) }),
    ...(file.groups === undefined ? {} : { groups: groupsOf(context, file.groups) }),
    ...(host === undefined ? {} : { host }),
  };
}

/** A host that is named at `path`; undefined when none is, or when it is reported. */
export function hostAt(context: Context, written: string | undefined, path: Path): HostId | undefined {
  if (written === undefined) return undefined;
  const { hosts, groups } = context.names;
  if (written === LOCAL || hosts.includes(written)) return written as HostId;
  if (written === ALL_HOSTS || groups.includes(written)) {
    const what = written === ALL_HOSTS ? 'means every host' : 'is a group';
    report(context, path, `${quoted(written)} ${what}; here stands one host`);
    return undefined;
  }
  const known = [...new Set([...hosts, LOCAL])];
  const near = suggest(written, known);
  const names = hosts.length === 0 ? 'this file has no "hosts:"' : `known: ${known.map(quoted).join(', ')}`;
  const hint = near === undefined ? names : `did you mean ${near}?`;
  report(context, path, `unknown host ${quoted(written)}; ${hint}`);
  return undefined;
}

/** Hosts and groups that are named at `path`, as written; "all" is no name: it means that none is given. */
export function scopeAt(context: Context, written: readonly string[], path: Path): readonly string[] {
  if (written.includes(ALL_HOSTS)) return [];
  return written.filter((name, index) => {
    if (context.names.groups.includes(name)) return true;
    return hostAt(context, name, written.length === 1 ? path : [...path, index]) !== undefined;
  });
}

function entriesOf(context: Context, written: SessionFile['hosts'] & {}): readonly HostEntry[] {
  return Object.entries(written).flatMap(([name, options]): HostEntry[] => {
    const path: Path = ['hosts', name];
    const id = nameOf(context, parseHostId(name), path);
    if (id === undefined) return [];
    if (id === LOCAL || id === ALL_HOSTS) {
      const why = id === LOCAL ? 'is this machine' : 'means every host of the session';
      reportKey(context, path, `"${id}" ${why}; call the host something else`);
      return [];
    }
    const { ssh, colour, sudo } = options ?? {};
    const entry = { id, destination: ssh ?? name, sudo: sudo ?? 'auto' } as const;
    return [colour === undefined ? entry : { ...entry, colour }];
  });
}

function groupsOf(context: Context, written: SessionFile['groups'] & {}): readonly HostGroup[] {
  return Object.entries(written).flatMap(([name, members]): HostGroup[] => {
    const path: Path = ['groups', name];
    if (nameOf(context, parseHostId(name), path) === undefined) return [];
    const why = whyNotGroup(context, name);
    if (why !== undefined) {
      reportKey(context, path, `"${name}" ${why}; call the group something else`);
      return [];
    }
    const single = typeof members === 'string';
    const hosts = listOf(members).map((member, index) =>
      hostAt(context, member, single ? path : [...path, index]),
    );
    return [{ name, hosts: [...new Set(hosts)].filter((host) => host !== undefined) }];
  });
}

function whyNotGroup({ names }: Context, name: string): string | undefined {
  if (name === ALL_HOSTS) return 'means every host of the session by itself';
  if (name === LOCAL) return 'is this machine';
  return names.hosts.includes(name) ? 'is a host' : undefined;
}

function nameOf(context: Context, parsed: Result<HostId>, path: Path): HostId | undefined {
  if (parsed.ok) return parsed.value;
  reportKey(context, path, parsed.problem.summary);
  return undefined;
}

function reportKey(context: Context, path: Path, message: string): void {
  context.problems.push(problemAtKey(context.source, path, message));
}
