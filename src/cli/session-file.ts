// From the argument to a Session: which file, read, checked; or the detected layout when there is none.

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

export async function openSession(
  host: Host,
  argument: string | undefined,
  io: Io,
): Promise<Result<Session>> {
  const opened = await openSessionText(host, argument, io);
  if (!opened.ok) return opened;
  const { session, passedOver } = opened.value;
  if (passedOver !== undefined) io.stderr.write(`opsconsole: ${passedOver}\n`);
  return ok(session);
}

/** Problems of a file are joined by newlines in `summary`, one sentence with its place each. */
export async function openSessionText(
  host: Host,
  argument: string | undefined,
  io: Io,
): Promise<Result<OpenedSession>> {
  const candidates = sessionCandidates(argument, io.env, io.cwd);
  let passedOver: SafeText | undefined;
  for (const { path, named } of candidates) {
    const why = named ? undefined : await whyNotUnasked(path, io.env);
    passedOver ??= why;
    if (why !== undefined) continue;
    const text = await readText(host, path);
    if (text.ok) return withRemark(loadText(text.value, path), passedOver);
    if (text.problem.code !== 'not-found') return text;
  }
  const [first] = candidates;
  if (first?.named === true) {
    const hint =
      'give a path, a name in the configuration folder, or nothing for a layout detected from this machine';
    return fail(problem('not-found', `${sanitise(first.path)}: there is no such session file`, { hint }));
  }
  return withRemark(await detectedSession(host), passedOver);
}

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

async function detectedSession(host: Host): Promise<Result<OpenedSession>> {
  const facts = await gatherFacts(host);
  const text = sessionTextFor(facts);
  const loaded = loadSession(text, facts.hostName);
  if (loaded.ok) return ok({ session: { ...loaded.session, origin: { kind: 'detected' } }, text });
  return fail(
    problem('bug', `the detected session does not load: ${printProblems('detected', loaded.problems)}`),
  );
}
