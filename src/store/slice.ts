// The contract of a slice: one branch of the state, its messages, its pure reducer.

import type { Net } from '../core/address.ts';
import type { Intent } from '../core/intent.ts';
import type { PaneId } from '../core/pane.ts';
import type { SetKey } from '../core/rows.ts';
import type { SafeText } from '../core/sanitise.ts';
import type { ConsoleState } from './state.ts';

/** A key that belongs to the focused pane; `rows`/`columns` are the size of its body on screen now. */
export type PaneIntentMsg = Readonly<{
  kind: 'pane/intent';
  pane: PaneId;
  intent: Intent;
  rows: number;
  columns: number;
}>;

/**
 * An act was opened on a pane: what it takes stood under the cursor in `seen`, the state on screen when the key was
 * pressed, and must stay there while the dialog is open. `rows`/`columns` as of a key.
 */
export type PaneHeldMsg = Readonly<{
  kind: 'pane/held';
  pane: PaneId;
  seen: ConsoleState;
  rows: number;
  columns: number;
}>;

/** A click into a pane's body: `column` and `row` from its top left, `rows`/`columns` its size on screen then. */
export type PanePointedMsg = Readonly<{
  kind: 'pane/pointed';
  pane: PaneId;
  column: number;
  row: number;
  rows: number;
  columns: number;
}>;

/** A line typed in the prompt for a pane: search, filter, … (`accepted` false while typing, for live search). */
export type PanePromptMsg = Readonly<{
  kind: 'pane/prompted';
  pane: PaneId;
  purpose: PromptPurpose;
  text: string;
  accepted: boolean;
}>;

export type PromptPurpose =
  | 'search'
  | 'copy-search'
  | 'copy-search-back'
  | 'filter-in'
  | 'filter-out'
  | 'filter'
  | 'timeout';

/**
 * What an act key would take in the focused pane: marked rows, or the one under the cursor.
 * `origin`: in words where the address came from. `set`: the set the row is in (bans pane).
 */
export type ActTarget = Readonly<{ nets: readonly Net[]; origin: SafeText; set?: SetKey; timeout?: string }>;
