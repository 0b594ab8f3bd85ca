// What watches and changes each host of a session: it comes with the host, reads when the line is up, and goes with it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runHosts } from '../../../../src/cli/console/host-runs.ts';
import { type HostId, type LinkState, LOCAL } from '../../../../src/core/hosts.ts';
import type { Session } from '../../../../src/core/pane.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail } from '../../../../src/core/result.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import type { Host, Link } from '../../../../src/host/host.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { onHost } from '../../../../src/store/hosts/on-host.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { NOW, SESSION } from '../../../frames/shell-parts.ts';

const EDGE = 'edge' as HostId;
const local = await createLocalHost({ sudo: 'never' });
const folder = mkdtempSync(join(tmpdir(), 'oc-runs-'));
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  rmSync(folder, { recursive: true, force: true });
});

/** Has nothing to show, and counts how often it is asked. */
function emptyHost(name: string): Host & { asked: () => number; tell: (state: LinkState) => void } {
  let asked = 0;
  let state: LinkState = { kind: 'connecting', since: NOW };
  const listeners = new Set<(state: LinkState) => void>();
  const nothing = () => {
    asked++;
    return Promise.resolve(fail(problem('not-found', `${name} has none`)));
  };
  const link: Link = {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    retry: () => undefined,
    login: nothing,
    whenUp: nothing,
    close: () => Promise.resolve(),
  };
  return {
    ...local,
    ...{ kind: 'ssh', name, privileged: false, link, run: nothing, stream: nothing, read: nothing },
    ...{ readChunks: nothing, stat: nothing, disk: nothing, glob: nothing },
    which: () => Promise.resolve(undefined),
    asked: () => asked,
    tell: (next) => {
      state = next;
      for (const listener of listeners) listener(next);
    },
  };
}

const up: LinkState = { kind: 'up', since: NOW, rttMs: 1, skewMs: 0, system: safe('Linux') };

function rig() {
  const first = emptyHost('edge');
  const made = new Map<HostId, Host>([
    [LOCAL, emptyHost('here')],
    [EDGE, first],
  ]);
  const entry = { id: EDGE, destination: 'edge', sudo: 'auto' } as const;
  const session: Session = { ...SESSION, hosts: [entry] };
  const size = { columns: 80, rows: 24 };
  const store = createConsoleStore({ session, now: NOW, size, readOnly: false, privileged: false });
  const runs = runHosts({
    ...{ store, session, readOnly: false, operator: { user: 'op', console: 'c' } },
    env: { XDG_STATE_HOME: folder, HOME: folder, OPSCONSOLE_STATE_DIR: folder, OPSCONSOLE_RUN_DIR: folder },
    hosts: {
      of: (id) => made.get(id) ?? local,
      sync: () => undefined,
      close: () => Promise.resolve(),
    },
  });
  ends.push(runs.close);
  const take = (next: Session): void => store.dispatch({ kind: 'workspace/replaced', session: next });
  return { first, made, store, runs, session, take };
}

describe('the hosts of a session at work', () => {
  it('tells what becomes of a line to the branch of its host, and reads again when it is up', async () => {
    const { first, store } = rig();
    expect(onHost(store.getState(), EDGE).link).toMatchObject({ kind: 'connecting' });
    await vi.waitUntil(() => first.asked() > 0, 10_000);
    const before = first.asked();
    first.tell(up);
    expect([onHost(store.getState(), EDGE).link?.kind, store.getState().link?.kind]).toEqual([
      'up',
      'connecting',
    ]);
    await vi.waitUntil(() => first.asked() > before, 10_000);
  });

  it('starts with the host and ends with it; nobody stands in for one that is gone', () => {
    const { runs, session, take } = rig();
    expect(runs.of(EDGE).host.name).toBe('edge');
    const { hosts: _, ...alone } = session;
    take(alone);
    expect(() => runs.of(EDGE)).toThrow('no host edge');
    take(session);
    expect(runs.of(EDGE).host.name).toBe('edge');
  });

  it('begins anew where the same name means another machine', () => {
    const { made, runs, session, take } = rig();
    const old = runs.of(EDGE);
    made.set(EDGE, emptyHost('other'));
    take({ ...session, hosts: [{ id: EDGE, destination: 'other', sudo: 'auto' }] });
    expect(runs.of(EDGE).host.name).toBe('other');
    expect(runs.of(EDGE).desk).not.toBe(old.desk);
  });
});
