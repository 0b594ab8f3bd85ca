// The store: the state, and dispatch = replace it by what the reducer makes of the message. Knows nothing of React.

import { createStore } from 'zustand/vanilla';
import type { Msg } from './messages.ts';
import { reduce } from './reduce.ts';
import { type ConsoleState, initialState, type StartOptions } from './state.ts';

export type ConsoleStore = Readonly<{
  getState(): ConsoleState;
  /** Called after every change, with the new and the old state. Returns what ends the subscription. */
  subscribe(listener: (state: ConsoleState, previous: ConsoleState) => void): () => void;
  dispatch(msg: Msg): void;
}>;

export function createConsoleStore(options: StartOptions): ConsoleStore {
  const store = createStore<ConsoleState>(() => initialState(options));
  return {
    getState: store.getState,
    subscribe: store.subscribe,
    dispatch: (msg) => store.setState((state) => reduce(state, msg), true),
  };
}
