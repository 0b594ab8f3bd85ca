// The packet filters that can hold a wall, best first.

import type { WallVariant } from '../../core/shields.ts';
import { iptablesWall } from './iptables.ts';
import { nftWall } from './nft.ts';
import type { WallWriter } from './wall.ts';

export const WALL_WRITERS: readonly WallWriter[] = [nftWall, iptablesWall];

const BY_VARIANT: Readonly<Record<WallVariant, WallWriter>> = { nft: nftWall, iptables: iptablesWall };

export const writerOf = (variant: WallVariant): WallWriter => BY_VARIANT[variant];

/** pf is planned, not yet held by anything: it has no timer of its own. */
export { pfNotes, planPf, planPfDown, printPfAnchor } from './pf.ts';
export { parsePfOptions, planPfTimeouts, restorePfTimeouts } from './pf-timeouts.ts';
