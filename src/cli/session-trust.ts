// Whether a session file that nobody named may be opened: it can run commands, exempt addresses from bans and change
// keys, and the folder that one happens to stand in (/tmp, a web root) may be anybody's.

import { lstat, stat } from 'node:fs/promises';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import type { Io } from './io.ts';

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;

/** Why not, in a sentence for the operator; undefined: it may be, or there is none. */
export async function whyNotUnasked(path: string, env: Io['env']): Promise<SafeText | undefined> {
  const [file, entry] = await Promise.all([stat, lstat].map((look) => look(path).catch(() => undefined)));
  if (file === undefined || entry === undefined) return undefined;
  const ours = ourselves(env);
  const foreign = [file, entry].find(({ uid }) => !ours.users.has(uid));
  if (foreign !== undefined) return passedOver(path, `it belongs to somebody else (uid ${foreign.uid})`);
  const { mode, gid } = file;
  if ((mode & OTHERS_WRITE) !== 0 || ((mode & GROUP_WRITES) !== 0 && !ours.groups.has(gid)))
    return passedOver(path, 'others may write it');
  return undefined;
}

function passedOver(path: string, why: string): SafeText {
  return sanitise(`${path} is not opened unasked: ${why}; name it to open it`, 300);
}

/** Root, who runs us, and who did through sudo. */
function ourselves(env: Io['env']): Readonly<{ users: ReadonlySet<number>; groups: ReadonlySet<number> }> {
  const own = process.geteuid?.() ?? 0;
  const sudo = (name: string): readonly number[] => {
    const written = own === 0 ? (env[name] ?? '') : '';
    return /^\d{1,10}$/.test(written) ? [Number(written)] : [];
  };
  return {
    users: new Set([0, own, ...sudo('SUDO_UID')]),
    groups: new Set([0, process.getegid?.() ?? 0, ...sudo('SUDO_GID')]),
  };
}
