// Keys that are not finished: a sequence that was begun, and the key that is asked for to be described.

import type { Msg } from '../messages.ts';

/**
 * `pending`: the keys of a sequence so far. `describing`: the next key is told about, not done; `after`: the prefix was
 * pressed, so that it is one of those after it.
 */
export type KeysState = Readonly<{
  pending: readonly string[];
  describing: Readonly<{ after: boolean }> | undefined;
}>;

export type KeysMsg =
  | Readonly<{ kind: 'keys/pending'; keys: readonly string[] }>
  | Readonly<{ kind: 'keys/describing'; after: boolean }>
  /** Nothing is waited for any more. */
  | Readonly<{ kind: 'keys/finished' }>;

export const initialKeys: KeysState = { pending: [], describing: undefined };

export function reduceKeys(state: KeysState, msg: Msg): KeysState {
  switch (msg.kind) {
    case 'keys/pending':
      return { ...state, pending: msg.keys };
    case 'keys/describing':
      return { pending: [], describing: { after: msg.after } };
    case 'keys/finished':
      return state.pending.length === 0 && state.describing === undefined ? state : initialKeys;
    default:
      return state;
  }
}
