// Does what the keys and commands asked of the shields, one thing at a time, and tells what came of it: a notice where
// all is well, a page where there is something to read. Reads the wish from the state, as acts.ts does.

import type { Shields } from '../../actions/shields/port.ts';
import type { UnixMs } from '../../core/brand.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, type Result } from '../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { LowerReport, RaiseReport, ShieldsNow, ShieldsPreview } from '../../core/shields.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { Page } from '../../store/modal-state.ts';
import { loweredPage, previewPage, problemPage, raisedPage } from '../../store/select/shields-pages.ts';
import {
  downNotice,
  keptNotice,
  outcomeBrief,
  raisedBrief,
  recoveredNotice,
  renewedNotice,
  type Said,
} from '../../store/select/shields-words.ts';
import type { ShieldsSlice, ShieldsWish } from '../../store/slices/shields.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { ConsoleStore } from '../../store/store.ts';

export type ShieldsRunOptions = Readonly<{
  store: ConsoleStore;
  shields: Shields;
  now: () => UnixMs;
  /** Something was changed: what the shields touch is worth a look. */
  onChanged: () => void;
}>;

export type ShieldsRun = Readonly<{
  /** Finishes what a crash or a reboot left. Not for a read-only console. */
  recover(): Promise<void>;
  /** Resolves when nothing is being done any more. */
  close(): Promise<void>;
}>;

type Ended = Readonly<{ now?: ShieldsNow; raised?: RaiseReport; lowered?: LowerReport }>;
/** What is said, and what is shown unless something else is open by then. */
type Told = Readonly<{ ended: Ended; said?: Said; page?: Page }>;

export function runShields(options: ShieldsRunOptions): ShieldsRun {
  const { store, onChanged } = options;
  let started: ShieldsWish | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const look = (state: ConsoleState, previous: ConsoleState): void => {
    noticeOthers(store, state, previous);
    const { operation } = state.shields;
    if (operation === undefined || operation.wish === started) return;
    const { wish } = operation;
    started = wish;
    const done = perform(wish, options).then((told) => {
      // It may have given way to something that was asked meanwhile.
      if (store.getState().shields.operation?.wish === wish) tell(options, told);
      if (wish.kind !== 'preview') onChanged();
    });
    if (wish.kind !== 'preview') running = Promise.all([running, done]);
  };
  const leave = store.subscribe(look);
  return {
    recover: () => {
      const done = recoverNow(options);
      running = Promise.all([running, done]);
      return done;
    },
    close: async () => {
      leave();
      await running;
    },
  };
}

async function recoverNow({ shields, store, onChanged }: ShieldsRunOptions): Promise<void> {
  const outcome = await shields.recover().catch(() => undefined);
  if (outcome === undefined) return;
  // Not the end of an operation: `!` may have been pressed meanwhile, and is done after this.
  store.dispatch({ kind: 'shields/recovered', outcome });
  store.dispatch({ kind: 'modal/noticed', ...recoveredNotice(outcome) });
  onChanged();
}

function tell({ store, now }: ShieldsRunOptions, { ended, said, page }: Told): void {
  store.dispatch({
    ...{ kind: 'shields/ended', at: now(), ...ended },
    ...(page === undefined ? {} : { page }),
    ...(said === undefined ? {} : { said }),
  });
}

async function perform(wish: ShieldsWish, options: ShieldsRunOptions): Promise<Told> {
  const { shields, store } = options;
  const before = store.getState().shields;
  const profile = 'profile' in wish && wish.profile !== undefined ? { profile: wish.profile } : {};
  switch (wish.kind) {
    case 'raise': {
      const progress = (doing: SafeText): void => store.dispatch({ kind: 'shields/progressed', doing });
      return raised(await shields.raise(profile, progress).catch(raiseBug));
    }
    case 'lower':
      return lowered(await shields.lower('operator').catch(lowerBug), before, options.now());
    case 'keep':
      return changed(safe('The shields were not kept'), await shields.keep().catch(bugResult), keptNotice);
    case 'renew': {
      const title = safe('The hold of the shields was not renewed');
      return changed(title, await shields.renew(wish.seconds).catch(bugResult), renewedNotice);
    }
    case 'preview':
      return { ended: {}, page: previewPage(await shields.preview(profile).catch(previewBug)) };
    default:
      return unreachable(wish);
  }
}

const bug = (error: unknown): Problem =>
  problem('bug', error instanceof Error ? error.message : String(error));
const raiseBug = (error: unknown): RaiseReport => ({ kind: 'failed', problem: bug(error), undone: false });
const lowerBug = (error: unknown): LowerReport => ({ kind: 'failed', problem: bug(error) });
const previewBug = (error: unknown): ShieldsPreview => ({ kind: 'failed', problem: bug(error) });
const bugResult = (error: unknown): Result<never> => fail(bug(error));

function raised(report: RaiseReport): Told {
  if (report.kind !== 'up') return { ended: { raised: report }, page: raisedPage(report) };
  if (report.already) {
    const text = safe('the shields were up already: nothing was changed');
    return { ended: { now: report.now }, said: { text, role: 'plain' } };
  }
  const ended = { now: report.now, raised: report };
  if (report.leftOut.length + report.warnings.length > 0) return { ended, page: raisedPage(report) };
  return { ended, said: { text: raisedBrief(report), role: 'good' } };
}

function lowered(report: LowerReport, before: ShieldsSlice, at: number): Told {
  if (report.kind === 'failed') return { ended: { lowered: report }, page: loweredPage(report) };
  const now: ShieldsNow = { kind: 'down', last: report.outcome };
  if (report.already) {
    const text = sanitise(`the shields were down already (${outcomeBrief(report.outcome)})`);
    return { ended: { now, lowered: report }, said: { text, role: 'plain' } };
  }
  const stood = before.now?.kind === 'up' ? (at - before.now.state.raisedAt) / 1000 : undefined;
  return { ended: { now, lowered: report }, page: loweredPage(report, stood) };
}

const NOT_KNOWN = safe('It is not known how long the shields stand now: look again when the line is back');

function changed(title: SafeText, result: Result<ShieldsNow>, words: (now: ShieldsNow) => Said): Told {
  if (!result.ok) {
    const { problem } = result;
    return { ended: {}, page: problemPage(problem.code === 'line-lost' ? NOT_KNOWN : title, problem) };
  }
  return { ended: { now: result.value }, said: words(result.value) };
}

/** What a timer, another console or the watch did while we looked on is said, not forced upon the screen. */
function noticeOthers(store: ConsoleStore, state: ConsoleState, previous: ConsoleState): void {
  const now = state.shields.now;
  const before = previous.shields.now;
  if (now === before || before?.kind !== 'up' || now?.kind !== 'down') return;
  // Our own lowering tells of itself, in the same step that ends the operation.
  if (previous.shields.operation !== undefined) return;
  store.dispatch({ kind: 'modal/noticed', ...downNotice(before, now.last) });
}
