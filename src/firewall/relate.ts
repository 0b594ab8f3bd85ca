// What the sets of all backends say of each other: a jail is enforced by the kernel's set that its action fills.

import type { Enforcement, SetInfo } from '../core/rows.ts';
import { safe } from '../core/sanitise.ts';
import { backendOf } from './registry.ts';

const NOT_SEEN: Enforcement = { kind: 'unknown', why: safe('not every firewall of this host could be read') };

/**
 * Pure, and cheap enough for every reading: each list looks up its own sets by name. `unread`: some sets of the kernel could
 * not be listed, so that a list without one may well have it there.
 */
export function relate(all: readonly SetInfo[], unread = false): readonly SetInfo[] {
  return all.map((set) => {
    const related = backendOf(set)?.relate?.(set, all);
    if (related === undefined) return set;
    if (!unread || related.enforcedBy?.length !== 0 || set.enforcement.kind === 'unused') return related;
    return { ...set, enforcedBy: [], enforcement: NOT_SEEN };
  });
}
