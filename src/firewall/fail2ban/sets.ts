// The jails of a server as sets, one for each family, from the answers of a few batches: who is banned where, and how each
// jail is set up. A jail names the kernel's sets that it fills; `relate` looks whether they are there.
//   banned               → [{'sshd': ['203.0.113.5']}, {'mail': []}]          (fail2ban-client -i, 1.0.2)
//   get sshd bantime     → 600

import { type Family, type Net, parseNet } from '../../core/address.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Finding, SetInfo, SetKey } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { formatCount } from '../../core/units.ts';
import { type ActionValues, ownTimeOf, parseActions, setsOfAction, valuesOf } from './actions.ts';
import { type JailBans, parseBanned } from './banned.ts';
import { type Answer, batchCommand, type Question, readBatch } from './client.ts';
import { isUsableJail, parseJailValue } from './parse.ts';
import { keyOfNamed } from './relate.ts';

export const LIST_JAILS = batchCommand([['version'], ['banned']]);
/** Asking one question takes the server 2.5 ms. */
const JAILS_MAX = 400;
const DETAILS_TIMEOUT_MS = 8000;
/** Jails whose actions are looked into: more, and their sets are found by their usual names only. */
const LOOKED_INTO_MAX = 16;

function jailKey(jail: string, family: Family): SetKey {
  return `fail2ban${family === 4 ? '' : '6'}:${sanitise(jail)}` as SetKey;
}

/** Everything that can be asked by now; what was answered already stays at its place. */
export function jailFollowUp(outputs: readonly (string | undefined)[]): readonly Command[] {
  const [banned, details] = outputs;
  const names = usableIn(banned);
  if (names.length === 0) return [];
  const commands = [batch(detailQuestions(names))];
  if (details === undefined) return commands;
  const asked = valuesAsked(readAnswers(details, 2 * names.length), names);
  return asked.length === 0 ? commands : [...commands, batch(asked.map(({ question }) => question))];
}

const batch = (questions: readonly Question[]): Command =>
  batchCommand(questions, { timeoutMs: DETAILS_TIMEOUT_MS });

const detailQuestions = (names: readonly string[]): readonly Question[] =>
  names.flatMap((name): Question[] => [
    ['get', name, 'bantime'],
    ['get', name, 'actions'],
  ]);

function usableIn(output: string | undefined): readonly string[] {
  const read = readJails(output ?? '');
  if (!read.ok) return [];
  return read.value
    .map(({ jail }) => jail)
    .filter(isUsableJail)
    .slice(0, JAILS_MAX);
}

/** Jails with their bans. A problem in words where the server is down, or too old to say them. */
function readJails(output: string): Result<readonly JailBans[]> {
  const answers = readBatch(output, 2);
  if (!answers.ok) return answers;
  const [version = '', banned = ''] = answers.value;
  const jails = parseBanned(banned);
  if (jails !== undefined) return ok(jails);
  const old = /^0\.\d+/.test(version);
  return fail(
    problem('unreadable', `fail2ban ${sanitise(version, 20)} did not say its bans in one answer`, {
      hint: old ? 'its jails are read from version 1.0 on; the sets that they fill are shown' : 'try again',
    }),
  );
}

function readAnswers(output: string, count: number): readonly Answer[] {
  const answers = readBatch(output, count);
  return answers.ok ? answers.value : [];
}

type ValueAsked = Readonly<{ jail: string; action: string; name: string; question: Question }>;

function valuesAsked(answers: readonly Answer[], names: readonly string[]): readonly ValueAsked[] {
  return names.slice(0, LOOKED_INTO_MAX).flatMap((jail, index) =>
    (parseActions(answers[2 * index + 1] ?? '') ?? []).flatMap((action) =>
      valuesOf(action).map((name) => ({
        jail,
        action,
        name,
        question: ['get', jail, 'action', action, name],
      })),
    ),
  );
}

type Details = Readonly<{ bantime: number; actions?: readonly string[]; values: readonly ActionValues[] }>;

export function parseJails(outputs: readonly (string | undefined)[]): Result<readonly SetInfo[]> {
  const [banned = '', details, values] = outputs;
  const jails = readJails(banned);
  if (!jails.ok) return jails;
  const names = usableIn(banned);
  if (names.length > 0 && details === undefined)
    return fail(problem('timed-out', 'the fail2ban server did not say how its jails are set up'));
  const answers = readAnswers(details ?? '', 2 * names.length);
  if (answers.length < 2 * names.length) return readBatch(details ?? '', 2 * names.length) as Result<never>;
  const asked = valuesAsked(answers, names);
  const told = readAnswers(values ?? '', asked.length);
  const sets: SetInfo[] = [];
  for (const jail of jails.value) {
    const index = names.indexOf(jail.jail);
    const bantime = parseJailValue(answers[2 * index] ?? '');
    // Stopped between two questions.
    if (index >= 0 && bantime === undefined) continue;
    const actions = parseActions(answers[2 * index + 1] ?? '');
    const ofJail = toldOf(jail.jail, asked, told);
    const known: Details | undefined =
      bantime === undefined ? undefined : { bantime, ...(actions && { actions }), values: ofJail };
    sets.push(...setsOf(jail, known));
  }
  return ok(sets);
}

function toldOf(
  jail: string,
  asked: readonly ValueAsked[],
  told: readonly Answer[],
): readonly ActionValues[] {
  const byAction = new Map<string, Map<string, string>>();
  for (const [index, one] of asked.entries()) {
    const value = told[index];
    if (one.jail !== jail || value === undefined) continue;
    const values = byAction.get(one.action) ?? new Map<string, string>();
    byAction.set(one.action, values.set(one.name, value));
  }
  return [...byAction].map(([action, values]) => ({ jail, action, values }));
}

/** `details` absent: the name of the jail cannot be passed on. */
function setsOf({ jail, texts }: JailBans, details: Details | undefined): readonly SetInfo[] {
  const nets = texts.map(addressIn);
  const findings = findingsOf(texts, nets, details);
  const make = (family: Family): SetInfo => ({
    key: jailKey(jail, family),
    backend: 'fail2ban',
    name: jail,
    family,
    type: 'jail',
    holdsNets: false,
    timeouts: true,
    ...(details === undefined ? {} : { fixedTimeout: details.bantime < 0 ? null : details.bantime }),
    counters: false,
    comments: false,
    count: nets.filter((net) => net?.family === family).length,
    owner: 'fail2ban',
    enforcement:
      details?.actions?.length === 0
        ? { kind: 'unused' }
        : { kind: 'unknown', why: safe('no set of the kernel was looked for yet') },
    enforcedBy: (details?.values ?? []).flatMap((values) =>
      setsOfAction(values, family).map((named) => keyOfNamed(named, family)),
    ),
    // Of the jail, not of a family: said once.
    ...(findings.length === 0 || family === 6 ? {} : { findings }),
    twin: jailKey(jail, family === 4 ? 6 : 4),
  });
  return [make(4), make(6)];
}

/** Only what we would write the same way is taken for an address. */
export function addressIn(text: string): Net | undefined {
  if (!/^[0-9a-f.:/]{2,43}$/i.test(text)) return undefined;
  const parsed = parseNet(text);
  return parsed.ok ? parsed.value.net : undefined;
}

function findingsOf(
  texts: readonly string[],
  nets: readonly (Net | undefined)[],
  details: Details | undefined,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (details === undefined)
    findings.push({
      level: 'warning',
      says: safe('the name of this jail cannot be passed on safely: its bans are shown and not changed'),
    });
  if (details?.actions?.length === 0)
    findings.push({
      level: 'harm',
      says: safe('this jail has no action: what it bans is counted and not stopped'),
      todo: safe('give it an action in jail.local (banaction)'),
    });
  const strange = texts.filter((_, index) => nets[index] === undefined);
  const [first] = strange;
  if (first !== undefined)
    findings.push({
      level: 'warning',
      says: sanitise(
        `${formatCount(strange.length)} banned here ${strange.length === 1 ? 'is' : 'are'} no address ("${sanitise(first, 60)}"): nothing stops it, opsconsole leaves it alone`,
      ),
      todo: safe('fail2ban-client set JAIL unbanip TEXT takes it off; look at the failregex that let it in'),
    });
  for (const values of details?.values ?? []) {
    const own = ownTimeOf(values);
    if (details === undefined || own === undefined || own === details.bantime) continue;
    findings.push(twice(own, details.bantime, values.action));
  }
  return findings;
}

function twice(own: number, bantime: number, action: string): Finding {
  const jail = bantime < 0 ? 'for ever' : formatDuration(bantime);
  const shorter = bantime < 0 || own < bantime;
  return {
    level: shorter ? 'harm' : 'warning',
    says: sanitise(
      `the ban time is given twice: ${jail} by the jail, ${formatDuration(own)} by its action ${action}${shorter ? ': addresses that count as banned get through' : ''}`,
    ),
    todo: safe('let the action take the bantime of the jail'),
  };
}
