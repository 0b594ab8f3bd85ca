// Joins saving and loading with what acts under the rules of a session: desk, shields, keys and mouse follow the
// session that is open.

import type { Intent } from '../../core/intent.ts';
import type { Session } from '../../core/pane.ts';
import type { Host } from '../../host/host.ts';
import type { ConsoleStore } from '../../store/store.ts';
import type { Io } from '../io.ts';
import type { LiveKeys } from './live-keys.ts';
import { createSessionRun, type SessionRun } from './session-run.ts';

export type OpenSessions = Readonly<{
  store: ConsoleStore;
  host: Host;
  io: Io;
  /** The text that the session was opened from. */
  opened: string;
  keys: LiveKeys;
  overlay: (session: Session) => Session;
  /** Its hosts, its rules for desks and shields. */
  onTaken: (session: Session) => void;
  /** Tells of keys that cannot be bound. */
  tell: (problems: LiveKeys['problems']) => void;
  intent: (intent: Intent) => void;
}>;

export function openSessions({
  store,
  host,
  io,
  opened,
  keys,
  overlay,
  onTaken,
  tell,
  intent,
}: OpenSessions): SessionRun {
  return createSessionRun({
    ...{ store, host, opened, env: io.env, cwd: io.cwd, overlay },
    onTaken: (next, before) => {
      onTaken(next);
      tell(keys.renew(next));
      if (next.mouse !== before.mouse && next.mouse !== store.getState().mouse)
        intent({ id: 'mouse-toggle' });
    },
  });
}
