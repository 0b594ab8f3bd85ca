// Tells somebody that the shields went up or came down: a command or a webhook. What they are told is sanitised; how
// they end is told in words and changes nothing for the shields.

import { setTimeout as pause } from 'node:timers/promises';
import { command } from '../../core/plan.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { Hook } from '../../core/shields.ts';
import type { Host } from '../../host/host.ts';

/** `id`: of the shields. */
export type HookEvent = Readonly<{
  event: 'raise' | 'lower';
  reason: string;
  host: string;
  profile: string;
  id: string;
}>;

export type HookOptions = Readonly<{
  host: Host;
  /** Path of a Node that posts webhooks. */
  node: string;
  signal?: AbortSignal;
}>;

const COMMAND_MS = 30_000;
const WEBHOOK_MS = 10_000;
/** Pauses before the second and the third try. */
const BACK_OFF_MS = [2000, 8000] as const;
const VALUE_LENGTH_MAX = 300;

/** Runs all at once, each bounded; never rejects. Resolves to what failed, one sentence each. */
export async function runHooks(
  hooks: readonly Hook[],
  event: HookEvent,
  options: HookOptions,
): Promise<readonly SafeText[]> {
  const told = await Promise.all(
    hooks.map((hook) =>
      hook.kind === 'command' ? runCommand(hook.argv, event, options) : post(hook.url, event, options),
    ),
  );
  return told.filter((failure) => failure !== undefined);
}

/** The variables of a command hook. */
export function hookVariables(event: HookEvent): readonly string[] {
  const values = {
    EVENT: event.event,
    REASON: event.reason,
    HOST: event.host,
    PROFILE: event.profile,
    ID: event.id,
  };
  return Object.entries(values).map(
    ([name, value]) => `OPSCONSOLE_${name}=${sanitise(value, VALUE_LENGTH_MAX)}`,
  );
}

/** The JSON of a webhook. */
export function hookBody(event: HookEvent): Readonly<Record<string, string>> {
  const fields = {
    ...event,
    text: `shields ${event.event === 'raise' ? 'raised' : 'lowered'} on ${event.host}: ${event.reason}`,
  };
  return Object.fromEntries(
    Object.entries({ source: 'opsconsole', ...fields }).map(([name, value]) => [
      name,
      sanitise(value, VALUE_LENGTH_MAX),
    ]),
  );
}

type Argv = readonly [string, ...string[]];

async function runCommand(
  argv: Argv,
  event: HookEvent,
  { host, signal }: HookOptions,
): Promise<SafeText | undefined> {
  const words: Argv = ['env', ...hookVariables(event), ...argv];
  // Streamed to nowhere: a chatty hook is not a failing one.
  const ended = await host.stream(command(words, { timeoutMs: COMMAND_MS }), () => undefined, signal);
  if (ended.ok) return undefined;
  const { detail = '', summary, exitCode } = ended.problem;
  const how = exitCode === undefined ? summary : `exit ${exitCode} ${detail}`;
  return sanitise(`the hook ${argv[0]} failed: ${how.trim()}`, VALUE_LENGTH_MAX);
}

/** In a process of its own: Node's HTTP client would cost the watch 15 MB for good. The URL may hold a secret: not in argv. */
const POSTER = `
let text = '';
for await (const part of process.stdin) text += part;
const { url, body, ms } = JSON.parse(text);
try {
  const answer = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    redirect: 'error', signal: AbortSignal.timeout(ms),
  });
  if (!answer.ok) { console.error('it answered ' + answer.status); process.exit(1); }
} catch (error) {
  console.error(error.name === 'TimeoutError' ? 'no answer in time' : String(error.cause?.code ?? error.cause?.message ?? error.message));
  process.exit(1);
}
process.exit(0);
`;

async function post(
  url: string,
  event: HookEvent,
  { host, node, signal }: HookOptions,
): Promise<SafeText | undefined> {
  const wish = command([node, '--input-type=module', '-e', POSTER], {
    stdin: JSON.stringify({ url, body: hookBody(event), ms: WEBHOOK_MS }),
    timeoutMs: WEBHOOK_MS + 5000,
  });
  for (let attempt = 0; ; attempt++) {
    const ended = await host.run(wish, signal);
    if (ended.ok) return undefined;
    const wait = BACK_OFF_MS[attempt];
    if (wait === undefined || signal?.aborted === true) {
      const why = ended.problem.detail ?? ended.problem.summary;
      return sanitise(`the webhook on ${placeOf(url)} failed: ${why.trim()}`, VALUE_LENGTH_MAX);
    }
    await pause(wait, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

/** Host and port only: path and query may be the key to it. */
function placeOf(url: string): string {
  return URL.parse(url)?.host ?? 'a URL that cannot be read';
}
