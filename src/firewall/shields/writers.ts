// The packet filters that can hold a wall, best first. pf is of another system: nobody has to choose there.

import type { WallVariant } from '../../core/shields.ts';
import { iptablesWall } from './iptables.ts';
import { nftWall } from './nft.ts';
import { pfWall } from './pf-wall.ts';
import type { WallWriter } from './wall.ts';

export const WALL_WRITERS: readonly WallWriter[] = [nftWall, iptablesWall];

const BY_VARIANT: Readonly<Record<WallVariant, WallWriter>> = {
  nft: nftWall,
  iptables: iptablesWall,
  pf: pfWall,
};

export const writerOf = (variant: WallVariant): WallWriter => BY_VARIANT[variant];

export { pfNotes, planPf, planPfDown, printPfAnchor } from './pf.ts';
export { parsePfOptions, planPfTimeouts, restorePfTimeouts } from './pf-timeouts.ts';
