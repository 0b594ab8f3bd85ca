// Runs commands over lanes: bounded time and output, one answer whatever happens. The counterpart of host/run.ts.

import type { Command } from '../../core/plan.ts';
import { type Problem, type ProblemCode, problem } from '../../core/problem.ts';
import { fail, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { explainEnded } from '../explain-exit.ts';
import type { Finished, OnChunk } from '../host.ts';
import type { Runner } from '../run.ts';
import { giveUp, kill } from './far-end.ts';
import { createOutput, pullOf } from './far-output.ts';
import { lineLost, noAnswer, resultOf } from './far-result.ts';
import { newMark } from './frames.ts';
import { isNarrow, lineMs } from './meter.ts';
import type { LoneSlot, Pool, Slot } from './pool.ts';
import { pulledBody } from './pull.ts';
import { commandBody, isInline, spooledBody, watchedBody } from './script.ts';
import { waitFor } from './wait-for.ts';

/** What stands before a privileged command, and whether it needs a lane that is root's. */
export type Privilege = Readonly<{ words: readonly string[]; rootLane: boolean }>;

export type FarRunOptions = Readonly<{
  name: string;
  pool: Pool;
  /** Where a tool is, or why that is not known. */
  locate(tool: string): Promise<Result<string>>;
  forget(tool: string): void;
  privilege(): Privilege;
  /** Undefined: the line is up. */
  whyNot(): Problem | undefined;
  /** As measured last. */
  line(): Readonly<{ rttMs?: number | undefined; bytesPerSecond?: number | undefined }>;
  /** The line gives no answer any more: it is to be made anew. */
  suspect(): void;
}>;

const GRACE_MS = 500;
/** Before a command is sent: for its path, for a free lane. */
const PATIENCE_MS = 10_000;
/** From the first attempt to end a program until we stop waiting for its end. */
const ENDING_MS = 6000;

/** What a program prints on a narrow line is no work of its own, but it has to end. */
const STRETCH_MAX = 10;

export function createFarRunner(options: FarRunOptions): Runner {
  const start = async (
    command: Command,
    onChunk: OnChunk | undefined,
    signal?: AbortSignal,
  ): Promise<Result<Finished>> => {
    const wrong = unsendable(command);
    if (wrong !== undefined) return fail(wrong);
    if (signal?.aborted === true) return fail(explainEnded(command, 'cancelled'));
    const down = options.whyNot();
    if (down !== undefined) return fail({ ...down, argv: command.argv });
    const path = await waitFor(options.locate(command.argv[0]), PATIENCE_MS, signal);
    if (path === 'aborted') return fail(explainEnded(command, 'cancelled'));
    if (path === 'late') return fail(noAnswer(options.name, command));
    if (!path.ok) return fail({ ...path.problem, argv: command.argv });
    const result = await execute(options, { command, path: path.value, onChunk, signal });
    if (!result.ok && result.problem.code === 'missing-tool') options.forget(command.argv[0]);
    return result;
  };
  return {
    run: (command, signal) => start(command, undefined, signal),
    stream: (command, onChunk, signal) => start(command, onChunk, signal),
  };
}

/** No shell can hold a zero byte. */
function unsendable({ argv, cwd, env }: Command): Problem | undefined {
  const words = [...argv, cwd ?? '', ...Object.entries(env ?? {}).flat()];
  if (!words.some((word) => word.includes('\0'))) return undefined;
  return problem('bad-input', `the arguments of ${sanitise(argv[0], 80)} hold a zero byte`, { argv });
}

type Call = Readonly<{
  command: Command;
  path: string;
  onChunk: OnChunk | undefined;
  signal: AbortSignal | undefined;
}>;

async function execute(options: FarRunOptions, call: Call): Promise<Result<Finished>> {
  const { command, path, onChunk, signal } = call;
  const { words, rootLane } =
    command.privileged === true ? options.privilege() : { words: [], rootLane: false };
  const argv = [...words, ...(command.through ?? []), path, ...command.argv.slice(1)];
  const spooled = command.stdin !== undefined && !isInline(command.stdin);
  // An endless stream would keep a lane from the others.
  const alone = spooled || command.timeoutMs === 0;
  const wanted: Promise<Result<Slot & Partial<LoneSlot>>> = alone
    ? options.pool.alone(rootLane)
    : options.pool.take(rootLane, command.urgent);
  const taken = await waitFor(wanted, Math.max(PATIENCE_MS, command.timeoutMs), signal);
  if (taken === 'late' || taken === 'aborted') {
    void wanted.then((late) => (late.ok ? late.value.release() : undefined));
    return fail(taken === 'late' ? noAnswer(options.name, command) : explainEnded(command, 'cancelled'));
  }
  if (!taken.ok) return fail({ ...taken.problem, argv: command.argv });
  const work: Work = { ...call, slot: taken.value, body: commandBody(command, argv) };
  const { channel } = taken.value;
  if (spooled && channel !== undefined) {
    const { stdin = '' } = command;
    const feed = (): void => {
      channel.write(stdin);
      channel.finish();
    };
    return watchJob(options, { ...work, body: spooledBody(command, argv, Buffer.byteLength(stdin)), feed });
  }
  const isNarrowHere = command.urgent !== true && isNarrow(options.line().bytesPerSecond);
  const isPulled = onChunk !== undefined && (alone || isNarrowHere);
  if (!isPulled) return watchJob(options, alone ? { ...work, body: watchedBody(work.body) } : work);
  const mark = newMark();
  return watchJob(options, { ...work, body: pulledBody({ call: work.body, mark, alone }), mark });
}

/** `feed`: called once the body says with a byte on stderr that it reads. `mark`: of pieces that are asked for. */
export type Work = Call & Readonly<{ slot: Slot; body: string; feed?: () => void; mark?: string }>;

function watchJob(options: FarRunOptions, work: Work): Promise<Result<Finished>> {
  const { command, signal, slot, body } = work;
  const startedAt = performance.now();
  const timers: NodeJS.Timeout[] = [];
  let endedBy: ProblemCode | undefined;
  return new Promise((resolve, reject) => {
    let isOver = false;
    const answer = (result: Result<Finished>) => {
      if (isOver) return;
      isOver = true;
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (output.thrown === undefined) resolve(result);
      else reject(output.thrown);
    };
    const end = (why: ProblemCode): void => {
      if (endedBy !== undefined || isOver) return;
      endedBy = why;
      output.stop();
      pull?.stop();
      void kill(options, slot, 'TERM');
      for (const pause of [GRACE_MS, 4 * GRACE_MS])
        timers.push(setTimeout(() => void kill(options, slot, 'KILL'), pause));
      timers.push(setTimeout(() => void giveUp(options, work, why).then(answer), ENDING_MS));
    };
    const onAbort = (): void => end('cancelled');
    const output = createOutput(work, end);
    signal?.addEventListener('abort', onAbort, { once: true });
    const pull = pullOf(work, output, options.line().rttMs);
    const { timeoutMs } = command;
    const inTime = (): void => {
      const { rttMs = 0 } = options.line();
      const onLine = lineMs(options.line(), output.received()) + (pull?.pieces() ?? 0) * rttMs;
      const left = startedAt + timeoutMs + Math.min(onLine, STRETCH_MAX * timeoutMs) - performance.now();
      if (left < 1) end('timed-out');
      else timers.push(setTimeout(inTime, left));
    };
    if (timeoutMs > 0) inTime();
    slot.lane.send([
      {
        body,
        onStdout: pull === undefined ? output.onStdout : pull.push,
        onStderr: output.onStderr,
        onEnd: (ended) => {
          if (ended.kind === 'done') slot.release();
          else slot.abandon();
          if (ended.kind === 'unsent') return answer(fail(ended.problem));
          if (ended.kind === 'lost') return answer(fail(lineLost(options.name, command)));
          if (endedBy !== undefined) return answer(fail(explainEnded(command, endedBy)));
          const durationMs = performance.now() - startedAt;
          answer(resultOf(command, { ...output.texts(), exitCode: ended.exitCode }, durationMs));
        },
      },
    ]);
  });
}
