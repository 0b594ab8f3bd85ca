// Reducers and selectors of conntrack, traffic and host: rates, history, cursors, forecasts, targets, the strip.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { InterfaceCounters } from '../../../../src/core/rows.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import { HISTORY_MAX, perSecond } from '../../../../src/store/ring.ts';
import {
  growthPerMs,
  presetNow,
  selectFullInMs,
  selectOwnFlood,
} from '../../../../src/store/select/conntrack.ts';
import { conntrackRoom } from '../../../../src/store/select/conntrack-room.ts';
import { selectStrip } from '../../../../src/store/select/strip.ts';
import { selectConntrackTarget } from '../../../../src/store/select/target-conntrack.ts';
import { selectTrafficTarget } from '../../../../src/store/select/target-traffic.ts';
import { selectInterfaces } from '../../../../src/store/select/traffic.ts';
import { trafficRoom } from '../../../../src/store/select/traffic-room.ts';
import type { ConsoleState } from '../../../../src/store/state.ts';
import {
  attacked,
  blank,
  CONNTRACK,
  HOST,
  hostSamples,
  key,
  live,
  NOW,
  report,
  samples,
  source,
  TRAFFIC,
  timeouts,
  told,
  trafficSamples,
} from '../../../frames/panes/machine-states.ts';

const target = (state: ConsoleState) =>
  selectConntrackTarget(state, CONNTRACK.id)?.nets.map((net) => net.text);

describe('conntrack', () => {
  test('rates are unknown at first, then per second, unknown again after a reset', () => {
    const at = (drop: number, second: number): Msg => ({
      kind: 'conntrack/sampled',
      sample: { at: unixMs(NOW + second * 1000), count: 1, drop },
    });
    const first = told(blank(), at(100, 0));
    expect(first.conntrack.rates.drop).toBeUndefined();
    const second = told(first, at(160, 2));
    expect(second.conntrack.rates).toEqual({ drop: 30, insertFailed: undefined, earlyDrop: undefined });
    expect(told(second, at(3, 3)).conntrack.rates.drop).toBeUndefined();
  });

  test('history is bounded and keeps the newest', () => {
    const { history } = told(blank(), ...samples(HISTORY_MAX + 50, (count) => ({ count }))).conntrack;
    expect(history).toHaveLength(HISTORY_MAX);
    expect(history.at(-1)?.count).toBe(HISTORY_MAX + 49);
  });

  test('time to full: only while it grows', () => {
    const full = (count: (second: number) => number): number | undefined =>
      selectFullInMs(
        told(blank(), ...samples(60, (second) => ({ count: count(second), max: 10_000 }))).conntrack,
      );
    expect(full((second) => 1000 + second * 100)).toBeCloseTo(31_000, -2);
    expect(full((second) => 5000 + (second % 2) * 100)).toBeUndefined();
    expect(full((second) => 9000 - second * 10)).toBeUndefined();
    expect(full(() => 5000)).toBeUndefined();
    expect(full(() => 10_000)).toBe(0);
    // A table that is nearly empty is no worry, unless it fills within the hour.
    expect(full((second) => 100 + second)).toBeUndefined();
    expect(full((second) => second * 5)).toBeCloseTo(1_941_000, -4);
    // One flow a minute more: full in months, which says nothing about tonight.
    expect(full((second) => 5000 + Math.floor(second / 59))).toBeUndefined();
  });

  test('no forecast without a maximum, from three samples, or across unknown ones alone', () => {
    const state = (seconds: number, sample: (second: number) => { count?: number; max?: number }) =>
      selectFullInMs(told(blank(), ...samples(seconds, sample)).conntrack);
    expect(state(30, (second) => ({ count: second * 10 }))).toBeUndefined();
    expect(state(3, (second) => ({ count: second * 10, max: 100 }))).toBeUndefined();
    expect(state(30, () => ({ max: 100 }))).toBeUndefined();
  });

  test('the fit is the slope of a straight line, whatever its start', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 1e4 }), (start, slope) => {
        const history = Array.from({ length: 30 }, (_, second) => ({
          at: unixMs(NOW + second * 1000),
          count: start + slope * second,
        }));
        expect(growthPerMs(history)).toBeCloseTo(slope / 1000, 6);
      }),
    );
  });

  test('the cursor stays on its row when the report is counted anew', () => {
    const on = told(attacked(), ...key(CONNTRACK, 'line-down'));
    expect(target(on)).toEqual(['198.51.100.9']);
    const again = told(
      on,
      report([source('2001:db8::7', { UDP: 9 }), ...(on.conntrack.flows?.sources ?? [])]),
    );
    expect(target(again)).toEqual(['198.51.100.9']);
    // The row is gone: the cursor keeps its place, and the dialog shows what it is on.
    expect(target(told(again, report([source('192.0.2.1', { UDP: 1 })])))).toEqual(['192.0.2.1']);
    expect(target(told(again, report([])))).toBeUndefined();
  });

  test('marks are the target until they are cleared', () => {
    const marked = told(attacked(), ...key(CONNTRACK, 'mark', 'mark', 'top', 'mark'));
    expect(target(marked)).toEqual(['198.51.100.9']);
    expect(target(told(marked, ...key(CONNTRACK, 'mark-clear')))).toEqual(['198.51.100.9']);
    expect(target(told(marked, ...key(CONNTRACK, 'mark')))).toEqual(['2001:db8:9::51']);
  });

  test('networks and timeouts as targets', () => {
    expect(target(told(attacked(), ...key(CONNTRACK, 'group-networks')))).toEqual(['192.0.2.0/24']);
    const view = told(attacked(), timeouts('default'), ...key(CONNTRACK, 'timeouts', 'line-down'));
    expect(selectConntrackTarget(view, CONNTRACK.id)).toMatchObject({
      nets: [],
      timeout: 'nf_conntrack_tcp_timeout_syn_recv',
    });
    expect(target(told(view, ...key(CONNTRACK, 'cancel')))).toEqual(['192.0.2.140']);
  });

  test('moving stops at the ends, and keys of other panes do nothing', () => {
    const state = attacked();
    expect(target(told(state, ...key(CONNTRACK, 'line-up')))).toEqual(['192.0.2.140']);
    expect(target(told(state, ...key(CONNTRACK, 'bottom', 'page-down')))).toEqual(['192.0.2.7']);
    expect(told(state, ...key(HOST, 'line-down', 'mark')).conntrack).toBe(state.conntrack);
    expect(told(state, ...key(CONNTRACK, 'search')).conntrack).toBe(state.conntrack);
  });

  test('which preset is in force', () => {
    const rows = (values: 'default' | 'siege' | 'mixed') =>
      told(blank(), timeouts(values)).conntrack.timeouts;
    expect(presetNow(rows('default'))).toBe('default');
    expect(presetNow(rows('siege'))).toBe('siege');
    expect(presetNow(rows('mixed'))).toBeUndefined();
    expect(presetNow(rows('default').map(({ current: _, ...row }) => row))).toBeUndefined();
  });

  test('our own flood is one of ours, large, and a large share', () => {
    const flood = (flows: number, ours: boolean, others: number) =>
      selectOwnFlood(
        told(
          blank(),
          report([source('10.0.0.2', { SYN_SENT: flows }, { ours }), source('192.0.2.1', { UDP: others })]),
        ).conntrack,
      )?.net.text;
    expect(flood(5000, true, 5000)).toBe('10.0.0.2');
    expect(flood(5000, false, 5000)).toBeUndefined();
    expect(flood(5000, true, 50_000)).toBeUndefined();
    expect(flood(900, true, 0)).toBeUndefined();
  });
});

const NONE = { rxErrors: 0, rxDropped: 0, txErrors: 0, txDropped: 0 };
const eth = (name: string, bytes: number): InterfaceCounters => ({
  name,
  rxBytes: bytes,
  rxPackets: bytes,
  txBytes: bytes,
  txPackets: bytes,
  ...NONE,
});
const sampled = (second: number, ...interfaces: readonly InterfaceCounters[]): Msg => ({
  kind: 'traffic/sampled',
  sample: { at: unixMs(NOW + second * 1000), interfaces },
});

describe('traffic', () => {
  test('rates: unknown, known, unknown after a reset or a new interface, never negative', () => {
    const bits = (...messages: readonly Msg[]) =>
      told(blank(), ...messages).traffic.rates.map((rate) => rate.rxBits);
    const first = sampled(0, eth('eth0', 1000));
    expect(bits(first)).toEqual([undefined]);
    expect(bits(first, sampled(2, eth('eth0', 3000)))).toEqual([8000]);
    expect(bits(first, sampled(2, eth('eth0', 10)))).toEqual([undefined]);
    expect(bits(first, sampled(2, eth('eth0', 3000), eth('wg0', 5)))).toEqual([8000, undefined]);
    expect(bits(first, sampled(-5, eth('eth0', 3000)))).toEqual([undefined]);
  });

  test('no sequence of counters gives a negative or infinite rate', () => {
    const value = fc.nat({ max: 2 ** 40 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -3, max: 9 }), value, value), { maxLength: 12 }),
        (steps) => {
          const messages = steps.map(([second, rx, tx]) =>
            sampled(second, { ...eth('eth0', rx), txBytes: tx, rxDropped: tx, txErrors: rx }),
          );
          const { rates, history } = told(blank(), ...messages).traffic;
          for (const rate of rates)
            for (const number of [rate.rxBits, rate.txBits, rate.rxPackets, rate.drops, rate.errors])
              expect(number === undefined || (number >= 0 && Number.isFinite(number))).toBe(true);
          for (const point of history)
            for (const { rx, tx } of point.rates.values()) expect(Math.min(rx, tx)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  test('shown: busiest first, no loopback, no idle ones; all idle: all but loopback; named: as named', () => {
    const { traffic } = told(blank(), ...trafficSamples(10));
    const names = (wanted: readonly string[]) => selectInterfaces(traffic, wanted).map((rate) => rate.name);
    expect(names([])).toEqual(['eth0', 'eth1']);
    expect(names(['lo', 'wg0', 'gone'])).toEqual(['lo', 'wg0']);
    const idle = told(blank(), sampled(0, eth('lo', 1), eth('a', 1)), sampled(1, eth('lo', 9), eth('a', 1)));
    expect(selectInterfaces(idle.traffic, []).map((rate) => rate.name)).toEqual(['a']);
    const never = told(
      blank(),
      sampled(0, eth('ifb0', 0), eth('a', 1)),
      sampled(1, eth('ifb0', 0), eth('a', 1)),
    );
    expect(selectInterfaces(never.traffic, []).map((rate) => rate.name)).toEqual(['a']);
    const unused = told(blank(), sampled(0, eth('ifb0', 0)));
    expect(selectInterfaces(unused.traffic, []).map((rate) => rate.name)).toEqual(['ifb0']);
  });

  test('a point keeps at most the busiest 32 interfaces', () => {
    const many = (second: number) =>
      sampled(second, ...Array.from({ length: 500 }, (_, index) => eth(`veth${index}`, second * index)));
    const { history } = told(blank(), many(1), many(2)).traffic;
    expect(history.at(-1)?.rates.size).toBe(32);
    expect(history.at(-1)?.rates.has('veth499')).toBe(true);
    expect(history[0]?.unknown.length).toBeLessThanOrEqual(32);
  });

  test('the talker under the cursor is the target', () => {
    const talkers = [
      source('192.0.2.1', { UDP: 1 }, { bytes: 9 }),
      source('192.0.2.2', { UDP: 1 }, { bytes: 3 }),
    ];
    const state = told(blank(), report([], { talkers }));
    const nets = (now: ConsoleState) => selectTrafficTarget(now, TRAFFIC.id)?.nets.map((net) => net.text);
    expect(nets(state)).toEqual(['192.0.2.1']);
    expect(nets(told(state, ...key(TRAFFIC, 'line-down')))).toEqual(['192.0.2.2']);
    expect(nets(told(state, ...key(TRAFFIC, 'mark', 'mark')))).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(nets(blank())).toBeUndefined();
  });
});

describe('host', () => {
  test('busy is unknown at the first sample, then between 0 and 1', () => {
    expect(told(blank(), ...hostSamples(1)).host.busy).toBeUndefined();
    const { busy, cores } = told(blank(), ...hostSamples(10)).host;
    expect(cores).toEqual([0.17, 0.2]);
    expect(busy).toBeCloseTo(0.185);
  });

  test('a core that was added makes the shares unknown for one sample', () => {
    const [first, second] = hostSamples(2);
    if (first?.kind !== 'host/sampled' || second?.kind !== 'host/sampled') throw new Error('two samples');
    const more = { ...second.sample, cpu: [...(second.sample.cpu ?? []), { busy: 0, total: 1 }] };
    expect(told(blank(), first, { kind: 'host/sampled', sample: more }).host.busy).toBeUndefined();
  });
});

describe('strip', () => {
  const all = (): ConsoleState =>
    told(attacked(), ...trafficSamples(5), ...hostSamples(5), live('traffic'), live('host'));

  test('the numbers that decide', () => {
    expect(selectStrip(all())).toMatchObject({
      cores: 2,
      load: expect.closeTo(0.6),
      conntrack: expect.closeTo(0.709, 2),
      fullInMs: expect.any(Number),
      down: expect.any(Number),
      up: 3_100_000,
    });
  });

  test('unknown and stale are absent, never zero', () => {
    expect(selectStrip(blank())).toEqual({});
    expect(selectStrip({ ...all(), now: unixMs(NOW + 60_000) })).toEqual({});
  });
});

describe('arithmetic', () => {
  test('per second', () => {
    expect(perSecond(10, 30, 2000)).toBe(10);
    expect(perSecond(30, 10, 2000)).toBeUndefined();
    expect(perSecond(undefined, 10, 2000)).toBeUndefined();
    expect(perSecond(10, 30, 0)).toBeUndefined();
  });

  test('a pane never gives out more rows than it has', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.nat({ max: 40 }), (rows, wanted) => {
        const one = conntrackRoom(rows);
        expect(1 + one.chart + one.rates + one.states + one.head + one.table).toBeLessThanOrEqual(
          Math.max(1, rows),
        );
        const two = trafficRoom(rows, wanted);
        expect(two.interfaces + two.chart + two.head + two.table).toBeLessThanOrEqual(Math.max(1, rows));
        for (const part of [...Object.values(one), ...Object.values(two)])
          expect(part).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
