// The panes of a session file, short forms spelt out.

import type { HostId } from '../core/hosts.ts';
import type {
  CommandLine,
  LogSpec,
  PaneBody,
  PaneId,
  PanePlace,
  PaneSpec,
  ProgramSpec,
} from '../core/pane.ts';
import { accepted, type Context, listOf, type Path, report } from './normalise-context.ts';
import { hostAt, scopeAt } from './normalise-hosts.ts';
import { PANE_KIND_NAMES, type PaneEntry, paneKindsOf, parseRefresh } from './pane-schema.ts';
import { uplinksOf } from './uplinks-schema.ts';

export const DEFAULT_HISTORY = 10_000;
export const DEFAULT_RUN_HISTORY = 2_000;

/** `host`: of the window. */
type PanePlacing = Readonly<{ path: Path; id: PaneId; from: PanePlace; host: HostId | undefined }>;

export function paneOf(context: Context, written: PaneEntry, place: PanePlacing): PaneSpec {
  const { id, from } = place;
  const named = typeof written === 'object' && typeof written.host === 'string' ? written.host : undefined;
  const host = hostAt(context, named, [...place.path, 'host']) ?? place.host;
  const whose = host === undefined ? {} : { host };
  if (typeof written === 'string') return { id, from, body: simpleBody(written, []), ...whose };
  const kinds = paneKindsOf(written);
  if (kinds.length !== 1)
    report(context, place.path, `a pane has exactly one of ${PANE_KIND_NAMES.join(', ')}`);
  const kind = kinds[0] ?? 'host';
  const refreshMs = accepted(parseRefresh, written.refresh);
  const options = {
    ...(written.title === undefined ? {} : { title: written.title }),
    ...(refreshMs === undefined ? {} : { refreshMs }),
  };
  return { id, from, body: bodyOf(context, { written, kind, path: place.path }), ...options, ...whose };
}

type Written = Readonly<{
  written: Exclude<PaneEntry, string>;
  kind: PaneBody['kind'];
  path: Path;
}>;

function bodyOf(context: Context, { written, kind, path }: Written): PaneBody {
  switch (kind) {
    case 'log':
      return logOf(context, written.log ?? '', [...path, 'log']);
    case 'run': {
      const options = programOptions(written.run ?? '');
      return { kind, ...programOf(options), history: options.history ?? DEFAULT_RUN_HISTORY };
    }
    case 'watch':
      return { kind, ...programOf(programOptions(written.watch ?? '')) };
    case 'uplinks':
      return uplinksOf(written.uplinks, (at, message) => report(context, [...path, kind, ...at], message));
    case 'hosts':
    case 'all-bans':
      return { kind, hosts: scopeAt(context, namesOf(written[kind]), [...path, kind]) };
    default:
      return simpleBody(kind, namesOf(written[kind]));
  }
}

type ProgramOptions = Readonly<{
  command: string | readonly string[];
  start?: 'auto' | 'suspended' | undefined;
  cwd?: string | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  history?: number | undefined;
}>;

function programOptions(written: string | readonly string[] | ProgramOptions): ProgramOptions {
  return typeof written === 'object' && 'command' in written ? written : { command: written };
}

function programOf({ command, start, cwd, env }: ProgramOptions): ProgramSpec {
  const place = cwd === undefined ? {} : { cwd };
  return { command: commandOf(command), start: start ?? 'suspended', env: env ?? {}, ...place };
}

function commandOf(written: string | readonly string[]): CommandLine {
  if (typeof written === 'string') return { kind: 'shell', line: written };
  const [program = '', ...args] = written;
  return { kind: 'argv', argv: [program, ...args] };
}

function namesOf(value: string | readonly string[] | true | null | undefined): readonly string[] {
  return typeof value === 'string' || Array.isArray(value) ? listOf(value) : [];
}

function simpleBody(
  kind: Exclude<PaneBody['kind'], 'log' | 'run' | 'watch'>,
  names: readonly string[],
): PaneBody {
  if (kind === 'bans') return { kind, sets: names };
  if (kind === 'traffic') return { kind, interfaces: names };
  if (kind === 'uplinks') return uplinksOf(undefined, () => undefined);
  if (kind === 'hosts' || kind === 'all-bans') return { kind, hosts: names };
  return { kind };
}

function logOf(context: Context, written: Exclude<PaneEntry, string>['log'] & {}, path: Path): LogSpec {
  const options = typeof written === 'string' || Array.isArray(written) ? { files: written } : written;
  const files = listOf(options.files);
  const units = listOf(options.units);
  const [program, ...args] = options.command ?? [];
  if (files.length === 0 && units.length === 0 && program === undefined)
    report(context, path, 'a log pane needs files, units or a command');
  const filters = (['in', 'out'] as const).flatMap((keep) =>
    listOf(options[keep]).map((pattern) => ({ pattern, keep, on: true })),
  );
  return {
    kind: 'log',
    files,
    units,
    ...(program === undefined
      ? {}
      : { command: [program, ...args] as const, start: options.start ?? ('suspended' as const) }),
    merge: options.merge ?? 'time',
    filters,
    history: options.history ?? DEFAULT_HISTORY,
    wrap: options.wrap ?? false,
  };
}
