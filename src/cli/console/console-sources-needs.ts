// What the panes of a session ask of the sources that they share: which kinds there are, and how often to read.

import type { PaneKind, PaneSpec, Session } from '../../core/pane.ts';

export function panesOf(session: Session): readonly PaneSpec[] {
  return session.windows.flatMap((window) => window.panes);
}

export function hasPane(session: Session, ...kinds: readonly PaneKind[]): boolean {
  return panesOf(session).some(({ body }) => kinds.includes(body.kind));
}

/** The shortest refresh that a pane of this kind asks for. */
export function refreshOf(session: Session, kind: PaneKind): number {
  const wishes = panesOf(session)
    .filter(({ body }) => body.kind === kind)
    .map((pane) => pane.refreshMs ?? session.refreshMs);
  return wishes.length === 0 ? session.refreshMs : Math.min(...wishes);
}
