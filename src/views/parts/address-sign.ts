// The sign and colour of an address, the same in every pane: ⊘ banned, ✓ safe, n× seen, nothing for new.

import type { Role } from '../../core/line.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { AddressState } from '../../store/select/address-state.ts';
import type { Glyphs } from '../glyphs.ts';

/** At most 4 columns. */
export type AddressSign = Readonly<{ text: SafeText; role: Role }>;

export function addressSign(state: AddressState, glyphs: Glyphs): AddressSign {
  switch (state.kind) {
    case 'banned':
      // In a set, but whether a rule drops it could not be read: said, not assumed.
      return { text: sanitise(state.proved ? glyphs.banned : `${glyphs.banned}?`), role: 'banned' };
    case 'safe':
      return { text: sanitise(glyphs.safe), role: 'safe' };
    case 'seen':
      return { text: sanitise(`${shortCount(state.count)}${glyphs.times}`), role: 'seen' };
    case 'new':
      return { text: sanitise(''), role: 'plain' };
    default:
      return unreachable(state);
  }
}

function shortCount(count: number): string {
  if (count < 1000) return String(count);
  return count < 100_000 ? `${Math.floor(count / 1000)}k` : '99k';
}
