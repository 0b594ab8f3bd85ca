// Panes in the words of a session file: a new one in its shortest form, a changed one with only what changed.

import { printDuration } from '../core/duration.ts';
import type { HostId } from '../core/hosts.ts';
import type { CommandLine, LogFilter, LogSpec, PaneSpec, ProgramSpec } from '../core/pane.ts';
import { unreachable } from '../core/unreachable.ts';
import { DEFAULT_HISTORY, DEFAULT_RUN_HISTORY } from './normalise-panes.ts';
import { equalPlain, isPlainMap, type Plain, type PlainMap } from './save-text.ts';
import { uplinksPlain } from './uplinks-schema.ts';

/** `implied`: the host that the window gives to panes that name none. */
export function panePlain({ body, host, title, refreshMs }: PaneSpec, implied?: HostId): Plain {
  const whose: PlainMap = host === undefined || host === implied ? {} : { host };
  const options: PlainMap = {
    ...(title === undefined ? {} : { title }),
    ...(refreshMs === undefined ? {} : { refresh: refreshText(refreshMs) }),
    ...whose,
  };
  const bare = Object.keys(options).length === 0;
  switch (body.kind) {
    case 'log':
      return { log: shortLog(logPlain(body)), ...options };
    case 'run':
      return { run: programPlain(body, runHistory(body.history)), ...options };
    case 'watch':
      return { watch: programPlain(body, {}), ...options };
    case 'bans':
      return body.sets.length === 0 && bare ? 'bans' : { bans: names(body.sets), ...options };
    case 'traffic':
      return body.interfaces.length === 0 && bare
        ? 'traffic'
        : { traffic: names(body.interfaces), ...options };
    case 'hosts':
    case 'all-bans':
      return body.hosts.length === 0 && bare ? body.kind : { [body.kind]: names(body.hosts), ...options };
    case 'uplinks': {
      const said = uplinksPlain(body);
      return said === undefined && bare ? 'uplinks' : { uplinks: said ?? true, ...options };
    }
    case 'conntrack':
    case 'host':
    case 'journal':
    case 'jails':
    case 'services':
      // A pane of the kind "host" says whose it is in the same word.
      return bare ? body.kind : { [body.kind]: true, ...options };
    default:
      return unreachable(body);
  }
}

/** `implied`: the host that the window where the pane is now gives to those that name none. */
type PaneChange = Readonly<{ before: PaneSpec; now: PaneSpec; implied: HostId | undefined }>;

/** `written`: what the file has, which means `before`. */
export function changedPane(written: Plain, { before, now, implied }: PaneChange): Plain {
  const named = isPlainMap(written) && typeof written.host === 'string' ? written.host : undefined;
  if (samePane(before, now) && (named ?? implied) === now.host) return written;
  const fresh = panePlain(now, implied);
  const sameThing = samePane(steady(before), steady(now));
  if (!sameThing || !isPlainMap(written)) return fresh;
  const { title: _, refresh: __, host: ___, ...rest } = written;
  const kept: PlainMap = {
    ...rest,
    ...(now.title === undefined ? {} : { title: now.title }),
    ...(now.refreshMs === undefined
      ? {}
      : {
          refresh: now.refreshMs === before.refreshMs ? (written.refresh ?? '') : refreshText(now.refreshMs),
        }),
    ...hostWords(written, now, implied),
  };
  if (before.body.kind === 'log' && now.body.kind === 'log')
    return { ...kept, log: changedLog(written.log ?? '', before.body, now.body) };
  if (before.body.kind === 'bans' && now.body.kind === 'bans' && !equalPlain(before.body.sets, now.body.sets))
    return { ...kept, bans: names(now.body.sets) };
  return kept;
}

/** `host` in an entry: whose it is, and of a pane of that kind its kind. */
function hostWords(written: PlainMap, { body, host }: PaneSpec, implied: HostId | undefined): PlainMap {
  if (host !== undefined && (host !== implied || written.host === host)) return { host };
  if (body.kind !== 'host') return {};
  return { host: typeof written.host === 'string' ? true : (written.host ?? null) };
}

/** Without what changes while the console runs. */
function steady(spec: PaneSpec): PaneSpec {
  const { title: _, refreshMs: __, host: ___, ...rest } = spec;
  if (spec.body.kind === 'log') return { ...rest, body: { ...spec.body, filters: [], wrap: false } };
  return spec.body.kind === 'bans' ? { ...rest, body: { kind: 'bans', sets: [] } } : rest;
}

/** Whether two entries mean the same, wherever they stand. */
export function samePane(a: PaneSpec, b: PaneSpec): boolean {
  const options = a.title === b.title && a.refreshMs === b.refreshMs && a.host === b.host;
  return options && equalPlain(bodyWords(a), bodyWords(b));
}

function bodyWords({ body }: PaneSpec): Plain {
  if (body.kind === 'log')
    return { ...logPlain({ ...body, filters: [] }), filters: filterWords(body.filters) };
  return panePlain({ id: '' as PaneSpec['id'], body });
}

/** In the file they stand by kind, so their order among kinds is lost; which ones are on now is not in the file. */
function filterWords(filters: readonly LogFilter[]): Plain {
  return { in: patterns(filters, 'in'), out: patterns(filters, 'out') };
}

function patterns(filters: readonly LogFilter[], keep: LogFilter['keep']): readonly string[] {
  return filters.filter((filter) => filter.keep === keep).map(({ pattern }) => pattern);
}

function changedLog(written: Plain, before: LogSpec, now: LogSpec): Plain {
  if (before.wrap === now.wrap && equalPlain(filterWords(before.filters), filterWords(now.filters)))
    return written;
  const options: PlainMap = isPlainMap(written) ? written : { files: written };
  const { in: onlyThese, out, wrap, ...rest } = options;
  const list = (keep: LogFilter['keep'], old: Plain | undefined): PlainMap => {
    const wanted = patterns(now.filters, keep);
    if (equalPlain(patterns(before.filters, keep), wanted)) return old === undefined ? {} : { [keep]: old };
    return wanted.length === 0 ? {} : { [keep]: oneOrMany(wanted) };
  };
  const sameWrap = before.wrap === now.wrap ? wrap : now.wrap;
  return {
    ...rest,
    ...list('in', onlyThese),
    ...list('out', out),
    ...(sameWrap === undefined ? {} : { wrap: sameWrap }),
  };
}

function shortLog(options: PlainMap): Plain {
  return Object.keys(options).length === 1 && options.files !== undefined ? options.files : options;
}

function logPlain(spec: LogSpec): PlainMap {
  const { files, units, command, start, merge, filters, history, wrap } = spec;
  const only = patterns(filters, 'in');
  const out = patterns(filters, 'out');
  return {
    ...(files.length === 0 ? {} : { files: oneOrMany(files) }),
    ...(units.length === 0 ? {} : { units: oneOrMany(units) }),
    ...(command === undefined ? {} : { command: [...command] }),
    ...(command !== undefined && start === 'auto' ? { start } : {}),
    ...(merge === 'time' ? {} : { merge }),
    ...(only.length === 0 ? {} : { in: oneOrMany(only) }),
    ...(out.length === 0 ? {} : { out: oneOrMany(out) }),
    ...(wrap ? { wrap } : {}),
    ...(history === DEFAULT_HISTORY ? {} : { history }),
  };
}

function programPlain({ command, start, cwd, env }: ProgramSpec, more: PlainMap): Plain {
  const options: PlainMap = {
    ...(start === 'auto' ? { start } : {}),
    ...(cwd === undefined ? {} : { cwd }),
    ...(Object.keys(env).length === 0 ? {} : { env: { ...env } }),
    ...more,
  };
  const words = commandPlain(command);
  return Object.keys(options).length === 0 ? words : { command: words, ...options };
}

function commandPlain(command: CommandLine): Plain {
  return command.kind === 'argv' ? [...command.argv] : command.line;
}

function runHistory(history: number): PlainMap {
  return history === DEFAULT_RUN_HISTORY ? {} : { history };
}

function oneOrMany(words: readonly string[]): Plain {
  const [only] = words;
  return words.length === 1 && only !== undefined ? only : [...words];
}

function names(words: readonly string[]): Plain {
  return words.length === 0 ? true : oneOrMany(words);
}

function refreshText(ms: number): string {
  return ms % 1000 === 0 ? printDuration(ms / 1000) : `${ms}ms`;
}
