// The two sources of the uplinks panes of a host: made together, anew when they are to ask for something else.

import type { Session } from '../../core/pane.ts';
import {
  createUplinksSources,
  UPLINKS_MIN_MS,
  type UplinksSources,
  type UplinksWish,
} from '../../sources/uplinks/source.ts';
import { panesOf, refreshOf } from './console-sources-needs.ts';

export type UplinksKeeper = Readonly<{
  of(session: Session): Readonly<{ key: string; sources: UplinksSources }>;
}>;

/** A pane without a refresh of its own is read on a slow clock: each reading starts programs. */
const USUAL_MS = 10_000;

export function uplinksKeeper(): UplinksKeeper {
  let kept: Readonly<{ key: string; sources: UplinksSources }> | undefined;
  return {
    of: (session) => {
      const wish = wishOf(session);
      const own = panesOf(session).some(
        ({ body, refreshMs }) => body.kind === 'uplinks' && refreshMs !== undefined,
      );
      const everyMs = own ? Math.max(UPLINKS_MIN_MS, refreshOf(session, 'uplinks')) : USUAL_MS;
      const key = `every ${everyMs} ${JSON.stringify(wish)}`;
      if (kept?.key !== key) kept = { key, sources: createUplinksSources({ everyMs, wish }) };
      return kept;
    },
  };
}

/** What all of its panes ask for, each once. */
function wishOf(session: Session): UplinksWish {
  const bodies = panesOf(session).flatMap(({ body }) => (body.kind === 'uplinks' ? [body] : []));
  return {
    targets: [...new Set(bodies.flatMap(({ targets }) => targets))],
    gateways: bodies.every(({ gateways }) => gateways === 'none') ? 'none' : 'auto',
    tunnels: [...new Map(bodies.flatMap(({ tunnels }) => tunnels).map((one) => [one.name, one])).values()],
  };
}
