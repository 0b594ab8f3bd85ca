// How the followed address is lit up: a sign before it and a role of its own, the same in every pane.

import type { Net } from '../../core/address.ts';
import type { Role, Span } from '../../core/line.ts';
import { type SafeText, safe } from '../../core/sanitise.ts';
import { isRelated } from '../../store/follow/match.ts';
import { selectFollowed } from '../../store/slices/follow.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { Glyphs } from '../glyphs.ts';
import { span } from './lines.ts';

export const FOLLOWED: Role = 'followed';

/** Whether an address is the followed one, or a network that holds it or lies in it. */
export type Light = (net: Net) => boolean;

/** Undefined while nothing is followed. */
export function lightOf(state: ConsoleState): Light | undefined {
  const followed = selectFollowed(state);
  return followed === undefined ? undefined : (net) => isRelated(followed, net);
}

/** The column before an address: the sign, or a blank like those beside it. */
export function followSign(lit: boolean, glyphs: Glyphs, blank?: Role): Span {
  return lit ? span(glyphs.followed as SafeText, FOLLOWED) : span(safe(' '), blank);
}
