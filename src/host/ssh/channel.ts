// One session over the master connection: a far `sh` that reads its script from us. Lanes and the log stream are made on it.

import type { Result } from '../../core/result.ts';

/** `lost`: the line broke, or the far sshd ended it; `closed`: we did. */
export type ChannelEnd = 'closed' | 'lost';

export type Channel = Readonly<{
  /** Queued by the system's pipe; never throws, after the end it does nothing. */
  write(text: string): void;
  /** What the far shell prints, in order, from its first byte on: noise of start-up files included. One listener. */
  onData(listener: (chunk: Buffer) => void): void;
  /** Its stderr, apart. Without a listener it is dropped. */
  onErrors(listener: (chunk: Buffer) => void): void;
  readonly ended: Promise<ChannelEnd>;
  /** The far shell's stdin ends, and with it the shell, once what it runs has ended; nobody waits for that long. */
  close(): void;
  /** Says that nothing more comes, and keeps listening: for a program that reads to the end. */
  finish(): void;
}>;

/** `privileged`: the far shell runs as root (by sudo or doas where we are not). Fails at once with `no-line` while the master is down. */
export type OpenChannel = (wish: Readonly<{ privileged: boolean }>) => Promise<Result<Channel>>;
