// Who answers whom: a ping from each address to its gateway and to the targets of the session file, every few seconds, and what became
// of the last ones. Nothing outside is pinged unless the file names it.

import type { Net } from '../../core/address.ts';
import type { UnixMs } from '../../core/brand.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { safe } from '../../core/sanitise.ts';
import { type AddressRow, REACH_KEPT, type ReachRow, type ReachSample } from '../../core/uplinks.ts';
import type { Host } from '../../host/host.ts';
import { PROBES_AT_ONCE, type ProbeResult, pingCommand, readPings } from './ping.ts';

export type ReachWish = Readonly<{ gateways: boolean; targets: readonly Net[] }>;
export type Pair = Readonly<{ from: Net; dev: string; to: Net; what: ReachRow['what'] }>;

const PAIRS_MAX = 256;

export function pairsOf(addresses: readonly AddressRow[], { gateways, targets }: ReachWish): readonly Pair[] {
  const pairs = addresses.flatMap((row): readonly Pair[] => {
    const { net: from, dev, gateway, way } = row;
    const leaves = gateway !== undefined || (way.kind === 'goes' && way.dev === dev);
    const near =
      gateways && gateway !== undefined ? [{ from, dev, to: gateway, what: 'gateway' as const }] : [];
    const far = leaves
      ? targets.filter((target) => target.family === from.family && target.text !== from.text)
      : [];
    return [...near, ...far.map((to) => ({ from, dev, to, what: 'target' as const }))];
  });
  // A gateway that the file names too is asked once.
  return [...new Map(pairs.toReversed().map((pair) => [pairKey(pair), pair])).values()]
    .toReversed()
    .slice(0, PAIRS_MAX);
}

export const pairKey = ({ from, dev, to }: Pair): string => `${from.text} ${to.text}%${dev}`;

/** Of many pairs each round asks some, in turn. */
export class Reach {
  #rows = new Map<string, ReachRow>();
  #turn = 0;

  async round(host: Host, pairs: readonly Pair[], signal: AbortSignal): Promise<Result<ReachSample>> {
    this.#keep(pairs);
    const at = host.now();
    if (pairs.length === 0) return ok({ at, rows: [] });
    if ((await host.which('ping')) === undefined)
      return fail(
        problem('missing-tool', 'ping is not installed', { hint: 'Debian: apt install iputils-ping' }),
      );
    const some = this.#next(pairs);
    const ping = pingCommand(some, host.system ?? 'linux');
    if (ping === undefined)
      return ok({ at, rows: [], gap: safe('how to ping from an address is not known here') });
    const finished = await host.run(ping, signal);
    if (!finished.ok) return finished;
    const results = readPings(finished.value.stdout, some.length);
    for (const [index, pair] of some.entries()) {
      const key = pairKey(pair);
      this.#rows.set(key, withResult(this.#rows.get(key) ?? fresh(pair), results[index] ?? null, host.now()));
    }
    return ok({ at: host.now(), rows: pairs.flatMap((pair) => this.#rows.get(pairKey(pair)) ?? []) });
  }

  #next(pairs: readonly Pair[]): readonly Pair[] {
    if (pairs.length <= PROBES_AT_ONCE) return pairs;
    const from = this.#turn % pairs.length;
    this.#turn = from + PROBES_AT_ONCE;
    return [...pairs, ...pairs].slice(from, from + PROBES_AT_ONCE);
  }

  /** What is no longer asked is forgotten. */
  #keep(pairs: readonly Pair[]): void {
    const keys = new Set(pairs.map(pairKey));
    for (const key of this.#rows.keys()) if (!keys.has(key)) this.#rows.delete(key);
    for (const pair of pairs) {
      const row = this.#rows.get(pairKey(pair));
      if (row !== undefined && row.what !== pair.what)
        this.#rows.set(pairKey(pair), { ...row, what: pair.what });
    }
  }
}

function fresh({ from, dev, to, what }: Pair): ReachRow {
  return { from, dev, to, what, lastMs: [], everAnswered: false };
}

/** What could not be tried is neither an answer nor a loss: what was known before stays, with the reason. */
export function withResult(row: ReachRow, result: ProbeResult, at: UnixMs): ReachRow {
  const { error: _, ...rest } = row;
  if (typeof result === 'string') return { ...rest, error: result };
  const lastMs = [result, ...row.lastMs].slice(0, REACH_KEPT);
  const { downSince, upSince, ...steady } = rest;
  if (result === null) return { ...steady, lastMs, downSince: downSince ?? at };
  return { ...steady, lastMs, everAnswered: true, upSince: upSince ?? at };
}
