// Stricter jails while the shields are up: fewer attempts, longer bans. A call of the client takes 45 to 60 ms on an idle
// machine, so the number of jails and the time for asking are bounded. Outputs: firewall/fail2ban.ts.

import { formatDuration } from '../../../core/duration.ts';
import { command } from '../../../core/plan.ts';
import { problem } from '../../../core/problem.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../../core/sanitise.ts';
import type { MeasureSpec } from '../../../core/shields.ts';
import { isUsableJail, parseJailList, parseJailValue } from '../../../firewall/fail2ban/parse.ts';
import type { Measure, MeasureAt } from '../measure.ts';
import { nothingToDo } from './sysctls.ts';

type Spec = Extract<MeasureSpec, { measure: 'fail2ban' }>;
type Option = 'maxretry' | 'bantime';
type Change = Readonly<{ jail: string; option: Option; before: number; wanted: number }>;
type Found = Readonly<{ changes: readonly Change[]; notes: readonly SafeText[] }>;

const CLIENT = 'fail2ban-client';
const CALL_MS = 5000;
/** Two values each: 40 calls to read and write them, some 2 s. */
const JAILS_MAX = 10;
/** All asking together: the wall waits for it. A server that hangs would hold it up by five seconds for each call. */
const ASKING_MS = 2500;
const ASKING_MIN_MS = 100;
const LANES = 2;

export const fail2ban: Measure<Spec, Found> = {
  id: 'fail2ban',
  describe({ jails, maxRetry, banSeconds }) {
    const what = [
      ...(maxRetry === undefined ? [] : [`ban after ${maxRetry} attempts`]),
      ...(banSeconds === undefined ? [] : [`for ${formatDuration(banSeconds)}`]),
    ];
    const where = jails.length === 0 ? 'all jails' : jails.join(', ');
    return sanitise(`fail2ban (${where}): ${what.join(' ')}`, 160);
  },
  async gather(spec, at) {
    const until = at.host.now() + ASKING_MS;
    const running = await runningJails(at, until);
    if (!running.ok) return running;
    const { jails, notes } = chooseJails(spec.jails, running.value);
    if (jails.length === 0) return fail(problem('not-found', notes[0] ?? 'fail2ban has no jail'));
    const asked = await askAll(jails, { spec, until }, at);
    const changes = asked.flatMap(({ changes }) => changes);
    const silent = asked.filter(({ unread }) => unread).map(({ jail }) => jail);
    if (changes.length === 0) return fail(silent.length > 0 ? unread(silent) : nothingToDo);
    return ok({ changes, notes: [...notes, ...(silent.length > 0 ? [leftAlone(silent)] : [])] });
  },
  hazard: (_, { changes, notes }) => [
    ...notes,
    ...(changes.some(({ option }) => option === 'maxretry')
      ? [safe('people who mistype their password are banned sooner; fail2ban does not know our safe set')]
      : []),
    ...(changes.some(({ option }) => option === 'bantime')
      ? [safe('bans made meanwhile keep their longer time when the shields come down')]
      : []),
  ],
  apply: (_, { changes }) => ({
    steps: changes.map(({ jail, option, wanted }) => ({
      command: command([CLIENT, 'set', jail, option, String(wanted)], {
        privileged: true,
        timeoutMs: CALL_MS,
      }),
    })),
  }),
  revert: (_, { changes }) =>
    changes.map(({ jail, option, before, wanted }) => ({
      kind: 'fail2ban',
      jail,
      option,
      before: String(before),
      wrote: String(wanted),
    })),
};

type Wish = Readonly<{ spec: Spec; until: number }>;

async function runningJails(at: MeasureAt, until: number): Promise<Result<readonly string[]>> {
  const { host } = at;
  if ((await host.which(CLIENT)) === undefined)
    return fail(problem('missing-tool', 'fail2ban is not installed'));
  const status = await ask(at, ['status'], until);
  if (!status.ok) {
    const { code, detail = '' } = status.problem;
    if (code === 'bad-exit' && /socket|running/i.test(detail))
      return fail(problem('not-found', 'the fail2ban server does not run'));
    return status;
  }
  const jails = parseJailList(status.value);
  return jails === undefined
    ? fail(problem('unreadable', 'the list of jails could not be understood'))
    : ok(jails);
}

function ask({ host, signal }: MeasureAt, words: readonly string[], until: number): Promise<Result<string>> {
  const left = Math.min(ASKING_MS, Math.max(ASKING_MIN_MS, until - host.now()));
  const call = command([CLIENT, ...words], { privileged: true, timeoutMs: left });
  return host.run(call, signal).then((ran) => (ran.ok ? ok(ran.value.stdout) : ran));
}

function chooseJails(
  wanted: readonly string[],
  running: readonly string[],
): Readonly<{ jails: readonly string[]; notes: readonly SafeText[] }> {
  const missing = wanted.filter((jail) => !running.includes(jail));
  const named = wanted.length === 0 ? running : wanted.filter((jail) => running.includes(jail));
  const usable = named.filter(isUsableJail);
  const jails = usable.slice(0, JAILS_MAX);
  const notes: SafeText[] = [];
  if (missing.length > 0) notes.push(sanitise(`fail2ban has no jail ${missing.join(', ')}`, 200));
  if (usable.length > jails.length)
    notes.push(sanitise(`only the first ${jails.length} of ${usable.length} jails: name those that matter`));
  if (named.length > usable.length)
    notes.push(sanitise(`${named.length - usable.length} jails have names that no command can carry`));
  return { jails, notes };
}

type Asked = Readonly<{ jail: string; changes: readonly Change[]; unread: boolean }>;

/** Two at a time; what is not asked in time is left alone. */
async function askAll(jails: readonly string[], wish: Wish, at: MeasureAt): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const waiting = jails.map((jail, index) => ({ jail, index }));
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const inTime = at.host.now() < wish.until;
      const { jail, index } = next;
      asked[index] = inTime ? await askJail(jail, wish, at) : { jail, changes: [], unread: true };
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return asked;
}

async function askJail(jail: string, { spec, until }: Wish, at: MeasureAt): Promise<Asked> {
  const { maxRetry, banSeconds } = spec;
  const changes: Change[] = [];
  let isUnread = false;
  const look = async (option: Option, stricter: (before: number) => number): Promise<void> => {
    const answer = await ask(at, ['get', jail, option], until);
    const before = answer.ok ? parseJailValue(answer.value) : undefined;
    if (before === undefined) {
      isUnread = true;
      return;
    }
    const wanted = stricter(before);
    if (wanted !== before) changes.push({ jail, option, before, wanted });
  };
  if (maxRetry !== undefined) await look('maxretry', (before) => Math.min(before, maxRetry));
  // A negative bantime is for ever.
  if (banSeconds !== undefined)
    await look('bantime', (before) => (before < 0 ? before : Math.max(before, banSeconds)));
  return { jail, changes, unread: isUnread };
}

function leftAlone(jails: readonly string[]): SafeText {
  return sanitise(`fail2ban did not answer in time about ${jails.join(', ')}: left alone`, 200);
}

function unread(jails: readonly string[]): ReturnType<typeof problem> {
  return problem('timed-out', leftAlone(jails));
}
