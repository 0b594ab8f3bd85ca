import { describe, expect, it } from 'vitest';
import type { PaneBody } from '../../../src/core/pane.ts';
import type { ServiceRow } from '../../../src/core/services/sample.ts';
import { keyTexts } from '../../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../../src/keys/keymap.ts';
import type { Msg } from '../../../src/store/messages.ts';
import { createConsoleStore } from '../../../src/store/store.ts';
import { liveHints } from '../../../src/views/live-hints.ts';
import { helpSections } from '../../../src/views/screen.ts';
import { readingOf, rowOf, servicesOf } from '../../frames/service-states.ts';
import { storeAt } from '../../frames/shell-parts.ts';
import { banned, DOWN, FLEET, fleetSession, on, UP } from '../store/fleet-rig.ts';
import { membersOf, NOW, net, sampleOf, setOf } from '../store/rig.ts';

const UPLINKS: PaneBody = { kind: 'uplinks', targets: [], gateways: 'none', tunnels: [] };
const keys = keyTexts(DEFAULT_KEYMAP, { readOnly: false });

describe('the keys of the bottom line', () => {
  const shown = (set: ReturnType<typeof setOf>) => {
    const store = storeAt(120, 40);
    const member = { net: net('192.0.2.1'), expires: NOW + 600_000 };
    const bans: Msg = sampleOf([set], [membersOf(set, [member])]);
    store.dispatch(bans);
    const pane = store.getState().session.windows[0]?.panes.find(({ body }) => body.kind === 'bans');
    if (pane === undefined) throw new Error('no bans on this screen');
    store.dispatch({ kind: 'layout/pane-focused', pane: pane.id });
    return liveHints(store.getState(), keys.hints('bans')).map(({ name }) => name);
  };

  it('extend and shorten a ban that has an end, and not what ends with the shields', () => {
    expect(shown(setOf('f2b-http'))).toEqual(expect.arrayContaining(['extend', 'shorten', 'ban']));
    const names = shown({ ...setOf('syn'), shields: true });
    expect(names).toContain('ban');
    expect(names).not.toContain('extend');
    expect(names).not.toContain('shorten');
  });

  it('keep the shields only in their trial', () => {
    const names = liveHints(storeAt(120, 40).getState(), keys.hints('prefix')).map(({ name }) => name);
    expect(names[0]).toBe('split-right');
    expect(names).not.toContain('keep');
  });

  it('say a key once, as the table has it that is asked first', () => {
    const hints = [...keys.hints('trial'), ...keys.hints('run')];
    const shownKeys = liveHints(storeAt(120, 40).getState(), hints).map(({ keys: typed }) => typed);
    expect(shownKeys.filter((typed) => typed === 'Enter')).toHaveLength(1);
  });
});

describe('in a pane of something else than addresses', () => {
  const ACTS = ['ban', 'unban', 'cut'];
  const consoleOf = (body: PaneBody, told: readonly Msg[]) => {
    const session = fleetSession(['rolly'], body);
    const size = { columns: 120, rows: 40 };
    const store = createConsoleStore({ session, now: NOW, size, readOnly: false, privileged: true });
    for (const msg of told) store.dispatch(msg);
    const names = (): readonly string[] =>
      liveHints(store.getState(), keys.hints(body.kind)).flatMap(({ name }) => name ?? []);
    const help = () => helpSections(store.getState(), keys).flatMap(({ rows }) => rows);
    const words = (name: string) => help().find((row) => row.name === name)?.words;
    const press = (id: 'line-down') =>
      store.dispatch({ kind: 'pane/intent', pane: FLEET, intent: { id }, rows: 20, columns: 80 });
    return { names, words, press };
  };

  it('services: the verbs of the one under the cursor', () => {
    const only: ServiceRow = rowOf('feed', readingOf('running', 'runs'), {
      thing: { what: 'service', name: 'feed', by: { kind: 'argv', stop: ['feed', 'stop'] } },
    });
    const rows = [rowOf('nginx', readingOf('stopped', 'dead')), only];
    const { names, words, press } = consoleOf({ kind: 'services' }, [servicesOf(rows)]);
    expect(names()).toEqual(expect.arrayContaining(['service-start', 'service-restart']));
    for (const name of [...ACTS, 'follow-address', 'service-stop']) expect(names()).not.toContain(name);
    expect(words('service-stop')).toBeUndefined();
    expect(words('follow-address')).toBeUndefined();
    expect(words('ban')).toBe('ban an address that you type');
    press('line-down');
    expect(names()).toContain('service-stop');
    for (const name of ['service-start', 'service-restart']) expect(names()).not.toContain(name);
    expect(words('service-stop')).toBe('stop it');
  });

  it('uplinks: nothing is restarted where no tunnel is', () => {
    const { names, words } = consoleOf(UPLINKS, []);
    for (const name of [...ACTS, 'follow-address', 'service-restart']) expect(names()).not.toContain(name);
    expect(words('service-restart')).toBeUndefined();
    expect(words('cut')).toBe('cut the live flows of an address that you type');
  });

  it('hosts: acts on the marked ones; the line is tried again where it is down', () => {
    const told = [...on('rolly', DOWN)];
    const { names, words, press } = consoleOf({ kind: 'hosts', hosts: [] }, told);
    expect(names()).toEqual(expect.arrayContaining([...ACTS, 'retry']));
    expect(names()).not.toContain('follow-address');
    expect(words('ban')).toBe('ban an address that you type, on the marked hosts');
    press('line-down');
    expect(names()).not.toContain('retry');
  });

  it('all bans: the address under the cursor, where there is one', () => {
    const empty = consoleOf({ kind: 'all-bans', hosts: [] }, []);
    for (const name of [...ACTS, 'follow-address']) expect(empty.names()).not.toContain(name);
    const told = on('rolly', UP, ...banned('ban', { '192.0.2.9': 60 }));
    const { names, words } = consoleOf({ kind: 'all-bans', hosts: [] }, told);
    expect(names()).toEqual(expect.arrayContaining([...ACTS, 'follow-address']));
    expect(words('ban')).toBe('ban the address under the cursor, or the marked ones');
  });
});
