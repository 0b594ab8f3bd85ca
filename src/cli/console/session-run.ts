// Saving, loading and reading again while the console runs. Decides nothing about the firewall and starts no program:
// what changes is the workspace, after the operator has seen how.

import { safe } from '../../core/sanitise.ts';
import { EMPTY_INPUT } from '../../store/text-input.ts';
import { listSessions } from './session-files.ts';
import { SessionGround, type SessionRunOptions } from './session-ground.ts';
import type { SessionPort } from './session-port.ts';
import { saveNow } from './session-saving.ts';
import { SessionTaking } from './session-taking.ts';

export type SessionRun = SessionPort & Readonly<{ close(): Promise<void> }>;

export function createSessionRun(options: SessionRunOptions): SessionRun {
  const ground: SessionGround = new SessionGround(options, () => taking.changed());
  const taking = new SessionTaking(ground);
  const { origin } = options.store.getState().session;
  // Also says what changed since it was opened a moment ago.
  if (origin.kind === 'file') ground.watch.follow(origin.path);
  return {
    command: (command) => {
      switch (command.kind) {
        case 'save':
          return ground.start(() => saveNow(ground, command.name));
        case 'load':
          return ground.start(() => taking.load(command.name));
        case 'reload':
          return ground.start(() => taking.reload());
        case 'sessions':
          return ground.start(() => list(ground));
      }
    },
    chosen: (path) => ground.start(() => taking.load(path)),
    accepted: () => ground.accepted(),
    close: () => ground.close(),
  };
}

async function list(ground: SessionGround): Promise<void> {
  const { origin } = ground.store.getState().session;
  const current = origin.kind === 'file' ? origin.path : undefined;
  const items = await listSessions(ground.options, current);
  if (items.length === 0) {
    ground.say('there is no session file yet: :save NAME makes one', 'warn');
    return;
  }
  if (!ground.free('the list of sessions')) return;
  const at = Math.max(
    0,
    items.findIndex(({ id }) => id === current),
  );
  const picker = { purpose: 'sessions', title: safe('Sessions'), items, filter: EMPTY_INPUT, at } as const;
  ground.store.dispatch({ kind: 'modal/picker-opened', picker });
}
