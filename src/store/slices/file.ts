// The session file behind the live workspace: what it held when it was read or written last.

import type { PaneSpec, Session, WindowSpec } from '../../core/pane.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';

/** `loaded`: the workspace as the file has it, under the names of the running panes. */
export type FileState = Readonly<{ loaded: Session }>;

/** `live`: what was written, `path`: where. */
export type FileMsg = Readonly<{ kind: 'file/saved'; live: Session; path: string }>;

export function initialFile(session: Session): FileState {
  return { loaded: session };
}

export function reduceFile(state: ConsoleState, msg: Msg): ConsoleState {
  switch (msg.kind) {
    case 'file/saved': {
      const origin = { kind: 'file', path: msg.path } as const;
      const windows = state.session.windows.map((window) => placedAs(window, msg.live));
      const loaded = { ...msg.live, origin, windows: msg.live.windows.map((one) => placedAs(one, msg.live)) };
      return { ...state, session: { ...state.session, origin, windows }, file: { loaded } };
    }
    case 'workspace/replaced':
      return { ...state, file: { loaded: msg.session } };
    default:
      return state;
  }
}

/** With its place and those of its panes in the file as it was written, and with what was written of them. */
function placedAs({ from: _, ...window }: WindowSpec, written: Session): WindowSpec {
  const entries = new Map(
    written.windows.flatMap(({ panes }, at) =>
      panes.map(({ id, body }, pane) => [id, { body, from: { window: at, pane } }] as const),
    ),
  );
  const panes = window.panes.map(({ from: __, ...pane }): PaneSpec => ({ ...pane, ...entries.get(pane.id) }));
  const from = panes.find((pane) => pane.from !== undefined)?.from?.window;
  return { ...window, panes, ...(from === undefined ? {} : { from }) };
}
