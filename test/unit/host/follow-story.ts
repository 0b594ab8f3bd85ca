// Runs a follower and keeps what it told, as lines and as events, for tests to wait on.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, vi } from 'vitest';
import { createFiles } from '../../../src/host/files.ts';
import { FOLLOW_TUNING, followFiles } from '../../../src/host/follow.ts';
import type { FollowTuning } from '../../../src/host/follow-file.ts';
import type { FollowEvent, FollowOptions } from '../../../src/host/host.ts';

export type Story = Readonly<{
  lines: string[];
  /** kind and file name of everything but data. */
  told: string[];
  sliceSizes: number[];
  skipped: { bytes: number; lines: number };
  rests: Map<string, string>;
  until(condition: () => boolean): Promise<void>;
  stop(): Promise<void>;
}>;

const QUICK = { rotationQuietMs: 20, busyMs: 10, quietMs: 100, globMs: 100 };
const LAST_NAME = /[^/]*$/;

function tell(
  options: Pick<FollowOptions, 'patterns'> & Partial<FollowOptions>,
  tuning: Partial<FollowTuning> = {},
  by?: (wish: FollowOptions) => Promise<void>,
): Story {
  const abort = new AbortController();
  const rests = new Map<string, Buffer>();
  const story: Story = {
    lines: [],
    told: [],
    sliceSizes: [],
    skipped: { bytes: 0, lines: 0 },
    rests: new Map(),
    until: (condition) =>
      vi.waitFor(
        () => {
          if (!condition())
            throw new Error(`not yet; ${story.lines.length} lines, told ${story.told.join(', ')}`);
        },
        { timeout: 30_000, interval: 5 },
      ),
    async stop() {
      abort.abort();
      await done;
    },
  };
  const onEvent = (event: FollowEvent): void => {
    const rest = rests.get(event.path) ?? Buffer.alloc(0);
    if (event.kind === 'data') {
      story.sliceSizes.push(event.bytes.length);
      const all = rest.length === 0 ? event.bytes : Buffer.concat([rest, event.bytes]);
      const last = all.lastIndexOf(10);
      if (last >= 0) story.lines.push(...all.subarray(0, last).toString().split('\n'));
      keepRest(event.path, all.subarray(last + 1));
      return;
    }
    if (event.kind === 'skipped') {
      story.skipped.bytes += event.bytes;
      story.skipped.lines += event.lines;
      keepRest(event.path, Buffer.alloc(0));
    }
    if (event.kind === 'rotated' || event.kind === 'truncated') {
      if (rest.length > 0) story.lines.push(rest.toString());
      keepRest(event.path, Buffer.alloc(0));
    }
    story.told.push(
      `${event.kind === 'gap' ? `gap ${event.missed}` : event.kind} ${LAST_NAME.exec(event.path)?.[0]}`,
    );
  };
  const keepRest = (path: string, rest: Buffer): void => {
    rests.set(path, Buffer.from(rest));
    story.rests.set(path, rest.toString());
  };
  const wish: FollowOptions = { tailBytes: 0, signal: abort.signal, onEvent, ...options };
  const done = by?.(wish) ?? followFiles(wish, createFiles(), { ...FOLLOW_TUNING, ...QUICK, ...tuning });
  return story;
}

/** Stories and folders that end with each test. */
export function storiesPerTest(): Readonly<{ follow: typeof tell; newFolder(): string }> {
  const stories: Story[] = [];
  const folders: string[] = [];
  afterEach(async () => {
    for (const story of stories.splice(0)) await story.stop();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  return {
    follow(...wish) {
      const story = tell(...wish);
      stories.push(story);
      return story;
    },
    newFolder() {
      const folder = mkdtempSync(join(tmpdir(), 'oc-follow-'));
      folders.push(folder);
      return folder;
    },
  };
}

export const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
export const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
