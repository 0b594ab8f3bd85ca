// From the checked file to the Session that the console runs: defaults filled in, short forms spelt out.
// What a schema cannot say (references between entries, durations, addresses) is checked here, with positions.

import { parseDuration } from '../core/duration.ts';
import {
  DEFAULT_TIMES,
  type FilePlace,
  type KeyOverride,
  type Layout,
  type LayoutNode,
  type PaneId,
  type PaneSpec,
  type Session,
  type Size,
  type WindowSpec,
} from '../core/pane.ts';
import { accepted, type Context, listOf, type Path, report } from './normalise-context.ts';
import { hostAt, hostNamesOf, hostPartsOf } from './normalise-hosts.ts';
import { paneOf } from './normalise-panes.ts';
import { servicesOf } from './normalise-services.ts';
import { parseRefresh } from './pane-schema.ts';
import { type FileProblem, problemAt, type SourceMap } from './problems.ts';
import {
  type LayoutEntry,
  type LayoutMap,
  parseMilliseconds,
  type SessionFile,
  type WindowEntry,
} from './schema.ts';
import { shieldsOf } from './shields-normalise.ts';

const DEFAULT_DURATIONS: readonly number[] = [3600, 86_400, 604_800];
/** Shares with two decimals may add up to a little more than all. */
const ROUNDING = 0.5;

/** `problems` is empty when the session is good; with problems the session must not be used. */
export function normalise(
  file: SessionFile,
  source: SourceMap,
  path: string,
): Readonly<{ session: Session; problems: readonly FileProblem[] }> {
  const context: Context = { source, problems: [], names: hostNamesOf(file) };
  const parts = hostPartsOf(context, file);
  const services = servicesOf(context, file, parts.host);
  const session: Session = {
    name: file.name ?? baseName(path),
    origin: { kind: 'file', path },
    refreshMs: accepted(parseRefresh, file.refresh) ?? 1000,
    ...parts,
    bans: bansOf(file),
    allow: file.allow ?? [],
    ...(file['allow-into'] === undefined ? {} : { allowInto: listOf(file['allow-into']) }),
    ...(services === undefined ? {} : { services }),
    shields: shieldsOf(file.shields, (at, message) => report(context, ['shields', ...at], message), services),
    theme: file.theme ?? 'ansi',
    ...(file.accent === undefined ? {} : { accent: file.accent }),
    ...(file.label === undefined ? {} : { label: file.label }),
    times: {
      repeatMs: accepted(parseMilliseconds, file.times?.repeat) ?? DEFAULT_TIMES.repeatMs,
      numbersMs: accepted(parseMilliseconds, file.times?.numbers) ?? DEFAULT_TIMES.numbersMs,
    },
    reload: file.reload ?? 'ask',
    mouse: file.mouse ?? false,
    prefix: file.prefix ?? 'C-b',
    ...(file.prefix === undefined ? {} : { prefixAt: placeOf(context, ['prefix']) }),
    keys: keysOf(context, file),
    windows: file.windows.map((window, index) => windowOf(context, window, index)),
  };
  return { session, problems: context.problems };
}

function baseName(path: string): string {
  const name = (path.split('/').at(-1) ?? '').replace(/\.ya?ml$/, '').replace(/^\.+/, '');
  return name === '' ? 'session' : name;
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
      const place = placeOf(context, ['keys', mode, intent]);
      overrides.push({ mode, intent, chords: listOf(chords), ...place });
    }
  }
  return overrides;
}

function placeOf(context: Context, path: Path): FilePlace {
  const { line, column } = problemAt(context.source, path, '');
  return { line, column };
}

function windowOf(context: Context, written: WindowEntry, index: number): WindowSpec {
  const path: Path = ['windows', index];
  const host = hostAt(context, written.host, [...path, 'host']);
  const panes = written.panes.map((pane, number) =>
    paneOf(context, pane, {
      host,
      path: [...path, 'panes', number],
      id: paneId(index, number),
      from: { window: index, pane: number },
    }),
  );
  const pick = (number: number, at: Path): PaneId | undefined => {
    if (number <= panes.length) return paneId(index, number - 1);
    report(context, at, `there is no pane ${number}; this window has ${panes.length}`);
    return undefined;
  };
  const focus = written.focus === undefined ? undefined : pick(written.focus, [...path, 'focus']);
  const layout = layoutOf(context, written, { path, pick, panes });
  const whose = host === undefined ? {} : { host };
  const from = { from: index };
  return { name: written.name, ...whose, layout, panes, ...from, ...(focus === undefined ? {} : { focus }) };
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
  if (shares > 100 + ROUNDING)
    report(context, [...place.path, form], `the shares add up to ${shares}%, more than 100%`);
  return { kind: 'split', direction: form === 'rows' ? 'column' : 'row', children, ...size };
}

function sizeOf(written: number | string): Size {
  return typeof written === 'number'
    ? { kind: 'cells', value: written }
    : { kind: 'percent', value: Number.parseFloat(written) };
}
