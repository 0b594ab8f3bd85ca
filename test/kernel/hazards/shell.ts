// The headless commands on a test namespace, each call with its own streams and one shared journal; and the built
// program itself in that namespace. Arguments are an array: hostile ones hold spaces and newlines.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { Command } from 'commander';
import { registerActCommands } from '../../../src/cli/acts.ts';
import type { ExitStatus } from '../../../src/cli/io.ts';
import type { Host } from '../../../src/host/host.ts';
import { createNetnsHost } from '../../../src/host/netns.ts';
import { onEnd } from '../acts/kit.ts';
import type { TestNet } from '../harness/netns.ts';

export type Ran = Readonly<{ status: ExitStatus | undefined; out: string; err: string }>;
export type Shell = Readonly<{
  run(words: readonly string[], stdin?: string): Promise<Ran>;
  /** Where `bans save` writes. */
  file: string;
  folder: string;
  host: Host;
}>;

const SESSION = `version: 1
name: hazards
windows:
  - name: watch
    layout: tiled
    panes:
      - host
`;

/** `through`: what stands between the commands and the namespace, to make tools fail. */
export async function openShell(
  net: TestNet,
  through: (host: Host) => Host = (host) => host,
): Promise<Shell> {
  const folder = mkdtempSync(join(tmpdir(), 'oc-hazard-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const inside = await createNetnsHost({ name: net.server.name });
  onEnd(() => inside.close());
  const host = through(inside);
  writeFileSync(join(folder, '.opsconsole.yml'), SESSION);
  const env = {
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    // Not the machine's own.
    OPSCONSOLE_STATE_DIR: join(folder, 'host'),
  };
  return {
    folder,
    file: join(folder, 'host', 'bans.txt'),
    host,
    async run(words, stdin = '') {
      const stdout = new PassThrough();
      const stderr = new PassThrough();
      const program = new Command('opsconsole').exitOverride().configureOutput({
        writeOut: (text) => void stdout.write(text),
        writeErr: (text) => void stderr.write(text),
      });
      let status: ExitStatus | undefined;
      registerActCommands(program, {
        io: { stdout, stderr, stdin: Readable.from([stdin]), env, cwd: folder, terminal: false },
        host: () => Promise.resolve(host),
        exit: (now) => {
          status = now;
        },
      });
      await program.parseAsync([...words], { from: 'user' });
      return { status, out: textOf(stdout), err: textOf(stderr) };
    },
  };
}

function textOf(stream: PassThrough): string {
  return (stream.read() as Buffer | null)?.toString() ?? '';
}

export const PROGRAM = join(import.meta.dirname, '../../../bin/opsconsole');

/** Throws one clear sentence when the program was not built; the tests never build. */
export function requireBuilt(): void {
  const tried = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  if (tried.status !== 0)
    throw new Error(`bin/opsconsole cannot start: ${(tried.stderr || String(tried.error)).trim()}`);
}

export type Ended = Readonly<{ status: number | null; out: string; err: string }>;

/** Runs `argv` in the server's namespace to its end, without a terminal; at most 30 s. */
export function runInside(
  net: TestNet,
  argv: readonly string[],
  { env, stdin = '' }: Readonly<{ env?: NodeJS.ProcessEnv; stdin?: string }> = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('/usr/sbin/ip', ['netns', 'exec', net.server.name, ...argv], {
      env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...env },
      timeout: 30_000,
      killSignal: 'SIGKILL',
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (bytes: Buffer) => {
      out += bytes.toString();
    });
    child.stderr.on('data', (bytes: Buffer) => {
      err += bytes.toString();
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, out, err }));
  });
}
