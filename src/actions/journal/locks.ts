// The locks beside the journal: one act at a time on each host. Starting and stopping services has a lock of its own: it may
// take as long as a service takes to end and to prove it, and no ban waits for that. Their plans share nothing.

import { LOCAL } from '../../core/hosts.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Prepared } from '../action.ts';
import { type Held, takeLock } from './file.ts';
import type { Journal } from './journal.ts';

type Place = Pick<Journal, 'path' | 'host'>;

/** For this act, alone or among those of the other kind. Waits up to `waitMs`. */
export function lockFor({ facts }: Prepared, journal: Place, waitMs: number): Promise<Result<Held>> {
  return takeLock(pathOf(journal, facts.kind === 'service' ? 'service-lock' : 'lock'), waitMs, journal.host);
}

/** While this is held nothing is under way on the host. Does not wait. */
export async function lockAll(journal: Place): Promise<Result<Held>> {
  const acts = await takeLock(pathOf(journal, 'lock'), 0, journal.host);
  if (!acts.ok) return acts;
  const services = await takeLock(pathOf(journal, 'service-lock'), 0, journal.host);
  if (!services.ok) {
    acts.value.release();
    return services;
  }
  return ok({
    release: () => {
      services.value.release();
      acts.value.release();
    },
  });
}

const pathOf = ({ path, host }: Place, name: string): string =>
  host === LOCAL ? `${path}.${name}` : `${path}.${host}.${name}`;
