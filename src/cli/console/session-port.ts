// What the keys and commands of the session file ask for. The run time behind it is session-run.ts.

import type { SessionCommand } from './session-command.ts';

export type SessionPort = Readonly<{
  command(command: SessionCommand): void;
  /** Enter in a picker of sessions: the path that was chosen. */
  chosen(path: string): void;
  /** Enter under the text that was shown. */
  accepted(): void;
}>;
