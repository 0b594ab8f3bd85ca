// The packet filters that can hold a wall, best first.

import type { WallVariant } from '../../core/shields.ts';
import { nftWall } from './nft.ts';
import type { WallWriter } from './wall.ts';

export const WALL_WRITERS: readonly WallWriter[] = [nftWall];

/** Undefined: this version cannot write that variant. */
export function writerOf(variant: WallVariant): WallWriter | undefined {
  return WALL_WRITERS.find((writer) => writer.variant === variant);
}
