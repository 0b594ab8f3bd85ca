// In front of the bottom line: which address is followed, and the keys that go with it. Only keys that work now.

import type { Line } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { selectPaneMode } from '../../store/select/shell.ts';
import { selectFollowed } from '../../store/slices/follow.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { KeyFor } from '../dialogs/act.ts';
import type { Glyphs } from '../glyphs.ts';
import { FOLLOWED } from './follow-light.ts';
import { span, widthOfLine } from './lines.ts';

/** `fresh`: a result has just come and needs the room. */
export type LegendRoom = Readonly<{ columns: number; fresh: boolean; glyphs: Glyphs; keyFor: KeyFor }>;

/** Nothing while no address is followed. With less room it says less; the address stays. */
export function followLegend(state: ConsoleState, { columns, fresh, glyphs, keyFor }: LegendRoom): Line {
  const net = selectFollowed(state);
  if (net === undefined) return [];
  const mode = selectPaneMode(state);
  const address = span(sanitise(net.text), FOLLOWED);
  const hint = (key: SafeText | undefined, words: string): Line =>
    key === undefined
      ? []
      : [span(sanitise(` ${glyphs.dot} `), 'dim'), span(key, 'key'), span(sanitise(` ${words}`), 'dim')];
  // The card's own keys stand on the right.
  const open = mode === 'card';
  const next = open ? [] : hint(keyFor(mode, 'occurrence-next'), 'next');
  const card = open ? [] : hint(keyFor(mode, 'follow-address'), 'card');
  const long: Line = [span(safe(' following ')), address];
  const short: Line = [span(safe(' ')), span(sanitise(`${glyphs.followed} `), FOLLOWED), address];
  const forms: readonly Line[] = fresh
    ? [short]
    : [[...long, ...next, ...card], [...long, ...card], long, short];
  const room = Math.floor(columns * (open ? 0.4 : 0.6));
  return [...(forms.find((form) => widthOfLine(form) <= room) ?? short), span(safe(' '))];
}
