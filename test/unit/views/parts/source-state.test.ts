// What a pane says on its frame while the line to its host is not up: how old it is and what happens next.

import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { LinkState } from '../../../../src/core/hosts.ts';
import { problem } from '../../../../src/core/problem.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import type { SourceStatus } from '../../../../src/core/status.ts';
import { sourceState } from '../../../../src/views/parts/source-state.ts';

const NOW = unixMs(1_700_000_000_000);
const since = unixMs(NOW - 20_000);
const gone = problem('no-line', 'no route to host');
const live: SourceStatus = { kind: 'live', sampledAt: unixMs(NOW - 12_000), everyMs: 10_000 };
const retrying: SourceStatus = {
  ...{ kind: 'retrying', problem: gone, retryAt: unixMs(NOW + 50_000) },
  lastSampleAt: unixMs(NOW - 14_000),
};
const words = (status: SourceStatus | undefined, link: LinkState): string =>
  sourceState(status, { now: NOW, link })
    .map(({ text }) => text)
    .join('');

describe('a pane whose line is not up', () => {
  const down: LinkState = { kind: 'down', since, problem: gone, retryAt: unixMs(NOW + 2500) };

  it.each<[SourceStatus | undefined, LinkState, string]>([
    [live, down, 'stale 12 s, line down, again in 3 s'],
    // When the source itself would ask is of no use then.
    [retrying, down, 'stale 14 s, line down, again in 3 s'],
    [undefined, down, 'line down, again in 3 s'],
    [live, { kind: 'connecting', since }, 'stale 12 s, connecting'],
    [live, { kind: 'needs-operator', since, problem: gone }, 'stale 12 s, line waits for you, :host login'],
    [live, { kind: 'up', since, rttMs: 3, skewMs: 0, system: safe('Linux') }, 'live'],
    [live, { kind: 'local' }, 'live'],
  ])('%j, %j: %s', (status, link, said) => expect(words(status, link)).toBe(said));
});
