// Writes down which measures could not be taken: state.json was written before that was known, and every reader of this host
// is to be told what stands. For readers only: nothing that takes the shields down needs it.

import { command, quoteWord } from '../../core/plan.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { type LeftOut, leftOutFile, printLeftOut } from '../../firewall/shields/state.ts';
import type { Engine, Where } from './engine.ts';

/** Undefined = written, or nothing to write; else what status will say wrongly. */
export async function writeLeftOut(
  { acting }: Engine,
  { place, id }: Where,
  leftOut: readonly LeftOut[],
): Promise<SafeText | undefined> {
  if (leftOut.length === 0) return undefined;
  const path = leftOutFile(place.dir, id);
  const [to, draft] = [quoteWord(path), quoteWord(`${path}.new`)];
  const text = quoteWord(printLeftOut(leftOut).trimEnd());
  const ran = await acting.run(
    command(['sh', '-s'], {
      stdin: `umask 022\n{ printf '%s\\n' ${text} >${draft} && mv -f ${draft} ${to}; } || { rm -f ${draft}; exit 1; }\n`,
      privileged: true,
    }),
  );
  if (ran.ok) return undefined;
  const names = leftOut.map(({ measure }) => measure).join(', ');
  return sanitise(`other readers will take ${names} for standing: ${ran.problem.summary}`, 300);
}
