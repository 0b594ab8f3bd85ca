// How an act asks the manager of a thing on a host.

import type { Asking } from '../../core/services/ask.ts';
import type { Host } from '../../host/host.ts';

export const askingOf = (host: Host, signal?: AbortSignal): Asking => ({
  run: (command) => host.run(command, signal),
  now: () => host.now(),
  privileged: host.privileged,
  commands: true,
});
