// Panes that watch the same files, units or command show the same lines: where lines are counted they count once.

import type { PaneId } from '../../core/pane.ts';
import type { LogPane } from './log-pane.ts';

type Panes = ReadonlyMap<PaneId, LogPane>;
const kept = new WeakMap<Panes, Panes>();

/** The first pane of each watched thing. Asked for every address of a drawing, so it is kept for the panes that it is of. */
export function watchedOnce(panes: Panes): Panes {
  const known = kept.get(panes);
  if (known !== undefined) return known;
  const seen = new Set<string>();
  const once = new Map<PaneId, LogPane>();
  for (const [id, pane] of panes) {
    const source = watchedThing(pane);
    if (!seen.has(source)) once.set(id, pane);
    seen.add(source);
  }
  kept.set(panes, once);
  return once;
}

export function watchedThing({ spec: { files, units, command } }: LogPane): string {
  return JSON.stringify([files, units, command ?? []]);
}
