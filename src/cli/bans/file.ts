// Where the saved bans lie, and how they are read.

import { resolve } from 'node:path';
import { hostIdOf } from '../../core/hosts.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseSavedBans, type SavedBans } from '../../firewall/saved-bans.ts';
import type { Host } from '../../host/host.ts';
import type { Io } from '../io.ts';
import { fileAbout } from '../state-folder.ts';

/** Some four million bans. */
const FILE_BYTES_MAX = 256 * 1024 * 1024;

/** On this machine, also of a far host. */
export function bansFile(given: string | undefined, host: Host, io: Io): string {
  if (given !== undefined) return resolve(io.cwd, given);
  return fileAbout(hostIdOf(host), 'bans.txt', io.env);
}

/** The text as it is, and what it says; undefined = there is no file. */
export type BansText = Readonly<{ text: string; saved: Result<SavedBans> }>;

export async function readBansFile(host: Host, path: string): Promise<Result<BansText | undefined>> {
  const read = await host.read(path, FILE_BYTES_MAX);
  if (!read.ok) return read.problem.code === 'not-found' ? ok(undefined) : fail(read.problem);
  const text = read.value.toString('utf8');
  return ok({ text, saved: parseSavedBans(text, path) });
}
