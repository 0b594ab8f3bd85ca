// The uplinks pane: its rows in order, the cursor through its sections, one row in full, what keys take, and when silence is said.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHost } from '../../../../src/core/address.ts';
import type { IntentId } from '../../../../src/core/intent.ts';
import type { PaneId } from '../../../../src/core/pane.ts';
import type { ReachRow } from '../../../../src/core/uplinks.ts';
import { selectFollowTarget } from '../../../../src/store/follow/target.ts';
import { selectThing } from '../../../../src/store/select/target-services.ts';
import { tunnelThing } from '../../../../src/store/select/target-uplinks.ts';
import { reachFindings, uplinkRows, uplinkTrouble } from '../../../../src/store/select/uplinks.ts';
import { uplinksShown, uplinkUnderCursor } from '../../../../src/store/slices/uplinks.ts';
import { type ConsoleState, initialState } from '../../../../src/store/state.ts';
import { SESSION } from '../../../frames/shell-parts.ts';
import { UPLINKS_BODY, UPLINKS_BROKEN } from '../../../frames/uplink-states.ts';
import { key, NOW, reduced } from '../rig.ts';

const UP = 'up' as PaneId;
const spec = { id: UP, body: UPLINKS_BODY } as const;
const session = {
  ...SESSION,
  windows: [{ name: 'w', layout: { kind: 'named', name: 'tiled' } as const, panes: [spec] }],
};
const empty = initialState({
  ...{ session, now: NOW, size: { columns: 120, rows: 40 } },
  ...{ readOnly: false, privileged: true },
});
const broken = reduced(empty, ...UPLINKS_BROKEN);
const press = (state: ConsoleState, ...ids: readonly IntentId[]): ConsoleState =>
  ids.reduce((before, id) => reduced(before, key(UP, id)), state);
const paneOf = (state: ConsoleState) => {
  const pane = state.uplinks.panes.get(UP);
  if (pane === undefined) throw new Error('the pane is there');
  return pane;
};
const under = (state: ConsoleState): string | undefined => uplinkUnderCursor(state, paneOf(state))?.key;
const downs = (count: number): readonly IntentId[] => Array.from({ length: count }, () => 'line-down');

describe('the uplinks pane', () => {
  it('goes through all sections, never onto a head, and shows the head of the first', () => {
    const kinds = uplinkRows(broken).map(({ kind }) => kind);
    expect([...new Set(kinds)]).toEqual(['address', 'reach', 'tunnel', 'peer', 'table']);
    for (let at = 0; at < kinds.length; at++) {
      const state = press(broken, ...downs(at));
      expect(under(state)).toBe(uplinkRows(broken)[at]?.key);
      const { items, cursor } = uplinksShown(state, paneOf(state), 12);
      expect(items[cursor]).toMatchObject({ kind: 'row', index: at });
    }
    expect(uplinksShown(broken, paneOf(broken), 12).items[0]).toEqual({ kind: 'head', of: 'address' });
    expect(uplinkTrouble(broken)).toEqual({ harms: 3, warnings: 5 });
  });

  it('keeps the cursor on its row when rows come and go', () => {
    const on = press(broken, ...downs(10));
    expect(under(on)).toBe('tunnel name db');
    const fewer = { ...(on.uplinks.reach ?? { at: NOW }), rows: [] };
    expect(under(reduced(on, { kind: 'uplinks/pinged', reach: fewer }))).toBe('tunnel name db');
  });

  it('follows the address under the cursor; in full, that of the line', () => {
    expect(selectFollowTarget(broken, spec)?.text).toBe('192.0.2.10');
    const open = press(broken, ...downs(2), 'open');
    expect(selectFollowTarget(open, spec)?.text).toBe('198.51.100.21');
    expect(under(press(open, 'cancel'))).toBe('address eth1 198.51.100.21');
  });

  it('stops and restarts what the file declares, and nothing else', () => {
    expect(selectThing(broken, spec)).toBe('no tunnel is under the cursor');
    const declared = selectThing(press(broken, ...downs(10)), spec);
    expect(declared).toEqual({
      what: 'tunnel',
      name: 'db',
      by: {
        kind: 'argv',
        status: ['bash', '-c', expect.stringContaining('/dev/tcp/$0/$1'), '127.0.0.1', '5432'],
        restart: ['db-tunnel', 'restart'],
        stop: ['db-tunnel', 'stop'],
      },
    });
    expect(selectThing(press(broken, ...downs(11)), spec)).toMatch(/^mail is not declared/);
    expect(tunnelThing({ name: 'x', listen: '$(id):80' }).by).toEqual({ kind: 'argv' });
    expect(tunnelThing({ name: 'x', listen: '[::]:80' }).by).toMatchObject({
      status: expect.arrayContaining(['::1', '80']),
    });
  });

  it('says that a gateway is silent only when it answered before, and not at the first loss', () => {
    const net = (text: string) => {
      const parsed = parseHost(text);
      if (!parsed.ok) throw new Error(text);
      return parsed.value;
    };
    const row: ReachRow = {
      ...{ from: net('192.0.2.10'), dev: 'eth0', to: net('192.0.2.1'), what: 'gateway' },
      ...{ lastMs: [null, null, 1], everAnswered: true, downSince: NOW },
    };
    const levels = (one: ReachRow) =>
      reachFindings(one, NOW + 90_000).map(({ level, says }) => `${level}: ${says}`);
    expect(levels(row)).toEqual([]);
    const lost = { ...row, lastMs: [null, null, null, 1] };
    expect(levels(lost)).toEqual(['harm: the gateway 192.0.2.1 does not answer 192.0.2.10 for 90 s']);
    expect(levels({ ...lost, lastMs: [null, null, null], everAnswered: false })[0]).toMatch(
      /^note: .* since this pane looks$/,
    );
  });

  it('never throws, whatever is pressed and read', () => {
    const ids: readonly IntentId[] = [
      'line-down',
      'line-up',
      'open',
      'cancel',
      'page-down',
      'bottom',
      'top',
      'half-up',
    ];
    const bare = { at: NOW, addresses: [], tables: [], tunnels: [], peers: [], findings: [], gaps: [] };
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.constantFrom(...ids), fc.constant('less' as const), fc.constant('more' as const)),
        ),
        (steps) => {
          let state: ConsoleState = broken;
          for (const step of steps) {
            if (step === 'less') state = reduced(state, { kind: 'uplinks/sampled', sample: bare });
            else if (step === 'more') state = reduced(state, ...UPLINKS_BROKEN);
            else state = press(state, step);
            uplinksShown(state, paneOf(state), 9);
            selectFollowTarget(state, spec);
          }
        },
      ),
    );
  });
});
