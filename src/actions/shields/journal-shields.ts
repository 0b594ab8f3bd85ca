// The shields in the journal of acts: raised with the exact commands, lowered by whom. The journal failing never stops the
// shields, which have their own durable state on the host: it is said, and that is all.

import type { Operator } from '../../core/act.ts';
import type { UnixMs } from '../../core/brand.ts';
import type { Command } from '../../core/plan.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { Outcome } from '../../core/shields.ts';
import type { Host } from '../../host/host.ts';
import { offItsClock } from '../journal/clock.ts';
import type { FinalState, Journal } from '../journal/journal.ts';

export type ShieldsJournal = Readonly<{
  /** Opens the file; what is wrong with it is said by the first row that could not be written. */
  open(): Promise<void>;
  /** Before the first change. Undefined = written. */
  raising(wish: RaisingRow): SafeText | undefined;
  /** What became of it. */
  raised(shields: string, state: FinalState, result: string): SafeText | undefined;
  /** Marks the raise as undone, if this journal has it. Nothing is written twice. */
  lowered(outcome: Outcome, operator: Operator, commands?: readonly Command[]): SafeText | undefined;
  /** Ids of shields that this journal believes to be up. */
  standing(): readonly string[];
  close(): void;
}>;

export type RaisingRow = Readonly<{
  shields: string;
  at: UnixMs;
  operator: Operator;
  summary: string;
  reason: string;
  commands: readonly Command[];
}>;

/** A raise that is no longer among these has been pushed out by acts of many months. */
const ROWS_LOOKED_AT = 200;

const rowIdOf = (shields: string, what: 'up' | 'down'): string => `shields-${shields}-${what}`;

export function createShieldsJournal(journal: Journal, host: Pick<Host, 'now' | 'link'>): ShieldsJournal {
  const lost = (words: string): SafeText => sanitise(`the journal could not be written: ${words}`, 300);
  return {
    async open() {
      await journal.open();
    },
    raising({ shields, ...row }) {
      const written = journal.intend({
        ...row,
        id: rowIdOf(shields, 'up'),
        action: 'shields',
        facts: { kind: 'shields', what: 'raise', shields },
        canUndo: false,
      });
      return written.ok ? undefined : lost(written.problem.summary);
    },
    raised(shields, state, result) {
      const written = journal.finish(rowIdOf(shields, 'up'), state, sanitise(result, 400));
      return written.ok ? undefined : lost(written.problem.summary);
    },
    lowered(outcome, operator, commands = []) {
      const id = rowIdOf(outcome.id, 'down');
      const known = journal.row(id);
      if (known.ok && known.value !== undefined) return undefined;
      const raise = journal.row(rowIdOf(outcome.id, 'up'));
      const undoes = raise.ok && raise.value !== undefined ? { undoes: raise.value.id } : {};
      const written = journal.intend({
        id,
        at: offItsClock(host, outcome.at),
        operator,
        action: 'shields',
        summary: `shields ${outcome.id} lowered: ${BY[outcome.by]}`,
        reason: '',
        commands,
        facts: { kind: 'shields', what: 'lower', shields: outcome.id },
        canUndo: false,
        ...undoes,
      });
      if (!written.ok) return lost(written.problem.summary);
      const finished = journal.finish(id, hasTrouble(outcome) ? 'unproved' : 'done', wordsOf(outcome));
      const marked = undoes.undoes === undefined ? finished : journal.markUndone(undoes.undoes, id);
      return finished.ok && marked.ok ? undefined : lost('the outcome of lowering is missing there');
    },
    standing() {
      const rows = journal.actRows(ROWS_LOOKED_AT);
      if (!rows.ok) return [];
      return rows.value.flatMap(({ id, action, state }) => {
        const shields = /^shields-([0-9a-f]{8})-up$/.exec(id)?.[1];
        const open = state === 'intended' || state === 'done' || state === 'unproved';
        return action === 'shields' && shields !== undefined && open ? [shields] : [];
      });
    },
    close: () => journal.close(),
  };
}

const BY: Readonly<Record<Outcome['by'], string>> = {
  operator: 'by an operator',
  timer: 'by their own timer',
  'failed-raise': 'because raising them failed',
  recovery: 'because a crash or a reboot had left them',
  auto: 'by the automatic',
};

function hasTrouble({ items, complete }: Outcome): boolean {
  return !complete || items.some(({ result }) => result === 'drift' || result === 'failed');
}

export function wordsOf({ items, complete }: Outcome): SafeText {
  const troubles = items.filter(({ result }) => result === 'drift' || result === 'failed');
  const restored = items.filter(({ result }) => result === 'restored').length;
  const parts = [
    `${restored} of ${items.length} put back`,
    ...troubles.map(
      ({ result, what, detail }) => `${result}: ${what}${detail === undefined ? '' : ` (${detail})`}`,
    ),
    ...(complete ? [] : ['it was cut short']),
  ];
  return sanitise(parts.join('; '), 400);
}
