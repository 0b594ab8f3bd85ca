// Several cheap questions to a host without /proc in one program start: constant words, nothing from outside in them.

import { type Command, command } from '../core/plan.ts';

/** Times as UTC and numbers as C writes them, whatever the login says; an unknown name must not fail the rest. */
export function askInOne(lines: readonly string[]): Command {
  const script = [
    'LC_ALL=C TZ=UTC0 PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin; export LC_ALL TZ PATH',
    ...lines,
    ':',
  ];
  return command(['sh', '-c', script.join('\n')], { timeoutMs: 5000, outputMaxBytes: 1_048_576 });
}
