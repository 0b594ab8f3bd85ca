// From an input event to a message for the store or an effect on the world. Knows no terminal and no firewall: both
// are ports, so that tests press keys without either.

import type { InputEvent, Intent } from '../../core/intent.ts';
import type { JailRow } from '../../core/jails.ts';
import type { PaneId } from '../../core/pane.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { safe } from '../../core/sanitise.ts';
import type { SourceId } from '../../core/status.ts';
import { modeChain } from '../../keys/keymap.ts';
import { resolvePaste } from '../../keys/resolve.ts';
import type { Keymap } from '../../keys/row.ts';
import type { NoticeRole } from '../../store/modal-state.ts';
import { selectKeyMode } from '../../store/select/shell.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { ConsoleStore } from '../../store/store.ts';
import type { HitOptions } from '../../views/hit.ts';
import { lendMouse } from './copy.ts';
import type { CopyPort } from './copy-port.ts';
import type { HostsControl } from './host-command.ts';
import { pressKey } from './key-input.ts';
import { createMouse, KEY_ONLY, type MouseEvent, needsKey } from './mouse.ts';
import { lookAtChosen } from './new-pane.ts';
import type { NewPaneLooks } from './new-pane-looks.ts';
import { overlayIntent } from './overlay.ts';
import { paneIntent } from './pane-keys.ts';
import { pasteToProgram } from './program-keys.ts';
import type { ProgramsPort } from './programs.ts';
import type { SessionPort } from './session-port.ts';
import { createTimers, type Timers } from './timers.ts';

/** What the console asks of its surroundings. */
export type Effects = Readonly<{
  quit(): void;
  suspend(): void;
  redraw(): void;
  setMouse(on: boolean): void;
  /** Reads sources anew now; all without `ids`. */
  poke(ids?: readonly SourceId[]): void;
  /** Lists the sets that the operator asked for in the bans pane. */
  listAsked(): void;
  /** Clipboard, screen as text, files; absent where tests have none. */
  copy?: CopyPort;
  /** Saves and loads sessions; absent where tests have no files. */
  session?: SessionPort;
  /** The programs of the panes; absent where tests run none. */
  programs?: ProgramsPort;
  /** Gives a mouse event to the program of a pane that asked for them; the cell is that of the pane's body. */
  programMouse?(pane: PaneId, event: MouseEvent): void;
  /** What the list for a new pane looks up; absent: only what the console knows already. */
  newPane?: NewPaneLooks;
  /** Runs the filter of a jail on its log and shows what it missed; absent where tests have no host. */
  testFilter?(jail: JailRow): void;
  /** Lines to hosts over ssh; absent where there are none. */
  hosts?: HostsControl;
  /** Runs `task` after `ms` unless cancelled. */
  later(ms: number, task: () => void): () => void;
}>;

/** `helpTotal`: lines of the help or the page that is open, to know where its end is. */
export type ControllerOptions = Readonly<{
  store: ConsoleStore;
  keymap: Keymap;
  effects: Effects;
  helpTotal: () => number;
  mouse: boolean;
  /** The terminal shows no colours, whatever the theme. */
  mono?: boolean;
  /** A clock for double clicks; the process's own when absent. */
  nowMs?: () => number;
  /** How the lines are drawn that the mouse can hit. */
  look?: HitOptions;
  /** The state on screen, which may be a frame behind the store. */
  drawn?: () => ConsoleState;
}>;

export type Controller = Readonly<{ input(event: InputEvent): void; intent(intent: Intent): void }>;

/** What the parts of the controller share. */
export type Desktop = ControllerOptions &
  Readonly<{
    say(text: SafeText, role?: NoticeRole): void;
    intent(intent: Intent): void;
    timers: Timers;
    mouseOn(): boolean;
    toggleMouse(): void;
    /** The key that is being handled was clicked, not typed. */
    clicking(): boolean;
    /** Milliseconds since this was asked before: since the key of the shields was last pressed. */
    sinceShieldsKey(): number;
  }>;

export function createController(options: ControllerOptions): Controller {
  const { store, effects } = options;
  let clicking = false;
  let shieldsKeyAt = Number.NEGATIVE_INFINITY;
  const desktop: Desktop = {
    ...options,
    // Another session brings other keys.
    get keymap() {
      return options.keymap;
    },
    say: (text, role = 'plain') => store.dispatch({ kind: 'modal/noticed', text, role }),
    intent: (intent) => dispatchIntent(desktop, intent),
    timers: createTimers(effects.later),
    clicking: () => clicking,
    mouseOn: () => store.getState().mouse,
    toggleMouse: () => {
      const on = !store.getState().mouse;
      store.dispatch({ kind: 'look/mouse-switched', on });
      effects.setMouse(on && store.getState().copy.plain === undefined);
    },
    sinceShieldsKey: () => {
      const before = shieldsKeyAt;
      shieldsKeyAt = performance.now();
      return shieldsKeyAt - before;
    },
  };
  if (options.mouse) store.dispatch({ kind: 'look/mouse-switched', on: true });
  lendMouse(store, { on: desktop.mouseOn, set: effects.setMouse });
  const controller: Controller = {
    intent: desktop.intent,
    input: (event) => {
      switch (event.kind) {
        case 'key':
          pressKey(desktop, event.key);
          return;
        case 'paste': {
          if (pasteToProgram(desktop, event.text)) return;
          const intent = resolvePaste(modeChain(selectKeyMode(store.getState())), event.text);
          if (intent === undefined) desktop.say(safe('the paste was ignored: no text is being typed'));
          else dispatchIntent(desktop, intent);
          return;
        }
        case 'mouse':
          mouse.event(event);
          lookAtChosen(desktop);
          return;
        case 'focus':
        case 'closed':
          return; // the screen ends the console when the line is gone
      }
    },
  };
  const mouse = createMouse(desktop, {
    nowMs: options.nowMs ?? (() => performance.now()),
    press: (key) => {
      clicking = true;
      try {
        controller.input({ kind: 'key', key });
      } finally {
        clicking = false;
      }
    },
  });
  return controller;
}

function dispatchIntent(desktop: Desktop, intent: Intent): void {
  if (desktop.clicking() && needsKey(desktop.store.getState(), intent)) {
    desktop.say(KEY_ONLY, 'warn');
    return;
  }
  if (desktop.store.getState().modal.modal.kind === 'none') paneIntent(desktop, intent);
  else overlayIntent(desktop, intent);
  lookAtChosen(desktop);
}
