// Opens the shields of one host for whoever asks in this process: the console, the headless commands, the watch. Where
// their state lies is decided here and nowhere else.

import { isAbsolute, join, normalize } from 'node:path';
import type { Shields } from '../actions/shields/port.ts';
import type { Operator } from '../core/act.ts';
import type { Session } from '../core/pane.ts';
import { problem } from '../core/problem.ts';
import { fail } from '../core/result.ts';
import type { ShieldsPlace } from '../core/shields.ts';
import type { Host } from '../host/host.ts';

type Env = Readonly<Record<string, string | undefined>>;

const STATE_DIR = '/var/lib/opsconsole';
const RUN_DIR = '/run/opsconsole';

/**
 * `$OPSCONSOLE_STATE_DIR/shields` and `$OPSCONSOLE_RUN_DIR`; absolute paths only. Not under XDG: all operators of a host,
 * whatever their name and HOME, share one lock and one truth.
 */
export function shieldsPlace(env: Env): ShieldsPlace {
  return {
    dir: join(folderOf(env.OPSCONSOLE_STATE_DIR, STATE_DIR), 'shields'),
    run: folderOf(env.OPSCONSOLE_RUN_DIR, RUN_DIR),
  };
}

function folderOf(wish: string | undefined, usual: string): string {
  if (wish === undefined || !isAbsolute(wish)) return usual;
  return wish === '/' ? wish : normalize(wish).replace(/\/+$/, '');
}

/** `operator`: who acts, when the caller has read it already (the console does, once). */
export type ShieldsWishes = Readonly<{ readOnly?: boolean; operator?: Operator }>;

/** The shields of `host` under the guards of `session`. Cheap: nothing is read before the first question. */
export function shieldsFor(host: Host, session: Session, env: Env, wishes: ShieldsWishes = {}): Shields {
  return notYet({ host, session, place: shieldsPlace(env), wishes });
}

function notYet(_: unknown): Shields {
  const missing = problem('not-found', 'the shields are not built into this program yet');
  return {
    now: () => Promise.resolve({ kind: 'unknown', problem: missing }),
    preview: () => Promise.resolve({ kind: 'failed', problem: missing }),
    raise: () => Promise.resolve({ kind: 'failed', problem: missing, undone: true }),
    keep: () => Promise.resolve(fail(missing)),
    renew: () => Promise.resolve(fail(missing)),
    lower: () => Promise.resolve({ kind: 'failed', problem: missing }),
    recover: () => Promise.resolve(undefined),
  };
}
