// Undo: takes back the last act of this console, or a named one, as long as the world still is what that act left.
// Whatever was changed since by others stays as they left it, and the reason is said.

import type { JournalRow } from '../core/act.ts';
import { type HostId, LOCAL } from '../core/hosts.ts';
import { problem } from '../core/problem.ts';
import type { Result } from '../core/result.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { unreachable } from '../core/unreachable.ts';
import { type ActContext, type Action, failed, type Gathered, type Prepared, refused } from './action.ts';
import type { ActFacts } from './facts.ts';
import type { Journal } from './journal/journal.ts';
import { undoService } from './services/undo-service.ts';
import { undoBan } from './undo-ban.ts';
import { undoTighten } from './undo-tighten.ts';
import { undoUnban } from './undo-unban.ts';

export const undo: Action<'undo'> = {
  id: 'undo',
  async prepare(draft, context): Promise<Gathered> {
    const { journal } = context;
    const opened = await journal.open();
    if (!opened.ok) return failed(opened.problem);
    const found = findAct(journal, draft.actId, context.undoConsole);
    if (!found.ok) return failed(found.problem);
    const row = found.value;
    if (row === undefined) return nothingToUndo(draft.actId);
    const where = row.host ?? LOCAL;
    if (where !== journal.host) return refused(elsewhere(row.id, where));
    if (!row.canUndo) return refused(sanitise(whyNot(row)));
    const details = journal.details(row.id);
    if (!details.ok) return failed(details.problem);
    const gathered = await planFor(row, details.value.facts, context);
    return gathered.kind === 'ready'
      ? { kind: 'ready', prepared: complete(row, gathered.prepared) }
      : gathered;
  },
};

function findAct(journal: Journal, id: string | undefined, console?: string): Result<JournalRow | undefined> {
  return id === undefined ? journal.lastUndoable(console) : journal.row(id);
}

function nothingToUndo(id: string | undefined): Gathered {
  if (id === undefined) return refused(safe('there is nothing to undo: no act that could be taken back'));
  return failed(
    problem('not-found', `no act ${sanitise(id, 40)} in the journal`, {
      hint: '`opsconsole journal` lists them',
    }),
  );
}

function elsewhere(id: string, where: HostId): SafeText {
  const place = where === LOCAL ? 'this machine' : where;
  return sanitise(`act ${id} was done on ${place}: opsconsole undo --host ${where} ${id}`);
}

function whyNot(row: JournalRow): string {
  switch (row.state) {
    case 'undone':
      return `act ${row.id} is undone already`;
    case 'failed':
    case 'refused':
      return `act ${row.id} was not done, so there is nothing to take back`;
    case 'intended':
    case 'done':
    case 'unproved':
      return `act ${row.id} (${row.action}) cannot be undone`;
    default:
      return unreachable(row.state);
  }
}

function planFor(row: JournalRow, facts: ActFacts, context: ActContext): Promise<Gathered> | Gathered {
  switch (facts.kind) {
    case 'ban':
      return undoBan(row, facts, context);
    case 'unban':
      return undoUnban(row, facts, context);
    case 'tighten':
      return undoTighten(row, facts, context);
    case 'service':
      return undoService(facts, context);
    case 'cut':
      return refused(safe('flows that were cut cannot be brought back'));
    case 'undo':
      return refused(safe('an undo cannot be undone: do the act again'));
    case 'allow':
      return refused(safe('what the names resolve to would go in again: change `allow` in the session'));
    case 'noted':
      return refused(safe('that was done by fail2ban: ban or unban in its jail'));
    case 'shields':
      return refused(safe('shields are not undone from the journal: lower them'));
    default:
      return unreachable(facts);
  }
}

function complete(row: JournalRow, prepared: Prepared): Prepared {
  return {
    ...prepared,
    reason: `undo of ${row.id}`,
    facts: { kind: 'undo' },
    canUndo: false,
    undoes: row.id,
  };
}
