// What really arrives when OSC 52 meets tmux: by itself, as a stranger, and through one tmux in another.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIPBOARD_MAX, clipboardSequence } from '../../src/terminal/clipboard.ts';
import { openTerminal, type TestTerminal, untilTrue } from './harness/tmux.ts';

/** Sends the bytes of a file, then says so: what was said before has been read by then. */
const SEND = 'cat "$1"; printf "was sent\\n"; exec cat';

describe('the clipboard of tmux', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'oc-clip-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const sequenceFile = (text: string): string => {
    const path = join(folder, 'sequence');
    writeFileSync(path, clipboardSequence(text, 'tmux') ?? 'too long');
    return path;
  };

  /** A tmux that waits for Enter before anything is sent, so that its options are set first. */
  async function waiting(argv: readonly string[]): Promise<TestTerminal> {
    return openTerminal({ columns: 80, rows: 24, argv, env: { TERM: 'xterm-256color' } });
  }
  const sender = (path: string): readonly string[] => ['sh', '-c', `read go; ${SEND}`, 'sh', path];
  const held = async (terminal: TestTerminal): Promise<string | undefined> =>
    (await terminal.tmux('list-buffers')) === '' ? undefined : terminal.tmux('show-buffer');

  it.each([
    ['a line', 'three\nlines of\ntext, and é 日本'],
    ['as much as is ever sent', 'x'.repeat(CLIPBOARD_MAX)],
  ])('holds %s with set-clipboard on', async (_, text) => {
    const terminal = await waiting(sender(sequenceFile(text)));
    try {
      await terminal.tmux('set', '-g', 'set-clipboard', 'on');
      await terminal.keys('Enter');
      await terminal.until('it was sent', (screen) => screen.includes('was sent'));
      expect(await held(terminal)).toBe(text);
    } finally {
      await terminal.close();
    }
  });

  it('holds nothing as tmux comes, and nothing is left on the screen', async () => {
    const terminal = await waiting(sender(sequenceFile('a stranger')));
    try {
      await terminal.tmux('set', '-g', 'set-clipboard', 'external');
      await terminal.keys('Enter');
      const screen = await terminal.until('it was sent', (drawn) => drawn.includes('was sent'));
      expect(screen.trim()).toBe('was sent');
      expect(await held(terminal)).toBeUndefined();
    } finally {
      await terminal.close();
    }
  });

  it('passes it to the terminal outside with allow-passthrough on', async () => {
    const socket = `oc-inner-${process.pid}`;
    const config = join(folder, 'inner.conf');
    writeFileSync(config, 'set -g allow-passthrough on\nset -g set-clipboard off\nset -g status off\n');
    const inner = ['env', '-u', 'TMUX', 'tmux', '-L', socket, '-f', config, 'new-session'];
    const terminal = await waiting([...inner, ...sender(sequenceFile('through two'))]);
    try {
      await terminal.tmux('set', '-g', 'set-clipboard', 'on');
      await terminal.keys('Enter');
      await terminal.until('it was sent', (screen) => screen.includes('was sent'));
      await untilTrue('the outer one holds it', async () => (await held(terminal)) === 'through two');
    } finally {
      execFileSync('tmux', ['-L', socket, 'kill-server'], { stdio: 'ignore' });
      rmSync(join('/tmp', `tmux-${process.getuid?.() ?? 0}`, socket), { force: true });
      await terminal.close();
    }
  });
});
