// The shields in the state: one operation at a time, clocks that run between readings and do not jump, whose Enter keeps.

import { describe, expect, it } from 'vitest';
import type { Operator } from '../../../../src/core/act.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import { problem } from '../../../../src/core/problem.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import type { ShieldsNow } from '../../../../src/core/shields.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import { selectKeyModes } from '../../../../src/store/select/shell.ts';
import { operatorName, selectShields, whyNoShields } from '../../../../src/store/select/shields.ts';
import type { ConsoleState } from '../../../../src/store/state.ts';
import { ALICE, BOB, upNow } from '../../../fakes/shields.ts';
import { NOW, reduced, stateOf } from '../rig.ts';

const sampled = (now: ShieldsNow, ms = 0): Msg => ({ kind: 'shields/sampled', now, at: unixMs(NOW + ms) });
const tick = (ms: number): Msg => ({ kind: 'clock/ticked', now: unixMs(NOW + ms) });
const as = (operator: Operator, extra: Partial<ConsoleState> = {}): ConsoleState => ({
  ...stateOf(),
  operator,
  ...extra,
});
const shown = (state: ConsoleState, ...msgs: readonly Msg[]) => selectShields(reduced(state, ...msgs));

describe('what is known', () => {
  it('is nothing until it was read', () => {
    expect(shown(stateOf())).toEqual({ kind: 'unread' });
    expect(shown(stateOf(), sampled({ kind: 'down' }))).toEqual({ kind: 'down' });
    const unknown = { kind: 'unknown', problem: problem('unreadable', 'no\x1b[2J') } as const;
    expect(shown(stateOf(), sampled(unknown))).toEqual({ kind: 'unknown', why: 'no\\x1b[2J' });
  });

  it('says who raised them: you, a name, the watch', () => {
    const by = (state: ConsoleState, now = upNow(NOW)) => {
      const found = shown(state, sampled(now));
      return found.kind === 'up' ? [found.by, found.byFull] : [];
    };
    expect(by(as(ALICE))).toEqual(['you', 'you']);
    expect(by(as(BOB))).toEqual(['alice', 'alice (sudo) from 203.0.113.10']);
    const watched = upNow(NOW);
    expect(by(as(BOB), { ...watched, state: { ...watched.state, auto: true } })[0]).toBe('the watch');
    expect(operatorName({ user: 'ro\x1bot', console: '' }, true)).toBe('ro\\x1bot');
  });

  it('is not replaced by a reading that began before the last operation ended', () => {
    const ended: Msg = { kind: 'shields/ended', at: unixMs(NOW + 100), now: upNow(NOW) };
    expect(shown(stateOf(), ended, sampled({ kind: 'down' }, 50)).kind).toBe('up');
    expect(shown(stateOf(), ended, sampled({ kind: 'down' }, 150)).kind).toBe('down');
  });
});

describe('the clocks', () => {
  const left = (...msgs: readonly Msg[]) => {
    const found = shown(as(ALICE), ...msgs);
    return found.kind === 'up' ? [found.sinceSeconds, found.leftSeconds, found.holdSeconds] : [];
  };

  it('run between two readings, and below zero', () => {
    expect(left(sampled(upNow(NOW)))).toEqual([14, 106, 3586]);
    expect(left(sampled(upNow(NOW)), tick(5000))).toEqual([19, 101, 3581]);
    expect(left(sampled(upNow(NOW)), tick(116_000))).toEqual([130, -10, 3470]);
  });

  it('do not jump with the jitter of readings, but follow a renewal', () => {
    const next = (leftSeconds: number) => sampled(upNow(NOW, { leftSeconds }), 1000);
    expect(left(sampled(upNow(NOW)), tick(1000), next(105.4))[1]).toBe(105);
    expect(left(sampled(upNow(NOW)), tick(1000), next(104.6))[1]).toBe(105);
    expect(left(sampled(upNow(NOW)), tick(1000), next(300))[1]).toBe(300);
  });

  it('say when they are no longer read', () => {
    const stale = (ms: number) => {
      const found = shown(as(ALICE), sampled(upNow(NOW)), tick(ms));
      return found.kind === 'up' ? found.staleSeconds : 'not up';
    };
    expect([stale(9000), stale(12_000)]).toEqual([undefined, 12]);
  });
});

describe('an operation', () => {
  const asked: Msg = { kind: 'shields/asked', wish: { kind: 'raise' } };
  const doing: Msg = { kind: 'shields/progressed', doing: safe('loading the wall') };

  it('is one at a time, with words', () => {
    const state = reduced(stateOf(), asked, doing, { kind: 'shields/asked', wish: { kind: 'lower' } });
    expect(state.shields.operation?.wish).toEqual({ kind: 'raise' });
    const found = selectShields(reduced(state, tick(2000)));
    expect(found).toEqual({ kind: 'raising', seconds: 2, doing: 'loading the wall' });
  });

  it('takes the place of a preview: nobody waits for one to raise', () => {
    const preview: Msg = { kind: 'shields/asked', wish: { kind: 'preview' } };
    expect(reduced(stateOf(), preview, asked).shields.operation?.wish).toEqual({ kind: 'raise' });
  });

  it('ends', () => {
    const ended: Msg = { kind: 'shields/ended', at: NOW, now: { kind: 'down' } };
    expect(shown(stateOf(), asked, ended)).toEqual({ kind: 'down' });
  });
});

describe('the keys of a trial', () => {
  const modes = (state: ConsoleState, ...msgs: readonly Msg[]) =>
    selectKeyModes(reduced(state, sampled(upNow(NOW)), ...msgs));

  it('come before those of the pane for the person who raised', () => {
    expect(modes(as(ALICE))).toEqual(['trial', 'log']);
    expect(modes(as({ ...ALICE, console: 'another of hers' }))).toEqual(['trial', 'log']);
  });

  it('are nobody else’s: a stray Enter keeps no trial that may have locked somebody out', () => {
    expect(modes(as(BOB))).toEqual(['log']);
    expect(modes(as({ ...ALICE, sshPeer: '198.51.100.4', console: 'x' }))).toEqual(['log']);
  });

  it('are off where something is open or pending, when they are kept, and in a read-only console', () => {
    expect(modes(as(ALICE), { kind: 'modal/help-opened' })).toEqual(['help']);
    expect(modes(as(ALICE), { kind: 'modal/prompt-opened', purpose: 'command' })).toEqual(['prompt']);
    expect(modes(as(ALICE), { kind: 'modal/prefix-pending', on: true })).toEqual(['prefix']);
    expect(modes(as(ALICE), { kind: 'layout/numbers-shown', on: true })).toEqual(['numbers']);
    expect(modes(as(ALICE), sampled(upNow(NOW, { phase: 'held' })))).toEqual(['log']);
    expect(modes(as(ALICE, { readOnly: true }))).toEqual(['log']);
    expect(modes(as(ALICE, { privileged: false }))).toEqual(['log']);
  });
});

it('says why they cannot be changed from here', () => {
  expect(whyNoShields(stateOf())).toBeUndefined();
  expect(whyNoShields({ ...stateOf(), readOnly: true })).toContain('read-only');
  expect(whyNoShields({ ...stateOf(), privileged: false })).toContain('sudo');
});
