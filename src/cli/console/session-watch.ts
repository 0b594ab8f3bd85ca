// Follows the session file of now with one watch, and waits for an open dialog before something is taken under it.

import { watchFile } from '../../host/watch-file.ts';
import type { ConsoleStore } from '../../store/store.ts';

export type SessionWatch = Readonly<{
  /** From now on this file; the one before is let go. */
  follow(path: string): void;
  /** Looks again as soon as nothing stands in front of the panes. */
  later(): void;
  close(): Promise<void>;
}>;

const QUIET_MS = 150;

export function createSessionWatch(
  options: Readonly<{ store: ConsoleStore; look: () => void }>,
): SessionWatch {
  const { store, look } = options;
  let followed: string | undefined;
  let watching: Promise<Readonly<{ close(): Promise<void> }> | undefined> = Promise.resolve(undefined);
  let waiting = false;
  const leave = store.subscribe((state) => {
    if (!waiting || state.modal.modal.kind !== 'none') return;
    waiting = false;
    look();
  });
  const letGo = async (): Promise<void> => {
    const watch = await watching;
    await watch?.close();
  };
  return {
    follow: (path) => {
      if (path === followed) return;
      followed = path;
      const gone = letGo();
      watching = gone
        .then(() => watchFile({ path, quietMs: QUIET_MS, onChange: look }))
        .then((watch) => {
          // What changed before it began would never be seen.
          look();
          return watch;
        })
        .catch(() => undefined);
    },
    later: () => {
      waiting = true;
    },
    close: async () => {
      leave();
      await letGo();
    },
  };
}
