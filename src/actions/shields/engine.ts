// What raising, keeping, lowering and recovering share: whom they act on, where the files lie, what is remembered.

import { type Command, command, quoteWord } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Outcome, ShieldsPlace } from '../../core/shields.ts';
import { readClock } from '../../firewall/shields/clock.ts';
import { parseOutcome } from '../../firewall/shields/outcome.ts';
import { findCurrent, readOutcome } from '../../firewall/shields/read-now.ts';
import { byHand, currentFile, revertFile } from '../../firewall/shields/state.ts';
import type { Host } from '../../host/host.ts';
import { isOfLine, type Line, type LineOptions, lineTo } from '../lost/line.ts';
import type { SafeMemory } from '../safe/safe-set.ts';
import type { ShieldsJournal } from './journal-shields.ts';
import type { ShieldsOptions } from './shields.ts';
import { NOT_OURS, notOurs, trustedRun } from './trust.ts';

export type Engine = Readonly<{
  options: ShieldsOptions;
  memory: SafeMemory;
  journal: ShieldsJournal;
  /** Over it each command runs once or not at all, also when the line to the host breaks. */
  acting: Host;
  /** The same for what belongs to one raise: not any more once those shields are coming down. */
  ofRaise: (where: Where) => Host;
  /** The line to the host. */
  line: Pick<Line, 'isUp'>;
  /** A raise that is not through by then is taken back by the watcher. */
  raisingSeconds: number;
}>;

/** What a raise, a lowering and the like need of a host whose line may break. */
export function enginesLine(
  options: ShieldsOptions,
  onWait?: LineOptions['onWait'],
): Pick<Engine, 'options' | 'acting' | 'ofRaise' | 'line'> {
  const { host, far } = options;
  const act = `shields-${crypto.randomUUID()}`;
  const line = lineTo(host, { ...far, act, onWait });
  let lines = 0;
  const ofRaise = ({ place, id }: Where): Host => {
    const locks = [`${place.run}/${id}.lock/g1`, `${place.dir}/${id}/${id}.lock/g1`].map(quoteWord);
    const holds = `{ read -r CURRENT; } 2>/dev/null <${quoteWord(currentFile(place.dir))} && [ "$CURRENT" = ${id} ] && ${locks.map((lock) => `[ ! -d ${lock} ]`).join(' && ')}`;
    return lineTo(host, { ...far, act: `${act}.${lines++}`, onWait, when: { holds, over: TAKEN_DOWN } })
      .acting;
  };
  return { options: { ...options, host: line.asking }, acting: line.acting, ofRaise, line };
}

/** Nothing was begun yet: that a question got no answer leaves nothing unknown. */
export const beforeAll = (trouble: Problem): Problem =>
  trouble.code === 'line-lost' ? { ...trouble, code: 'no-line' } : trouble;

const TAKEN_DOWN = 'the shields were taken down while they were being raised';

/** The kernel's own timer ends this long after the deadline: the watcher comes first. */
export const TIMER_EXTRA_SECONDS = 5;

/** Items may wait for a slow fail2ban; the script bounds each of them by itself. */
const REVERT_TIMEOUT_MS = 300_000;

/** Where the files of one raise are: `place.dir` is the run directory when the durable one could not be written. */
export type Where = Readonly<{ place: ShieldsPlace; id: string }>;

export function whereOf(place: ShieldsPlace, base: string, id: string): Where {
  return { place: { dir: base, run: place.run }, id };
}

export async function readUptime(host: Host): Promise<Result<number>> {
  const clock = await readClock(host);
  return clock.ok ? ok(clock.value.uptime) : clock;
}

/** As a person would type it. */
export function revertCommand({ place, id }: Where, by: Outcome['by']): Command {
  return command(['sh', revertFile(place.dir, id), 'down', by], { privileged: true });
}

/** Runs the one thing that takes shields down and reads what it did. */
export async function runRevert(host: Host, where: Where, by: Outcome['by']): Promise<Result<Outcome>> {
  const { place, id } = where;
  const down = trustedRun([revertFile(place.dir, id), 'down', by], {
    timeoutMs: REVERT_TIMEOUT_MS,
    outputMaxBytes: 4_194_304,
  });
  // Twice: a raise that takes itself back anew removes the outcome that another one was waiting for.
  for (let attempt = 0; attempt < 2; attempt++) {
    const ran = await host.run(down);
    if (ran.ok && ran.value.exitCode === NOT_OURS) return fail(notOurs(ran.value.stdout));
    // What it says is believed before what it wrote: on a full disk it could write nothing.
    const said = ran.ok ? parseOutcome(ran.value.stdout) : undefined;
    const outcome = said?.id === id && said.complete ? said : await readOutcome(host, place, id);
    if (outcome !== undefined && (outcome.complete || ran.ok)) return ok(outcome);
    if (!ran.ok) return fail(notTaken(ran.problem, place, id));
  }
  return fail(problem('unreadable', `${revertFile(place.dir, id)} did not say what it did`));
}

function notTaken(trouble: Problem, place: ShieldsPlace, id: string): Problem {
  if (trouble.exitCode === 4)
    return problem('timed-out', 'another process is still taking these shields down', {
      hint: 'look again in a minute: `opsconsole shields status`',
    });
  if (trouble.code === 'line-lost')
    return {
      ...trouble,
      summary: `it is not known whether the shields ${id} came down: ${trouble.summary}`,
      hint: 'look again when the line is back: lowering twice does no harm, and their own timer goes on over there',
    };
  return {
    ...trouble,
    summary: `the shields ${id} could not be taken down: ${trouble.summary}`,
    hint:
      `as root, ${byHand(place.dir, id)}; without that file: nft delete table inet opsconsole_shields; ` +
      `sysctl -p ${place.dir}/${id}/before.sysctl; then remove ${currentFile(place.dir)} ` +
      '(on pf: pfctl -a opsconsole/shields -F rules)',
  };
}

/** Problem 'refused': somebody has taken them down meanwhile, so nothing more is done. */
export async function stillOurs({ options }: Engine, { place, id }: Where): Promise<Result<void>> {
  const { host } = options;
  const locks = [`${place.run}/${id}.lock/g1`, `${place.dir}/${id}/${id}.lock/g1`];
  const [found, ...begun] = await Promise.all([
    findCurrent(host, options.place),
    ...locks.map((path) => host.stat(path)),
  ]);
  if (found.kind === 'trouble' && isOfLine(found.problem)) return fail(found.problem);
  // `current` goes last: what is written from the first claim on may be written behind the back of the script.
  const comingDown = begun.some((lock) => lock.ok);
  if (found.kind === 'current' && found.id === id && !comingDown) return ok(undefined);
  return fail(problem('refused', TAKEN_DOWN));
}

export const NOT_PRIVILEGED: Problem = problem('not-permitted', 'the shields need root', {
  // Their watcher and their way back are scripts: the few commands that sudoers may allow a console do not suffice.
  hint: 'run opsconsole as root or with sudo; without root only their state can be read',
});

/** A sudo that allows single commands refuses the scripts: what helps a console then does not help here. */
export function forShields(trouble: Problem): Problem {
  return trouble.code === 'not-permitted' ? { ...trouble, hint: NOT_PRIVILEGED.hint ?? '' } : trouble;
}
