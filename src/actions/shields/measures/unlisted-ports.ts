// New TCP connections only to ports that are listed or listen now. The ssh ports are always among them.

import { problem } from '../../../core/problem.ts';
import { fail, ok } from '../../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../../core/sanitise.ts';
import type { MeasureSpec } from '../../../core/shields.ts';
import type { Measure } from '../measure.ts';
import { ascending, namePorts, needWall } from './wall-parts.ts';

type Spec = Extract<MeasureSpec, { measure: 'unlisted-ports' }>;

/** `closed`: ports that listen and are not listed. */
type Found = Readonly<{ listed: readonly number[]; closed: readonly number[] }>;

export const unlistedPorts: Measure<Spec, Found> = {
  id: 'unlisted-ports',
  describe: () => safe('no new connections to other ports of this machine than the public ones and ssh'),
  gather(_, at) {
    const variant = needWall(at);
    if (!variant.ok) return Promise.resolve(variant);
    const { settings, listening, sshPorts } = at;
    if (settings.ports === 'listening' && listening.length === 0)
      return Promise.resolve(
        fail(
          problem('not-found', 'it is not known which ports listen', {
            hint: 'list them under shields.ports in the session file',
          }),
        ),
      );
    const ports = settings.ports === 'listening' ? listening : settings.ports;
    const listed = ascending([...ports, ...sshPorts]);
    const closed = ascending(listening.filter((port) => !listed.includes(port)));
    return Promise.resolve(ok({ listed, closed }));
  },
  hazard: (_, { closed }) => [...closedNow(closed), ...ALWAYS],
  apply: (_, { listed }) => ({ wall: { listed }, steps: [] }),
  revert: () => [],
};

const ALWAYS: readonly SafeText[] = [
  safe('what starts to listen later, passive FTP, and container ports without a listener stay closed'),
];

function closedNow(closed: readonly number[]): readonly SafeText[] {
  if (closed.length === 0) return [];
  return [sanitise(`not listed and therefore closed although something listens: ${namePorts(closed)}`)];
}
