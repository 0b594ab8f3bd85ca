// Session files on the disk: which one a name means, what it holds, and which there are to choose from.

import { resolve } from 'node:path';
import type { Session } from '../../core/pane.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import { configFolder, type Environment, sessionCandidates } from '../../session/find.ts';
import { loadSession } from '../../session/load.ts';
import { printFileProblem } from '../../session/problems.ts';
import type { PickerItem } from '../../store/modal-state.ts';
import { readText } from '../session-file.ts';

export type SessionPlace = Readonly<{ host: Host; env: Environment; cwd: string }>;
export type SessionText = Readonly<{ path: string; text: string }>;

/** The file that a name or path means; `text` undefined: there is none yet. */
export async function fileNamed(
  { host, env, cwd }: SessionPlace,
  name: string,
): Promise<Result<Readonly<{ path: string; text: string | undefined }>>> {
  const candidates = sessionCandidates(name, env, cwd);
  for (const { path } of candidates) {
    const found = await textAt(host, path);
    if (!found.ok || found.value !== undefined) return found.ok ? ok({ path, text: found.value }) : found;
  }
  const [first] = candidates;
  return first === undefined ? fail(noSuch(name)) : ok({ path: first.path, text: undefined });
}

export async function textAt(host: Host, path: string): Promise<Result<string | undefined>> {
  const text = await readText(host, path);
  if (text.ok || text.problem.code !== 'not-found') return text;
  return ok(undefined);
}

export function noSuch(path: string): Problem {
  return problem('not-found', `${sanitise(path, 200)}: there is no such session file`, {
    hint: ':sessions shows those that there are',
  });
}

/** A session that can be taken, or its first errors with their places. */
export function sessionIn({ path, text }: SessionText): Result<Session> {
  const loaded = loadSession(text, path);
  if (loaded.ok) return ok(loaded.session);
  const [first = '', ...more] = loaded.problems.map((found) => printFileProblem(path, found));
  return fail(problem('bad-input', first, more.length === 0 ? {} : { detail: more.slice(0, 20).join('\n') }));
}

const LISTED_MAX = 100;

/** The files of the configuration folder, the one of this folder, and the one in use. */
export async function listSessions(
  { host, env, cwd }: SessionPlace,
  current: string | undefined,
): Promise<readonly PickerItem[]> {
  const folder = configFolder(env);
  const found = await Promise.all(
    ['yml', 'yaml'].map((ending) => host.glob(`${globText(folder)}/*.${ending}`)),
  );
  const paths = new Set([
    ...(current === undefined ? [] : [current]),
    resolve(cwd, '.opsconsole.yml'),
    ...found.flatMap((result) => (result.ok ? result.value : [])).slice(0, LISTED_MAX),
  ]);
  const items = await Promise.all(
    [...paths].map(async (path) => itemFor(path, await textAt(host, path), { current, folder })),
  );
  return items.flatMap((item) => item ?? []);
}

/** A folder is meant as it is written, whatever signs it has. */
function globText(folder: string): string {
  return folder.replace(/[\\*?[\]{}]/g, '\\$&');
}

type Among = Readonly<{ current: string | undefined; folder: string }>;

function itemFor(
  path: string,
  text: Result<string | undefined>,
  { current, folder }: Among,
): PickerItem | undefined {
  if (text.ok && text.value === undefined) return undefined;
  const inFolder = path.startsWith(`${folder}/`);
  const name = inFolder ? path.slice(folder.length + 1).replace(/\.ya?ml$/, '') : path;
  const label = sanitise(`${name}${path === current ? ' (this one)' : ''}`, 80);
  if (!text.ok) return { id: path, label, detail: sanitise(text.problem.summary, 200), blocked: true };
  const loaded = loadSession(text.value ?? '', path);
  if (!loaded.ok) {
    const [first] = loaded.problems;
    const place = first === undefined ? 'broken' : `${first.line}:${first.column}: ${first.message}`;
    return { id: path, label, detail: sanitise(`broken, ${place}`, 200), blocked: true };
  }
  const { windows } = loaded.session;
  const panes = windows.reduce((sum, window) => sum + window.panes.length, 0);
  const words = `${panes} ${panes === 1 ? 'pane' : 'panes'}: ${windows.map((window) => window.name).join(', ')}`;
  return { id: path, label, detail: sanitise(words, 200) };
}
