// A pane that is gone leaves nothing behind: not its lines and sizes, nor what its source tells late.

import { describe, expect, it } from 'vitest';
import type { SourceStatus } from '../../../src/core/status.ts';
import { key, LOG, reduced, stateOf, textBatch } from './rig.ts';

const live: SourceStatus = { kind: 'live', sampledAt: stateOf().now, everyMs: 1000 };
const closed = { kind: 'workspace/pane-closed', pane: LOG } as const;
const told = { kind: 'source/status-changed', source: `log:${LOG}`, status: live } as const;

const used = () =>
  reduced(
    stateOf(),
    textBatch(['one', 'two']),
    told,
    { kind: 'source/status-changed', source: 'host', status: live },
    key(LOG, 'line-up'),
    { kind: 'log/command-begun', pane: LOG },
  );

describe('a closed log pane', () => {
  it('had lines, a size and a source', () => {
    const { logs, sources } = used();
    expect([logs.panes.has(LOG), logs.boxes.has(LOG), logs.begun.has(LOG)]).toEqual([true, true, true]);
    expect(Object.keys(sources)).toEqual([`log:${LOG}`, 'host']);
  });

  it('has none of them any more', () => {
    const { logs, sources } = reduced(used(), closed);
    expect([logs.panes.has(LOG), logs.boxes.has(LOG), logs.begun.has(LOG)]).toEqual([false, false, false]);
    expect(Object.keys(sources)).toEqual(['host']);
  });

  it('is not told what its source says while it ends', () => {
    const gone = reduced(used(), closed);
    expect(reduced(gone, { ...told, status: { kind: 'off' } })).toBe(gone);
  });
});
