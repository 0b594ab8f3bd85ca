// What the fail2ban server is asked: counts of all jails in one start of its client, what hardly ever changes seldom.

import type { JailReads } from '../../core/jails.ts';
import type { Problem } from '../../core/problem.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import {
  type Answer,
  batchCommand,
  CLIENT_TIMEOUT_MS,
  type Question,
  readBatch,
} from '../../firewall/fail2ban/client.ts';
import { isUsableJail, parseJailList, parseJailValue } from '../../firewall/fail2ban/parse.ts';
import type { Host } from '../../host/host.ts';
import {
  type JailStatus,
  parseJailActions,
  parseJailStatus,
  parseLogLevel,
  parseLogPaths,
  parseLogTarget,
} from './parse.ts';

/** Asked seldom. */
export type JailSettings = Readonly<{
  files?: readonly string[];
  banSeconds?: number | null;
  findSeconds?: number;
  maxRetry?: number;
  actions?: readonly string[];
}>;
export type AskedJail = Readonly<{
  name: string;
  status?: JailStatus;
  settings: JailSettings;
  reads: JailReads;
}>;
/** `target`, `level`: where the server logs, and from which level on. `unusable`: names that cannot be asked for. */
export type Asked = Readonly<{
  jails: readonly AskedJail[];
  version?: string;
  target?: string;
  level?: string;
  unusable: readonly string[];
}>;

export type Asker = Readonly<{
  ask(host: Host, signal: AbortSignal, all: boolean): Promise<Result<Asked>>;
}>;

const SETTINGS_AGE_MS = 60_000;
const JAILS_MAX = 500;
const QUESTION_MS = 20;
const SERVER: readonly Question[] = [['version'], ['get', 'logtarget'], ['get', 'loglevel']];
const OF_JAIL = ['logpath', 'bantime', 'findtime', 'maxretry', 'actions'] as const;

type Server = Pick<Asked, 'version' | 'target' | 'level'>;
type Kept = { at: number; server: Server; settings: Map<string, JailSettings> };

export function createAsker(): Asker {
  let jails: readonly string[] = [];
  let kept: Kept | undefined;

  /** Settings of these jails, and what the server says of itself. */
  const learn = async (host: Host, signal: AbortSignal, names: readonly string[]): Promise<Result<void>> => {
    const ofJails = names.flatMap((name) => OF_JAIL.map((key): Question => ['get', name, key]));
    const answers = await ask(host, signal, [...SERVER, ...ofJails]);
    if (!answers.ok) return answers;
    const [version, target, level] = answers.value;
    const settings = new Map(kept?.settings);
    for (const [index, name] of names.entries()) {
      const from = SERVER.length + index * OF_JAIL.length;
      settings.set(name, settingsOf(answers.value.slice(from, from + OF_JAIL.length)));
    }
    kept = { at: host.now(), server: serverOf(version, target, level), settings };
    return ok(undefined);
  };

  return {
    async ask(host, signal, all) {
      if (!host.privileged)
        return fail(
          problem('not-permitted', 'fail2ban answers root only', { hint: 'run as root or with sudo' }),
        );
      if ((await host.which('fail2ban-client')) === undefined)
        return fail(
          problem('missing-tool', 'fail2ban is not installed', { hint: 'nothing here reads its jails then' }),
        );
      let list: readonly string[] = [];
      const answers = new Map<string, Answer>();
      // A jail that began since is asked for at once, not a tick later.
      for (let turn = 0; turn < 2; turn++) {
        const known = jails;
        const asked = await ask(host, signal, [
          ['status'],
          ...known.map((name): Question => ['status', name]),
        ]);
        if (!asked.ok) return asked;
        const [listing, ...rest] = asked.value;
        const found = listing === undefined ? undefined : parseJailList(listing);
        if (found === undefined)
          return fail(problem('unreadable', 'fail2ban answered, but its list of jails was not understood'));
        for (const [index, name] of known.entries()) answers.set(name, rest[index]);
        list = found;
        jails = found.filter(isUsableJail).slice(0, JAILS_MAX);
        if (jails.every((name) => answers.has(name))) break;
      }
      const old = kept === undefined || all || host.now() - kept.at >= SETTINGS_AGE_MS;
      const strange = jails.filter((name) => old || kept?.settings.has(name) !== true);
      if (old || strange.length > 0) {
        const learned = await learn(host, signal, strange);
        if (!learned.ok) return learned;
      }
      return ok({
        jails: jails.map((name) => jailOf(name, answers.get(name), kept?.settings.get(name) ?? {})),
        ...kept?.server,
        unusable: list.filter((name) => !jails.includes(name)),
      });
    },
  };
}

async function ask(
  host: Host,
  signal: AbortSignal,
  questions: readonly Question[],
): Promise<Result<readonly Answer[]>> {
  // Many questions take their time on a busy machine; one that hangs is found by the short list that is asked first.
  const timeoutMs = CLIENT_TIMEOUT_MS + questions.length * QUESTION_MS;
  const finished = await host.run(batchCommand(questions, { timeoutMs }), signal);
  if (!finished.ok) return fail(inWords(finished.problem));
  const { stdout, stderr } = finished.value;
  const answers = readBatch(stdout, questions.length);
  if (!answers.ok && /permission denied/i.test(stderr))
    return fail(problem('not-permitted', 'fail2ban answers root only', { hint: 'run as root or with sudo' }));
  return answers;
}

function jailOf(name: string, answer: Answer, settings: JailSettings): AskedJail {
  const status = answer === undefined ? undefined : parseJailStatus(answer);
  const reads: JailReads =
    status?.matches !== undefined
      ? { kind: 'journal', matches: status.matches }
      : settings.files === undefined
        ? { kind: 'unknown' }
        : { kind: 'files', files: settings.files };
  return { name, settings, reads, ...(status === undefined ? {} : { status }) };
}

function settingsOf([logpath, bantime, findtime, maxretry, actions]: readonly Answer[]): JailSettings {
  const files = logpath === undefined ? undefined : parseLogPaths(logpath);
  const ban = bantime === undefined ? undefined : parseJailValue(bantime);
  const find = findtime === undefined ? undefined : parseJailValue(findtime);
  const retry = maxretry === undefined ? undefined : parseJailValue(maxretry);
  const named = actions === undefined ? undefined : parseJailActions(actions);
  return {
    ...(files === undefined ? {} : { files }),
    ...(ban === undefined ? {} : { banSeconds: ban < 0 ? null : ban }),
    ...(find === undefined ? {} : { findSeconds: find }),
    ...(retry === undefined ? {} : { maxRetry: retry }),
    ...(named === undefined ? {} : { actions: named }),
  };
}

function serverOf(version: Answer, logtarget: Answer, loglevel: Answer): Server {
  const target = logtarget === undefined ? undefined : parseLogTarget(logtarget);
  const level = loglevel === undefined ? undefined : parseLogLevel(loglevel);
  return {
    ...(version === undefined ? {} : { version: version.trim() }),
    ...(target === undefined ? {} : { target }),
    ...(level === undefined ? {} : { level }),
  };
}

function inWords(found: Problem): Problem {
  if (found.code !== 'timed-out') return found;
  return problem('timed-out', 'the fail2ban server does not answer', {
    hint: 'it hangs or is very busy; its bans go on. Its own words: /var/log/fail2ban.log',
  });
}
