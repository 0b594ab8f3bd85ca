// Joins saving and loading with what acts under the rules of a session: desk, shields, keys and mouse follow the
// session that is open.

import type { Desk } from '../../actions/desk.ts';
import type { Shields } from '../../actions/shields/port.ts';
import type { Intent } from '../../core/intent.ts';
import type { Host } from '../../host/host.ts';
import type { ConsoleStore } from '../../store/store.ts';
import type { Io } from '../io.ts';
import type { LiveKeys } from './live-keys.ts';
import type { Renewable } from './session-renew.ts';
import { createSessionRun, type SessionRun } from './session-run.ts';

export type OpenSessions = Readonly<{
  store: ConsoleStore;
  host: Host;
  io: Io;
  /** The text that the session was opened from. */
  opened: string;
  keys: LiveKeys;
  desk: Renewable<Desk>;
  shields: Renewable<Shields>;
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
  desk,
  shields,
  tell,
  intent,
}: OpenSessions): SessionRun {
  return createSessionRun({
    ...{ store, host, opened, env: io.env, cwd: io.cwd },
    onTaken: (next, before) => {
      desk.renew(next);
      shields.renew(next);
      tell(keys.renew(next));
      if (next.mouse !== before.mouse && next.mouse !== store.getState().mouse)
        intent({ id: 'mouse-toggle' });
    },
  });
}
