// Which system this machine runs: everything that differs by it asks here, so that tests can stand on another one.

import { type HostSystem, hostSystemNamed } from '../core/host-system.ts';

/** `$OPSCONSOLE_PLATFORM` ("darwin", "freebsd") is for tests: it changes what is asked of this machine, not what it is. */
export function platformNow(env: Readonly<Record<string, string | undefined>> = process.env): HostSystem {
  return hostSystemNamed(env.OPSCONSOLE_PLATFORM ?? process.platform);
}
