// The line of doctor on sets of the kernel: can they be read, how many are there, how many of them do not hold.

import { hasHarm } from '../core/findings.ts';
import type { Result } from '../core/result.ts';
import { safe, sanitise } from '../core/sanitise.ts';
import type { BackendCheck, SetsReading } from './backend.ts';

export function checkSets(reading: Result<SetsReading>): BackendCheck {
  if (!reading.ok) {
    const { summary, hint } = reading.problem;
    return {
      works: false,
      says: sanitise(`sets cannot be read: ${summary}`, 200),
      ...(hint === undefined ? {} : { todo: sanitise(hint, 200) }),
    };
  }
  const { sets, gaps } = reading.value;
  const [gap] = gaps;
  const more = gaps.length > 1 ? ` (+${gaps.length - 1} more)` : '';
  if (gap !== undefined) return { works: false, says: sanitise(`not all can be read: ${gap}${more}`, 300) };
  if (sets.length === 0) return { works: true, says: safe('no set of addresses') };
  const bad = sets.filter(hasHarm).length;
  const count = sets.length === 1 ? '1 set' : `${sets.length} sets`;
  if (bad === 0) return { works: true, says: sanitise(count) };
  const which = sets.length === 1 ? 'which does' : `${bad} of them ${bad === 1 ? 'does' : 'do'}`;
  return {
    works: true,
    says: sanitise(`${count}, ${which} not hold`),
    todo: safe('see what is said of the sets below'),
  };
}
