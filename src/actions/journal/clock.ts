// Which clock tells the time of an act: that of the machine that the console runs on, also for acts on far hosts, whose clocks
// may be wrong and are measured anew at each login. Rows of all hosts lie in one journal and are read beside each other.

import { type UnixMs, unixMs } from '../../core/brand.ts';
import type { Host } from '../../host/host.ts';

type Clock = Pick<Host, 'now' | 'link'>;

export const consoleNow = (host: Clock): UnixMs =>
  host.link === undefined ? host.now() : unixMs(Date.now());

/** What the host's own clock would say of that moment, as it goes now: a clock that was set since does not move it. */
export const onItsClock = (host: Clock, at: UnixMs): UnixMs => unixMs(at + host.now() - consoleNow(host));

export const offItsClock = (host: Clock, at: UnixMs): UnixMs => unixMs(at - host.now() + consoleNow(host));
