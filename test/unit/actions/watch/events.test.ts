// Who is told what: each raising and lowering once, whoever did it, also across a restart of the watch.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  eventsOf,
  firstTold,
  parseTold,
  printTold,
  type Told,
} from '../../../../src/actions/watch/events.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import type { Outcome, ShieldsNow } from '../../../../src/core/shields.ts';

const up = (id: string, auto = false, phase: 'raising' | 'held' = 'held'): ShieldsNow => ({
  kind: 'up',
  state: {
    version: 1,
    id,
    bootId: 'b',
    profile: 'hard',
    auto,
    by: { user: safe('root'), sudoUser: safe('eve'), console: 'c' },
    raisedAt: unixMs(0),
    raisedUptime: 1,
    trialSeconds: 1,
    holdSeconds: 1,
    wall: 'nft',
    measures: [],
  },
  phase,
  leftSeconds: 1,
  holdLeftSeconds: 1,
  wall: 'standing',
});
const down = (id?: string, by: Outcome['by'] = 'operator'): ShieldsNow =>
  id === undefined
    ? { kind: 'down' }
    : { kind: 'down', last: { id, by, at: unixMs(0), items: [], complete: true } };

/** Feeds looks to a watch that is restarted, with its memory on disk, wherever a look is 'restart'. */
function story(looks: readonly (ShieldsNow | 'restart')[], memory?: Told): readonly string[] {
  let told = memory;
  let wasUp: string | undefined;
  return looks.flatMap((now) => {
    if (now === 'restart') {
      told = told === undefined ? undefined : parseTold(printTold(told));
      wasUp = undefined;
      return [];
    }
    const step = eventsOf(told ?? firstTold(now), { now, wasUp, reason: 'because' });
    told = step.told;
    if (now.kind !== 'unknown') wasUp = now.kind === 'up' ? now.state.id : undefined;
    return step.events.map(({ event, id, profile, reason }) => `${event} ${id} ${profile}: ${reason}`);
  });
}
const A = 'aaaaaaaa';
const B = 'bbbbbbbb';

describe('people are told', () => {
  it.each<[string, readonly (ShieldsNow | 'restart')[], readonly string[]]>([
    [
      'of a person',
      [down(), up(A), up(A), down(A), down(A)],
      [`raise ${A} hard: raised by eve`, `lower ${A} hard: lowered by a person`],
    ],
    [
      'of the automatic',
      [up(A, true), down(A, 'auto')],
      [`raise ${A} hard: because`, `lower ${A} hard: because`],
    ],
    [
      'once across restarts',
      [up(A), 'restart', up(A), 'restart', down(A, 'timer'), 'restart', down(A, 'timer')],
      [`raise ${A} hard: raised by eve`, `lower ${A} hard: their time was over`],
    ],
    [
      'of what happened while nobody watched',
      [down(B), 'restart', down(A)],
      [`lower ${A} : lowered by a person`],
    ],
    [
      'when they are gone without a word',
      [up(A), down(), down(), down(A)],
      [`raise ${A} hard: raised by eve`, `lower ${A} hard: nothing says how`],
    ],
    ['not of old stories at the first start', [down(A), down(A)], []],
    [
      'not of what was taken back before it stood',
      [down(B), up(A, true, 'raising'), down(A, 'failed-raise')],
      [],
    ],
    [
      'not of what cannot be read',
      [up(A), { kind: 'unknown', problem: { code: 'unreadable', summary: 'x' } }, up(A)],
      [`raise ${A} hard: raised by eve`],
    ],
    [
      'of the next ones too',
      [up(A), down(A), up(B), down(B)],
      [
        `raise ${A} hard: raised by eve`,
        `lower ${A} hard: lowered by a person`,
        `raise ${B} hard: raised by eve`,
        `lower ${B} hard: lowered by a person`,
      ],
    ],
  ])('%s', (_, looks, wanted) => expect(story(looks)).toEqual(wanted));
});

describe('the memory', () => {
  it('survives writing and reading', () => {
    const told = { raised: A, lowered: B, profile: 'hard' };
    expect(parseTold(printTold(told))).toEqual(told);
    expect(parseTold(printTold({}))).toEqual({});
  });

  it('is none when it is not as we write it; no bytes throw', () => {
    for (const text of ['', '{', '[]', 'null', '{"raised":"../../etc"}', '{"lowered":7}'])
      expect(parseTold(text)).toBeUndefined();
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseTold(text)));
  });
});
