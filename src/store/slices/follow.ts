// The one address that is followed everywhere: lit up in all panes, with a card of all that is known of it.

import type { Net } from '../../core/address.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';

/** `card`: the card is open; `top`: its first line on screen. */
export type Followed = Readonly<{ net: Net; card: boolean; top: number }>;
export type FollowState = Readonly<{ followed: Followed | undefined }>;

export type FollowMsg =
  | Readonly<{ kind: 'follow/began'; net: Net }>
  | Readonly<{ kind: 'follow/card-closed' }>
  | Readonly<{ kind: 'follow/ended' }>;

export const initialFollow: FollowState = { followed: undefined };

export function reduceFollow(state: FollowState, msg: Msg, _whole: ConsoleState): FollowState {
  const { followed } = state;
  switch (msg.kind) {
    case 'follow/began':
      return { followed: { net: msg.net, card: true, top: 0 } };
    case 'follow/card-closed':
      return followed === undefined ? state : { followed: { ...followed, card: false } };
    case 'follow/ended':
      return followed === undefined ? state : { followed: undefined };
    default:
      return state;
  }
}
