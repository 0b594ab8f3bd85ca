// Takes out of a list what no act may touch, and says of whom it was.

import type { SafeSet } from '../../core/act.ts';
import type { Net } from '../../core/address.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { refusals } from '../guards.ts';
import { rangeIndex } from '../ranges.ts';

export type Subtracted<T> = Readonly<{ kept: readonly T[]; notes: readonly SafeText[] }>;

const SHOWN = 5;

/** A network that holds a safe address is left out whole: what else is in it must be named by smaller networks. */
export function subtractSafe<T>(
  items: readonly T[],
  netOf: (item: T) => Net,
  safeSet: SafeSet,
): Subtracted<T> {
  const index = rangeIndex(safeSet.entries, ({ net }) => net);
  const out: Net[] = [];
  const kept = items.filter((item) => {
    const net = netOf(item);
    if (net.prefix > 0 && index.overlapping(net).length === 0) return true;
    out.push(net);
    return false;
  });
  const notes = out
    .slice(0, SHOWN)
    .flatMap((net) => refusals([net], safeSet).map((why) => sanitise(`left out: ${why}`)));
  if (out.length > SHOWN)
    notes.push(sanitise(`left out: ${groupDigits(out.length - SHOWN)} more that touch the safe set`));
  return { kept, notes };
}

/** "3 (203.0.113.9, 203.0.113.10, …)" */
export function countAndName(nets: readonly Net[]): string {
  const few = nets.slice(0, SHOWN).map(({ text }) => text);
  const more = nets.length > few.length ? ', …' : '';
  return `${groupDigits(nets.length)} (${few.join(', ')}${more})`;
}
