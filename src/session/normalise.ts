// From the checked file to the Session that the console runs: defaults filled in, short forms spelt out.
// What a schema cannot say (references between entries, durations, addresses) is checked here, with positions.

import { parseDuration } from '../core/duration.ts';
import type {
  KeyOverride,
  Layout,
  LayoutNode,
  LogSpec,
  PaneBody,
  PaneId,
  PaneSpec,
  Session,
  Size,
  WindowSpec,
} from '../core/pane.ts';
import type { Result } from '../core/result.ts';
import { type FileProblem, problemAt, type SourceMap } from './problems.ts';
import {
  type LayoutEntry,
  type LayoutMap,
  PANE_KIND_NAMES,
  type PaneEntry,
  parseRefresh,
  type SessionFile,
  type WindowEntry,
} from './schema.ts';
import { shieldsOf } from './shields-normalise.ts';

export const DEFAULT_DURATIONS: readonly number[] = [3600, 86_400, 604_800];
export const DEFAULT_HISTORY = 10_000;

type Path = readonly PropertyKey[];
type Context = Readonly<{ source: SourceMap; problems: FileProblem[] }>;

/** `problems` is empty when the session is good; with problems the session must not be used. */
export function normalise(
  file: SessionFile,
  source: SourceMap,
  path: string,
): Readonly<{ session: Session; problems: readonly FileProblem[] }> {
  const context: Context = { source, problems: [] };
  const session: Session = {
    name: file.name ?? baseName(path),
    origin: { kind: 'file', path },
    refreshMs: accepted(parseRefresh, file.refresh) ?? 1000,
    bans: bansOf(file),
    allow: file.allow ?? [],
    shields: shieldsOf(file.shields, (at, message) => report(context, ['shields', ...at], message)),
    theme: file.theme ?? 'ansi',
    mouse: file.mouse ?? false,
    prefix: file.prefix ?? 'C-b',
    keys: keysOf(context, file),
    windows: file.windows.map((window, index) => windowOf(context, window, index)),
  };
  return { session, problems: context.problems };
}

function baseName(path: string): string {
  const name = (path.split('/').at(-1) ?? '').replace(/\.ya?ml$/, '').replace(/^\.+/, '');
  return name === '' ? 'session' : name;
}

function report(context: Context, path: Path, message: string): void {
  context.problems.push(problemAt(context.source, path, message));
}

/** What the schema has accepted, parsed again; undefined only when it is absent. */
function accepted<T>(parse: (written: string) => Result<T>, written: string | undefined): T | undefined {
  if (written === undefined) return undefined;
  const parsed = parse(written);
  return parsed.ok ? parsed.value : undefined;
}

function bansOf(file: SessionFile): Session['bans'] {
  const written = file.bans ?? {};
  const durations = written.durations?.map((text) => accepted(parseDuration, text) ?? 0) ?? DEFAULT_DURATIONS;
  const fallback = durations.includes(86_400) ? 86_400 : (durations[0] ?? 86_400);
  const defaultSeconds =
    written.default === 'until changed' ? null : (accepted(parseDuration, written.default) ?? fallback);
  const target = written.target === 'ours' ? undefined : written.target;
  return { durations, defaultSeconds, cut: written.cut ?? true, ...(target === undefined ? {} : { target }) };
}

function keysOf(context: Context, file: SessionFile): readonly KeyOverride[] {
  const overrides: KeyOverride[] = [];
  for (const [mode, table] of Object.entries(file.keys ?? {})) {
    for (const [intent, chords] of Object.entries(table)) {
      const at = problemAt(context.source, ['keys', mode, intent], '');
      overrides.push({ mode, intent, chords: listOf(chords), line: at.line, column: at.column });
    }
  }
  return overrides;
}

function windowOf(context: Context, written: WindowEntry, index: number): WindowSpec {
  const path: Path = ['windows', index];
  const panes = written.panes.map((pane, number) =>
    paneOf(context, pane, { path: [...path, 'panes', number], id: paneId(index, number) }),
  );
  const pick = (number: number, at: Path): PaneId | undefined => {
    if (number <= panes.length) return paneId(index, number - 1);
    report(context, at, `there is no pane ${number}; this window has ${panes.length}`);
    return undefined;
  };
  const focus = written.focus === undefined ? undefined : pick(written.focus, [...path, 'focus']);
  const layout = layoutOf(context, written, { path, pick, panes });
  return { name: written.name, layout, panes, ...(focus === undefined ? {} : { focus }) };
}

const paneId = (window: number, pane: number): PaneId => `${window + 1}.${pane + 1}` as PaneId;

type LayoutPlace = Readonly<{
  path: Path;
  pick: (number: number, at: Path) => PaneId | undefined;
  panes: readonly PaneSpec[];
}>;

function layoutOf(context: Context, written: WindowEntry, place: LayoutPlace): Layout {
  const { layout } = written;
  if (layout === undefined || typeof layout === 'string') {
    const mainSize = written.main === undefined ? undefined : sizeOf(written.main);
    return { kind: 'named', name: layout ?? 'tiled', ...(mainSize === undefined ? {} : { mainSize }) };
  }
  const path = [...place.path, 'layout'];
  if (written.main !== undefined)
    report(
      context,
      [...place.path, 'main'],
      'main belongs to main-vertical and main-horizontal; a tree gives sizes itself',
    );
  const used: PaneId[] = [];
  const root = nodeOf(context, layout, { ...place, path, used });
  for (const [index, pane] of place.panes.entries()) {
    if (!used.includes(pane.id)) report(context, path, `pane ${index + 1} is in no place of the layout`);
  }
  return { kind: 'tree', root };
}

function nodeOf(
  context: Context,
  entry: LayoutEntry,
  place: LayoutPlace & Readonly<{ used: PaneId[] }>,
): LayoutNode {
  const map: LayoutMap = typeof entry === 'number' ? { pane: entry } : entry;
  const size = map.size === undefined ? {} : { size: sizeOf(map.size) };
  const forms = (['pane', 'rows', 'columns'] as const).filter((key) => map[key] !== undefined);
  if (forms.length !== 1)
    report(context, place.path, 'a place in a layout has exactly one of pane, rows, columns');
  if (map.pane !== undefined) {
    const known = place.pick(map.pane, place.path);
    const pane = known ?? paneId(0, 0);
    if (known !== undefined && place.used.includes(known))
      report(context, place.path, `pane ${map.pane} is placed twice`);
    if (known !== undefined) place.used.push(known);
    return { kind: 'pane', pane, ...size };
  }
  const form = map.rows === undefined ? 'columns' : 'rows';
  const entries = map[form] ?? [];
  const children = entries.map((child, index) =>
    nodeOf(context, child, { ...place, path: [...place.path, form, index] }),
  );
  const shares = children.reduce(
    (sum, child) => sum + (child.size?.kind === 'percent' ? child.size.value : 0),
    0,
  );
  if (shares > 100) report(context, [...place.path, form], `the shares add up to ${shares}%, more than 100%`);
  return { kind: 'split', direction: form === 'rows' ? 'column' : 'row', children, ...size };
}

function sizeOf(written: number | string): Size {
  return typeof written === 'number'
    ? { kind: 'cells', value: written }
    : { kind: 'percent', value: Number.parseInt(written, 10) };
}

function paneOf(context: Context, written: PaneEntry, place: Readonly<{ path: Path; id: PaneId }>): PaneSpec {
  if (typeof written === 'string') return { id: place.id, body: simpleBody(written, []) };
  const kinds = PANE_KIND_NAMES.filter((kind) => written[kind] !== undefined);
  if (kinds.length !== 1)
    report(context, place.path, `a pane has exactly one of ${PANE_KIND_NAMES.join(', ')}`);
  const kind = kinds[0] ?? 'host';
  const refreshMs = accepted(parseRefresh, written.refresh);
  const body =
    kind === 'log'
      ? logOf(context, written.log ?? '', [...place.path, 'log'])
      : simpleBody(kind, namesOf(written[kind]));
  const options = {
    ...(written.title === undefined ? {} : { title: written.title }),
    ...(refreshMs === undefined ? {} : { refreshMs }),
  };
  return { id: place.id, body, ...options };
}

function namesOf(value: string | readonly string[] | true | null | undefined): readonly string[] {
  return typeof value === 'string' || Array.isArray(value) ? listOf(value) : [];
}

function simpleBody(kind: Exclude<PaneBody['kind'], 'log'>, names: readonly string[]): PaneBody {
  if (kind === 'bans') return { kind, sets: names };
  if (kind === 'traffic') return { kind, interfaces: names };
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
    ...(program === undefined ? {} : { command: [program, ...args] as const }),
    merge: options.merge ?? 'time',
    filters,
    history: options.history ?? DEFAULT_HISTORY,
    wrap: options.wrap ?? false,
  };
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
