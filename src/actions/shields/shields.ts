// The shields of one host: raise, keep, renew, lower, recover. What each does lives in a file of its own; here they meet.

import type { Operator } from '../../core/act.ts';
import { problem } from '../../core/problem.ts';
import { fail, type Result } from '../../core/result.ts';
import type { ShieldsPlace, ShieldsSettings } from '../../core/shields.ts';
import { readNow } from '../../firewall/shields/read-now.ts';
import type { Host } from '../../host/host.ts';
import type { Journal } from '../journal.ts';
import type { Shields } from './port.ts';

export type ShieldsOptions = Readonly<{
  host: Host;
  settings: ShieldsSettings;
  operator: Operator;
  /** Addresses, networks and names of the session file that are never limited. */
  allow: readonly string[];
  resolve?: (name: string) => Promise<Result<readonly string[]>>;
  /** Path of the journal file, or a journal (then the caller closes it). */
  journal: string | Journal;
  place: ShieldsPlace;
  readOnly: boolean;
}>;

export function createShields(options: ShieldsOptions): Shields {
  const missing = problem('not-found', 'the shields cannot be raised by this build yet');
  return {
    now: () => readNow(options.host, options.place),
    preview: () => Promise.resolve({ kind: 'failed', problem: missing }),
    raise: () => Promise.resolve({ kind: 'failed', problem: missing, undone: true }),
    keep: () => Promise.resolve(fail(missing)),
    renew: () => Promise.resolve(fail(missing)),
    lower: () => Promise.resolve({ kind: 'failed', problem: missing }),
    recover: () => Promise.resolve(undefined),
  };
}
