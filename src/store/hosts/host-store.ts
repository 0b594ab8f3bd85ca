// The store as the sources, acts and shields of one host see it: they read their own branch and tell it, whichever host is
// looked at.

import type { HostId } from '../../core/hosts.ts';
import type { Session } from '../../core/pane.ts';
import type { HostlessMsg, Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';
import type { ConsoleStore } from '../store.ts';
import { panesOn } from './branch.ts';
import { onHost } from './on-host.ts';

/** The session that it shows has the panes of this host alone. */
export function storeOn(store: ConsoleStore, id: HostId): ConsoleStore {
  const ownOf = keptSession(id);
  let last: Readonly<{ of: ConsoleState; seen: ConsoleState }> | undefined;
  const see = (state: ConsoleState): ConsoleState => {
    if (last?.of === state) return last.seen;
    const seen = onHost(state, id);
    const session = ownOf(seen.session);
    last = { of: state, seen: session === seen.session ? seen : { ...seen, session } };
    return last.seen;
  };
  return {
    getState: () => see(store.getState()),
    subscribe: (listener) =>
      store.subscribe((state, previous) => {
        // With many hosts most of what happens is another one's.
        if (sameFor(id, state, previous)) return;
        const before = see(previous);
        listener(see(state), before);
      }),
    dispatch: (msg) => store.dispatch(addressed(id, msg)),
  };
}

const addressed = (host: HostId, msg: Msg): Msg =>
  msg.kind === 'host/on' ? msg : { kind: 'host/on', host, msg: msg satisfies HostlessMsg };

function sameFor(id: HostId, state: ConsoleState, previous: ConsoleState): boolean {
  return (
    state.hosts[id] === previous.hosts[id] &&
    state.session === previous.session &&
    state.follow === previous.follow &&
    state.logs === previous.logs &&
    state.watches === previous.watches
  );
}

/** The same object for the same session: who looks for changes compares by identity. */
function keptSession(id: HostId): (session: Session) => Session {
  let kept: Readonly<{ of: Session; own: Session }> | undefined;
  return (session) => {
    if (kept?.of !== session) kept = { of: session, own: panesOn(session, id) };
    return kept.own;
  };
}
