// The desk: the one way to act. preview (plan → refuse → show) hands out a token for exactly one plan; perform checks
// the guards again, journals the intent, runs the plan, reads back and journals the outcome.

import { existsSync } from 'node:fs';
import type { ActPreview, ActReport, JournalRow, Operator, SafeSet } from '../core/act.ts';
import { hostIdOf } from '../core/hosts.ts';
import { whyNoLine } from '../core/line-problem.ts';
import { type Problem, problem } from '../core/problem.ts';
import type { Result } from '../core/result.ts';
import type { Members, SetInfo } from '../core/rows.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { BACKENDS } from '../firewall/registry.ts';
import type { Host } from '../host/host.ts';
import type { ActContext, Gathered, Prepared } from './action.ts';
import { prepareDraft } from './actions.ts';
import { askedOnce } from './asked-once.ts';
import type { DeskDraft } from './bulk/draft.ts';
import type { Desk, DeskOptions, PerformOptions } from './desk-port.ts';
import { backendsOf, readFirewalls } from './firewalls.ts';
import { refusals, strangers, typedMatches } from './guards.ts';
import { consoleNow } from './journal/clock.ts';
import { createEndFiller, endsOn, withJournalEnds } from './journal/ends.ts';
import { createJournal, type Journal } from './journal/journal.ts';
import { lockAll, lockFor } from './journal/locks.ts';
import { finish, type Performing, reportOf, startAct } from './journal/performing.ts';
import { urgentHost } from './lost/plain-host.ts';
import { type Settled, settleLost } from './lost/settle.ts';
import { failure, refusal } from './not-done.ts';
import { runPlan } from './perform.ts';
import { isBsd } from './safe/bsd.ts';
import { operatorOn } from './safe/far-session.ts';
import { computeSafeSet, createSafeMemory, type SafeSetOptions } from './safe/safe-set.ts';
import { peerIn } from './safe/your-session.ts';

export type { Desk, DeskOptions, PerformOptions } from './desk-port.ts';

/** A plan older than this shows a world that may be gone. */
export const TOKEN_LIFE_MS = 60_000;
const TOKENS_MAX = 8;
const LOCK_WAIT_MS = 3_000;

type Ticket = Readonly<{ draft: DeskDraft; prepared: Prepared; at: number; version: number }>;

export function createDesk(options: DeskOptions): Desk {
  const desk = new ActDesk(options);
  return {
    preview: (draft, signal) => desk.preview(draft, signal),
    perform: (token, wish = {}) => desk.perform(token, wish),
    safeSet: () => desk.safeSet(),
    settle: () => desk.settle(),
    journal: (limit) => desk.rows(limit),
    fillEnds: (set, read) => desk.fillEnds(set, read),
    close: () => desk.close(),
  };
}

class ActDesk {
  readonly #options: DeskOptions;
  readonly #host: Host;
  /** The same, for what somebody waits for. */
  readonly #urgent: Host;
  readonly #journal: Journal;
  readonly #memory = createSafeMemory();
  #fillEnds: ReturnType<typeof createEndFiller> | undefined;
  readonly #tickets = new Map<string, Ticket>();
  #peer: Pick<Operator, 'sshPeer'> = {};
  /** On a far host: why it is not known who we are there. */
  #strangers: readonly SafeText[] = [];

  constructor(options: DeskOptions) {
    this.#options = { ...options, operator: operatorOn(options.host, options.operator) };
    this.#host = options.host;
    this.#urgent = urgentHost(options.host);
    const { journal, host } = options;
    this.#journal = typeof journal === 'string' ? createJournal(journal, hostIdOf(host)) : journal;
  }

  async preview(draft: DeskDraft, signal?: AbortSignal): Promise<ActPreview> {
    if (this.#options.readOnly)
      return { kind: 'refused', reasons: [safe('this console is read-only: nothing is changed')] };
    // Without a line nobody knows what we may do there.
    const noLine = whyNoLine(this.#host.link?.state(), this.#host.name);
    if (noLine !== undefined) return { kind: 'failed', problem: noLine };
    if (!this.#host.privileged) return { kind: 'failed', problem: notPrivileged(this.#host) };
    // Opened here, so that the act itself does not wait for it. Trouble with it is said when performing.
    const [gathered] = await Promise.all([this.#gather(draft, signal), this.#journal.open()]);
    if (gathered.kind !== 'ready') return gathered;
    const { prepared } = gathered;
    const unseen = prepared.guarded.length > 0 ? this.#strangers : [];
    if (unseen.length > 0) return { kind: 'refused', reasons: unseen };
    const token = crypto.randomUUID();
    const at = consoleNow(this.#host);
    forgetOld(this.#tickets, at);
    this.#tickets.set(token, { draft, prepared, at, version: versionOf(this.#journal) });
    const typed = prepared.typed === undefined ? {} : { typed: prepared.typed };
    return { kind: 'ready', token, plan: prepared.plan, ...typed };
  }

  async perform(token: string, wish: PerformOptions): Promise<ActReport> {
    const ticket = this.#tickets.get(token);
    this.#tickets.delete(token);
    const age = ticket === undefined ? Number.NaN : consoleNow(this.#host) - ticket.at;
    if (ticket === undefined || age > TOKEN_LIFE_MS || age < 0)
      return refusal(ticket?.prepared, [safe('this plan is too old or was used already: look at it again')]);
    const { typed } = ticket.prepared;
    if (typed !== undefined && !typedMatches(typed, wish.typed))
      return refusal(ticket.prepared, [sanitise(`type ${typed} to confirm`)]);
    const lock = await lockFor(ticket.prepared, this.#journal, LOCK_WAIT_MS);
    if (!lock.ok && wish.overJournal !== true) return failure(ticket.prepared, lock.problem);
    try {
      return await this.#performLocked(ticket, wish);
    } finally {
      if (lock.ok) lock.value.release();
    }
  }

  async settle(): Promise<readonly Settled[]> {
    const { readOnly, backends = BACKENDS, far } = this.#options;
    const { path, host: whose } = this.#journal;
    const host = this.#host;
    if (host.link === undefined || readOnly || !host.privileged || !existsSync(path)) return [];
    // One of its own, and soon closed: most hosts have nothing to settle, and fifty open databases are memory.
    const journal = createJournal(path, whose);
    const lock = (await journal.open()).ok ? await lockAll(journal) : undefined;
    try {
      return lock?.ok === true ? await settleLost({ host, journal, backends, folder: far?.folder }) : [];
    } finally {
      if (lock?.ok === true) lock.value.release();
      journal.close();
    }
  }

  safeSet(): Promise<SafeSet> {
    return computeSafeSet(this.#host, this.#safeOptions(), this.#memory);
  }

  async rows(limit: number): Promise<Result<readonly JournalRow[]>> {
    const opened = await this.#journal.open();
    if (!opened.ok) return opened;
    // What cannot be taken in stays where it is; the rows that are there are worth showing.
    if (this.#options.notes !== undefined) await this.#journal.takeIn(this.#options.notes);
    return this.#journal.rows(limit);
  }

  fillEnds(set: SetInfo, read: Result<Members>): Promise<Result<Members>> {
    this.#fillEnds ??= createEndFiller(this.#journal, endsOn(this.#host));
    return this.#fillEnds(set, read);
  }

  close(): void {
    this.#tickets.clear();
    this.#journal.close();
  }

  async #performLocked(ticket: Ticket, wish: PerformOptions): Promise<ActReport> {
    const { prepared } = ticket;
    if (versionOf(this.#journal) !== ticket.version && !(await this.#isStillTheSame(ticket)))
      return refusal(ticket.prepared, [
        safe('another act has changed what this plan was made for: look at it again'),
      ]);
    const reasons = await this.#unsafe(prepared);
    if (reasons.length > 0) return refusal(ticket.prepared, reasons);
    const operator = { ...this.#peer, ...this.#options.operator };
    const acting: Performing = { journal: this.#journal, operator, prepared, at: consoleNow(this.#host) };
    const started = await startAct(acting);
    if (!started.ok && wish.overJournal !== true) return failure(ticket.prepared, started.problem);
    const id = started.ok ? started.value : undefined;
    const ran = await runPlan(this.#urgent, prepared, {
      ...this.#options.far,
      act: id ?? crypto.randomUUID(),
      onWait: wish.onWait,
      signal: wish.signal,
      whyNot: (asking) => this.#unsafe(prepared, asking),
    });
    return reportOf(prepared, ran, { id, lost: finish(acting, id, ran) });
  }

  async #unsafe({ guarded }: Prepared, host = this.#urgent): Promise<readonly SafeText[]> {
    if (guarded.length === 0) return [];
    const fresh = await computeSafeSet(host, this.#safeOptions(), this.#memory, guarded);
    return [...refusals(guarded, fresh), ...strangersOn(host, fresh)];
  }

  /** Plans anew and compares: an act of another console elsewhere does not spoil this one. */
  async #isStillTheSame({ draft, prepared }: Ticket): Promise<boolean> {
    const again = await this.#gather(draft);
    if (again.kind !== 'ready') return false;
    const bytes = (plan: Prepared): string => JSON.stringify(plan.plan.steps.map((step) => step.command));
    return bytes(again.prepared) === bytes(prepared);
  }

  async #gather(draft: DeskDraft, signal?: AbortSignal): Promise<Gathered> {
    const { host, end } = askedOnce(this.#urgent);
    // The listings that most acts begin with, beside the safe set: over a line each of them is a round trip.
    if (host.link !== undefined && draft.action !== 'cut' && draft.action !== 'tighten')
      void readFirewalls(host, backendsOf([], this.#options.backends ?? BACKENDS), signal);
    const safeSet = await computeSafeSet(host, this.#safeOptions(signal), this.#memory);
    // Tables of pf keep no times: when a ban ends is in the journal alone.
    if (await isBsd(host)) await this.#journal.open();
    this.#peer = peerIn(safeSet);
    this.#strangers = strangersOn(this.#host, safeSet);
    const context: ActContext = {
      host,
      backends: withJournalEnds(this.#options.backends ?? BACKENDS, this.#journal, endsOn(this.#host)),
      safeSet,
      journal: this.#journal,
      memory: this.#memory,
      ...(this.#options.undoOf === 'all' ? {} : { undoConsole: this.#options.operator.console }),
      ...(signal === undefined ? {} : { signal }),
    };
    return prepareDraft(draft, context).finally(end);
  }

  #safeOptions(signal?: AbortSignal): SafeSetOptions {
    const { allow, resolve, operator } = this.#options;
    const { sshPeer } = operator;
    return {
      allow,
      ...(resolve && { resolve }),
      ...(signal && { signal }),
      ...(sshPeer !== undefined && { sshPeer }),
    };
  }
}

const notPrivileged = ({ link }: Host): Problem =>
  problem('not-permitted', 'changing the firewall needs root', {
    hint:
      link === undefined
        ? 'run opsconsole with sudo, or allow its commands without a password: `opsconsole doctor` prints the lines'
        : 'log in there as root, let sudo there do it without a password, or write `sudo: ask` at the host',
  });

const strangersOn = ({ link, name }: Host, safeSet: SafeSet): readonly SafeText[] =>
  link === undefined ? [] : strangers(safeSet, sanitise(name, 63));

/** -1 while the journal cannot be read: then two plans are compared by age alone. */
function versionOf(journal: Journal): number {
  const version = journal.version();
  return version.ok ? version.value : -1;
}

function forgetOld(tickets: Map<string, Ticket>, now: number): void {
  for (const [token, ticket] of tickets) {
    if (now - ticket.at > TOKEN_LIFE_MS || tickets.size >= TOKENS_MAX) tickets.delete(token);
  }
}
