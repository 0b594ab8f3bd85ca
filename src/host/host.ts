// The port to the world: every contact with programs, files, clocks goes through one of these. Interface only.

import type { UnixMs } from '../core/brand.ts';
import type { HostSystem } from '../core/host-system.ts';
import type { LinkState } from '../core/hosts.ts';
import type { Command } from '../core/plan.ts';
import type { Result } from '../core/result.ts';
import type { Pty, PtyOptions } from './pty.ts';

export type { Pty, PtyEnd, PtyOptions } from './pty.ts';

/** `exitCode` 0 or one of the command's `okExits`. Output is text as the tool wrote it: not yet sanitised. */
export type Finished = Readonly<{ stdout: string; stderr: string; exitCode: number; durationMs: number }>;

export type FileStat = Readonly<{
  path: string;
  size: number;
  inode: number;
  mtime: UnixMs;
  kind: 'file' | 'directory' | 'other';
}>;

/** What following files reports. Offsets are bytes; `data` holds raw bytes in order, lines may straddle chunks. */
export type FollowEvent =
  | Readonly<{ kind: 'data'; path: string; bytes: Buffer }>
  /**
   * rotated: what follows is from another file of the same name; truncated: the same file began anew. In both cases
   * an unfinished line before it is all there will be of that line. not-a-file: a directory, fifo or device: not followed.
   */
  | Readonly<{
      kind: 'opened' | 'rotated' | 'truncated' | 'missing' | 'denied' | 'not-a-file';
      path: string;
    }>
  /**
   * Bytes that were jumped over because reading could not keep up, with the exact number of newlines in them. The next data
   * begins at a line start: forget an unfinished line, its newline is among the counted.
   */
  | Readonly<{ kind: 'skipped'; path: string; bytes: number; lines: number }>
  /**
   * Of far hosts. nothing: the line was away for `downMs`; what the file got meanwhile follows, or is told as skipped.
   * unknown: what was read has gone, and nobody knows what it still got; `downMs` 0: while the line was there.
   */
  | Readonly<{ kind: 'gap'; path: string; downMs: number; missed: 'nothing' | 'unknown' }>;

export type FollowOptions = Readonly<{
  /** Paths and globs; new matches are picked up. */
  patterns: readonly string[];
  /** Start this many bytes before the end (aligned to a line start by the reader). */
  tailBytes: number;
  signal: AbortSignal;
  /** Called in bounded slices with pauses in between, so that keys are never starved. */
  onEvent: (event: FollowEvent) => void;
  /** Once: what the files held at the start has been told, as far as it could be read. */
  onCaughtUp?: () => void;
}>;

/** The line of a host that is reached over ssh. Never throws. */
export type Link = Readonly<{
  state(): LinkState;
  /** Called after every change; the answer ends the subscription. */
  subscribe(listener: (state: LinkState) => void): () => void;
  /** Tries now, without asking anybody anything (BatchMode). */
  retry(): void;
  /** Connects and lets ssh and sudo ask on this terminal: only while no full screen has it. */
  login(): Promise<Result<void>>;
  /** Resolves once it is up, or with what stands in the way when the signal fires. */
  whenUp(signal: AbortSignal): Promise<Result<void>>;
  /** Ends master, lanes and follow streams; leaves nothing behind on either side. */
  close(): Promise<void>;
}>;

/**
 * Of an endless stream. `skipped`: present, where an end that falls behind (a far host over a narrow line) may leave out what it
 * has not sent: so many bytes and newlines; what follows begins at a line start. Absent: the program has to wait.
 */
export type OnChunk = ((chunk: Buffer) => void) &
  Readonly<{ skipped?: (bytes: number, lines: number) => void }>;

export interface Host {
  readonly kind: 'local' | 'netns' | 'ssh';
  /** As the session names it; of this machine its hostname. */
  readonly name: string;
  /** Of hosts over ssh. Calls of such a host answer at once with `no-line` while it is not up, and `line-lost` when it breaks. */
  readonly link?: Link;
  /** True when `privileged` commands can run: we are root or `sudo -n` works. */
  readonly privileged: boolean;
  /** Over ssh it is not known before the line was up. Absent: taken for Linux. */
  readonly system?: HostSystem | undefined;
  /** The host's own clock (over ssh: ours plus the measured skew). */
  now(): UnixMs;
  /** Runs to the end. Non-zero exit outside okExits = problem `bad-exit`; killed at timeoutMs; output over the cap = `too-large`. */
  run(command: Command, signal?: AbortSignal): Promise<Result<Finished>>;
  /** Runs and hands stdout over in chunks (stdout of Finished is empty); for big listings and endless streams (timeoutMs 0 = none). */
  stream(command: Command, onChunk: OnChunk, signal?: AbortSignal): Promise<Result<Finished>>;
  /** Whole small file (procfs, sysfs, /etc); over `maxBytes` (default 1 MiB) = `too-large`. */
  read(path: string, maxBytes?: number): Promise<Result<Buffer>>;
  /** A long file or procfs table in chunks. A chunk is a view on a buffer that is reused: copy what you keep. */
  readChunks(path: string, onChunk: (chunk: Buffer) => void, signal?: AbortSignal): Promise<Result<void>>;
  stat(path: string): Promise<Result<FileStat>>;
  /** Size and free bytes of the file system that holds `path`. */
  disk(path: string): Promise<Result<Readonly<{ size: number; available: number }>>>;
  /** Paths that match a glob, sorted. */
  glob(pattern: string): Promise<Result<readonly string[]>>;
  /** Follows until aborted; resolves then. */
  follow(options: FollowOptions): Promise<void>;
  /** Absolute path of a tool in the fixed system path, or undefined. Cached. */
  which(tool: string): Promise<string | undefined>;
  /** Starts a program of the operator in a terminal of its own, with the operator's environment. */
  openPty(options: PtyOptions): Promise<Result<Pty>>;
  /** Ends all of these programs with whatever they started; resolves when nothing is left of them. */
  endPtys(): Promise<void>;
}
