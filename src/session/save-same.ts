// Whether two workspaces are the same one, and which entries of a file a live workspace was made of.

import type { PanePlace, PaneSpec, Session, WindowSpec } from '../core/pane.ts';
import { sameLayout } from './save-layout.ts';
import { samePane } from './save-panes.ts';

/** Equal but for the names of panes and their places in a file. */
export function sameWindows(a: readonly WindowSpec[], b: readonly WindowSpec[]): boolean {
  return (
    a.length === b.length &&
    a.every((window, index) => {
      const other = b[index];
      return other !== undefined && sameWindow(window, other);
    })
  );
}

export function sameWindow(a: WindowSpec, b: WindowSpec): boolean {
  return a.name === b.name && a.host === b.host && samePanes(a, b) && sameLayout(a, b);
}

function samePanes(a: WindowSpec, b: WindowSpec): boolean {
  return (
    a.panes.length === b.panes.length &&
    a.panes.every((pane, index) => {
      const other = b.panes[index];
      return other !== undefined && samePane(pane, other);
    })
  );
}

/**
 * The live windows with the places of their entries in the file as it is now, which may have been changed since it was
 * `loaded`. Each entry is somebody's once.
 */
export function placedAnew(
  live: readonly WindowSpec[],
  loaded: Session,
  disk: Session,
): readonly WindowSpec[] {
  const unchanged = sameWindows(loaded.windows, disk.windows);
  const windowsLeft = new Set(disk.windows.keys());
  const panesLeft = new Map<string, Readonly<{ spec: PaneSpec; place: PanePlace }>>(
    disk.windows.flatMap(({ panes }, window) =>
      panes.map((spec, pane) => [`${window}.${pane}`, { spec, place: { window, pane } }] as const),
    ),
  );
  const windowOf = (from: number | undefined): number | undefined => {
    if (from === undefined) return undefined;
    const name = loaded.windows[from]?.name;
    const found = unchanged
      ? from
      : (disk.windows.findIndex((window, index) => windowsLeft.has(index) && window.name === name) ?? -1);
    return windowsLeft.delete(found) ? found : undefined;
  };
  const paneOf = (from: PanePlace | undefined): PanePlace | undefined => {
    if (from === undefined) return undefined;
    const was = loaded.windows[from.window]?.panes[from.pane];
    const same = `${from.window}.${from.pane}`;
    const equal = ({ spec }: Readonly<{ spec: PaneSpec }>): boolean =>
      was !== undefined && samePane(spec, was);
    const here = panesLeft.get(same);
    const key =
      here !== undefined && (unchanged || equal(here))
        ? same
        : [...panesLeft].find(([, entry]) => !unchanged && equal(entry))?.[0];
    const place = key === undefined ? undefined : panesLeft.get(key)?.place;
    if (key !== undefined) panesLeft.delete(key);
    return place;
  };
  return live.map(({ from, panes, ...window }) => ({
    ...window,
    ...optional('from', windowOf(from)),
    panes: panes.map(({ from: place, ...pane }) => ({ ...pane, ...optional('from', paneOf(place)) })),
  }));
}

function optional<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, T>);
}
