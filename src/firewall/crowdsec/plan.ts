// Adding and deleting decisions (cscli 1.4.6): one start of cscli for each, because `decisions import` there wants a file with
// a name. A deletion names ids, or exactly this value: `--ip` would also delete every range around it.

import { isHost, type Net } from '../../core/address.ts';
import { command, type Step } from '../../core/plan.ts';
import type { SetInfo } from '../../core/rows.ts';
import type { Element } from '../backend.ts';
import { cleanComment } from '../nft/plan.ts';

const TIMEOUT_MS = 15_000;

export function planCrowdsecAdd(_set: SetInfo, elements: readonly Element[]): readonly Step[] {
  return elements.flatMap(({ net, seconds, comment }) => {
    if (seconds === null || !Number.isInteger(seconds) || seconds < 1) return [];
    return [
      cscli(
        'add',
        isHost(net) ? '--ip' : '--range',
        net.text,
        '-d',
        `${seconds}s`,
        '-t',
        'ban',
        reason(comment),
      ),
    ];
  });
}

/** By id where it is known; else all decisions on exactly this address. */
export function planCrowdsecDelete(
  _set: SetInfo,
  holders: readonly Net[],
  refs: readonly number[] = [],
): readonly Step[] {
  return holders.map((net, index) => {
    const id = refs[index] ?? 0;
    return id > 0 ? cscli('delete', '--id', String(id)) : cscli('delete', '--value', net.text, '-t', 'ban');
  });
}

/**
 * Of an addition: ids are not known before, so the address and its reason name it. Other decisions on the same address, by
 * other scenarios and of other origins, stay.
 */
export function inverseOfCrowdsec({ command: { argv } }: Step): readonly Step[] | undefined {
  const [, , verb, , value, , , , , word = ''] = argv;
  if (verb !== 'add' || value === undefined || !word.startsWith(REASON)) return undefined;
  return [cscli('delete', '--value', value, '-t', 'ban', `--scenario=${word.slice(REASON.length)}`)];
}

/** One word with it, so that a reason that begins with a dash stays one. */
const REASON = '--reason=';

function reason(comment: string | undefined): string {
  const text = cleanComment(comment ?? '');
  return `${REASON}${text === '' ? 'opsconsole' : text}`;
}

function cscli(...words: readonly string[]): Step {
  return {
    command: command(['cscli', 'decisions', ...words], { privileged: true, timeoutMs: TIMEOUT_MS }),
  };
}
