// A cap on the connections that one source holds open at once to the public ports.

import { problem } from '../../../core/problem.ts';
import { fail, ok } from '../../../core/result.ts';
import { safe, sanitise } from '../../../core/sanitise.ts';
import type { MeasureSpec } from '../../../core/shields.ts';
import type { Measure } from '../measure.ts';
import { needWall, publicPorts } from './wall-parts.ts';

type Spec = Extract<MeasureSpec, { measure: 'connections' }>;

/** ssh is left out: a colleague behind an address that attacks must still be able to log in. */
export const connections: Measure<Spec, Readonly<{ ports: readonly number[] }>> = {
  id: 'connections',
  describe: ({ max }) => sanitise(`at most ${max} open connections per source to the public ports`),
  gather(_, at) {
    const variant = needWall(at);
    if (!variant.ok) return Promise.resolve(variant);
    const ports = publicPorts(at);
    if (ports.length > 0) return Promise.resolve(ok({ ports }));
    const why =
      at.settings.ports === 'listening' && at.listening.length === 0
        ? 'it is not known which ports listen'
        : 'there is no public port besides ssh';
    return Promise.resolve(
      fail(problem('not-found', why, { hint: 'list them under shields.ports in the session file' })),
    );
  },
  hazard: () => [
    safe('offices behind one address and proxies of a CDN share one cap: put them into allow'),
    safe('refused connections are answered with a reset, also where the source is forged'),
  ],
  apply: ({ max }, { ports }) => ({ wall: { connections: { max, ports } }, steps: [] }),
  revert: () => [],
};
