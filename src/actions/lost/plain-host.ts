// A host as an object of its own, to put something before some of its calls.

import type { Command } from '../../core/plan.ts';
import type { Host } from '../../host/host.ts';

/** A host may be of a class: nothing of it is enumerable then. */
export function plainHost(host: Host): Host {
  return {
    kind: host.kind,
    name: host.name,
    ...(host.link === undefined ? {} : { link: host.link }),
    get privileged() {
      return host.privileged;
    },
    get system() {
      return host.system;
    },
    now: () => host.now(),
    run: (command, signal) => host.run(command, signal),
    stream: (command, onChunk, signal) => host.stream(command, onChunk, signal),
    read: (path, maxBytes) => host.read(path, maxBytes),
    readChunks: (path, onChunk, signal) => host.readChunks(path, onChunk, signal),
    stat: (path) => host.stat(path),
    disk: (path) => host.disk(path),
    glob: (pattern) => host.glob(pattern),
    follow: (options) => host.follow(options),
    which: (tool) => host.which(tool),
    openPty: (options) => host.openPty(options),
    endPtys: () => host.endPtys(),
  };
}

/** The same host for an act: over a line its commands come before those that only look. */
export function urgentHost(host: Host): Host {
  if (host.link === undefined) return host;
  const urgent = (command: Command): Command => ({ ...command, urgent: true });
  return {
    ...plainHost(host),
    // A copy of what is read by a getter would be as old as this object.
    get privileged() {
      return host.privileged;
    },
    get system() {
      return host.system;
    },
    run: (command, signal) => host.run(urgent(command), signal),
    stream: (command, onChunk, signal) => host.stream(urgent(command), onChunk, signal),
  };
}
