// Adding and deleting ipset elements: one `ipset restore -exist` on stdin. A bad line loses the adds before it, so every
// line is made of a checked name and our own spelling of the address.

import type { Net } from '../../core/address.ts';
import { command, type Step } from '../../core/plan.ts';
import type { SetInfo } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import type { Element } from '../backend.ts';
import { isUsableName } from '../hold.ts';
import { cleanComment } from '../nft/plan.ts';

const TIMEOUT_MS = 60_000;

/** `-exist` makes a second add refresh the timeout instead of failing. */
export function planIpsetAdd(set: SetInfo, elements: readonly Element[]): readonly Step[] {
  if (elements.length === 0 || !isUsableName(set)) return [];
  return [restore(elements.map((element) => addLine(set, element)))];
}

/** `-exist` makes deleting an absent element no error. */
export function planIpsetDelete(set: SetInfo, holders: readonly Net[]): readonly Step[] {
  if (holders.length === 0 || !isUsableName(set)) return [];
  return [restore(holders.map((net) => `del ${set.name} ${net.text}`))];
}

/** Without a timeout of its own an element would take the default of the set: 0 says "none". */
function addLine(set: SetInfo, { net, seconds, comment }: Element): string {
  const words = [`add ${set.name} ${net.text}`];
  if (set.timeouts) words.push(`timeout ${seconds ?? 0}`);
  const text = set.comments ? cleanComment(comment ?? '') : '';
  if (text !== '') words.push(`comment "${text}"`);
  return words.join(' ');
}

export function restore(lines: readonly string[]): Step {
  return {
    command: command(['ipset', 'restore', '-exist'], {
      stdin: `${lines.join('\n')}\n`,
      timeoutMs: TIMEOUT_MS,
      privileged: true,
    }),
    shown: showLines(lines),
  };
}

const SHOWN_MAX = 8;

function showLines(lines: readonly string[]): readonly SafeText[] {
  const shown = lines.slice(0, SHOWN_MAX).map((line) => sanitise(`ipset ${line} -exist`));
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, sanitise(`… and ${groupDigits(more)} more in the same batch`)] : shown;
}
