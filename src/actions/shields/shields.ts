// The shields of one host: raise, keep, renew, lower, recover. What each does lives in a file of its own; here they meet.

import type { Operator } from '../../core/act.ts';
import { hostIdOf } from '../../core/hosts.ts';
import type { Result } from '../../core/result.ts';
import { safe } from '../../core/sanitise.ts';
import type { RaiseWish, ShieldsPlace, ShieldsPreview, ShieldsSettings } from '../../core/shields.ts';
import { readNow } from '../../firewall/shields/read-now.ts';
import type { Host } from '../../host/host.ts';
import { createJournal, type Journal } from '../journal/journal.ts';
import type { LineOptions } from '../lost/line.ts';
import { operatorOn } from '../safe/far-session.ts';
import { createSafeMemory, type SafeMemory } from '../safe/safe-set.ts';
import { type Engine, enginesLine, NOT_PRIVILEGED } from './engine.ts';
import { createShieldsJournal } from './journal-shields.ts';
import { keep, renew } from './keep.ts';
import { lower } from './lower.ts';
import { previewOnPf } from './on-pf.ts';
import { planRaise } from './plan-raise.ts';
import type { Shields } from './port.ts';
import { previewShields } from './preview.ts';
import { raise, type Say } from './raise.ts';
import { recoverNow } from './recover.ts';

export type ShieldsOptions = Readonly<{
  host: Host;
  settings: ShieldsSettings;
  operator: Operator;
  /** Addresses, networks and names of the session file that are never limited. */
  allow: readonly string[];
  resolve?: (name: string) => Promise<Result<readonly string[]>>;
  /** Path of the journal file, or a journal, which the caller closes. */
  journal: string | Journal;
  place: ShieldsPlace;
  readOnly: boolean;
  /** How long a raise may take before the watcher takes it back; for tests. */
  raisingSeconds?: number;
  /** As of a desk. */
  far?: Pick<LineOptions, 'waitMs' | 'folder'>;
}>;

/** A machine with a load of 30 and a slow fail2ban is through in a third of it. */
const RAISING_SECONDS = 60;

export function createShields(asked: ShieldsOptions): Shields {
  const options = { ...asked, operator: operatorOn(asked.host, asked.operator) };
  const memory = createSafeMemory();
  // One after the other: a second `!` while they go up must lower what the first one raised.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: (engine: Engine) => Promise<T>, say?: Say): Promise<T> => {
    const next = last.then(() => withEngine(options, { memory, say }, work));
    last = next.catch(() => undefined);
    return next;
  };
  return {
    now: () => readNow(options.host, options.place, { last: true }),
    preview: (wish = {}) => preview(options, memory, wish),
    raise: (wish = {}, onProgress = () => undefined) =>
      inTurn((engine) => raise(engine, wish, onProgress), onProgress),
    keep: () => inTurn(keep),
    renew: (seconds) => inTurn((engine) => renew(engine, seconds)),
    lower: (by = 'operator') => inTurn((engine) => lower(engine, by)),
    recover: () =>
      inTurn(async (engine) => {
        const recovered = await recoverNow(engine);
        return recovered.ok ? recovered.value : undefined;
      }),
  };
}

/** The journal is open only while something is done: SQLite costs an idle console nothing. */
async function withEngine<T>(
  options: ShieldsOptions,
  { memory, say }: Readonly<{ memory: SafeMemory; say?: Say | undefined }>,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const isOurs = typeof options.journal === 'string';
  const journal =
    typeof options.journal === 'string'
      ? createJournal(options.journal, hostIdOf(options.host))
      : options.journal;
  try {
    return await work({
      ...enginesLine(options, say),
      memory,
      journal: createShieldsJournal(journal, options.host),
      raisingSeconds: options.raisingSeconds ?? RAISING_SECONDS,
    });
  } finally {
    if (isOurs) journal.close();
  }
}

async function preview(
  options: ShieldsOptions,
  memory: SafeMemory,
  wish: RaiseWish,
): Promise<ShieldsPreview> {
  if (!options.host.privileged) return { kind: 'failed', problem: NOT_PRIVILEGED };
  const onPf = await previewOnPf(options, memory, wish);
  if (onPf !== undefined) return onPf;
  const planned = await planRaise(options, { id: '00000000', wish, raisingSeconds: RAISING_SECONDS, memory });
  if (planned.kind !== 'ready') return planned;
  const { ground, ...plan } = planned.plan;
  const shown = await previewShields({ ...plan, at: ground.at, writer: ground.writer });
  const now = await readNow(options.host, options.place, { wall: false });
  return now.kind === 'down'
    ? shown
    : {
        ...shown,
        warnings: [safe('shields are up already: raising again changes nothing'), ...shown.warnings],
      };
}
