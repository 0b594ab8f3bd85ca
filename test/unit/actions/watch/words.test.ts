// What the watch says: what changed, once; and each hour that it lives.

import { expect, it } from 'vitest';
import type { WatchSample } from '../../../../src/actions/watch/signals.ts';
import { INITIAL_TRIGGER, step, type TriggerState } from '../../../../src/actions/watch/trigger.ts';
import { createTeller } from '../../../../src/actions/watch/words.ts';
import type { ShieldsNow } from '../../../../src/core/shields.ts';
import { DEFAULT_SHIELDS } from '../../../../src/core/shields-defaults.ts';

const SETTINGS = { ...DEFAULT_SHIELDS.watch, raiseAfter: 3 };
const DOWN: ShieldsNow = { kind: 'down' };
const CALM: Omit<WatchSample, 'uptime'> = {
  load: 0.1,
  conntrack: 'absent',
  synRecv: undefined,
  listenDrops: 5,
  opened: 0,
  log: 'absent',
};

/** A day in samples: what was said after each of them. */
function day(samples: readonly Partial<WatchSample>[], by?: 'person'): readonly string[] {
  const said: string[] = [];
  const teller = createTeller((line) => void said.push(line));
  let state: TriggerState = INITIAL_TRIGGER;
  for (const [index, sample] of samples.entries()) {
    const uptime = 1000 + index * 5;
    const last = by === undefined ? {} : { last: { id: 'aaaaaaaa', by, ageSeconds: 10 + index * 5 } };
    const moment = { sample: { ...CALM, uptime, ...sample }, facts: { kind: 'down', ...last } } as const;
    const stepped = step(state, moment, SETTINGS);
    state = stepped.state;
    teller.shields(DOWN);
    teller.signals(stepped, { now: DOWN, settings: SETTINGS, uptime });
  }
  return said;
}
const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);
const ATTACK = { load: 9, synRecv: 500 };

it('says nothing on a calm day but that it lives, once an hour', () => {
  expect(day(times(719, {}))).toEqual([]);
  expect(day(times(2 * 720 + 2, {}))).toEqual(
    times(2, 'watching: load per core 0.1, SYN_RECV unknown, listen drops/s 0; shields are down'),
  );
});

it('says what is over the thresholds from the second sample on, and when it is over', () => {
  const looks = [...times(3, {}), ...times(2, ATTACK), ...times(50, {}), ATTACK, {}];
  expect(day(looks)).toEqual([
    'over the thresholds: load per core, SYN_RECV',
    'nothing calls for the shields',
  ]);
});

it('says once that a person forbids raising', () => {
  expect(day(times(200, ATTACK), 'person').filter((line) => line.includes('a person'))).toEqual([
    'this looks like an attack, but a person lowered them: no raising for 29m',
  ]);
});

it('says once what cannot be read', () => {
  expect(day(times(50, { listenDrops: undefined }))).toEqual(['listen drops/s cannot be read']);
});
