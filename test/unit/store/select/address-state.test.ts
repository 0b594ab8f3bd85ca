import { describe, expect, it } from 'vitest';
import type { SafeSet } from '../../../../src/core/act.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import type { Enforcement } from '../../../../src/core/rows.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { selectAddressState } from '../../../../src/store/select/address-state.ts';
import type { ConsoleState } from '../../../../src/store/state.ts';
import { membersOf, NOW, net, reduced, sampleOf, setOf, stateOf, textBatch } from '../rig.ts';

const rule = sanitise('INPUT DROP');
const later = unixMs(NOW + 60_000);

function banned(enforcement: Enforcement, base: ConsoleState = stateOf()): ConsoleState {
  const set = setOf('f2b', { holdsNets: true, enforcement });
  const six = setOf('f2b6', { family: 6, holdsNets: true, enforcement });
  return reduced(
    base,
    sampleOf(
      [set, six],
      [
        membersOf(set, [
          { net: net('198.51.100.0/24'), expires: later },
          { net: net('203.0.113.9'), expires: NOW },
          { net: net('203.0.113.10'), expires: Number.NaN },
        ]),
        membersOf(six, [{ net: net('2001:db8:9::/64'), expires: Number.POSITIVE_INFINITY }]),
      ],
    ),
  );
}

const DROPPED: Enforcement = { kind: 'dropped', rule, afterEstablished: false };
const kindOf = (state: ConsoleState, text: string) => selectAddressState(state, net(text)).kind;
const safeSet: SafeSet = {
  at: NOW,
  entries: [{ net: net('198.51.100.5'), why: sanitise('your ssh session') }],
  operatorFound: true,
  gaps: [],
};

describe('the state of an address', () => {
  it('is banned when a set that a rule drops holds it, itself or in a network', () => {
    const state = banned(DROPPED);
    expect(selectAddressState(state, net('198.51.100.7'))).toMatchObject({
      kind: 'banned',
      set: 'ipset:f2b',
      expires: later,
      proved: true,
    });
    expect(kindOf(state, '2001:db8:9::1')).toBe('banned');
    expect(kindOf(state, '203.0.113.10')).toBe('banned');
    expect(kindOf(state, '198.51.101.7')).toBe('new');
  });

  it('is not banned by an element whose time is over', () => {
    expect(kindOf(banned(DROPPED), '203.0.113.9')).toBe('new');
  });

  it('is not banned by a set that no rule drops, and not proved by one whose rules are unknown', () => {
    expect(kindOf(banned({ kind: 'unused' }), '198.51.100.7')).toBe('new');
    expect(kindOf(banned({ kind: 'not-dropped', rule }), '198.51.100.7')).toBe('new');
    expect(selectAddressState(banned({ kind: 'unknown', why: rule }), net('198.51.100.7'))).toMatchObject({
      kind: 'banned',
      proved: false,
    });
  });

  it('is safe with the reason, but banned when both are true', () => {
    const safe = reduced(stateOf(), { kind: 'safe-set/computed', safeSet });
    expect(selectAddressState(safe, net('198.51.100.5'))).toEqual({ kind: 'safe', why: 'your ssh session' });
    expect(kindOf(banned(DROPPED, safe), '198.51.100.5')).toBe('banned');
    expect(kindOf(safe, '198.51.100.6')).toBe('new');
  });

  it('is seen when it stands in more than one kept line', () => {
    const lines = ['192.0.2.1 a', '192.0.2.1 192.0.2.1 b', '192.0.2.2 c'];
    const state = reduced(stateOf(), textBatch(lines));
    expect(selectAddressState(state, net('192.0.2.1'))).toEqual({ kind: 'seen', count: 2 });
    expect(kindOf(state, '192.0.2.2')).toBe('new');
  });
});
