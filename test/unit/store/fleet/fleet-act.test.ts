// One act on several hosts as data: what each host says changes nothing for the others, an answer to an older try is dropped,
// what must be typed is typed, and only what certainly did not stand is tried again.

import { describe, expect, it } from 'vitest';
import type { ActDraft, ActPreview, ActReport } from '../../../../src/core/act.ts';
import { type Problem, problem } from '../../../../src/core/problem.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import type { RaiseReport } from '../../../../src/core/shields.ts';
import {
  countSteps,
  type FleetAct,
  isEnded,
  rowsInOrder,
  undoJobs,
  wordsToType,
} from '../../../../src/store/fleet/fleet-act.ts';
import { shieldsJobs } from '../../../../src/store/fleet/fleet-shields.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import { type ConsoleState, initialState } from '../../../../src/store/state.ts';
import { fleetSession, hostId, on, SHIELDS_DOWN, shieldsUp, UP } from '../fleet-rig.ts';
import { NOW, net, reduced } from '../rig.ts';

const HOSTS = ['a', 'b', 'c'] as const;
type Name = (typeof HOSTS)[number];
const draft: ActDraft = { action: 'cut', nets: [net('192.0.2.1')] };

function start(...msgs: readonly Msg[]): ConsoleState {
  const session = fleetSession(HOSTS, { kind: 'hosts', hosts: [] });
  const size = { columns: 120, rows: 40 };
  return reduced(initialState({ session, now: NOW, size, readOnly: false, privileged: true }), ...msgs);
}
const jobs = HOSTS.map((name) => ({ host: hostId(name), job: { kind: 'act', draft } as const }));
const OPENED: Msg = { kind: 'fleet/opened', action: 'cut', title: sanitise('Cut'), jobs };

const ready = (extra: Readonly<{ typed?: string; risk?: 'disruptive' }> = {}): ActPreview => ({
  ...{ kind: 'ready', token: 't' },
  ...(extra.typed === undefined ? {} : { typed: extra.typed }),
  plan: {
    ...{ action: 'cut', summary: sanitise('cut'), steps: [], undo: [], notes: [] },
    risk: extra.risk ?? 'reversible',
  },
});
const failedPreview = (code: Problem['code']): ActPreview => ({
  kind: 'failed',
  problem: problem(code, 'why'),
});
const previewed = (name: Name, preview: ActPreview, round = 1, act = 1): Msg => ({
  ...{ kind: 'fleet/previewed', act, host: hostId(name), round, preview },
});
const reported = (name: Name, outcome: ActReport['outcome'], round = 1): Msg => ({
  ...{ kind: 'fleet/reported', act: 1, host: hostId(name), round },
  report: { actId: `act-${name}`, action: 'cut', summary: sanitise('cut'), canUndo: true, outcome },
});
const press = (id: 'accept' | 'retry' | 'text-insert', text?: string): Msg => ({
  ...{ kind: 'fleet/intent', intent: text === undefined ? { id } : { id, text }, rows: 10 },
});
const DONE: ActReport['outcome'] = {
  ...{ kind: 'done', durationMs: 1, proof: { kind: 'proved', says: sanitise('proved') } },
};
const typed = (text: string): readonly Msg[] => [...text].map((letter) => press('text-insert', letter));

function actOf(state: ConsoleState): FleetAct {
  const { act } = state.fleet;
  if (act === undefined) throw new Error('no act');
  return act;
}
const steps = (state: ConsoleState) =>
  Object.fromEntries(actOf(state).rows.map((row) => [row.host, row.step.kind]));

describe('an act on several hosts', () => {
  it('runs where it is ready; a refusal and a silence elsewhere hold up nobody', () => {
    const refused: ActPreview = { kind: 'refused', reasons: [sanitise('your ssh session')] };
    const state = reduced(start(), OPENED, previewed('a', ready()), previewed('b', refused), press('accept'));
    expect(steps(state)).toEqual({ a: 'running', b: 'refused', c: 'asked' });
    const late = reduced(state, previewed('c', ready()));
    expect(steps(late)).toEqual({ a: 'running', b: 'refused', c: 'ready' });
    expect(steps(reduced(late, press('accept')))).toEqual({ a: 'running', b: 'refused', c: 'running' });
  });

  it('does nothing at Enter while no host is ready', () => {
    const state = reduced(start(), OPENED, press('accept'));
    expect([steps(state).a, actOf(state).complaint]).toEqual(['asked', expect.stringContaining('no host')]);
  });

  it('tries again what failed or was not reached, anew, and nothing else', () => {
    const full = problem('bad-exit', 'full');
    const one = reduced(
      ...([start(), OPENED, ...HOSTS.map((name) => previewed(name, ready())), press('accept')] as const),
      reported('a', DONE),
      reported('b', { kind: 'failed', problem: full, stepIndex: 1, undone: true }),
      reported('c', { kind: 'failed', problem: problem('no-line', 'no line'), stepIndex: 0, undone: false }),
    );
    expect(steps(one)).toEqual({ a: 'done', b: 'failed', c: 'unreached' });
    const again = reduced(one, press('retry'));
    expect(steps(again)).toEqual({ a: 'done', b: 'asked', c: 'asked' });
    expect(reduced(again, previewed('b', ready(), 1))).toBe(again);
    expect(steps(reduced(again, previewed('b', ready(), 2), press('accept'))).b).toBe('running');
  });

  it('never tries again where the answer was lost before it is known what ran', () => {
    const lost = problem('line-lost', 'the line broke');
    const state = reduced(
      ...([start(), OPENED, previewed('a', ready()), press('accept')] as const),
      reported('a', { kind: 'unknown', problem: lost, stepIndex: 0 }),
      press('retry'),
    );
    expect(steps(state).a).toBe('unknown');
  });

  it('drops what another act or an older try answers', () => {
    const state = reduced(start(), OPENED, OPENED);
    expect(reduced(state, previewed('a', ready(), 1, 1))).toBe(state);
    expect(steps(reduced(state, previewed('a', ready(), 1, 2))).a).toBe('ready');
    const state2 = reduced(start(), OPENED);
    expect(reduced(state2, reported('a', DONE))).toBe(state2);
  });

  it('wants the confirmations that each host asks for, and performs nothing without', () => {
    const first = reduced(
      ...([start(), OPENED, previewed('a', ready({ typed: '/16' }))] as const),
      ...[previewed('b', ready({ risk: 'disruptive' })), previewed('c', ready({ typed: '/16' }))],
    );
    expect(wordsToType(actOf(first))).toEqual(['/16', 'yes']);
    for (const text of ['', '/16', 'yes', '/8 yes']) {
      const state = reduced(first, ...typed(text), press('accept'));
      expect([text, countSteps(actOf(state)).running]).toEqual([text, 0]);
    }
    const state = reduced(first, ...typed('/16 yes'), press('accept'));
    expect(actOf(state).rows.map(({ step }) => step.kind === 'running' && step.typed)).toEqual([
      '/16',
      undefined,
      '/16',
    ]);
  });

  it('has ended when nobody is asked, ready or running, and undoes on each host its own act', () => {
    const state = reduced(
      ...([start(), OPENED, previewed('a', ready()), previewed('b', ready()), press('accept')] as const),
      previewed('c', failedPreview('no-line')),
      reported('a', DONE),
    );
    expect(isEnded(actOf(state))).toBe(false);
    const missing = [sanitise('no rule')];
    const ended = reduced(
      state,
      reported('b', { ...DONE, proof: { kind: 'unproved', missing } } as ActReport['outcome']),
    );
    expect(isEnded(actOf(ended))).toBe(true);
    expect(rowsInOrder(actOf(ended)).map(({ host }) => host)).toEqual(['b', 'c', 'a']);
    expect(undoJobs(actOf(ended)).map(({ host, job }) => [host, job.kind === 'act' && job.draft])).toEqual([
      ['a', { action: 'undo', actId: 'act-a' }],
      ['b', { action: 'undo', actId: 'act-b' }],
    ]);
  });

  it('goes on when its dialog is left', () => {
    const left = reduced(start(), OPENED, previewed('a', ready()), press('accept'), { kind: 'modal/closed' });
    expect(left.modal.modal.kind).toBe('none');
    expect(steps(reduced(left, reported('a', DONE))).a).toBe('done');
    expect(reduced(left, press('retry'))).toBe(left);
  });
});

describe('the shields of several hosts', () => {
  const told = on('a', UP, shieldsUp(60)).concat(on('b', UP, SHIELDS_DOWN), on('c', UP, SHIELDS_DOWN));
  const ways = (state: ConsoleState, hosts: readonly Name[]) =>
    shieldsJobs(state, hosts.map(hostId)).map(({ host, job }) => [host, job.kind === 'shields' && job.way]);

  it('are raised where they are down, and lowered only when they are up on all', () => {
    const state = start(...told);
    expect(ways(state, ['a', 'b', 'c'])).toEqual([
      ['b', 'raise'],
      ['c', 'raise'],
    ]);
    expect(ways(state, ['a'])).toEqual([['a', 'lower']]);
  });

  it('tell in their row what the engine of that host tells', () => {
    const state = start(...told);
    const open: Msg = {
      ...{ kind: 'fleet/opened', action: 'shields', title: sanitise('Raise') },
      jobs: shieldsJobs(state, HOSTS.map(hostId)),
    };
    const running = reduced(state, open, press('accept'));
    expect(steps(running)).toEqual({ b: 'running', c: 'running' });
    const refused: RaiseReport = { kind: 'refused', reasons: [sanitise('nobody would be safe')] };
    const ended = reduced(
      running,
      ...on('b', { kind: 'shields/progressed', doing: sanitise('wall') }),
      ...on('c', { kind: 'shields/ended', at: NOW, raised: refused }),
      ...on('a', { kind: 'shields/ended', at: NOW, raised: refused }),
    );
    expect(actOf(ended).rows.map(({ step }) => step)).toMatchObject([
      { kind: 'running', doing: 'wall' },
      { kind: 'refused' },
    ]);
    const lost = { kind: 'failed', problem: problem('line-lost', 'gone') } as const;
    for (const told of [{ raised: { ...lost, undone: false } }, { lowered: lost }]) {
      const known = reduced(running, ...on('b', { kind: 'shields/ended', at: NOW, ...told }));
      expect(steps(reduced(known, press('retry'))).b).toBe('unknown');
    }
  });
});
