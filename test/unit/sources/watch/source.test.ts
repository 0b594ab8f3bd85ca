// What a watched command gives: run for real, as the operator, whatever its exit status is, bounded in time and output.

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { CommandLine, PaneId, WatchSpec } from '../../../../src/core/pane.ts';
import type { Result } from '../../../../src/core/result.ts';
import type { WatchRun } from '../../../../src/core/rows.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { WATCH_LINES_MAX, watchLines } from '../../../../src/sources/watch/lines.ts';
import { watchSource } from '../../../../src/sources/watch/source.ts';
import { createFakeHost } from '../../../fakes/fake-host.ts';

const local = await createLocalHost({ sudo: 'never' });
const env = { PATH: '/usr/bin:/bin', GREETING: 'from around' };
const pane = 'n1' as PaneId;
const shell = (line: string): CommandLine => ({ kind: 'shell', line });

function runOf(
  command: CommandLine,
  extra: Partial<WatchSpec> = {},
  signal = new AbortController().signal,
): Promise<Result<WatchRun>> {
  const spec: WatchSpec = { kind: 'watch', command, start: 'auto', env: {}, ...extra };
  return watchSource(spec, { pane, everyMs: 2000, env }).read(local, signal);
}

async function linesOf(command: CommandLine, extra: Partial<WatchSpec> = {}): Promise<readonly string[]> {
  const run = await runOf(command, extra);
  if (!run.ok) throw new Error(run.problem.summary);
  return run.value.lines;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('a watched command', () => {
  it('is a line for the shell, or a program with its arguments as they are', async () => {
    expect(await linesOf(shell('echo one | tr a-z A-Z; echo "$0"'))).toEqual(['ONE', '/bin/sh']);
    const argv = ['printf', '%s\n', 'a b', '$HOME; *'] as const;
    expect(await linesOf({ kind: 'argv', argv })).toEqual(['a b', '$HOME; *']);
  });

  it("runs in its folder, with the operator's variables and its own on top, and no terminal", async () => {
    const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'oc-watch-')));
    folders.push(cwd);
    const line = shell('pwd; echo "$GREETING $OWN $TERM"');
    expect(await linesOf(line, { cwd, env: { OWN: 'mine' } })).toEqual([cwd, 'from around mine dumb']);
    expect(await linesOf(line, { cwd, env: { GREETING: 'mine' } })).toEqual([cwd, 'mine  dumb']);
  });

  it("takes nothing of the operator's variables to another host", async () => {
    const spec: WatchSpec = { kind: 'watch', command: shell('env'), start: 'auto', env: { OWN: 'mine' } };
    const far = { ...local, kind: 'ssh' as const };
    const run = await watchSource(spec, { pane, everyMs: 2000, env }).read(far, new AbortController().signal);
    if (!run.ok) throw new Error(run.problem.summary);
    expect(run.value.lines).toEqual(expect.arrayContaining(['OWN=mine', 'TERM=dumb', 'LC_ALL=C']));
    expect(run.value.lines.join()).not.toContain('GREETING');
  });

  it('shows what it said when it fails, complaints below', async () => {
    const run = await runOf(shell('printf "half a line"; echo "no such thing" >&2; exit 3'));
    expect(run.ok && run.value.exitCode).toBe(3);
    expect(run.ok && run.value.lines).toEqual(['half a line', 'no such thing']);
  });

  it('says which folder or program is not there', async () => {
    const missing = await runOf(shell('true'), { cwd: '/no/such/folder' });
    expect(!missing.ok && missing.problem.summary).toBe('/no/such/folder does not exist');
    const file = await runOf(shell('true'), { cwd: '/bin/sh' });
    expect(!file.ok && file.problem.summary).toBe('/bin/sh is no folder');
    const tool = await runOf({ kind: 'argv', argv: ['no-such-program-here'] });
    expect(!tool.ok && tool.problem.code).toBe('missing-tool');
  });

  it('is ended when it writes more than a pane keeps, and its first part is shown', async () => {
    const run = await runOf(shell('yes 0123456789'));
    expect(run.ok && [run.value.cut, run.value.exitCode]).toEqual([true, undefined]);
    expect(run.ok && run.value.lines.length).toBe(WATCH_LINES_MAX);
    const long = await runOf(shell('seq 2001'));
    expect(long.ok && [long.value.cut, long.value.exitCode, long.value.lines.at(-1)]).toEqual([
      ...[true, 0, '2000'],
    ]);
  });

  it('ends with its pane', async () => {
    const abort = new AbortController();
    const running = runOf(shell('sleep 600 & wait'), {}, abort.signal);
    abort.abort();
    const run = await running;
    expect(!run.ok && run.problem.code).toBe('cancelled');
  });

  it('is never run with rights of its own, and not for ever', async () => {
    const host = createFakeHost().on('/bin/sh -c id', { stdout: 'uid=1000\n' });
    const spec: WatchSpec = { kind: 'watch', command: shell('id'), start: 'auto', env: {} };
    const source = watchSource(spec, { pane, everyMs: 250, env: {} });
    await source.read(host, new AbortController().signal);
    const [ran] = host.commands;
    expect([ran?.privileged, ran?.timeoutMs, source.everyMs]).toEqual([undefined, 30_000, 250]);
  });
});

describe('its output', () => {
  it('has tabs as columns, no line of nothing at the end, and nothing that a terminal obeys', () => {
    expect(watchLines('a\tb\n日本\tc\r\n\x1b[31mred\n').lines).toEqual([
      ...['a       b', '日本    c', '\\x1b[31mred'],
    ]);
    expect(watchLines('').lines).toEqual([]);
    expect(watchLines('a\n\n').lines).toEqual(['a', '']);
  });

  it('has its addresses, by line', () => {
    const { addresses } = watchLines('State Peer\nESTAB 192.0.2.7:443 203.0.113.9:51022\n');
    expect([...addresses.keys()]).toEqual([1]);
    expect(addresses.get(1)?.map(({ net }) => net.text)).toEqual(['192.0.2.7', '203.0.113.9']);
  });

  it('is safe and bounded whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const { lines, addresses, cut } = watchLines(text);
        expect(cut).toBe(false);
        for (const line of lines) {
          expect(line.length).toBeLessThanOrEqual(1000);
          expect(sanitise(line)).toBe(line);
        }
        for (const [line, found] of addresses)
          for (const { end } of found) expect(end).toBeLessThanOrEqual(lines[line]?.length ?? 0);
      }),
    );
  });
});
