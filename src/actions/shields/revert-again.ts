// The script does each item once. What a raiser did after it had passed the item, or what a raiser that was killed left in
// flight, is still there: so its marks are removed and it runs once more. Items that have their old values are left alone.

import { command, quoteWord } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Outcome } from '../../core/shields.ts';
import { currentFile, deadlineFile, parseDeadline } from '../../firewall/shields/state.ts';
import type { Host } from '../../host/host.ts';
import { runRevert, type Where } from './engine.ts';

/** Removes the marks of the first run. */
export async function revertAgain(host: Host, where: Where, by: Outcome['by']): Promise<Result<Outcome>> {
  const { place, id } = where;
  const marks = [`${place.run}/${id}`, `${place.dir}/${id}/${id}`].flatMap((path) => [
    `${path}.items`,
    `${path}.lock`,
    `${path}.outcome`,
  ]);
  await host.run(command(['rm', '-rf', ...marks, `${place.dir}/${id}/outcome`], { privileged: true }));
  return runRevert(host, where, by);
}

/** Twice when it was still being raised: whoever raised may have been killed with a command on its way. */
export async function runRevertTwice(host: Host, where: Where, by: Outcome['by']): Promise<Result<Outcome>> {
  const dated = await host.read(deadlineFile(where.place.dir, where.id));
  const phase = dated.ok ? parseDeadline(dated.value.toString('latin1'))?.phase : undefined;
  const first = await runRevert(host, where, by);
  if (!first.ok || !first.value.complete || phase !== 'raising') return first;
  const locked = await lockAgain(host, where);
  if (!locked.ok) return first;
  const second = await revertAgain(host, where, by);
  return second.ok ? ok(bothOf(first.value, second.value)) : first;
}

const OTHERS = 11;

/** Not behind the back of a new raise, whose values would be taken for ours. The script gives `current` up again. */
async function lockAgain(host: Host, { place, id }: Where): Promise<Result<void>> {
  const path = quoteWord(currentFile(place.dir));
  const ran = await host.run(
    command(['sh', '-s'], {
      stdin: `umask 022\n(set -C; echo ${id} >${path}) 2>/dev/null || [ "$(cat ${path})" = ${id} ] || exit ${OTHERS}\n`,
      privileged: true,
    }),
  );
  return ran.ok ? ok(undefined) : fail(problem('refused', 'others are being raised', { hint: 'look again' }));
}

/** What the second run found done already is told as the first one did it. */
function bothOf(first: Outcome, second: Outcome): Outcome {
  const items = second.items.map((item, index) => {
    const before = first.items[index];
    return item.result === 'already' && before?.what === item.what ? before : item;
  });
  return { ...second, by: first.by, at: first.at, ...(first.dropped && { dropped: first.dropped }), items };
}
