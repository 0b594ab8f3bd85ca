// Where things of the host lie that belong to no single operator.

import { dirname, isAbsolute, join, normalize } from 'node:path';
import { type HostId, LOCAL } from '../core/hosts.ts';
import { journalPath } from './operator.ts';

type Env = Readonly<Record<string, string | undefined>>;

const STATE_DIR = '/var/lib/opsconsole';

/** `$OPSCONSOLE_STATE_DIR`: what belongs to the host and not to one operator. */
export const stateFolder = (env: Env): string => folderOf(env.OPSCONSOLE_STATE_DIR, STATE_DIR);

/** Where contrib/fail2ban/action.d/opsconsole.conf writes what fail2ban did. */
export const notesPath = (env: Env): string => join(stateFolder(env), 'fail2ban.log');

/** Where files about a host lie on this machine. Of a far one they are the operator's, beside the journal, and named after it. */
export function fileAbout(host: HostId, name: string, env: Env): string {
  if (host === LOCAL) return join(stateFolder(env), name);
  return join(dirname(journalPath(env)), name.replace(/(?=\.[a-z]+$)/, `-${host}`));
}

export function folderOf(wish: string | undefined, usual: string): string {
  if (wish === undefined || !isAbsolute(wish)) return usual;
  return wish === '/' ? wish : normalize(wish).replace(/\/+$/, '');
}
