// A host that is reached by the system's OpenSSH.

import type { HostEntry } from '../../core/hosts.ts';
import type { Result } from '../../core/result.ts';
import type { Host, Link } from '../host.ts';

export type SshOptions = Readonly<{
  entry: HostEntry;
  /** Private folder (0700) for control sockets; its path is short, a socket's may have 104 bytes. */
  runDir: string;
  /** As `ssh -F`; absent: ssh's own configuration. */
  config?: string;
  /** The words that start ssh; tests put `ip netns exec NAME` before it. */
  ssh?: readonly [string, ...string[]];
  /** How the far sudo's password is asked for at `login`; absent: on the terminal, without echo. */
  askPassword?: (question: string) => Promise<Result<string>>;
}>;

/** `privileged` is known, and may change, once the line is up. */
export type SshHost = Host & Readonly<{ link: Link }>;
