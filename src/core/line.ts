// What a pane draws: prepared lines of styled spans. A Role is a meaning, the theme decides its colour;
// whatever a role says is also said by a word or a sign, for NO_COLOR and colour-blind eyes.

import type { HostColour } from './hosts.ts';
import type { PaneId } from './pane.ts';
import type { SafeText } from './sanitise.ts';

/** One of several hosts by its own colour; its name stands in it. */
export type HostRole = `host-${HostColour}`;

export type Role = PlainRole | HostRole;

export type PlainRole =
  | 'plain'
  | 'dim'
  | 'strong'
  | 'title'
  | 'border'
  | 'border-focused'
  | 'good'
  | 'warn'
  | 'bad'
  | 'accent'
  | 'host' // the host's name, in the session's own colour
  | 'label' // the session's own word beside it
  | 'key' // a key in a hint
  | 'match' // a search hit
  | 'followed' // the address that is followed
  | 'banned'
  | 'safe'
  | 'seen'
  | 'chart-a'
  | 'chart-b'
  | 'alarm'; // inverse red: shields, overrides

/**
 * A program's own colours, in its own pane only. `fg`, `bg`: -1 the terminal's default, 0–15 ANSI, 256+n the palette of 256,
 * 2^24+rgb. `attributes`: bits 1 bold, 2 dim, 4 italic, 8 underline, 16 blink, 32 inverse, 64 hidden, 128 struck out.
 */
export type Paint = Readonly<{ fg: number; bg: number; attributes: number }>;

/**
 * What a click on a span means. `keys`: these keys ("b", "C-b z"). `item`: that row of a list. `field`: that field of a
 * dialog, and that choice of it. It goes wherever the span goes, so that what is drawn and what is hit cannot differ.
 */
export type Hit =
  | Readonly<{ kind: 'keys'; keys: string }>
  | Readonly<{ kind: 'window'; window: number }>
  | Readonly<{ kind: 'pane'; pane: PaneId }>
  | Readonly<{ kind: 'item'; at: number }>
  | Readonly<{ kind: 'field'; field: number; option?: number }>;

/** `on`: drawn inverse (cursor line, selected button). `under`: underlined (the address an act would take). */
export type Span = Readonly<{
  text: SafeText;
  role?: Role;
  on?: boolean;
  under?: boolean;
  paint?: Paint;
  hit?: Hit;
}>;
export type Line = readonly Span[];

export const EMPTY_LINE: Line = [];
