// The words that start ssh: for the master, and for whoever uses its connection. And the environment that it gets.

import { SYSTEM_PATH } from '../which.ts';
import type { SshOptions } from './ssh-host.ts';

type Words = readonly [string, ...string[]];

/** Only what must be so for this console; all the rest (user, port, keys, jump hosts, compression) is ssh_config's. */
const MASTER = [
  'ControlMaster=yes',
  // It ends with its own session: nothing is left behind when we are killed.
  'ControlPersist=no',
  'ServerAliveInterval=5',
  'ServerAliveCountMax=3',
  'ConnectTimeout=10',
  'TCPKeepAlive=yes',
  'ClearAllForwardings=yes',
  'ForwardAgent=no',
  'ForwardX11=no',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'RequestTTY=no',
  // It would be asked in the middle of a full screen.
  'UpdateHostKeys=no',
  'StdinNull=no',
  'ForkAfterAuthentication=no',
  'SessionType=default',
];

/** A master that is gone must not be replaced by a second connection, with questions of its own. */
const CLIENT = [
  'ControlMaster=no',
  'ProxyCommand=false',
  'BatchMode=yes',
  'ClearAllForwardings=yes',
  'ForwardAgent=no',
  'ForwardX11=no',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'StdinNull=no',
  'ForkAfterAuthentication=no',
  'SessionType=default',
];

const asOptions = (settings: readonly string[]): readonly string[] =>
  settings.flatMap((setting) => ['-o', setting]);

function ssh({ ssh: words = ['ssh'], config }: SshOptions): Words {
  const [first, ...others] = words;
  return [first, ...others, ...(config === undefined ? [] : ['-F', config])];
}

/**
 * HUP and TSTP go to everybody in the terminal's foreground: the line outlives them, so that an act can end properly.
 * `batch`: asks nobody anything.
 */
export function masterWords(
  options: SshOptions,
  control: string,
  wish: Readonly<{ batch: boolean; far: string }>,
): Words {
  const settings = wish.batch ? [...MASTER, 'BatchMode=yes'] : MASTER;
  return [
    'sh',
    '-c',
    `trap '' HUP TSTP; exec "$@"`,
    'sh',
    ...ssh(options),
    ...asOptions(settings),
    ...['-T', '-e', 'none', '-S', control, '--', options.entry.destination, wish.far],
  ];
}

/** `terminal`: with a pty on the far side. `far`: what the far login shell runs, plain words; absent: a login shell. */
export function clientWords(
  options: SshOptions,
  control: string,
  wish: Readonly<{ terminal: boolean; far?: string }>,
): Words {
  return [
    ...ssh(options),
    // Else it would write "Shared connection closed" under the last words of every program.
    ...asOptions([
      ...CLIENT,
      ...(wish.terminal ? ['RequestTTY=force', 'LogLevel=QUIET'] : ['RequestTTY=no']),
    ]),
    ...[wish.terminal ? '-tt' : '-T', '-e', 'none', '-S', control, '--', options.entry.destination],
    ...(wish.far === undefined ? [] : [wish.far]),
  ];
}

export function controlWords(options: SshOptions, control: string, verb: 'check' | 'exit'): Words {
  return [...ssh(options), '-S', control, '-O', verb, '--', options.entry.destination];
}

/** The operator's own: agent, askpass, PATH for a ProxyCommand. */
export function sshEnvironment(batch: boolean): Record<string, string | undefined> {
  // A jump host's ssh does not know of our BatchMode, and must not open a window in the middle of the night either.
  // One before 8.4 knows only which program it is to start.
  return batch ? { ...process.env, SSH_ASKPASS_REQUIRE: 'never', SSH_ASKPASS: 'false' } : { ...process.env };
}

/** Whom the far sshd sees: the guards of acts ask for it. */
const FROM = 'SSH_CONNECTION="$SSH_CONNECTION"';

/**
 * A far sh with a small and constant environment, `name` in its argv so that it can be known again. The login shell may be
 * csh or fish: plain words only. `ready`: what it says before it reads anything.
 */
export function farShell(name: string, before: readonly string[] = [], ready?: string): string {
  // With its whole path: the far start-up files may have set another PATH.
  const env = [
    '/usr/bin/env',
    '-i',
    `PATH=${SYSTEM_PATH.join(':')}`,
    'LC_ALL=C',
    'LANG=C',
    'TERM=dumb',
    FROM,
  ];
  const shell = ready === undefined ? `sh -s ${name}` : `sh -c 'echo ${ready}; exec sh -s ${name}'`;
  return ['exec', ...before, ...env, shell].join(' ');
}
