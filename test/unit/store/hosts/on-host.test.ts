// Several hosts in one state: what is told of one is not seen of another, and the top level is always the host that is
// looked at.

import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import { type HostId, LOCAL } from '../../../../src/core/hosts.ts';
import type { PaneId, Session } from '../../../../src/core/pane.ts';
import { HOST_FIELDS } from '../../../../src/store/hosts/branch.ts';
import { onHost } from '../../../../src/store/hosts/on-host.ts';
import type { HostlessMsg } from '../../../../src/store/messages.ts';
import { selectShields } from '../../../../src/store/select/shields.ts';
import { type ConsoleState, initialState } from '../../../../src/store/state.ts';
import { shieldsUp } from '../fleet-rig.ts';
import { reduced, stateOf } from '../rig.ts';

const EDGE = 'edge' as HostId;
const GONE = 'gone' as HostId;
const at = stateOf().now;

const session: Session = {
  ...stateOf().session,
  hosts: [{ id: EDGE, destination: 'edge', sudo: 'auto' }],
  windows: [
    {
      name: 'both',
      layout: { kind: 'named', name: 'tiled' },
      panes: [
        { id: '1.1' as PaneId, body: { kind: 'bans', sets: [] } },
        { id: '1.2' as PaneId, host: EDGE, body: { kind: 'bans', sets: [] } },
      ],
    },
  ],
};

const start = (): ConsoleState =>
  initialState({ session, now: at, size: { columns: 80, rows: 24 }, readOnly: false, privileged: true });
const on = (host: HostId, msg: HostlessMsg) => ({ kind: 'host/on', host, msg }) as const;
const focus = (pane: string) => ({ kind: 'layout/pane-focused', pane: pane as PaneId }) as const;
const gap = (word: string) => ({
  ...({ kind: 'bans/sampled', at, sets: [], members: [] } as const),
  gaps: [word as ConsoleState['bans']['gaps'][number]],
});

function expectWhole(state: ConsoleState): void {
  for (const field of HOST_FIELDS) expect(state[field]).toBe(state.hosts[state.at]?.[field]);
}

describe('the state of several hosts', () => {
  it('keeps what each tells apart, and shows that of the focused pane', () => {
    const told = reduced(start(), gap('here'), on(EDGE, gap('there')));
    expect([told.at, told.bans.gaps]).toEqual([LOCAL, ['here']]);
    expect(onHost(told, EDGE).bans.gaps).toEqual(['there']);
    const gone = reduced(told, focus('1.2'));
    expect([gone.at, gone.bans.gaps, onHost(gone, LOCAL).bans.gaps]).toEqual([EDGE, ['there'], ['here']]);
    expectWhole(told);
    expectWhole(gone);
  });

  it('a clock that goes otherwise after another login: later readings are not taken for older ones', () => {
    const link = (skewMs: number): HostlessMsg => ({
      kind: 'host/link-changed',
      privileged: true,
      link: { kind: 'up', since: at, rttMs: 1, skewMs, system: '' as never },
    });
    const HOUR = 3_600_000;
    const read = (time: number, seconds: number) =>
      ({ ...shieldsUp(seconds), at: unixMs(time) }) as HostlessMsg;
    const first = reduced(start(), on(EDGE, link(HOUR)), on(EDGE, read(at + HOUR, 60)));
    const left = (state: ConsoleState): unknown => {
      const shown = selectShields(onHost(state, EDGE));
      return shown.kind === 'up' && [shown.leftSeconds, shown.staleSeconds];
    };
    expect(left(first)).toEqual([60, undefined]);
    const again = reduced(first, on(EDGE, link(0)));
    expect(left(again)).toEqual([60, undefined]);
    expect(left(reduced(again, on(EDGE, read(at + 1, 30))))).toEqual([30, undefined]);
  });

  it('has in each branch only the panes of that host', () => {
    const state = start();
    expect([...state.bans.panes.keys()]).toEqual(['1.1']);
    expect([...onHost(state, EDGE).bans.panes.keys()]).toEqual(['1.2']);
  });

  it('takes a key of a pane to the branch of its host, whichever is looked at', () => {
    const state = start();
    const chosen = { kind: 'bans/sets-chosen', pane: '1.2' as PaneId, names: ['x'] } as const;
    const next = reduced(state, chosen);
    expect([next.at, onHost(next, EDGE).bans.panes.get('1.2' as PaneId)?.only]).toEqual([LOCAL, ['x']]);
  });

  it('stays on a host while a dialog is open there', () => {
    const state = reduced(start(), focus('1.2'), { kind: 'modal/help-opened' }, focus('1.1'));
    expect(state.at).toBe(EDGE);
    expect(reduced(state, { kind: 'modal/closed' }).at).toBe(LOCAL);
  });

  it('reads ages on the clock of each host', () => {
    const up = { kind: 'up', since: at, rttMs: 3, skewMs: 60_000, system: 'Linux' as never } as const;
    const state = reduced(start(), on(EDGE, { kind: 'host/link-changed', link: up, privileged: true }));
    const later = reduced(state, { kind: 'clock/ticked', now: unixMs(at + 1000) });
    expect([later.now - at, onHost(later, EDGE).now - at]).toEqual([1000, 61_000]);
    expect(onHost(onHost(later, EDGE), LOCAL).now - at).toBe(1000);
    const there = reduced(later, focus('1.2'), { kind: 'clock/ticked', now: unixMs(at + 2000) });
    expect([there.now - at, there.privileged]).toEqual([62_000, true]);
  });

  it('forgets a host that leaves the session, and does not hear it any more', () => {
    const [window] = session.windows;
    const { hosts: _, ...rest } = session;
    const alone = {
      ...rest,
      windows: window === undefined ? [] : [{ ...window, panes: window.panes.slice(0, 1) }],
    };
    const state = reduced(start(), focus('1.2'), { kind: 'workspace/replaced', session: alone });
    expect([state.at, Object.keys(state.hosts)]).toEqual([LOCAL, [LOCAL]]);
    expect(reduced(state, on(EDGE, gap('late')))).toBe(state);
    expect(reduced(state, on(GONE, gap('late')))).toBe(state);
    expectWhole(state);
  });

  it('is the same object when nothing changes', () => {
    const state = start();
    expect(reduced(state, on(EDGE, { kind: 'modal/closed' }))).toBe(state);
  });
});
