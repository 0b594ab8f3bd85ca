// Fewer new TCP connections per source: SYN packets above a rate are dropped before they cost anything.

import { ok } from '../../../core/result.ts';
import { safe, sanitise } from '../../../core/sanitise.ts';
import type { MeasureSpec, WallVariant } from '../../../core/shields.ts';
import type { Measure } from '../measure.ts';
import { needWall } from './wall-parts.ts';

type Spec = Extract<MeasureSpec, { measure: 'syn-rate' }>;

export const synRate: Measure<Spec, Readonly<{ variant: WallVariant }>> = {
  id: 'syn-rate',
  describe: ({ perSecond, burst }) =>
    sanitise(`at most ${perSecond} new connections per second and source, ${burst} at once`),
  gather(_, at) {
    const variant = needWall(at);
    return Promise.resolve(variant.ok ? ok({ variant: variant.value }) : variant);
  },
  hazard: () => [
    safe('offices behind one address and proxies of a CDN count as one source: put them into allow'),
    safe('UDP is not limited; with more than 65,535 sources at once, further ones pass unlimited'),
  ],
  apply: ({ perSecond, burst }) => ({ wall: { synRate: { perSecond, burst } }, steps: [] }),
  revert: () => [],
};
