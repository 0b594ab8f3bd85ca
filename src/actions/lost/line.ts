// A host whose line may break, as an act needs it: questions are asked again when the line is back, steps never run twice.
// What became of a step whose answer was lost is found out before anything else is done.

import type { Command } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, type Result } from '../../core/result.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { Finished, Host, Link } from '../../host/host.ts';
import { answerOf, askClaim, type Claim, claimed, claimsFolder, isOver, wasRefused } from './claim.ts';
import { plainHost } from './plain-host.ts';

export type LineOptions = Readonly<{
  /** Unique among acts: the marks of its steps are called after it. */
  act: string;
  /** How long the line is waited for, in all. */
  waitMs?: number | undefined;
  /** Ends the waiting: what is not known then stays unknown. */
  signal?: AbortSignal | undefined;
  onWait?: ((words: SafeText) => void) | undefined;
  /** Asked after the line was gone, before anything more is run: why the act must not go on. */
  whyNot?: (asking: Host) => Promise<readonly SafeText[]>;
  /** As `Claim.when`; `over`: what is said when it does not hold any more. */
  when?: Readonly<{ holds: string; over: string }> | undefined;
  folder?: string | undefined;
}>;

export type Line = Readonly<{
  /** For what changes nothing. */
  asking: Host;
  /** For steps: each runs once or not at all. */
  acting: Host;
  /** How often something was lost so far. */
  losses(): number;
  isUp(): boolean;
  /** Waits until it is up; false = it did not come back in time. */
  back(): Promise<boolean>;
  /** After the line was gone: why the act must not go on; empty = it may, or nothing was lost since. */
  whyNot(): Promise<readonly SafeText[]>;
}>;

const WAIT_MS = 60_000;
/** A line that breaks again and again is given up. */
const ATTEMPTS = 6;
/** What a step may be late by the far clock, besides its own time. */
const LATE_SECONDS = 60;

export function lineTo(host: Host, options: LineOptions): Line {
  const { link } = host;
  if (link !== undefined) return new FarLine({ host, link, options }).line;
  return {
    asking: host,
    acting: host,
    losses: () => 0,
    isUp: () => true,
    back: async () => true,
    whyNot: async () => [],
  };
}

type Far = Readonly<{ host: Host; link: Link; options: LineOptions }>;

class FarLine {
  readonly #far: Far;
  readonly line: Line;
  #losses = 0;
  #unchecked = false;
  #begun = false;
  /** Sudo lets us run the tools there, and no sh: then nothing can be found out about a lost step. */
  #plain = false;
  #count = 0;
  #until: AbortSignal | undefined;

  constructor(far: Far) {
    this.#far = far;
    const { host, link } = far;
    const asking = withQuestions(host, {
      again: (ask) => this.#ask(ask),
      seen: (answer) => this.#seen(answer),
    });
    this.line = {
      asking,
      acting: withRun(asking, (command, signal) => this.#act(command, signal)),
      losses: () => this.#losses,
      isUp: () => link.state().kind === 'up',
      back: () => this.#back(),
      whyNot: () => this.#whyNot(),
    };
  }

  async #ask<T>(ask: () => Promise<Result<T>>): Promise<Result<T>> {
    for (let attempt = 1; ; attempt++) {
      const answer = this.#seen(await ask());
      if (answer.ok || !isOfLine(answer.problem) || attempt === ATTEMPTS) return answer;
      // Not connected, and nothing was begun: no reason to wait.
      if (answer.problem.code === 'no-line' && !this.#begun && this.#until === undefined) return answer;
      if (!(await this.#back())) return answer;
    }
  }

  #seen<T>(answer: Result<T>): Result<T> {
    if (!answer.ok && isOfLine(answer.problem)) this.#lose();
    return answer;
  }

  #lose(): void {
    this.#losses++;
    this.#unchecked = true;
  }

  async #act(command: Command, signal?: AbortSignal): Promise<Result<Finished>> {
    const claim = this.#nextClaim(command);
    for (let attempt = 1; ; attempt++) {
      const reasons = await this.#whyNot();
      if (reasons.length > 0) return fail(problem('refused', reasons.join('; ')));
      const wrapped = this.#plain ? command : claimed(command, claim);
      const ran = this.#seen(await this.#far.host.run(wrapped, signal));
      const code = ran.ok ? undefined : ran.problem.code;
      if (code === 'not-permitted' && !this.#plain && !this.#begun) {
        this.#plain = true;
        continue;
      }
      // Nothing of the act has run: no reason to wait.
      const isFirst = !this.#begun;
      this.#begun ||= code !== 'no-line';
      if (ran.ok) return ran;
      if (wasRefused(ran.problem.exitCode)) return fail(notRun(command));
      if (isOver(ran.problem.exitCode)) return fail(this.#over());
      if (code === 'line-lost' || code === 'timed-out') return this.#settle(command, claim, ran.problem);
      if (code !== 'no-line' || isFirst || attempt === ATTEMPTS || !(await this.#back())) return ran;
    }
  }

  /** Says what happened to the step, or gives `why` back. */
  async #settle(command: Command, claim: Claim, why: Problem): Promise<Result<Finished>> {
    this.#lose();
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (!(await this.#back()) || this.#plain) break;
      const found = await askClaim(this.#far.host, command, claim);
      if (!found.ok && isOfLine(found.problem)) continue;
      if (!found.ok || found.value.kind === 'unclear') break;
      if (found.value.kind === 'never') return fail(notRun(command));
      const { finished } = found.value;
      return isOver(finished.exitCode) ? fail(this.#over()) : answerOf(command, finished);
    }
    return fail(why);
  }

  #over(): Problem {
    return problem('refused', this.#far.options.when?.over ?? 'it was too late for that');
  }

  /** False: it did not come back in time. */
  async #back(): Promise<boolean> {
    const { host, link, options } = this.#far;
    const { waitMs = WAIT_MS, signal, onWait } = options;
    if (this.#until === undefined) {
      const end = AbortSignal.timeout(waitMs);
      this.#until = signal === undefined ? end : AbortSignal.any([end, signal]);
    }
    if (link.state().kind === 'up') return true;
    onWait?.(sanitise(`line lost: waiting for ${host.name} to check`, 120));
    return (await link.whenUp(this.#until)).ok;
  }

  async #whyNot(): Promise<readonly SafeText[]> {
    if (!this.#unchecked) return [];
    const reasons = (await this.#far.options.whyNot?.(this.line.asking)) ?? [];
    if (reasons.length === 0) this.#unchecked = false;
    return reasons;
  }

  #nextClaim({ timeoutMs }: Command): Claim {
    const { host, options } = this.#far;
    const { act, when, folder = claimsFolder(host) } = options;
    const notAfter = (host.now() + timeoutMs) / 1000 + LATE_SECONDS;
    return { folder, name: `${act}.${this.#count++}`, notAfter, when: when?.holds };
  }
}

export const isOfLine = ({ code }: Problem): boolean => code === 'no-line' || code === 'line-lost';

function notRun({ argv }: Command): Problem {
  const tool = sanitise(argv[0].replace(/^.*\//, ''), 60);
  return problem('no-line', `the line was lost before ${tool} began: it was not run`, {
    hint: 'nothing of this step is there: it is safe to do it again',
    argv,
  });
}

type Questions = Readonly<{
  /** Asks until it is answered, or the line is given up. */
  again: <T>(ask: () => Promise<Result<T>>) => Promise<Result<T>>;
  seen: <T>(answer: Result<T>) => Result<T>;
}>;

function withQuestions(host: Host, { again, seen }: Questions): Host {
  return {
    ...plainHost(host),
    run: (command, signal) => again(() => host.run(command, signal)),
    read: (path, maxBytes) => again(() => host.read(path, maxBytes)),
    stat: (path) => again(() => host.stat(path)),
    disk: (path) => again(() => host.disk(path)),
    glob: (pattern) => again(() => host.glob(pattern)),
    // A part has been handed over: whoever reads it must begin anew.
    stream: async (command, onChunk, signal) => seen(await host.stream(command, onChunk, signal)),
    readChunks: async (path, onChunk, signal) => seen(await host.readChunks(path, onChunk, signal)),
  };
}

function withRun(host: Host, run: Host['run']): Host {
  return { ...plainHost(host), run };
}
