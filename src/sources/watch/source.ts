// A watch pane's source: the operator's command, run again and again as the operator, never twice at once, with bounded
// time and output. What it says is shown whatever its exit status is.

import type { CommandLine, PaneId, WatchSpec } from '../../core/pane.ts';
import { type Command, command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { WatchRun } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import type { PollSource } from '../source.ts';
import { watchLines } from './lines.ts';

const TIMEOUT_MS = 30_000;
const OUTPUT_MAX = 262_144;
/** It was asked for, so it may take half of the time; the rest of the machine's work goes on. */
const DUTY_MAX = 0.5;
const ANY_EXIT = Array.from({ length: 255 }, (_, at) => at + 1);

/** What the operator has here is no business of another host: only these, and the pane's own, go over. */
const FAR_ENV: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  LANG: 'C',
};

/** `env`: the operator's variables, on which those of the pane are laid. */
export type WatchOptions = Readonly<{
  pane: PaneId;
  everyMs: number;
  env: Readonly<Record<string, string>>;
}>;

export function watchSource(spec: WatchSpec, { pane, everyMs, env }: WatchOptions): PollSource<WatchRun> {
  return {
    kind: 'poll',
    id: `watch:${pane}`,
    everyMs,
    dutyMax: DUTY_MAX,
    async read(host, signal) {
      const missing = await folderProblem(spec, host);
      return missing ?? runOnce(commandOf(spec, host.kind === 'ssh' ? FAR_ENV : env), host, signal);
    },
  };
}

function commandOf({ command: line, cwd, env }: WatchSpec, around: WatchOptions['env']): Command {
  return command(argvOf(line), {
    timeoutMs: TIMEOUT_MS,
    outputMaxBytes: OUTPUT_MAX,
    okExits: ANY_EXIT,
    // Programs that look for a terminal find none.
    env: { ...around, TERM: 'dumb', ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
}

function argvOf(line: CommandLine): Command['argv'] {
  return line.kind === 'argv' ? line.argv : ['/bin/sh', '-c', line.line];
}

/** A program that is started in a folder that is not there seems not to be there itself. */
async function folderProblem({ cwd }: WatchSpec, host: Host): Promise<Result<WatchRun> | undefined> {
  if (cwd === undefined) return undefined;
  const stat = await host.stat(cwd);
  if (!stat.ok) return fail(stat.problem);
  if (stat.value.kind === 'directory') return undefined;
  return fail(
    problem('bad-input', `${sanitise(cwd, 200)} is no folder`, { hint: 'it is the cwd of this pane' }),
  );
}

async function runOnce(wish: Command, host: Host, signal: AbortSignal): Promise<Result<WatchRun>> {
  const output = new Bounded();
  const over = new AbortController();
  const began = performance.now();
  const onChunk = (chunk: Buffer): void => {
    if (!output.add(chunk)) over.abort();
  };
  const finished = await host.stream(wish, onChunk, AbortSignal.any([signal, over.signal]));
  const full = over.signal.aborted && !signal.aborted;
  if (!finished.ok && !full) return finished;
  const said = finished.ok ? finished.value : undefined;
  const { lines, addresses, cut } = watchLines(output.text() + complaint(output, said?.stderr ?? ''));
  return ok({
    at: host.now(),
    durationMs: said?.durationMs ?? performance.now() - began,
    ...(said === undefined ? {} : { exitCode: said.exitCode }),
    ...{ lines, addresses, cut: cut || full },
  });
}

/** What it wrote to stderr stands below. */
function complaint(output: Bounded, stderr: string): string {
  const text = output.text();
  return stderr === '' || text === '' || text.endsWith('\n') ? stderr : `\n${stderr}`;
}

/** Keeps the first OUTPUT_MAX bytes. */
class Bounded {
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** False when there is no room for more. */
  add(chunk: Buffer): boolean {
    const room = OUTPUT_MAX - this.#size;
    if (room > 0) this.#chunks.push(Buffer.from(chunk.subarray(0, room)));
    this.#size += chunk.length;
    return this.#size <= OUTPUT_MAX;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
