// Sources follow the live workspace: which start and stop as panes come and go, and a real log beside it.

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ConsoleSources, startSources } from '../../../../src/cli/console/console-sources.ts';
import type { LogSpec, PaneBody, PaneId, PaneSpec, Session } from '../../../../src/core/pane.ts';
import { ok } from '../../../../src/core/result.ts';
import type { Host } from '../../../../src/host/host.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { createPump, type Pump } from '../../../../src/sources/pump.ts';
import { selectLogCommand } from '../../../../src/store/select/log-command.ts';
import { type ConsoleStore, createConsoleStore } from '../../../../src/store/store.ts';
import { NOW, SESSION } from '../../../frames/shell-parts.ts';

const local = await createLocalHost({ sudo: 'never' });
const DESK = {
  safeSet: () => Promise.resolve({ at: NOW, entries: [], operatorFound: true, gaps: [] }),
  journal: () => Promise.resolve(ok([])),
};
const PLACE = { dir: '/nonexistent', run: '/nonexistent' };

const logOf = (file: string): PaneBody => ({
  kind: 'log',
  ...{ files: [file], units: [], merge: 'time', filters: [], history: 1000, wrap: false },
});
const pane = (id: string, body: PaneBody, refreshMs?: number): PaneSpec => ({
  id: id as PaneId,
  body,
  ...(refreshMs === undefined ? {} : { refreshMs }),
});

const sessionOf = (panes: readonly PaneSpec[]): Session => ({
  ...SESSION,
  windows: [{ name: 'one', layout: { kind: 'named', name: 'tiled' }, panes }],
});

function storeOf(panes: readonly PaneSpec[]): ConsoleStore {
  const size = { columns: 120, rows: 40 };
  return createConsoleStore({
    ...{ session: sessionOf(panes), now: NOW, size, readOnly: false, privileged: false },
  });
}

/** Starts nothing: writes down what would be started, with its period, and what is stopped. */
function writingPump(): { pump: Pump; live: () => readonly string[]; told: string[] } {
  const live = new Map<string, string>();
  const told: string[] = [];
  const pump: Pump = {
    add: (source) => {
      const name = source.kind === 'poll' ? `${source.id} ${source.everyMs}` : source.id;
      told.push(`+${name}`);
      live.set(source.id, name);
      return {
        poke: () => told.push(`poke ${source.id}`),
        stop: () => {
          told.push(`-${name}`);
          if (live.get(source.id) === name) live.delete(source.id);
          return Promise.resolve();
        },
      };
    },
    stop: () => Promise.resolve(),
  };
  return { pump, live: () => [...live.values()].sort(), told };
}

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function start(store: ConsoleStore, pump: Pump, host: Host = local): ConsoleSources {
  const sources = startSources({ store, pump, host, desk: DESK, place: PLACE, env: {} });
  stops.push(() => sources.stop());
  return sources;
}

/** This machine, of which only files are followed and endless programs run. */
function onlyLogs(): { host: Host; following: () => number } {
  let following = 0;
  const host: Host = {
    ...local,
    run: () => new Promise(() => undefined),
    stream: (command, onChunk, signal) =>
      command.timeoutMs === 0 ? local.stream(command, onChunk, signal) : new Promise(() => undefined),
    read: () => new Promise(() => undefined),
    readChunks: () => new Promise(() => undefined),
    follow: async (options) => {
      following++;
      await local.follow(options);
      following--;
    },
  };
  return { host, following: () => following };
}

function realPump(store: ConsoleStore, host: Host): Pump {
  return createPump({
    host,
    onStatus: (source, status) => store.dispatch({ kind: 'source/status-changed', source, status }),
  });
}

const ALWAYS = ['bans 2000', 'bans-changes', 'conntrack 1000', 'host 1000'];
const ALWAYS_TOO = ['safe-set 30000', 'traffic 1000'];

describe('which sources run', () => {
  it('starts what the panes show, and what the top line needs', () => {
    const { pump, live } = writingPump();
    start(storeOf([pane('1.1', logOf('/var/log/a'))]), pump);
    const shields = live().filter((name) => name.startsWith('shields'));
    expect(live()).toEqual([...ALWAYS, 'log:1.1', ...ALWAYS_TOO, ...shields].sort());
  });

  it('starts and stops with panes that come and go; those that stay go on', () => {
    const { pump, told } = writingPump();
    const first = pane('1.1', logOf('/var/log/a'));
    const store = storeOf([first]);
    start(store, pump);
    const show = (panes: readonly PaneSpec[]): readonly string[] => {
      told.length = 0;
      store.dispatch({ kind: 'workspace/replaced', session: sessionOf(panes) });
      return [...told].sort();
    };
    const table = pane('n1', { kind: 'conntrack' });
    expect(show([first, table])).toEqual(['+flows 10000', '+timeouts 30000']);
    expect(show([first, table, pane('n2', { kind: 'traffic', interfaces: [] })])).toEqual([]);
    expect(show([first, pane('n2', { kind: 'traffic', interfaces: [] })])).toEqual(['-timeouts 30000']);
    expect(show([pane('n3', logOf('/var/log/b')), pane('n4', { kind: 'journal' })])).toEqual([
      ...['+journal 10000', '+log:n3', '-flows 10000', '-log:1.1'],
    ]);
    expect(show([])).toEqual(['-journal 10000', '-log:n3']);
  });

  it('reads as often as the most eager pane of a kind asks, both sources of bans together', () => {
    const { pump, told } = writingPump();
    const store = storeOf([pane('1.1', { kind: 'host' })]);
    start(store, pump);
    told.length = 0;
    const eager = [pane('1.1', { kind: 'host' }, 250), pane('1.2', { kind: 'bans', sets: [] }, 60_000)];
    store.dispatch({ kind: 'workspace/replaced', session: sessionOf(eager) });
    expect([...told].sort()).toEqual([
      ...['+bans 60000', '+bans-changes', '+host 250', '-bans 2000', '-bans-changes', '-host 1000'],
    ]);
  });

  it('does not look again at messages that change no pane, and not after it was stopped', () => {
    const { pump, told } = writingPump();
    const store = storeOf([pane('1.1', { kind: 'host' })]);
    const sources = start(store, pump);
    told.length = 0;
    store.dispatch({ kind: 'clock/ticked', now: NOW });
    sources.poke(['host']);
    sources.stop();
    store.dispatch({ kind: 'workspace/replaced', session: sessionOf([pane('n1', logOf('/var/log/a'))]) });
    expect(told).toEqual(['poke host']);
  });
});

describe('the command of a log pane', () => {
  const commandOf = (extra: Partial<LogSpec>): LogSpec => ({
    kind: 'log',
    ...{ files: [], units: [], merge: 'time', filters: [], history: 1000, wrap: false },
    ...{ command: ['echo', 'said'], start: 'suspended', ...extra },
  });
  const id = 'n1' as PaneId;
  const begin = (store: ConsoleStore): void => store.dispatch({ kind: 'log/command-begun', pane: id });
  const phase = (store: ConsoleStore): string | undefined => selectLogCommand(store.getState(), id)?.phase;

  it('is not started before it is asked for, and is started anew when asked again', () => {
    const { pump, told } = writingPump();
    const store = storeOf([pane('n1', commandOf({}))]);
    start(store, pump);
    expect(told.filter((name) => name.includes('log'))).toEqual([]);
    expect(phase(store)).toBe('waiting');
    begin(store);
    begin(store);
    expect(told.filter((name) => name.includes('log'))).toEqual(['+log:n1', '-log:n1', '+log:n1']);
    expect(phase(store)).toBe('running');
  });

  it('starts by itself where the session says so', () => {
    const { pump, told } = writingPump();
    start(storeOf([pane('n1', commandOf({ start: 'auto' }))]), pump);
    expect(told.filter((name) => name.includes('log'))).toEqual(['+log:n1']);
  });

  it('waits beside files that are read at once', () => {
    const { pump, told } = writingPump();
    const store = storeOf([pane('n1', commandOf({ files: ['/var/log/a'] }))]);
    start(store, pump);
    begin(store);
    begin(store);
    expect(told.filter((name) => name.includes('log'))).toEqual(['+log:n1']);
  });

  it('really runs once per Enter: each run is marked, and its end is known', async () => {
    const { host, following } = onlyLogs();
    const store = storeOf([pane('n1', commandOf({ command: ['sh', '-c', 'echo one; echo two'] }))]);
    const pump = realPump(store, host);
    start(store, pump, host);
    const total = (): number | undefined => store.getState().logs.panes.get(id)?.feed.total;
    begin(store);
    await vi.waitFor(() => expect([total(), phase(store)]).toEqual([2, 'ended']), { timeout: 15_000 });
    begin(store);
    await vi.waitFor(() => expect([total(), phase(store)]).toEqual([4, 'ended']), { timeout: 15_000 });
    expect(store.getState().logs.panes.get(id)?.feed.run).toBe(1);
    expect(following()).toBe(0);
  });

  it('runs beside files when asked, while those are followed', async () => {
    const { host } = onlyLogs();
    const folder = mkdtempSync(join(tmpdir(), 'oc-sources-'));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'web.log');
    writeFileSync(path, '203.0.113.9 in the file\n');
    const store = storeOf([pane('n1', commandOf({ files: [path] }))]);
    start(store, realPump(store, host), host);
    const total = (): number | undefined => store.getState().logs.panes.get(id)?.feed.total;
    await vi.waitFor(() => expect(total()).toBe(1), { timeout: 15_000 });
    expect(phase(store)).toBe('waiting');
    begin(store);
    await vi.waitFor(() => expect([total(), phase(store)]).toEqual([2, 'ended']), { timeout: 15_000 });
  });
});

describe('a log on the disk', () => {
  it('is read as soon as its pane is there, and followed no more when it is gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oc-sources-'));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'web.log');
    writeFileSync(path, '203.0.113.9 first\n');
    const { host, following } = onlyLogs();
    const store = storeOf([]);
    start(store, realPump(store, host), host);
    expect(following()).toBe(0);
    const show = (panes: readonly PaneSpec[]): void =>
      store.dispatch({ kind: 'workspace/replaced', session: sessionOf(panes) });
    const total = (): number | undefined => store.getState().logs.panes.get('n1' as PaneId)?.feed.total;
    show([pane('n1', logOf(path))]);
    await vi.waitFor(() => expect(total()).toBe(1), { timeout: 15_000 });
    appendFileSync(path, '203.0.113.9 second\n');
    await vi.waitFor(() => expect(total()).toBe(2), { timeout: 15_000 });
    expect(following()).toBe(1);
    show([]);
    await vi.waitFor(() => expect(following()).toBe(0), { timeout: 15_000 });
    appendFileSync(path, '203.0.113.9 third\n');
    show([pane('n2', logOf(path))]);
    const again = (): number | undefined => store.getState().logs.panes.get('n2' as PaneId)?.feed.total;
    await vi.waitFor(() => expect(again()).toBe(3), { timeout: 15_000 });
  });
});
