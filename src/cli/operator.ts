// Who is acting, and where their journal lies.

import { existsSync, readlinkSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Operator } from '../core/act.ts';
import { parseHost } from '../core/address.ts';
import { sanitise } from '../core/sanitise.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** `sshPeer` from the environment: for the journal only, the safe set asks the kernel. */
export function readOperator(env: Env): Operator {
  const tty = readTty(env);
  const peer = parseHost((env.SSH_CONNECTION ?? '').split(' ')[0] ?? '');
  const sudoUser = env.SUDO_USER ?? env.DOAS_USER;
  return {
    user: sanitise(userName(), 64),
    ...(sudoUser === undefined || sudoUser === '' ? {} : { sudoUser: sanitise(sudoUser, 64) }),
    ...(tty === undefined ? {} : { tty: sanitise(tty, 64) }),
    ...(peer.ok ? { sshPeer: peer.value.text } : {}),
    console: crypto.randomUUID(),
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.geteuid?.() ?? '?'}`;
  }
}

function readTty(env: Env): string | undefined {
  // Without /proc: of the session that we came in by, if it was one.
  if (!existsSync('/proc/self/fd')) return /^\/dev\/\S+$/.test(env.SSH_TTY ?? '') ? env.SSH_TTY : undefined;
  for (const stream of [0, 1, 2]) {
    try {
      const target = readlinkSync(`/proc/self/fd/${stream}`);
      if (/^\/dev\/(pts\/|tty|console)/.test(target)) return target;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/**
 * `$XDG_STATE_HOME/opsconsole/journal.db`, else `~/.local/state/opsconsole/journal.db` of the user that runs us. Under sudo
 * that is root's, also where sudo keeps HOME: a root-owned journal in somebody's home would lock them out of it.
 */
export function journalPath(env: Env): string {
  const state = env.XDG_STATE_HOME;
  if (state !== undefined && isAbsolute(state)) return join(state, 'opsconsole', 'journal.db');
  return join(homeOf(env), '.local', 'state', 'opsconsole', 'journal.db');
}

function homeOf(env: Env): string {
  const home = env.HOME;
  if (home !== undefined && isAbsolute(home) && ownerOf(home) === process.geteuid?.()) return home;
  try {
    return userInfo().homedir;
  } catch {
    return homedir();
  }
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid;
  } catch {
    return undefined;
  }
}
