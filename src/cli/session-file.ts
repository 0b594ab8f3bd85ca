// From the argument to a Session: which file, read, checked; or the detected layout when there is none.

import type { HostEntry } from '../core/hosts.ts';
import type { Session } from '../core/pane.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import type { Host } from '../host/host.ts';
import { sessionTextFor } from '../session/detect.ts';
import { sessionCandidates } from '../session/find.ts';
import { loadSession, SESSION_BYTES_MAX } from '../session/load.ts';
import { type FileProblem, printFileProblem } from '../session/problems.ts';
import type { Io } from './io.ts';
import { gatherFacts } from './machine-facts.ts';
import { whyNotUnasked } from './session-trust.ts';

/**
 * `text`: what the session was made of; of a detected layout, the file that it would be. `passedOver`: a file that would
 * have been opened, and why it was not.
 */
export type OpenedSession = Readonly<{ session: Session; text: string; passedOver?: SafeText }>;

/** Session files lie on this machine; what is detected is `host`'s. */
export type Places = Readonly<{ files: Host; host: Host }>;

export async function openSession(
  places: Places,
  argument: string | undefined,
  io: Io,
): Promise<Result<Session>> {
  const opened = await openFile(places.files, argument, io);
  if (!opened.ok) return opened;
  const { file, passedOver } = opened.value;
  if (passedOver !== undefined) io.stderr.write(`opsconsole: ${passedOver}\n`);
  if (file !== undefined) return ok(file.session);
  // Commands need its rules only, and looking around on a far host takes time.
  if (places.host.kind === 'ssh') return ok(plainSession(places.host.name));
  const found = await detectedSession(places.host);
  return found.ok ? ok(found.value.session) : found;
}

/** What the console opens; undefined where there is no file. Says nothing of a file that was passed over. */
export async function openFileSession(
  files: Host,
  argument: string | undefined,
  io: Io,
): Promise<Result<Session | undefined>> {
  const opened = await openFile(files, argument, io);
  return opened.ok ? ok(opened.value.file?.session) : opened;
}

export async function openSessionText(
  host: Host,
  argument: string | undefined,
  io: Io,
): Promise<Result<OpenedSession>> {
  const opened = await openFile(host, argument, io);
  if (!opened.ok) return opened;
  const { file, passedOver } = opened.value;
  return withRemark(file === undefined ? await detectedSession(host) : ok(file), passedOver);
}

export type OpenedFile = Readonly<{ file?: OpenedSession; passedOver?: SafeText }>;

/** Problems of a file are joined by newlines in `summary`, one sentence with its place each. */
export async function openFile(
  host: Host,
  argument: string | undefined,
  io: Io,
): Promise<Result<OpenedFile>> {
  const candidates = sessionCandidates(argument, io.env, io.cwd);
  let passedOver: SafeText | undefined;
  for (const { path, named } of candidates) {
    const why = named ? undefined : await whyNotUnasked(path, io.env);
    passedOver ??= why;
    if (why !== undefined) continue;
    const text = await readText(host, path);
    if (text.ok) {
      const loaded = loadText(text.value, path);
      return loaded.ok ? ok({ file: loaded.value, ...remark(passedOver) }) : loaded;
    }
    if (text.problem.code !== 'not-found') return text;
  }
  const [first] = candidates;
  if (first?.named === true) {
    const hint =
      'give a path, a name in the configuration folder, or nothing for a layout detected from this machine';
    return fail(problem('not-found', `${sanitise(first.path)}: there is no such session file`, { hint }));
  }
  return ok(remark(passedOver));
}

const remark = (passedOver: SafeText | undefined): Pick<OpenedFile, 'passedOver'> =>
  passedOver === undefined ? {} : { passedOver };

function withRemark(opened: Result<OpenedSession>, passedOver: SafeText | undefined): Result<OpenedSession> {
  return opened.ok && passedOver !== undefined ? ok({ ...opened.value, passedOver }) : opened;
}

export async function readText(host: Host, path: string): Promise<Result<string>> {
  const stat = await host.stat(path);
  if (!stat.ok) return stat;
  if (stat.value.kind !== 'file') return fail(problem('bad-input', `${sanitise(path)} is not a file`));
  const bytes = await host.read(path, SESSION_BYTES_MAX);
  return bytes.ok ? ok(bytes.value.toString('utf8')) : bytes;
}

function loadText(text: string, path: string): Result<OpenedSession> {
  const loaded = loadSession(text, path);
  if (loaded.ok) return ok({ session: loaded.session, text });
  return fail(problem('bad-input', printProblems(path, loaded.problems)));
}

export function printProblems(path: string, problems: readonly FileProblem[]): string {
  return problems.map((found) => printFileProblem(path, found)).join('\n');
}

/** A session's rules where nobody has written any. */
function plainSession(name: string): Session {
  const loaded = loadSession('version: 1\nwindows: [{ name: acts, panes: [bans] }]\n', name);
  if (!loaded.ok) throw new Error(printProblems('plain', loaded.problems));
  return { ...loaded.session, origin: { kind: 'detected' } };
}

/** `entry`: the host, where it is not this machine. */
export async function detectedSession(host: Host, entry?: HostEntry): Promise<Result<OpenedSession>> {
  const facts = await gatherFacts(host);
  const text = sessionTextFor(facts, entry);
  const loaded = loadSession(text, facts.hostName);
  if (loaded.ok) return ok({ session: { ...loaded.session, origin: { kind: 'detected' } }, text });
  return fail(
    problem('bug', `the detected session does not load: ${printProblems('detected', loaded.problems)}`),
  );
}
