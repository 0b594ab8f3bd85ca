// The console at the end of a real line: tmux, in it ssh to a private sshd, behind that another tmux, in that the console.
// Keys go in and screens are read at the near end, so that every byte passes all of them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestNet } from '../../kernel/harness/netns.ts';
import { launchSshd, PUBLIC_VIEW, type SshServer } from './ssh-server.ts';
import {
  CLEAN,
  openTerminal,
  type TerminalOptions,
  type TestTerminal,
  tmuxServer,
  untilTrue,
} from './tmux.ts';

/** Which way the tests take: a project of vitest.config.ts says so. */
export const WAY: 'direct' | 'ssh' = process.env.OPSCONSOLE_TEST_WAY === 'ssh' ? 'ssh' : 'direct';

const ADDRESS = '127.0.0.1';
/** No key means anything to it, it takes no row, and what it can do does not wait for what the near tmux answers. */
const FAR_TMUX = `
set -g prefix None
set -g prefix2 None
set -g escape-time 5
set -g status off
set -g remain-on-exit on
set -g set-clipboard on
set -g default-terminal tmux-256color
set -as terminal-features '*:256:RGB:bpaste:clipboard:strikethrough:title'
`;

export type FarEnd = Readonly<{
  open(options: TerminalOptions): Promise<TestTerminal>;
  dispose(): void;
}>;

/** sshd starts with the first terminal. */
export function farEnd(net: TestNet): FarEnd {
  const folder = mkdtempSync(join(tmpdir(), 'oc-ssh-'));
  let server: Promise<SshServer> | undefined;
  let serial = 0;
  const listening = async (): Promise<SshServer> => {
    const started = await launchSshd(net, folder, ADDRESS);
    await untilTrue('sshd listens', () => {
      if (started.process.exitCode !== null) throw new Error(`sshd ended: ${started.said()}`);
      return started.said().includes('Server listening');
    });
    return started;
  };
  return {
    async open(options) {
      server ??= listening();
      const { client } = await server;
      serial += 1;
      const file = (name: string): string => join(folder, `${serial}-${name}`);
      const [socket, config, script] = [file('socket'), file('tmux.conf'), file('start.sh')] as const;
      writeFileSync(config, FAR_TMUX);
      writeFileSync(script, startScript(options, ['tmux', '-S', socket, '-f', config]));
      const [ssh = 'ssh', ...words] = client;
      const login = [ssh, '-tt', '-e', 'none', ...words, `${PUBLIC_VIEW} sh ${script}`];
      const near = await openTerminal({
        ...{ columns: options.columns, rows: options.rows },
        argv: ['ip', 'netns', 'exec', net.server.name, ...login],
      });
      return throughBoth(near, socket);
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What a test gives the console in its environment is set here: sshd would not take it. */
function startScript({ argv, env = {}, cwd }: TerminalOptions, tmux: readonly string[]): string {
  const { PATH, LANG } = CLEAN;
  const given = Object.entries({ PATH, LANG, ...env });
  const session = ['new-session', '-s', 't', ...(cwd === undefined ? [] : ['-c', cwd])];
  const pass = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  return [
    ...given.map(([name, value]) => `export ${name}=${quoted(value)}`),
    `exec ${[...tmux, ...session, ...pass, ...argv].map(quoted).join(' ')}`,
    '',
  ].join('\n');
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** What is asked of the terminal is asked of the one that the console sees. */
async function throughBoth(near: TestTerminal, socket: string): Promise<TestTerminal> {
  const far = tmuxServer(['-S', socket], socket);
  const ask = async (format: string): Promise<string> =>
    (await far.run('display-message', '-p', '-t', 't', format)).trim();
  try {
    await untilTrue('the far tmux', () =>
      ask('#{pane_pid}').then(
        (pid) => Number(pid) > 0,
        () => false,
      ),
    );
  } catch (error) {
    const seen = (await near.lines()).join('\n').trim();
    await near.close();
    throw new Error(`${error instanceof Error ? error.message : error}\n${seen}`);
  }
  return {
    ...near,
    ask,
    pid: async () => Number(await ask('#{pane_pid}')),
    history: () => far.run('capture-pane', '-p', '-J', '-S', '-', '-t', 't'),
    async close() {
      far.kill();
      await near.close();
    },
  };
}
