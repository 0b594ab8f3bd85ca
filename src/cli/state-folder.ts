// Where things of the host lie that belong to no single operator.

import { isAbsolute, join, normalize } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

const STATE_DIR = '/var/lib/opsconsole';

/** `$OPSCONSOLE_STATE_DIR`: what belongs to the host and not to one operator. */
export const stateFolder = (env: Env): string => folderOf(env.OPSCONSOLE_STATE_DIR, STATE_DIR);

/** Where contrib/fail2ban/action.d/opsconsole.conf writes what fail2ban did. */
export const notesPath = (env: Env): string => join(stateFolder(env), 'fail2ban.log');

export function folderOf(wish: string | undefined, usual: string): string {
  if (wish === undefined || !isAbsolute(wish)) return usual;
  return wish === '/' ? wish : normalize(wish).replace(/\/+$/, '');
}
