// The headless commands on a namespace, with state folders of their own.

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
  folder: string;
  /** Where `bans save` writes. */
  file: string;
  host: Host;
  run(words: readonly string[], stdin?: string): Promise<Ran>;
}>;

const SESSION = `version: 1
name: files
windows:
  - name: watch
    layout: tiled
    panes:
      - host
`;

/** `change`: another host in place of the namespace's, for a clock that runs ahead or a tool that fails. */
export async function openShell(net: TestNet, change: (host: Host) => Host = (host) => host): Promise<Shell> {
  const folder = mkdtempSync(join(tmpdir(), 'oc-bans-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const inside = await createNetnsHost({ name: net.server.name });
  onEnd(() => inside.close());
  const host = change(inside);
  writeFileSync(join(folder, '.opsconsole.yml'), SESSION);
  const env = {
    XDG_STATE_HOME: join(folder, 'xdg'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    OPSCONSOLE_STATE_DIR: join(folder, 'state'),
  };
  return {
    folder,
    file: join(folder, 'state', 'bans.txt'),
    host,
    async run(words, stdin = '') {
      const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
      const texts = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        streams[name].on('data', (chunk) => {
          texts[name] += String(chunk);
        });
      const program = new Command('opsconsole').exitOverride().configureOutput({
        writeOut: (text) => void streams.stdout.write(text),
        writeErr: (text) => void streams.stderr.write(text),
      });
      let status: ExitStatus | undefined;
      registerActCommands(program, {
        io: { ...streams, stdin: Readable.from([stdin]), env, cwd: folder, terminal: false },
        host: () => Promise.resolve(host),
        exit: (now) => {
          status = now;
        },
      });
      await program.parseAsync([...words], { from: 'user' });
      return { status, out: texts.stdout, err: texts.stderr };
    },
  };
}
