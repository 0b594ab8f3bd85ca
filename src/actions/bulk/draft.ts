// Wishes for very many addresses at once, from a file instead of a key: put back, import, take out what has ended.

import type { ActDraft, BanTarget } from '../../core/act.ts';
import type { Net } from '../../core/address.ts';
import type { SavedBans } from '../../firewall/saved-bans.ts';
import type { AllowDraft } from '../allow/sync.ts';

export type BulkDraft =
  | Readonly<{ action: 'restore'; saved: SavedBans }>
  | Readonly<{
      action: 'import';
      /** Sorted, none inside another. */
      nets: readonly Net[];
      seconds: number | null;
      target: BanTarget;
      reason: string;
    }>
  | Readonly<{ action: 'expire' }>;

/** All that a desk takes. */
export type DeskDraft = ActDraft | BulkDraft | AllowDraft;

/** More elements than this are not written into the journal one by one, so that such an act cannot be undone from there. */
export const FACTS_MAX = 100_000;
