// A daemon that is late: nobody waits for it, what it said last stays with its age, and it is asked at its own pace.

import { expect, test } from 'vitest';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok, type Result } from '../../../../src/core/result.ts';
import type { Backend, SetsReading } from '../../../../src/firewall/backend.ts';
import { fail2banBackend } from '../../../../src/firewall/fail2ban/backend.ts';
import { pfBackend } from '../../../../src/firewall/pf/backend.ts';
import { createDaemons } from '../../../../src/sources/bans/daemons.ts';
import { ipset } from '../../firewall/build.ts';

function rig(backend: Backend = fail2banBackend) {
  const daemons = createDaemons();
  const state = { now: 0, asked: 0, answer: (): Promise<Result<SetsReading>> => Promise.resolve(GOOD) };
  const look = (asked = false) =>
    daemons.read(backend, {
      now: () => state.now,
      asked,
      read: () => {
        state.asked += 1;
        return state.answer();
      },
    });
  return { state, look };
}

const GOOD = ok<SetsReading>({ sets: [ipset()], gaps: [] });
const TIMED_OUT = fail(problem('timed-out', 'fail2ban-client gave no answer within 5 s'));

test('is asked at its own pace, and at once by somebody who asks', async () => {
  const { state, look } = rig();
  expect(await look()).toMatchObject({ answered: true, gaps: [], sets: [{ backend: 'ipset' }] });
  state.now = 2000;
  await look();
  expect(state.asked).toBe(1);
  await look(true);
  expect(state.asked).toBe(2);
  state.now = 7000;
  await look();
  expect(state.asked).toBe(3);
});

test('that hangs is not waited for; its lists stay, with their age', async () => {
  const { state, look } = rig();
  await look();
  let answer: (reading: Result<SetsReading>) => void = () => undefined;
  state.answer = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  state.now = 6000;
  await look();
  state.now = 9000;
  const late = await look();
  expect(late.sets).toHaveLength(1);
  expect(late.gaps).toEqual(['fail2ban: no answer for 3s; its lists are shown as they were 9s ago']);
  // Not asked again while it is being asked.
  expect(state.asked).toBe(2);
  answer(TIMED_OUT);
  state.answer = () => Promise.resolve(TIMED_OUT);
  state.now = 12_000;
  expect((await look()).gaps).toEqual([
    'fail2ban: fail2ban-client gave no answer within 5 s; its lists are shown as they were 12s ago',
  ]);
  state.answer = () => Promise.resolve(GOOD);
  state.now = 18_000;
  expect(await look()).toMatchObject({ gaps: [], answered: true });
});

test('that is gone has no lists, and one that never answered says so', async () => {
  const { state, look } = rig();
  state.answer = () => new Promise(() => undefined);
  expect(await look()).toMatchObject({ sets: [], answered: false, gaps: ['fail2ban: no answer yet'] });
  const other = rig();
  await other.look();
  other.state.answer = () => Promise.resolve(fail(problem('not-found', 'the fail2ban server does not run')));
  other.state.now = 6000;
  expect(await other.look()).toMatchObject({
    sets: [],
    answered: false,
    gaps: ['fail2ban: the fail2ban server does not run'],
  });
});

test('that says the same is asked half as often, until it says something else', async () => {
  const { state, look } = rig();
  const askedIn = async (ms: number): Promise<number> => {
    const before = state.asked;
    for (const end = state.now + ms; state.now < end; state.now += 1000) await look();
    return state.asked - before;
  };
  await askedIn(20_000);
  expect(await askedIn(40_000)).toBe(4);
  let count = 0;
  state.answer = () => Promise.resolve(ok({ sets: [ipset({ count: count++ })], gaps: [] }));
  await askedIn(20_000);
  expect(await askedIn(40_000)).toBe(8);
});

test('that does not run is asked seldom, until it runs or somebody asks', async () => {
  const { state, look } = rig();
  state.answer = () => Promise.resolve(fail(problem('not-found', 'the fail2ban server does not run')));
  for (; state.now < 60_000; state.now += 2000) await look();
  expect(state.asked).toBe(2);
  state.answer = () => Promise.resolve(GOOD);
  expect(await look(true)).toMatchObject({ answered: true, gaps: [] });
  state.now += 5000;
  await look();
  expect(state.asked).toBe(4);
});

test('pfctl is asked at every look; what it never said is no empty firewall', async () => {
  const { state, look } = rig(pfBackend);
  expect(await look()).toMatchObject({ answered: true, late: false, gaps: [] });
  await look();
  expect(state.asked).toBe(2);
  state.answer = () => Promise.resolve(fail(problem('timed-out', 'pfctl gave no answer within 10 s')));
  state.now = 12_000;
  expect(await look()).toMatchObject({
    answered: true,
    late: true,
    sets: [{ backend: 'ipset' }],
    gaps: ['pf: pfctl gave no answer within 10 s; its lists are shown as they were 12s ago'],
  });
  state.answer = () => Promise.resolve(fail(problem('bad-exit', '/dev/pf: Permission denied')));
  expect(await look()).toMatchObject({
    answered: false,
    sets: [],
    problem: { code: 'bad-exit' },
    late: false,
  });
});

test('somebody who asks gets a reading of pf that began after he asked', async () => {
  const { state, look } = rig(pfBackend);
  await look();
  let answer: (reading: Result<SetsReading>) => void = () => undefined;
  state.answer = () =>
    new Promise((resolve) => {
      answer = resolve;
      state.answer = () => Promise.resolve(ok<SetsReading>({ sets: [], gaps: [] }));
    });
  // Under way for longer than anybody waits.
  const slow = look();
  state.now = 4000;
  const asked = look(true);
  answer(GOOD);
  expect((await asked).sets).toEqual([]);
  await slow;
  expect(state.asked).toBe(3);
});
