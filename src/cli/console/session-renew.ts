// What acts under the rules of a session, made anew when another session brings other rules. An act that runs ends
// under the rules that it began with; a plan that was shown under old rules is not performed any more.

import type { Desk } from '../../actions/desk.ts';
import type { Shields } from '../../actions/shields/port.ts';
import type { Session } from '../../core/pane.ts';

export type Renewable<T> = Readonly<{ now: T; renew(session: Session): void }>;

export function renewableDesk(first: Session, make: (session: Session) => Desk): Renewable<Desk> {
  let rules = rulesOf(first);
  let current = counted(make(first));
  const desk: Desk = {
    preview: (draft, signal) => current.during((inner) => inner.preview(draft, signal)),
    perform: (token, wish) => current.during((inner) => inner.perform(token, wish)),
    settle: () => current.during((inner) => inner.settle()),
    safeSet: () => current.during((inner) => inner.safeSet()),
    journal: (limit) => current.during((inner) => inner.journal(limit)),
    fillEnds: (set, read) => current.during((inner) => inner.fillEnds(set, read)),
    close: () => current.close(),
  };
  return {
    now: desk,
    renew: (session) => {
      if (rulesOf(session) === rules) return;
      rules = rulesOf(session);
      const old = current;
      current = counted(make(session));
      old.close();
    },
  };
}

const rulesOf = ({ allow }: Session): string => JSON.stringify(allow);

type Counted = Readonly<{ during<T>(use: (desk: Desk) => Promise<T>): Promise<T>; close(): void }>;

/** Closed when nothing is under way any more. */
function counted(desk: Desk): Counted {
  let running = 0;
  let closing = false;
  const settle = (): void => {
    if (closing && running === 0) desk.close();
  };
  return {
    during: async (use) => {
      running++;
      try {
        return await use(desk);
      } finally {
        running--;
        settle();
      }
    },
    close: () => {
      closing = true;
      settle();
    },
  };
}

/** Their state is on the disk of the host, so the next one knows what the one before did. */
export function renewableShields(first: Session, make: (session: Session) => Shields): Renewable<Shields> {
  const rules = ({ allow, shields }: Session): string => JSON.stringify([allow, shields]);
  let known = rules(first);
  let current = make(first);
  return {
    now: {
      now: () => current.now(),
      preview: (wish) => current.preview(wish),
      raise: (wish, onProgress) => current.raise(wish, onProgress),
      keep: () => current.keep(),
      renew: (seconds) => current.renew(seconds),
      lower: (by) => current.lower(by),
      recover: () => current.recover(),
    },
    renew: (session) => {
      if (rules(session) === known) return;
      known = rules(session);
      current = make(session);
    },
  };
}
