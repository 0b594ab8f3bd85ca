// The backends as a listing for the operator needs them: with the ends of bans that only the journal knows (tables of pf).

import { endsOn, withJournalEnds } from '../actions/journal/ends.ts';
import { createJournal } from '../actions/journal/journal.ts';
import { isBsd } from '../actions/safe/bsd.ts';
import { hostIdOf } from '../core/hosts.ts';
import type { Backend } from '../firewall/backend.ts';
import { BACKENDS } from '../firewall/registry.ts';
import type { Host } from '../host/host.ts';
import type { Io } from './io.ts';
import { journalPath } from './operator.ts';

/** Elsewhere the journal stays closed. One that cannot be read leaves those ends unknown. */
export async function listingBackends(
  host: Host,
  env: Io['env'],
): Promise<Readonly<{ backends: readonly Backend[]; close: () => void }>> {
  if (!(await isBsd(host))) return { backends: BACKENDS, close: () => undefined };
  const journal = createJournal(journalPath(env), hostIdOf(host));
  await journal.open();
  return { backends: withJournalEnds(BACKENDS, journal, endsOn(host)), close: () => journal.close() };
}
