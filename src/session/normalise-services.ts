// The services of a session file: one entry each, with the hosts where it is; what contradicts itself is said with its place.

import { type HostId, LOCAL } from '../core/hosts.ts';
import {
  type Argv,
  isServiceName,
  type Manager,
  type ServiceEntry,
  unitName,
} from '../core/services/thing.ts';
import { type Context, listOf, type Path, report } from './normalise-context.ts';
import { ALL_HOSTS, hostAt } from './normalise-hosts.ts';
import { problemAtKey, quoted } from './problems.ts';
import type { SessionFile } from './schema.ts';
import type { ServiceWritten } from './services-schema.ts';

/** `fallback`: the default host of the session. */
export function servicesOf(
  context: Context,
  file: SessionFile,
  fallback: HostId | undefined,
): readonly ServiceEntry[] | undefined {
  const { services } = file;
  if (services === undefined) return undefined;
  const seen = new Set<string>();
  const found: ServiceEntry[] = [];
  for (const { key, written, path } of entriesOf(services)) {
    const entry = entryOf(context, { key, written, path, file }, fallback);
    if (entry === undefined) continue;
    const twice = entry.hosts.find((host) => seen.has(`${host} ${entry.thing.name}`));
    if (twice !== undefined) report(context, path, `there are two services ${entry.thing.name} on ${twice}`);
    for (const host of entry.hosts) seen.add(`${host} ${entry.thing.name}`);
    found.push(entry);
  }
  return found;
}

type Written = Readonly<{ key: string | undefined; written: ServiceWritten; path: Path }>;

function entriesOf(services: SessionFile['services'] & {}): readonly Written[] {
  if (Array.isArray(services))
    return services.map((written, index) => ({ key: undefined, written, path: ['services', index] }));
  return Object.entries(services).map(([key, written]) => ({ key, written, path: ['services', key] }));
}

function entryOf(
  context: Context,
  { key, written, path, file }: Written & Readonly<{ file: SessionFile }>,
  fallback: HostId | undefined,
): ServiceEntry | undefined {
  if (key !== undefined && !isServiceName(key)) {
    const words = `${quoted(key)} is no name for a service: letters, digits, ".", "_", "@", "-"`;
    context.problems.push(problemAtKey(context.source, path, words));
    return undefined;
  }
  if (key !== undefined && written.name !== undefined)
    report(context, [...path, 'name'], 'its name stands before it already');
  const by = managerOf(context, written, path);
  if (by === undefined) return undefined;
  const name = key ?? written.name ?? nameOf(by);
  if (name === undefined || !isServiceName(name)) {
    report(context, path, 'a service with commands of its own needs a name');
    return undefined;
  }
  const hosts = placesOf(context, { written, path, file }) ?? [fallback ?? LOCAL];
  return { thing: { what: 'service', name, by }, hosts };
}

const nameOf = (by: Manager): string | undefined => {
  if (by.kind === 'systemd') return by.unit.replace(/\.service$/, '');
  return by.kind === 'monit' ? by.check.replaceAll(' ', '-') : undefined;
};

const COMMANDS = ['status', 'start', 'stop', 'restart'] as const;

function managerOf(context: Context, written: ServiceWritten, path: Path): Manager | undefined {
  const own = COMMANDS.filter((key) => written[key] !== undefined);
  const ways = [written.systemd, written.monit, own[0]].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    report(
      context,
      path,
      'a service has exactly one of systemd, monit, or commands of its own (status, start, stop)',
    );
    return undefined;
  }
  const unit = unitName(written.systemd ?? '');
  if (unit !== undefined) return { kind: 'systemd', unit };
  if (written.monit !== undefined) return { kind: 'monit', check: written.monit };
  const argvs = own.flatMap((key): readonly (readonly [string, Argv])[] => {
    const [program = '', ...args] = written[key] ?? [];
    if (program === '') report(context, [...path, key], 'the program is empty');
    return [[key, [program, ...args]]];
  });
  return { kind: 'argv', ...Object.fromEntries(argvs) };
}

/** Hosts, groups and "all"; undefined when none is named. */
function placesOf(
  context: Context,
  { written, path, file }: Omit<Written, 'key'> & Readonly<{ file: SessionFile }>,
): readonly HostId[] | undefined {
  if (written.host !== undefined && written.hosts !== undefined)
    report(context, [...path, 'hosts'], 'write host or hosts, not both');
  const key = written.hosts === undefined ? 'host' : 'hosts';
  const names = listOf(written[key]);
  if (names.length === 0) return undefined;
  const single = typeof written[key] === 'string';
  const found = names.flatMap((name, index): readonly HostId[] => {
    const all = context.names.hosts.map((host) => host as HostId);
    if (name === ALL_HOSTS) return all.length === 0 ? [LOCAL] : all;
    // Its members are checked where the group stands.
    const members = Object.hasOwn(file.groups ?? {}, name) ? file.groups?.[name] : undefined;
    if (members !== undefined) return listOf(members).map((member) => member as HostId);
    const host = hostAt(context, name, single ? [...path, key] : [...path, key, index]);
    return host === undefined ? [] : [host];
  });
  return [...new Set(found)];
}
