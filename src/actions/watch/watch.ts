// The watch: looks every few seconds, raises, renews and lowers the shields by the trigger's word, and tells. Says only
// what changed, and once an hour that it lives. Never throws for reasons of the world.

import { setTimeout as pause } from 'node:timers/promises';
import { formatDuration } from '../../core/duration.ts';
import type { Problem } from '../../core/problem.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { ShieldsNow, ShieldsSettings } from '../../core/shields.ts';
import type { Host } from '../../host/host.ts';
import type { RaiseAnswer, WatchShields } from './answers.ts';
import { eventsOf, firstTold, type Told } from './events.ts';
import { runHooks } from './hooks.ts';
import { createSampler } from './sample.ts';
import { factsOf } from './signals.ts';
import { INITIAL_TRIGGER, type Stepped, step, type TriggerState } from './trigger.ts';
import { createTeller, type Teller } from './words.ts';

/** What outlives a restart of the watch. Failing to write is the caller's to say. */
export type WatchMemory = Readonly<{ read(): Told | undefined; write(told: Told): void }>;

export type WatchOptions = Readonly<{
  host: Host;
  shields: WatchShields;
  settings: ShieldsSettings;
  memory: WatchMemory;
  say: (line: SafeText) => void;
  /** Path of a Node that posts webhooks. */
  node: string;
  signal: AbortSignal;
  /** Decides and says, changes nothing, tells nobody. */
  dryRun: boolean;
}>;

/** How long hooks may go on when the watch is told to end. */
const LAST_HOOKS_MS = 5000;
const PAUSE_MIN_MS = 100;

/** Runs until aborted. */
export async function runWatch(options: WatchOptions): Promise<void> {
  const { settings, signal, say, shields, dryRun } = options;
  const teller = createTeller(say);
  if (!dryRun) {
    const recovered = await shields.recover();
    if (!recovered.ok) say(sanitise(sayProblem('what is left over is not cleared away', recovered.problem)));
    else if (recovered.value !== undefined)
      say(sanitise(`cleared away shields ${recovered.value} that were left over`));
  }
  const sampler = createSampler(options.host, settings.watch);
  const news = createNews(options);
  let state: TriggerState = INITIAL_TRIGGER;
  while (!signal.aborted) {
    const began = performance.now();
    const now = await shields.now();
    const sampled = await sampler({ all: now.kind === 'up' });
    teller.shields(now);
    news.look(now);
    if (sampled.ok) {
      const moment = { sample: sampled.value, facts: factsOf(now, options.host.now()) };
      const stepped = step(state, moment, settings.watch);
      state = stepped.state;
      teller.signals(stepped, { now, settings: settings.watch, uptime: sampled.value.uptime });
      // What it did is known at once, not at the next sample.
      if (await act(stepped, options, teller)) {
        const after = await shields.now();
        teller.shields(after);
        if (stepped.decision.kind !== 'none') news.look(after, stepped.decision.why);
      }
    } else teller.once('sample', sampled.problem.summary);
    const rest = settings.watch.everyMs - (performance.now() - began);
    await pause(Math.max(PAUSE_MIN_MS, rest), undefined, { signal }).catch(() => undefined);
  }
  await Promise.race([news.finished(), pause(LAST_HOOKS_MS, undefined, { ref: false })]);
  say(sayEnd(await shields.now()));
}

/** True when something was tried. */
async function act({ decision }: Stepped, options: WatchOptions, teller: Teller): Promise<boolean> {
  const { shields, say, settings } = options;
  if (decision.kind === 'none') return false;
  if (options.dryRun) {
    say(sanitise(`would ${decision.kind}: ${decision.why}`));
    return false;
  }
  if (decision.kind === 'raise') {
    say(sanitise(`raising: ${decision.why}`));
    // A hold that ends before the minimum would make a mockery of both.
    const holdSeconds = Math.max(settings.holdSeconds, settings.watch.minimumHoldSeconds);
    sayRaise(await shields.raise({ auto: true, holdSeconds }), teller, say);
    return true;
  }
  say(sanitise(`${decision.kind === 'lower' ? 'lowering' : 'renewing the hold'}: ${decision.why}`));
  if (decision.kind === 'renew') {
    const renewed = await shields.renew();
    if (!renewed.ok) teller.once('renew', sayProblem('not renewed', renewed.problem));
  } else {
    const report = await shields.lower();
    if (report.kind === 'failed') teller.once('lower', sayProblem('not lowered', report.problem));
    else
      for (const item of report.outcome.items)
        if (item.result === 'drift' || item.result === 'failed')
          say(sanitise(`${item.result}: ${item.what} ${item.detail ?? ''}`.trim()));
  }
  return true;
}

function sayRaise(report: RaiseAnswer, teller: Teller, say: WatchOptions['say']): void {
  if (report.kind === 'refused') teller.once('raise', `refused: ${report.reasons.join('; ')}`);
  else if (report.kind === 'failed') {
    teller.once('raise', `${sayProblem('not raised', report.problem)}${sayUndone(report.undone)}`);
  } else {
    teller.forget('raise');
    for (const { measure, why } of report.leftOut) say(sanitise(`left out: ${measure}: ${why}`));
    for (const warning of report.warnings) say(warning);
  }
}

function sayUndone(undone: boolean | undefined): string {
  if (undone === undefined) return '';
  return undone ? '; what was begun has been taken back' : '; NOT all could be taken back';
}

function sayProblem(words: string, { summary, hint }: Problem): string {
  return `${words}: ${summary}${hint === undefined ? '' : ` (${hint})`}`;
}

function sayEnd(now: ShieldsNow): SafeText {
  if (now.kind !== 'up') return sanitise('ended');
  const left = formatDuration(Math.max(0, now.leftSeconds));
  return sanitise(`ended; the shields stay up, their own timer takes them down in ${left}`);
}

type News = Readonly<{ look(now: ShieldsNow, reason?: string): void; finished(): Promise<unknown> }>;

/** Runs hooks beside the loop, which waits for none of them. */
function createNews({ host, memory, settings, say, node, dryRun }: WatchOptions): News {
  const running = new Set<Promise<void>>();
  let told = memory.read();
  let wasUp: string | undefined;
  return {
    look(now, reason) {
      // What is news cannot be told before it has once been seen what was old.
      if (dryRun || (told === undefined && now.kind === 'unknown')) return;
      const first = told === undefined;
      const before = told ?? firstTold(now);
      const { told: next, events } = eventsOf(before, { now, wasUp, ...(reason && { reason }) });
      if (now.kind !== 'unknown') wasUp = now.kind === 'up' ? now.state.id : undefined;
      told = next;
      // Before the hooks run: told twice is worse than once too little when we are killed in between.
      if (first || next !== before) memory.write(next);
      for (const event of events) {
        const hooks = event.event === 'raise' ? settings.watch.onRaise : settings.watch.onLower;
        const job = runHooks(hooks, { ...event, host: host.name }, { host, node }).then((failures) => {
          running.delete(job);
          for (const failure of failures) say(failure);
        });
        running.add(job);
      }
    },
    finished: () => Promise.all(running),
  };
}
