// Opens the shields of one host for whoever asks in this process: the console, the headless commands, the watch. Where
// their state lies is decided here and nowhere else.

import { join } from 'node:path';
import type { Shields } from '../actions/shields/port.ts';
import { createShields } from '../actions/shields/shields.ts';
import type { Operator } from '../core/act.ts';
import { type HostSystem, runFolder } from '../core/host-system.ts';
import type { Session } from '../core/pane.ts';
import type { ShieldsPlace } from '../core/shields.ts';
import type { Host } from '../host/host.ts';
import { platformNow } from '../host/platform.ts';
import { resolverFor } from './allow/file.ts';
import { journalPath, readOperator } from './operator.ts';
import { folderOf, stateFolder } from './state-folder.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * `$OPSCONSOLE_STATE_DIR/shields` and `$OPSCONSOLE_RUN_DIR`; absolute paths only. Not under XDG: all operators of a host,
 * whatever their name and HOME, share one lock and one truth.
 */
export function shieldsPlace(env: Env, system: HostSystem | undefined = platformNow()): ShieldsPlace {
  return {
    dir: join(stateFolder(env), 'shields'),
    run: folderOf(env.OPSCONSOLE_RUN_DIR, runFolder(system)),
  };
}

/** Over ssh the far host's own folders: our variables say nothing of it, and its system is known once the line was up. */
export function shieldsPlaceOn(host: Pick<Host, 'kind' | 'system'>, env: Env): ShieldsPlace {
  if (host.kind !== 'ssh') return shieldsPlace(env, host.system);
  return {
    dir: shieldsPlace({}).dir,
    get run() {
      return runFolder(host.system);
    },
  };
}

/** `operator`: who acts, when the caller has read it already (the console does, once). */
export type ShieldsWishes = Readonly<{ readOnly?: boolean; operator?: Operator }>;

/** The shields of `host` under the guards of `session`. Cheap: nothing is read before the first question. */
export function shieldsFor(
  host: Host,
  session: Pick<Session, 'shields' | 'allow'>,
  env: Env,
  wishes: ShieldsWishes = {},
): Shields {
  return createShields({
    host,
    settings: session.shields,
    operator: wishes.operator ?? readOperator(env),
    allow: session.allow,
    resolve: resolverFor(env),
    journal: journalPath(env),
    place: shieldsPlaceOn(host, env),
    readOnly: wishes.readOnly ?? false,
  });
}
