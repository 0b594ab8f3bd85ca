// Programs in real terminals: what they get, how they end, that nothing of them is left, and that none can hold us up.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { CommandLine } from '../../../src/core/pane.ts';
import { command as toolCommand } from '../../../src/core/plan.ts';
import { createLocalHost } from '../../../src/host/local.ts';
import { createPtys, type Pty, type PtyEnd, type PtyOptions } from '../../../src/host/pty.ts';
import { loadFrom } from '../../../src/host/pty-native.ts';
import { startPlain } from '../../../src/host/start.ts';
import { isAlive } from './alive.ts';
import { membersOf, STUBBORN } from './members.ts';

const WAIT = { timeout: 15_000, interval: 20 } as const;
const folder = mkdtempSync(join(tmpdir(), 'oc-pty-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shell = (line: string): CommandLine => ({ kind: 'shell', line });
let ptys = createPtys();
afterEach(async () => {
  await ptys.endPtys();
  ptys = createPtys();
});

type Ran = Readonly<{ pty: Pty; text: () => string; end: () => PtyEnd | undefined; bytes: () => number }>;

async function run(command: CommandLine, options: Partial<PtyOptions> = {}): Promise<Ran> {
  let text = '';
  let bytes = 0;
  let end: PtyEnd | undefined;
  const opened = await ptys.openPty({
    command,
    env: {},
    columns: 80,
    rows: 24,
    ...options,
    onData: (chunk) => {
      bytes += chunk.length;
      if (text.length < 1 << 20) text += chunk.toString('utf8');
    },
    onEnd: (how) => {
      end = how;
    },
  });
  if (!opened.ok) throw new Error(opened.problem.summary);
  return { pty: opened.value, text: () => text, end: () => end, bytes: () => bytes };
}

async function ranToEnd(command: CommandLine, options: Partial<PtyOptions> = {}): Promise<Ran> {
  const ran = await run(command, options);
  await vi.waitFor(() => expect(ran.end()).toBeDefined(), WAIT);
  return ran;
}

describe('a program', () => {
  it('has a terminal of the wished size, and the folder and variables that were asked for', async () => {
    const line = 'stty size; pwd; echo "$TERM $OWN"; env | grep -cE "^(LINES|COLUMNS|TMUX)="';
    const env = { OWN: 'a b' };
    const { text, end } = await ranToEnd(shell(line), { env, cwd: folder, columns: 33, rows: 7 });
    expect(text().split('\r\n')).toEqual(['7 33', folder, 'xterm-256color a b', '0', '']);
    expect(end()).toEqual({ exitCode: 1 });
  });

  it('has the locale of the operator, not that of our tools', async () => {
    const { text } = await ranToEnd(shell('printenv LC_ALL || echo none'));
    expect(text().trim()).toBe(process.env.LC_ALL ?? 'none');
  });

  it('gets arguments as they are', async () => {
    const { text } = await ranToEnd({ kind: 'argv', argv: ['printf', '<%s>', 'a b', '$HOME', "'", ''] });
    expect(text()).toBe("<a b><$HOME><'><>");
  });

  it('has no file of ours open', async () => {
    const other = await run(shell('sleep 100'));
    const { text } = await ranToEnd(shell('for f in /proc/$$/fd/*; do readlink $f; done'));
    expect(new Set(text().trim().split(/\s+/)).size).toBe(1);
    expect(text()).not.toContain('ptmx');
    other.pty.kill();
  });

  it.each(['execa', 'plain'] as const)(
    'is open in no tool and no watched command, started with %s',
    async (way) => {
      const others = [await run(shell('sleep 100')), await run(shell('sleep 100'))];
      const host = await createLocalHost({
        sudo: 'never',
        ...(way === 'plain' ? { start: startPlain } : {}),
      });
      const look = 'cat; for f in /proc/$$/fd/*; do readlink $f; done';
      for (const given of ['', 'given']) {
        const told = await host.run(toolCommand(['sh', '-c', look], given === '' ? {} : { stdin: given }));
        const files = told.ok ? told.value.stdout : told.problem.summary;
        expect(files.startsWith(given)).toBe(true);
        expect(files).toContain('/dev/null');
        expect(files).not.toContain('ptmx');
      }
      for (const { pty } of others) pty.kill();
      for (const other of others) await vi.waitFor(() => expect(other.end()).toBeDefined(), WAIT);
    },
  );

  it('ends with its status, or by a signal', async () => {
    expect((await ranToEnd(shell('exit 3'))).end()).toEqual({ exitCode: 3 });
    expect((await ranToEnd(shell('kill -TERM $$'))).end()).toEqual({ signal: 'SIGTERM' });
    expect((await ranToEnd(shell('no-such-program-here'))).end()).toEqual({ exitCode: 127 });
  });

  it('has all of its last words told, also when reading stood still', async () => {
    const ran = await run(shell('seq 1 100000; echo last; exit 4'));
    ran.pty.pause();
    await vi.waitFor(() => expect(isAlive(ran.pty.pid)).toBe(true), WAIT);
    expect(ran.end()).toBeUndefined();
    ran.pty.resume();
    await vi.waitFor(() => expect(ran.end()).toEqual({ exitCode: 4 }), WAIT);
    expect(ran.text().endsWith('100000\r\nlast\r\n')).toBe(true);
  });

  it('hears of a new size, and reads what is written', async () => {
    const ran = await run(
      shell('trap \'stty size\' WINCH; echo ready; read -r line; echo "got $line"; read -r line'),
    );
    await vi.waitFor(() => expect(ran.text()).toContain('ready'), WAIT);
    ran.pty.resize(50, 10);
    ran.pty.write('one\r');
    await vi.waitFor(() => expect(ran.text()).toMatch(/10 50/), WAIT);
    ran.pty.end();
    await vi.waitFor(() => expect(ran.end()).toBeDefined(), WAIT);
  });

  it('that does not read holds up nobody', async () => {
    const ran = await run(shell('stty raw -echo; echo ready; sleep 100'));
    await vi.waitFor(() => expect(ran.text()).toContain('ready'), WAIT);
    expect(ran.pty.write('x'.repeat(1 << 20))).toBe(true);
    expect(ran.pty.write('x'.repeat(2 << 20))).toBe(false);
    ran.pty.kill();
    await vi.waitFor(() => expect(ran.end()).toEqual({ signal: 'SIGKILL' }), WAIT);
  });

  it('reads all of a long paste, late as it may be', async () => {
    const ran = await run(shell('stty raw -echo; echo ready; head -c 300000 | wc -c'));
    await vi.waitFor(() => expect(ran.text()).toContain('ready'), WAIT);
    ran.pty.write('y'.repeat(300_000));
    await vi.waitFor(() => expect(ran.text()).toContain('300000'), WAIT);
  });
});

it('gives back what it had open', async () => {
  await ranToEnd(shell('true'));
  const before = readdirSync('/proc/self/fd').length;
  for (let turn = 0; turn < 8; turn++) await ranToEnd(shell('echo x'));
  await vi.waitFor(() => expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before), WAIT);
});

describe('what cannot be started is said', () => {
  const problemOf = async (command: CommandLine, cwd?: string) => {
    const place = cwd === undefined ? {} : { cwd };
    const options = { command, env: {}, columns: 80, rows: 24, onData: () => {}, onEnd: () => {}, ...place };
    const opened = await ptys.openPty(options);
    return opened.ok ? undefined : opened.problem;
  };

  it('a missing program', async () => {
    const problem = await problemOf({ kind: 'argv', argv: ['no-such-program-here'] });
    expect(problem).toMatchObject({
      code: 'missing-tool',
      summary: 'there is no program no-such-program-here',
    });
  });

  it('a machine without the terminal library, and what to do', () => {
    const loaded = loadFrom(createRequire('/nowhere/else.js'));
    expect(loaded).toMatchObject({ ok: false, problem: { code: 'missing-tool' } });
    expect(loaded.ok ? '' : loaded.problem.hint).toContain('install the npm package @lydell/node-pty-');
  });

  it('a word that no program can be given', async () => {
    expect(await problemOf({ kind: 'argv', argv: ['echo', 'a\0b'] })).toMatchObject({ code: 'bad-input' });
  });

  it('a path to nothing', async () => {
    expect(await problemOf({ kind: 'argv', argv: ['./nothing'] })).toMatchObject({
      hint: 'look at its path',
    });
  });

  it('a missing folder, and a file in its place', async () => {
    expect(await problemOf(shell('pwd'), '/no/such/folder')).toMatchObject({ code: 'not-found' });
    expect(await problemOf(shell('pwd'), '/etc/passwd')).toMatchObject({ code: 'bad-input' });
  });
});

describe('nothing is left', () => {
  const started = async (line: string): Promise<Ran> => {
    const ran = await run(shell(line));
    await vi.waitFor(() => expect(ran.text()).toContain('ready'), WAIT);
    return ran;
  };

  it.each([
    ['of one that ends at HUP', 'echo ready; sleep 1000'],
    ['of one that ignores HUP, with a job in the background', STUBBORN],
    ['of one that is stopped', 'echo ready; kill -STOP $$'],
  ])('%s, when its pane is closed', async (_, line) => {
    const ran = await started(line);
    ran.pty.end();
    await vi.waitFor(
      () => expect([ran.end(), membersOf(ran.pty.pid)]).toEqual([expect.anything(), []]),
      WAIT,
    );
  });

  it('of jobs in the background, when the program has ended', async () => {
    const ran = await started("(trap '' HUP; sleep 1000; sleep 1000) & echo ready; exit 2");
    await vi.waitFor(() => expect([ran.end(), membersOf(ran.pty.pid)]).toEqual([{ exitCode: 2 }, []]), WAIT);
  });

  it('of any of them, when the console is left', async () => {
    const all = [await started(STUBBORN), await started('echo ready; sleep 1000'), await started(STUBBORN)];
    await ptys.endPtys();
    expect(all.map(({ pty }) => membersOf(pty.pid))).toEqual([[], [], []]);
  });
});
