// A channel to a sh of this machine: what the far end of ssh is, without the network. `cut` is the broken line: both ends
// find their pipes closed.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ok } from '../../../../src/core/result.ts';
import type { Channel, ChannelEnd, OpenChannel } from '../../../../src/host/ssh/channel.ts';

export type NearLine = Readonly<{
  openChannel: OpenChannel;
  /** As `Link.whenUp`: waits while the line is down. */
  whenUp(): Promise<unknown>;
  /** Breaks every channel; none opens before `mend`. */
  cut(): void;
  mend(): void;
  /** Processes that were started, by number. */
  readonly pids: number[];
  /** Bytes that came over it. */
  readonly received: { bytes: number };
}>;

/** `noise`: what start-up files print first. */
export function nearLine(
  shell: readonly [string, ...string[]] = ['sh'],
  options: Readonly<{ noise?: string; env?: Readonly<Record<string, string>> }> = {},
): NearLine {
  const open = new Set<ChildProcess>();
  const pids: number[] = [];
  const received = { bytes: 0 };
  let mended = Promise.withResolvers<void>();
  let isCut = false;
  mended.resolve();
  return {
    pids,
    received,
    whenUp: () => mended.promise,
    cut() {
      isCut = true;
      mended = Promise.withResolvers();
      for (const child of open) {
        child.stdin?.destroy();
        child.stdout?.destroy();
      }
    },
    mend() {
      isCut = false;
      mended.resolve();
    },
    async openChannel() {
      const [file, ...args] = shell;
      const child = spawn(file, args, {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...options.env },
      });
      open.add(child);
      if (child.pid !== undefined) pids.push(child.pid);
      const ended = Promise.withResolvers<ChannelEnd>();
      child.stdin.on('error', () => undefined);
      child.stdout.on('close', () => {
        open.delete(child);
        ended.resolve(isCut ? 'lost' : 'closed');
      });
      const channel: Channel = {
        write: (text) => void (child.stdin.writable && child.stdin.write(text)),
        onData: (listener) => {
          if (options.noise !== undefined) listener(Buffer.from(options.noise));
          child.stdout.on('data', (chunk: Buffer) => {
            received.bytes += chunk.length;
            listener(chunk);
          });
        },
        onErrors: () => undefined,
        ended: ended.promise,
        close() {
          child.stdin.destroy();
          child.stdout.destroy();
        },
        finish: () => child.stdin.end(),
      };
      return ok(channel);
    },
  };
}

/** The shells that there are here; sh is always. busybox with its own tools, as on a router. */
export const SHELLS: readonly (readonly [string, readonly [string, ...string[]]])[] = [
  ['sh', ['sh']],
  ...['dash', 'bash', 'mksh', 'ksh']
    .flatMap((name) =>
      ['/bin', '/usr/bin']
        .map((folder) => `${folder}/${name}`)
        .filter(existsSync)
        .slice(0, 1),
    )
    .map((path): readonly [string, [string]] => [path, [path]]),
  ...(existsSync('/bin/busybox') ? ([['busybox', ['/bin/busybox', 'ash']]] as const) : []),
];
