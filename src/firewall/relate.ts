// What the sets of all backends say of each other: a jail is enforced by the kernel's set that its action fills.

import type { SetInfo } from '../core/rows.ts';
import { backendOf } from './registry.ts';

/** Pure, and cheap enough for every reading: each list looks up its own sets by name. */
export function relate(all: readonly SetInfo[]): readonly SetInfo[] {
  return all.map((set) => backendOf(set)?.relate?.(set, all) ?? set);
}
