// Acts on several hosts, run on desks made up for it: one refuses, one fails, one never answers, and the others go on.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ActPort } from '../../../../src/cli/console/acts.ts';
import { type Fleet, PREVIEW_MS, runFleet } from '../../../../src/cli/console/fleet.ts';
import type { ActDraft, ActPreview, ActReport } from '../../../../src/core/act.ts';
import type { HostId } from '../../../../src/core/hosts.ts';
import { problem } from '../../../../src/core/problem.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import type { FleetStep } from '../../../../src/store/fleet/fleet-act.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import { type ConsoleStore, createConsoleStore } from '../../../../src/store/store.ts';
import { fleetSession, hostId } from '../../store/fleet-rig.ts';
import { NOW, net } from '../../store/rig.ts';

const draft: ActDraft = { action: 'cut', nets: [net('192.0.2.1')] };
const plan = {
  summary: sanitise('cut'),
  steps: [],
  undo: [],
  notes: [],
  action: 'cut',
  risk: 'reversible',
} as const;
const READY: ActPreview = { kind: 'ready', token: 'token', plan };
const REFUSED: ActPreview = { kind: 'refused', reasons: [sanitise('safe')] };
const NO_LINE: ActPreview = { kind: 'failed', problem: problem('no-line', 'no line') };
const report = (outcome: ActReport['outcome']): ActReport => ({
  ...{ actId: 'x', action: 'cut', summary: sanitise('cut'), canUndo: true, outcome },
});
const DONE = report({ kind: 'done', durationMs: 1, proof: { kind: 'proved', says: sanitise('gone') } });
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** A desk that answers so; `asked`: what it was asked. */
function desk(preview: () => Promise<ActPreview>, perform: () => Promise<ActReport> = async () => DONE) {
  const asked: string[] = [];
  const port: ActPort = {
    preview: (_draft, signal) => {
      asked.push('preview');
      signal.addEventListener('abort', () => asked.push('dropped'));
      return preview();
    },
    perform: (token, options) => {
      asked.push(`perform ${token} ${options.typed ?? ''}`.trim());
      return perform();
    },
  };
  return { port, asked };
}
type Desk = ReturnType<typeof desk>;

let running: Fleet | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

function consoleOf(desks: Readonly<Record<string, Desk>>, readOnly = false) {
  const names = Object.keys(desks);
  const session = fleetSession(names, { kind: 'hosts', hosts: [] });
  const size = { columns: 80, rows: 24 };
  const store = createConsoleStore({ session, now: NOW, size, readOnly, privileged: true });
  const timers: (() => void)[] = [];
  const touched: HostId[] = [];
  running = runFleet({
    ...{ store, readOnly },
    port: { deskOf: (id) => desks[id]?.port },
    later: (ms, task) => {
      expect(ms).toBe(PREVIEW_MS);
      timers.push(task);
      return () => timers.splice(timers.indexOf(task), 1);
    },
    onReported: (id) => touched.push(id),
  });
  const jobs = names.map((name) => ({ host: hostId(name), job: { kind: 'act', draft } as const }));
  store.dispatch({ kind: 'fleet/opened', action: 'cut', title: sanitise('Cut'), jobs });
  return { store, timers, touched };
}

const press = (store: ConsoleStore, id: 'accept' | 'retry'): void =>
  store.dispatch({ kind: 'fleet/intent', intent: { id }, rows: 10 });
const stepOf = (store: ConsoleStore, name: string): FleetStep['kind'] | undefined =>
  store.getState().fleet.act?.rows.find(({ host }) => host === name)?.step.kind;
async function until(store: ConsoleStore, steps: Readonly<Record<string, FleetStep['kind']>>): Promise<void> {
  await vi.waitFor(() => {
    const now = Object.fromEntries(Object.keys(steps).map((name) => [name, stepOf(store, name)]));
    expect(now).toEqual(steps);
  });
}

describe('an act on several hosts', () => {
  it('goes on where it can: one refuses, one is not there, one hangs', async () => {
    const desks = {
      good: desk(async () => READY),
      safe: desk(async () => REFUSED),
      away: desk(async () => NO_LINE),
      slow: desk(never),
      broken: desk(() => Promise.reject(new Error('bug'))),
    };
    const { store, touched } = consoleOf(desks);
    await until(store, {
      good: 'ready',
      safe: 'refused',
      away: 'unreached',
      slow: 'asked',
      broken: 'failed',
    });
    press(store, 'accept');
    await until(store, { good: 'done', safe: 'refused', slow: 'asked' });
    expect(desks.good.asked).toEqual(['preview', 'perform token']);
    expect(desks.safe.asked).not.toContain('perform token');
    expect(touched).toEqual(['good']);
  });

  it('gives up a host that does not answer, and says that nothing ran there', async () => {
    const desks = { slow: desk(never), good: desk(async () => READY) };
    const { store, timers } = consoleOf(desks);
    await until(store, { good: 'ready', slow: 'asked' });
    timers[0]?.();
    await until(store, { good: 'ready', slow: 'failed' });
    expect(desks.slow.asked).toEqual(['preview', 'dropped']);
  });

  it('tries again, anew, only those that failed', async () => {
    let tries = 0;
    const failed = report({
      kind: 'failed',
      problem: problem('bad-exit', 'full'),
      stepIndex: 0,
      undone: true,
    });
    const desks = {
      good: desk(async () => READY),
      full: desk(
        async () => READY,
        async () => (tries++ === 0 ? failed : DONE),
      ),
    };
    const { store } = consoleOf(desks);
    await until(store, { good: 'ready', full: 'ready' });
    press(store, 'accept');
    await until(store, { good: 'done', full: 'failed' });
    press(store, 'retry');
    await until(store, { good: 'done', full: 'ready' });
    press(store, 'accept');
    await until(store, { good: 'done', full: 'done' });
    const performed = (asked: readonly string[]) => asked.filter((word) => word.startsWith('perform')).length;
    expect([performed(desks.good.asked), performed(desks.full.asked)]).toEqual([1, 2]);
  });

  it('asks a few at a time, and all in the end, also behind some that hang', async () => {
    const names = Array.from({ length: 50 }, (_, at) => `web-${at}`);
    const hanging = new Set(names.slice(0, 6));
    const desks = Object.fromEntries(
      names.map((name) => [name, desk(hanging.has(name) ? never : async () => READY)]),
    );
    const { store, timers } = consoleOf(desks);
    expect(timers.length).toBeLessThanOrEqual(8);
    await until(
      store,
      Object.fromEntries(names.map((name) => [name, hanging.has(name) ? 'asked' : 'ready'])),
    );
    press(store, 'accept');
    await until(store, Object.fromEntries(names.slice(6).map((name) => [name, 'done'])));
  });

  it('performs on all at once: one that hangs holds up nobody, and leaving waits for it', async () => {
    const answer = Promise.withResolvers<ActReport>();
    const desks = {
      slow: desk(
        async () => READY,
        () => answer.promise,
      ),
      good: desk(async () => READY),
    };
    const { store } = consoleOf(desks);
    await until(store, { slow: 'ready', good: 'ready' });
    press(store, 'accept');
    await until(store, { slow: 'running', good: 'done' });
    let closed = false;
    const closing = running?.close().then(() => {
      closed = true;
    });
    expect(closed).toBe(false);
    answer.resolve(DONE);
    await closing;
    expect([closed, stepOf(store, 'slow')]).toEqual([true, 'done']);
  });

  it('changes nothing in a read-only console', async () => {
    const desks = { good: desk(async () => READY) };
    const { store } = consoleOf(desks, true);
    await until(store, { good: 'failed' });
    expect(desks.good.asked).toEqual([]);
  });
});

describe('shields on several hosts', () => {
  it('are asked of each host in its own branch; one that is busy says so', async () => {
    const { store } = consoleOf({ a: desk(never), b: desk(never) });
    const busy: Msg = {
      kind: 'host/on',
      host: hostId('b'),
      msg: { kind: 'shields/asked', wish: { kind: 'lower' } },
    };
    store.dispatch(busy);
    const jobs = ['a', 'b'].map((name) => ({
      ...{ host: hostId(name), job: { kind: 'shields', way: 'raise' } as const },
    }));
    store.dispatch({ kind: 'fleet/opened', action: 'shields', title: sanitise('Raise'), jobs });
    press(store, 'accept');
    await until(store, { a: 'running', b: 'failed' });
    expect(store.getState().hosts[hostId('a')]?.shields.operation?.wish.kind).toBe('raise');
  });
});
