// A row per host: what needs somebody first, and a dash for all that is not known now.

import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { hostView, hostViews } from '../../../../src/store/fleet/host-view.ts';
import { hostsTaken } from '../../../../src/store/fleet/hosts-pane.ts';
import { hostsWanted, hostWords, scopesOf } from '../../../../src/store/fleet/wanted.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import { selectElsewhere } from '../../../../src/store/select/elsewhere.ts';
import { type ConsoleState, initialState } from '../../../../src/store/state.ts';
import {
  banned,
  busy,
  DOWN,
  FLEET,
  fleetSession,
  hostId,
  live,
  NEEDS_YOU,
  on,
  SHIELDS_DOWN,
  shieldsUp,
  UP,
} from '../fleet-rig.ts';
import { key, NOW, reduced, setOf } from '../rig.ts';

const NAMES = ['rolly', 'edge', 'mail'];
function start(...msgs: readonly Msg[]): ConsoleState {
  const session = fleetSession(NAMES, { kind: 'hosts', hosts: [] }, { web: ['rolly', 'edge'], none: [] });
  const size = { columns: 120, rows: 40 };
  return reduced(initialState({ session, now: NOW, size, readOnly: false, privileged: true }), ...msgs);
}
const view = (state: ConsoleState, name: string) => hostView(state, hostId(name));

describe('a row of the hosts pane', () => {
  it('knows nothing before anything was told', () => {
    const { perCore, numbers, banned: count, shields, line, worst } = view(start(), 'rolly');
    expect([perCore, numbers, count, shields.kind]).toEqual([undefined, {}, undefined, 'unread']);
    expect([line.text, worst?.text]).toEqual(['not tried yet', 'not known yet']);
  });

  it('has the numbers of now', () => {
    const state = start(
      ...on('rolly', UP, ...busy(0.5, 0.2), ...banned('f', { '192.0.2.1': 60, '192.0.2.2': 60 })),
    );
    expect(view(state, 'rolly')).toMatchObject({
      perCore: 0.5,
      banned: 2,
      rank: 9,
      numbers: { conntrack: 0.2 },
    });
  });

  it('forgets numbers behind a line that is down, and those that are old', () => {
    const told = on('rolly', UP, ...busy(0.5, 0.2), ...banned('f', { '192.0.2.1': 60 }));
    const down = view(start(...told, ...on('rolly', DOWN)), 'rolly');
    expect([down.perCore, down.banned, down.numbers, down.rank]).toEqual([undefined, undefined, {}, 1]);
    expect(down.line.text).toBe('down 1:12, retry 0:09');
    const old = view(start(...told, ...on('rolly', live('bans', 60_000))), 'rolly');
    expect([old.banned, old.worst?.text]).toEqual([undefined, 'bans as of 60 s ago']);
  });

  it('counts no ban where a firewall could not be read, nor one that no rule stops', () => {
    const gap = { ...banned('f', { '192.0.2.1': 60 })[1], gaps: [sanitise('nft could not be asked')] };
    const told = start(...on('edge', UP, live('bans'), gap as never));
    expect(view(told, 'edge').banned).toBeUndefined();
    const idle = banned('f', { '192.0.2.1': 60 }, { enforcement: { kind: 'unused' } });
    expect(view(start(...on('edge', UP, ...idle)), 'edge').banned).toBe(0);
    const unsure = { enforcement: { kind: 'unknown', why: sanitise('not root') } } as const;
    expect(
      view(start(...on('edge', UP, ...banned('f', { '192.0.2.1': 60 }, unsure))), 'edge').banned,
    ).toBeUndefined();
    expect(setOf('f').enforcement.kind).toBe('dropped');
  });

  it('stands before those that need less, and stays in the order of the session among its like', () => {
    const state = start(...on('mail', NEEDS_YOU), ...on('rolly', UP), ...on('edge', DOWN));
    const order = hostViews(state, hostsWanted(state.session, [])).map(({ id }) => id);
    expect(order).toEqual(['mail', 'edge', 'local', 'rolly']);
  });
});

describe('which hosts are meant', () => {
  it('are those of the names and groups, in the order of the session', () => {
    const { session } = start();
    expect(hostsWanted(session, [])).toEqual(['local', 'rolly', 'edge', 'mail']);
    expect(hostsWanted(session, ['web', 'local', 'rolly'])).toEqual(['local', 'rolly', 'edge']);
    expect(hostsWanted(session, ['gone'])).toEqual([]);
    expect(scopesOf(session).map(({ label }) => label)).toEqual(['web (2)', 'all (4)']);
    expect(scopesOf({ ...session, windows: [], hosts: [] })).toEqual([]);
    expect(hostWords(hostsWanted(session, []))).toBe('local, rolly and 2 more');
  });

  it('are the marked ones, else the one under the cursor', () => {
    const state = start(...on('mail', DOWN));
    const taken = (of: ConsoleState) => {
      const pane = of.fleet.hosts.get(FLEET);
      return pane === undefined ? [] : hostsTaken(of, pane);
    };
    expect(taken(state)).toEqual(['mail']);
    expect(taken(reduced(state, key(FLEET, 'mark'), key(FLEET, 'mark')))).toHaveLength(2);
    expect(taken(reduced(state, key(FLEET, 'mark-all'), key(FLEET, 'cancel')))).toHaveLength(1);
  });

  it('keeps the cursor on its host when the order changes', () => {
    const state = reduced(start(), key(FLEET, 'line-down'), ...on('mail', DOWN));
    const pane = state.fleet.hosts.get(FLEET);
    expect(pane === undefined ? [] : hostsTaken(state, pane)).toEqual(['edge']);
  });
});

describe('the top row', () => {
  it('says nothing while all is quiet, nor with one host', () => {
    expect(selectElsewhere(start(...on('rolly', UP, SHIELDS_DOWN)))).toEqual({});
    const { session } = start();
    const [first] = session.windows;
    const alone = { ...session, hosts: [], windows: first === undefined ? [] : [first] };
    const size = { columns: 80, rows: 24 };
    const one = initialState({ session: alone, now: NOW, size, readOnly: false, privileged: true });
    expect(selectElsewhere(reduced(one, shieldsUp(9)))).toEqual({});
  });

  it('tells of shields on other hosts, the clock that ends first before the others', () => {
    const state = start(...on('rolly', UP, shieldsUp(900, 'held')), ...on('edge', UP, shieldsUp(61)));
    expect(selectElsewhere(state).shields).toMatchObject({
      long: 'shields up: 2 hosts, edge trial 1:01',
      role: 'alarm',
    });
    const later = reduced(state, { kind: 'clock/ticked', now: unixMs(NOW + 5000) });
    expect(selectElsewhere(later).shields?.short).toBe('2 up, trial 0:56');
    const there = reduced(state, { kind: 'layout/window-selected', window: 1 });
    expect([there.at, selectElsewhere(there).shields?.long]).toEqual([
      'rolly',
      'shields up: edge, trial 1:01',
    ]);
  });

  it('counts lines that are down, and those that wait for somebody', () => {
    expect(selectElsewhere(start(...on('edge', DOWN))).lines?.long).toBe('edge down');
    const more = selectElsewhere(start(...on('edge', DOWN), ...on('rolly', DOWN), ...on('mail', NEEDS_YOU)));
    expect([more.lines?.long, more.lines?.short]).toEqual([
      'mail needs you, 2 hosts down',
      '1 needs you, 2 down',
    ]);
  });
});
