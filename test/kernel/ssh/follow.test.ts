// Logs and programs of a far host, over a real sshd: a line that breaks loses and repeats nothing, a program's end is told as
// what it was, and nothing stays on the far side.

import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CommandLine } from '../../../src/core/pane.ts';
import type { FollowEvent, Pty, PtyEnd } from '../../../src/host/host.ts';
import { useFarHost } from '../harness/far-host.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oc-far-log-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const within = { timeout: 20_000, interval: 5 };

type Opened = Readonly<{ pty: Pty; said(): string; end: PtyEnd | undefined }>;

kernelSuite('logs and programs of a far host', ['ssh', 'sshd', 'nft'], () => {
  const net = useTestNet();
  const far = useFarHost(net, { ssh: ['SendEnv *'], sshd: ['AcceptEnv *'] });

  async function open(
    command: CommandLine,
    extra: Partial<{ cwd: string; env: Record<string, string> }> = {},
  ) {
    const state = { said: '', end: undefined as PtyEnd | undefined };
    const opened = await far().host.openPty({
      ...{ command, env: {}, columns: 80, rows: 24, ...extra },
      onData: (bytes) => {
        state.said += bytes.toString();
      },
      onEnd: (end) => {
        state.end = end;
      },
    });
    if (!opened.ok) throw new Error(opened.problem.summary);
    return {
      pty: opened.value,
      said: () => state.said,
      get end() {
        return state.end;
      },
    } satisfies Opened;
  }

  test('a log through a rotation while the line is away: nothing missing, nothing twice, and said', async () => {
    const log = join(folder, 'app.log');
    writeFileSync(log, text(numbers(1, 2)));
    const stop = new AbortController();
    const told: string[] = [];
    let said = '';
    const onEvent = (event: FollowEvent): void => {
      if (event.kind === 'data') said += event.bytes.toString();
      else told.push(event.kind);
    };
    const done = far().host.follow({ patterns: [log], tailBytes: 1000, signal: stop.signal, onEvent });
    await vi.waitUntil(() => said === text(numbers(1, 2)), within);
    appendFileSync(log, text(numbers(3, 5)));
    await vi.waitUntil(() => said.includes('line 5\n'), within);
    await far().killMaster();
    appendFileSync(log, text(numbers(6, 8)));
    renameSync(log, `${log}.1`);
    writeFileSync(log, text(numbers(9, 11)));
    await far().up();
    await vi.waitUntil(() => said.includes('line 11\n'), within);
    expect(said).toBe(text(numbers(1, 11)));
    expect(told).toEqual(['opened', 'gap', 'rotated']);
    stop.abort();
    await done;
    await vi.waitUntil(
      () =>
        far()
          .farProcesses()
          .every((words) => !words.includes('sleep 0.5')),
      within,
    );
  });

  test('a program: its folder and variables are the far side’s, its size follows, its end is its own', async () => {
    const script =
      'trap "stty size; exit 3" WINCH; pwd; echo "$GREETING"; stty size; while :; do sleep 0.05; done';
    const env = { GREETING: `it's "€" \\ $HOME !` };
    const program = await open({ kind: 'shell', line: script }, { cwd: folder, env });
    await vi.waitUntil(() => program.said().includes('24 80'), within);
    expect(program.said()).toContain(`${folder}\r\n${env.GREETING}\r\n`);
    program.pty.resize(100, 30);
    await vi.waitUntil(() => program.end !== undefined, within);
    expect(program.said()).toContain('30 100');
    expect(program.said()).not.toContain('closed');
    expect(program.end).toEqual({ exitCode: 3 });
  });

  test('nothing of our environment goes over', async () => {
    process.env.LC_OPSCONSOLE_TEST = 'ours';
    const program = await open({ kind: 'argv', argv: ['env'] });
    delete process.env.LC_OPSCONSOLE_TEST;
    await vi.waitUntil(() => program.end !== undefined, within);
    expect(program.said()).toContain('TERM=xterm-256color');
    expect(program.said()).not.toMatch(/LC_OPSCONSOLE_TEST|SSH_ASKPASS|SSH_AUTH_SOCK|VITEST/);
  });

  test('a line that breaks under a program is said; what is ended ends there', async () => {
    const [first, second] = [
      await open({ kind: 'argv', argv: ['sleep', '4711'] }),
      await open({ kind: 'argv', argv: ['sleep', '4712'] }),
    ];
    const sleeps = (): number =>
      far()
        .farProcesses()
        .filter((words) => /sleep 471/.test(words)).length;
    await vi.waitUntil(() => sleeps() === 2, within);
    first.pty.end();
    await vi.waitUntil(() => first.end !== undefined && sleeps() === 1, within);
    await far().killMaster();
    await vi.waitUntil(() => second.end !== undefined && sleeps() === 0, within);
    expect(second.end).toEqual({ lost: 'the line to far broke' });
    await far().up();
    await open({ kind: 'argv', argv: ['sleep', '4713'] });
    await vi.waitUntil(() => sleeps() === 1, within);
    await far().host.endPtys();
    await vi.waitUntil(() => sleeps() === 0, within);
  });
});
