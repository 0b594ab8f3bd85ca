// The shields of one host in a few cells, for tables of several hosts and the top row.

import { formatClock } from '../../core/duration.ts';
import type { Role } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { UNKNOWN } from '../../core/units.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { ShieldsShown } from '../../store/select/shields.ts';

export type Brief = Readonly<{ text: SafeText; role: Role }>;

/** `reached` false: they come down by themselves there, so the clock still runs; that they are down is not known any more. */
export function shieldsBrief(shown: ShieldsShown, reached: boolean): Brief {
  switch (shown.kind) {
    case 'unread':
      return { text: safe(UNKNOWN), role: 'dim' };
    case 'unknown':
      return { text: safe('unknown'), role: 'warn' };
    case 'down':
      return reached ? { text: safe('down'), role: 'dim' } : { text: safe(UNKNOWN), role: 'dim' };
    case 'raising':
    case 'lowering':
      return { text: sanitise(`${shown.kind} ${formatClock(shown.seconds)}`), role: 'warn' };
    case 'up': {
      const left = formatClock(Math.abs(shown.leftSeconds));
      if (shown.leftSeconds < 0) return { text: sanitise(`overdue ${left}`), role: 'bad' };
      const word = shown.phase === 'held' ? 'hold' : shown.phase;
      const lost = shown.wall === 'gone' || shown.wall === 'expired';
      return { text: sanitise(`${word} ${left}${lost ? '!' : ''}`), role: lost ? 'bad' : 'warn' };
    }
    default:
      return unreachable(shown);
  }
}
