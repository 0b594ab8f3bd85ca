// The one address that is followed everywhere: lit up in all panes, with a card of all that is known of it.

import type { Net } from '../../core/address.ts';
import type { PaneId } from '../../core/pane.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';
import { currentView } from './layout.ts';

/** `card`: the card is open and has the keys; `top`: its first line on screen. */
export type Followed = Readonly<{ net: Net; card: boolean; top: number }>;
export type FollowState = Readonly<{ followed: Followed | undefined }>;

/**
 * The cursor of a pane goes to a line or row by its number as the pane shows it, because `net` stands there; a followed
 * log freezes. `lane`: of a log side by side, else 0. `rows`/`columns`: size of the pane's body.
 */
export type PaneWentMsg = Readonly<{
  kind: 'pane/went';
  pane: PaneId;
  net: Net;
  lane: number;
  index: number;
  rows: number;
  columns: number;
}>;

export type FollowMsg =
  | PaneWentMsg
  /** `card`: whether its card opens. */
  | Readonly<{ kind: 'follow/began'; net: Net; card: boolean }>
  | Readonly<{ kind: 'follow/card-shown'; on: boolean }>
  | Readonly<{ kind: 'follow/card-scrolled'; top: number }>
  | Readonly<{ kind: 'follow/ended' }>;

export const initialFollow: FollowState = { followed: undefined };

export function reduceFollow(state: FollowState, msg: Msg, whole: ConsoleState): FollowState {
  const { followed } = state;
  if (msg.kind === 'follow/began') return { followed: { net: msg.net, card: msg.card, top: 0 } };
  if (followed === undefined) return state;
  switch (msg.kind) {
    case 'follow/card-shown':
      return followed.card === msg.on ? state : { followed: { ...followed, card: msg.on, top: 0 } };
    case 'follow/card-scrolled':
      return followed.top === msg.top ? state : { followed: { ...followed, top: msg.top } };
    case 'follow/ended':
      return initialFollow;
    // Who goes to a pane wants its keys; what is followed stays followed.
    case 'layout/pane-focused':
      return closed(state, followed, currentView(whole).recent[0] !== msg.pane);
    case 'layout/window-selected':
      return closed(state, followed, whole.layout.window !== msg.window);
    case 'layout/window-returned':
    case 'pane/pointed':
    case 'workspace/pane-split':
    case 'workspace/window-added':
    case 'workspace/pane-broken-out':
      return closed(state, followed, true);
    default:
      return state;
  }
}

function closed(state: FollowState, followed: Followed, leaves: boolean): FollowState {
  return leaves && followed.card ? { followed: { ...followed, card: false, top: 0 } } : state;
}

export function selectFollowed({ follow }: ConsoleState): Net | undefined {
  return follow.followed?.net;
}

/** The followed address while its card has the keys. */
export function selectCardNet({ follow }: ConsoleState): Net | undefined {
  return follow.followed?.card === true ? follow.followed.net : undefined;
}
