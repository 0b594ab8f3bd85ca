// New TCP connections only to ports that are listed or listen now. The ssh ports are always among them.

import { problem } from '../../../core/problem.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../../core/sanitise.ts';
import type { MeasureSpec } from '../../../core/shields.ts';
import type { Measure } from '../measure.ts';
import { sendsPortsOn } from './redirects.ts';
import { sshPins } from './ssh-pins.ts';
import { ascending, namePorts, needWall } from './wall-parts.ts';

type Spec = Extract<MeasureSpec, { measure: 'unlisted-ports' }>;

/** `closed`: ports that listen and are not listed. */
type Found = Readonly<{ listed: readonly number[]; closed: readonly number[] }>;

export const unlistedPorts: Measure<Spec, Found> = {
  id: 'unlisted-ports',
  describe: () => safe('no new connections to other ports of this machine than the public ones and ssh'),
  async gather(_, at) {
    const variant = needWall(at);
    if (!variant.ok) return variant;
    const { settings, listening, sshPorts, host } = at;
    const isGuess = settings.ports === 'listening';
    if (isGuess && listening.length === 0) return unknown('not-found', 'it is not known which ports listen');
    const [pins, sentOn] = await Promise.all([sshPins(at), isGuess ? sendsPortsOn(host) : false]);
    if (sentOn)
      return unknown(
        'refused',
        'connections are sent on here (DNAT): the ports that clients ask for may be others than those that listen',
      );
    const ports = settings.ports === 'listening' ? listening : settings.ports;
    // The port that an ssh session asked for may be another one than sshd's.
    const asked = pins.ok ? pins.value.flows.map(({ destinationPort }) => destinationPort) : [];
    const listed = ascending([...ports, ...sshPorts, ...asked]);
    const closed = ascending(listening.filter((port) => !listed.includes(port)));
    return ok({ listed, closed });
  },
  hazard: (_, { closed }) => [...closedNow(closed), ...ALWAYS],
  apply: (_, { listed }) => ({ wall: { listed }, steps: [] }),
  revert: () => [],
};

function unknown(code: 'not-found' | 'refused', why: string): Result<never> {
  return fail(problem(code, why, { hint: 'list them under shields.ports in the session file' }));
}

const ALWAYS: readonly SafeText[] = [
  safe('what starts to listen later, passive FTP, and container ports without a listener stay closed'),
];

function closedNow(closed: readonly number[]): readonly SafeText[] {
  if (closed.length === 0) return [];
  return [sanitise(`not listed and therefore closed although something listens: ${namePorts(closed)}`)];
}
