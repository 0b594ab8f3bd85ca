// The built program as the operator's own machine: told that it is on macOS, without /proc, with sysctl and its kin as stand-ins.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { PROGRAM, requireBuilt } from './harness/console.ts';
import { frameFaults, paneOf } from './harness/drawn.ts';
import { openTerminal, type TestTerminal } from './harness/tmux.ts';

const SESSION = `
version: 1
name: mac
refresh: 500ms
windows:
  - name: own
    layout: tiled
    panes:
      - host
      - traffic
      - bans
      - conntrack
      - { run: { command: 'echo from a program; exec sleep 1000', start: auto } }
      - journal
`;
const CAPTURES = join(import.meta.dirname, '../captures/bsd/macos-15');

/** Nothing of Linux answers: not the files of the kernel, not its sysctl. */
const SCRIPT = `
set -e
mount -t tmpfs none /usr/local/sbin
for tool in sysctl netstat vm_stat; do
  printf '#!/bin/sh\\ncat %s\\n' "$1/$tool.txt" >/usr/local/sbin/$tool
  chmod 755 /usr/local/sbin/$tool
  for folder in /usr/sbin /sbin /usr/bin /bin; do
    if [ -e "$folder/$tool" ]; then mount --bind /usr/local/sbin/$tool "$folder/$tool"; fi
  done
done
mount -t tmpfs none /proc
shift
"$@" && echo "left with $?"
exec sleep 1000
`;

kernelSuite('a console on macOS', ['tmux', 'unshare', 'mount'], () => {
  const folder = mkdtempSync(join(tmpdir(), 'oc-macos-'));
  let terminal: TestTerminal | undefined;
  beforeAll(() => {
    requireBuilt();
    const host = readFileSync(join(CAPTURES, 'host.txt'), 'utf8');
    const [sysctl = '', memory = ''] = host.split(/^now: \d+\n/m);
    writeFileSync(join(folder, 'sysctl.txt'), sysctl);
    writeFileSync(join(folder, 'vm_stat.txt'), memory);
    writeFileSync(join(folder, 'netstat.txt'), readFileSync(join(CAPTURES, 'netstat.txt')));
    writeFileSync(join(folder, 'session.yml'), SESSION);
    mkdirSync(join(folder, 'home'));
  });
  afterEach(async () => {
    await terminal?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('opens, shows its load, says what is not managed there, runs programs, and leaves', async () => {
    const home = join(folder, 'home');
    terminal = await openTerminal({
      columns: 120,
      rows: 40,
      argv: ['unshare', '-m', 'sh', '-c', SCRIPT, 'sh', folder, PROGRAM, join(folder, 'session.yml')],
      cwd: folder,
      env: {
        HOME: home,
        XDG_STATE_HOME: home,
        XDG_CONFIG_HOME: home,
        OPSCONSOLE_STATE_DIR: home,
        OPSCONSOLE_RUN_DIR: home,
        OPSCONSOLE_PLATFORM: 'darwin',
      },
    });
    const screen = await terminal.until('all of its panes', (drawn) =>
      [
        ['host', 'load 1.85 1.91 2.03 on 8 cores'],
        ['host', 'of 16.0 GiB'],
        ['traffic', 'en0'],
        ['bans', 'the firewall of macOS is not managed from here'],
        ['conntrack', 'macOS: its flows are not read here'],
        ['run', 'from a program'],
        ['journal', 'Nothing was done yet'],
      ].every(([pane = '', words = '']) => paneOf(drawn, pane).join(' ').includes(words)),
    );
    expect(frameFaults(screen, 120, 40)).toEqual([]);
    await terminal.keys('q');
    await terminal.until('the question', (drawn) => drawn.includes('Leave the console?'));
    await terminal.keys('Enter');
    const after = await terminal.until('the end', (drawn) => drawn.includes('left with 0'));
    expect(after).not.toMatch(/[│┌┐└┘]/);
    expect(await terminal.ask('#{alternate_on}')).toBe('0');
  });
});
