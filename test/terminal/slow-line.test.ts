// Our screen at the end of a narrow line: frames give way, keys do not, and all recovers. What is bounded is counted in
// bytes that had to be read first, not in time: a machine under load is no narrow line.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LineFacts } from '../../src/core/line-facts.ts';
import { ThrottledTerminal } from './harness/throttled.ts';

/** The one that runs this test. */
const node = process.execPath;
const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);
const SOON = { timeout: 20_000, interval: 20 };
/** What the kernel keeps of a pty in one direction, and what a read of ours takes at once. */
const PTY_BYTES = 8_192 + 4_096;
const FRAME_BYTES = 4_000;
const BYTES_PER_SECOND = 8_000;

type Facts = LineFacts & Readonly<{ typed: string; step: number }>;

let folder: string | undefined;
let terminal: ThrottledTerminal | undefined;

function start(answers: boolean) {
  folder = mkdtempSync(join(tmpdir(), 'oc-slow-line-'));
  const path = join(folder, 'facts');
  terminal = new ThrottledTerminal({
    argv: [node, '--disable-warning=ExperimentalWarning', fixture('busy-program.ts')],
    ...{ columns: 80, rows: 24, answers, env: { FACTS: path } },
  });
  const facts = (): Facts => JSON.parse(readFileSync(path, 'utf8')) as Facts;
  const until = (holds: (facts: Facts) => boolean) =>
    vi.waitFor(() => {
      const now = facts();
      expect(holds(now), JSON.stringify(now)).toBe(true);
    }, SOON);
  return { terminal, facts, until };
}

afterEach(() => {
  terminal?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
  terminal = undefined;
});

describe('a narrow line', () => {
  it('gets fewer frames, takes keys as before, and gets all of them again when it is wide', async () => {
    const { terminal: line, facts, until } = start(true);
    await until(({ step, roundTrip }) => step > 5 && roundTrip.kind === 'known');
    line.throttle(BYTES_PER_SECOND);
    await until(({ slow, gapMs }) => slow && gapMs >= 200);
    for (const key of ['a', 'b', 'c']) {
      const before = line.bytes;
      line.type(key);
      await vi.waitFor(() => expect(line.text).toMatch(new RegExp(`\\[?${key}\\]`)), SOON);
      // What was on its way, the frame that was being written, and the one with the key.
      expect(line.bytes - before).toBeLessThan(PTY_BYTES + 3 * FRAME_BYTES);
    }
    const slow = facts();
    line.throttle();
    await until(({ slow: still, gapMs, step }) => !still && gapMs < 100 && step > slow.step + 20);
    expect(facts().typed).toBe('abc');
    expect(facts().bytes / facts().frames).toBeLessThan(FRAME_BYTES);
  });

  it('is noticed by the bytes that it takes when the terminal answers nothing', async () => {
    const { terminal: line, until } = start(false);
    await until(({ step }) => step > 5);
    line.throttle(BYTES_PER_SECOND);
    await until(({ slow }) => slow);
    line.type('x');
    await vi.waitFor(() => expect(line.text).toContain('x]'), SOON);
    line.throttle();
    await until(({ slow, typed }) => !slow && typed === 'x');
  });
});

describe('an answer that is under way when we leave', () => {
  it('is waited for and read away; what is typed after it is the next program’s', async () => {
    const line = new ThrottledTerminal({
      argv: [node, '--disable-warning=ExperimentalWarning', fixture('await-answer-program.ts')],
      ...{ columns: 80, rows: 24, env: { PATIENCE_MS: '60000' } },
    });
    terminal = line;
    await vi.waitFor(() => expect(line.text).toContain('WAITING'), SOON);
    line.type('\x1b[');
    line.type('0n');
    await vi.waitFor(() => expect(line.text).toContain('WAITED'), SOON);
    line.type('Z');
    await vi.waitFor(() => expect(line.text).toContain('GOT "Z"'), SOON);
  });

  it('is not waited for longer than it is worth', async () => {
    const line = new ThrottledTerminal({
      argv: [node, '--disable-warning=ExperimentalWarning', fixture('await-answer-program.ts')],
      ...{ columns: 80, rows: 24, env: { PATIENCE_MS: '20' } },
    });
    terminal = line;
    await vi.waitFor(() => expect(line.text).toContain('WAITED'), SOON);
  });
});
