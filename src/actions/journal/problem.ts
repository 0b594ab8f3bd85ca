// What SQLite's errors mean for the operator.

import { type Problem, problem } from '../../core/problem.ts';
import { sanitise } from '../../core/sanitise.ts';

/** SQLite's result codes (sqlite.org/rescode.html) in our words. */
export function sqliteProblem(error: unknown, path: string): Problem {
  const detail = error instanceof Error ? sanitise(error.message, 300) : 'unknown error';
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  const shown = sanitise(path, 200);
  switch (code) {
    case 13: // SQLITE_FULL
    case 10: // SQLITE_IOERR
      return problem('no-space', `the journal ${shown} cannot be written: the disk is full or failing`, {
        hint: 'free some space (df, journalctl --vacuum-size), or act without a journal',
        detail,
      });
    case 8: // SQLITE_READONLY
    case 14: // SQLITE_CANTOPEN
    case 3: // SQLITE_PERM
      return problem('not-permitted', `the journal ${shown} cannot be opened for writing`, {
        hint: 'check its owner and that the file system is writable, or act without a journal',
        detail,
      });
    case 5: // SQLITE_BUSY
      return problem('timed-out', `the journal ${shown} is busy: another console is writing`, {
        hint: 'try again',
        detail,
      });
    default:
      return problem('unreadable', `the journal ${shown} is damaged or not a journal`, {
        hint: `move it away (mv ${shown} ${shown}.broken) and a new one is started`,
        detail,
      });
  }
}
