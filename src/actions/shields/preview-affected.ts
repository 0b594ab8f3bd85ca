// Who has more connections to the public ports than the cap lets one source open: one bounded pass over the kernel's table.

import type { SafeEntry } from '../../core/act.ts';
import { contains, type Net } from '../../core/address.ts';
import { command } from '../../core/plan.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { ShieldsPreview } from '../../core/shields.ts';
import { formatCount } from '../../core/units.ts';
import { createSourceCounter, type SourceCounter } from '../../firewall/shields/source-counter.ts';
import type { Wall } from '../../firewall/shields/wall.ts';
import type { Host } from '../../host/host.ts';
import type { MeasureAt } from './measure.ts';

const TABLE = '/proc/net/nf_conntrack';
/** A million flows take some two seconds; an operator who asks for a preview under attack waits no longer. */
const READ_MS_MAX = 4_000;
const SHOWN_MAX = 100;
const OWN = 'an address of this machine';

export type Affected = Readonly<{
  affected: Extract<ShieldsPreview, { kind: 'ready' }>['affected'];
  warnings: readonly SafeText[];
}>;

export async function findAffected(
  { host, safeSet, signal }: Pick<MeasureAt, 'host' | 'safeSet' | 'signal'>,
  wall: Pick<Wall, 'connections'> | undefined,
): Promise<Affected> {
  const cap = wall?.connections;
  if (cap === undefined || cap.ports.length === 0) return { affected: [], warnings: [] };
  const own = safeSet.entries.filter(({ why }) => why === OWN).map(({ net }) => net);
  const fresh = (): SourceCounter => createSourceCounter({ ports: new Set(cap.ports), own });
  const { counter, trouble } = await countInto(host, fresh, signal);
  const { sources, exact } = counter.over(cap.max);
  const affected = sources.slice(0, SHOWN_MAX).map(({ source, flows }) => {
    const spared = whySafe(source, safeSet.entries);
    const row = { source: sanitise(source.text), flows, cap: cap.max };
    return spared === undefined ? row : { ...row, safe: spared };
  });
  const warnings: SafeText[] = trouble === undefined ? [] : [trouble];
  if (!exact) warnings.push(safe('very many sources: counts are at least what is shown'));
  if (sources.length > SHOWN_MAX)
    warnings.push(sanitise(`${formatCount(sources.length - SHOWN_MAX)} more sources are over the cap`));
  return { affected, warnings };
}

/** A /64 may hold a safe address and others that are not. */
function whySafe(source: Net, entries: readonly SafeEntry[]): SafeText | undefined {
  const holder = entries.find(({ net }) => contains(net, source));
  if (holder !== undefined) return holder.why;
  const inside = entries.find(({ net }) => contains(source, net));
  return inside === undefined ? undefined : sanitise(`only ${inside.net.text}: ${inside.why}`);
}

type Counted = Readonly<{ counter: SourceCounter; trouble?: SafeText }>;

/** `conntrack -L` where the kernel shows no file or we may not read it. */
async function countInto(
  host: Host,
  fresh: () => SourceCounter,
  signal: AbortSignal | undefined,
): Promise<Counted> {
  const first = fresh();
  const bound = AbortSignal.timeout(READ_MS_MAX);
  const stop = signal === undefined ? bound : AbortSignal.any([signal, bound]);
  const read = await host.readChunks(TABLE, (chunk) => first.push(chunk), stop);
  if (read.ok) return { counter: first };
  if (bound.aborted) return { counter: first, trouble: TOO_LONG };
  const second = fresh();
  const listing = command(['conntrack', '-L', '-p', 'tcp'], {
    privileged: true,
    timeoutMs: READ_MS_MAX,
    outputMaxBytes: 1 << 30,
  });
  const listed = await host.stream(listing, (chunk) => second.push(chunk), signal);
  if (listed.ok) return { counter: second };
  if (listed.problem.code === 'timed-out') return { counter: second, trouble: TOO_LONG };
  const why = sanitise(`who would be affected is not known: ${listed.problem.summary}`);
  return { counter: second, trouble: why };
}

const TOO_LONG = safe('the table of connections is too long to read in time: more sources may be affected');
