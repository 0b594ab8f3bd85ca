// How the console looks and listens, as keys and commands change it: the theme, which is part of the session, and the mouse.

import type { ThemeName } from '../../core/pane.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';

export type LookMsg =
  | Readonly<{ kind: 'look/theme-chosen'; theme: ThemeName }>
  | Readonly<{ kind: 'look/mouse-switched'; on: boolean }>;

export function reduceLook(state: ConsoleState, msg: Msg): ConsoleState {
  switch (msg.kind) {
    case 'look/theme-chosen':
      return state.session.theme === msg.theme
        ? state
        : { ...state, session: { ...state.session, theme: msg.theme } };
    case 'look/mouse-switched':
      return state.mouse === msg.on ? state : { ...state, mouse: msg.on };
    default:
      return state;
  }
}
