// Areas of the last screen are used again where they look the same, so that React and the frame writer skip them.

import type { Area, Screen } from './screen.ts';

/** The old screen when nothing looks different; otherwise old areas wherever they are the same, so that React skips them. */
export function reuse(old: Screen, next: Screen): Screen {
  const byKey = new Map(old.areas.map((area) => [area.key, area]));
  let changed =
    old.columns !== next.columns || old.rows !== next.rows || old.areas.length !== next.areas.length;
  const areas = next.areas.map((area) => {
    const before = byKey.get(area.key);
    if (before !== undefined && same(before, area)) return before;
    changed = true;
    return area;
  });
  return changed ? { ...next, areas } : old;
}

function same(a: Area, b: Area): boolean {
  return (
    a.text === b.text &&
    a.rect.x === b.rect.x &&
    a.rect.y === b.rect.y &&
    a.rect.columns === b.rect.columns &&
    a.rect.rows === b.rect.rows
  );
}
