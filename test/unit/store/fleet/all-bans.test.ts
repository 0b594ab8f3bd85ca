// One table over the bans of all hosts: every ban of every host is in it, none is made up, and of a host that was not read
// nothing is denied.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { HostId } from '../../../../src/core/hosts.ts';
import { memberNet } from '../../../../src/core/members.ts';
import {
  type FleetTable,
  findFleetRow,
  fleetRowAt,
  fleetTable,
} from '../../../../src/store/fleet/all-bans.ts';
import { selectAllBansTarget } from '../../../../src/store/fleet/all-bans-pane.ts';
import { hostsKnown, presenceOf } from '../../../../src/store/fleet/presence.ts';
import { hostsWanted } from '../../../../src/store/fleet/wanted.ts';
import { onHost } from '../../../../src/store/hosts/on-host.ts';
import { type ConsoleState, initialState } from '../../../../src/store/state.ts';
import { banned, DOWN, FLEET, fleetSession, hostId, live, on, UP } from '../fleet-rig.ts';
import { key, membersOf, NOW, net, reduced, sampleOf, setOf } from '../rig.ts';

const BODY = { kind: 'all-bans', hosts: [] } as const;

function start(names: readonly string[] = ['rolly', 'edge']): ConsoleState {
  const session = fleetSession(names, BODY, { web: ['edge'] });
  const size = { columns: 120, rows: 40 };
  return initialState({ session, now: NOW, size, readOnly: false, privileged: true });
}

const wish = { filter: '', sort: 'address', reverse: false } as const;
const all = (state: ConsoleState): FleetTable =>
  fleetTable(state, { ...wish, hosts: hostsWanted(state.session, []) });
const rowsOf = (table: FleetTable) =>
  Array.from(table.rows, (_, at) => fleetRowAt(table, at)).filter((row) => row !== undefined);

/** "host set address" of every element. */
function elementsOf(table: FleetTable): readonly string[] {
  return rowsOf(table).flatMap(({ net: shown, elements }) =>
    elements.map(({ part, row }) => {
      expect(memberNet(part.members, row).text).toBe(shown.text);
      return `${part.host} ${part.set.name} ${shown.text}`;
    }),
  );
}

const address = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((last) => `192.0.2.${last}`),
  fc.constantFrom('10.0.0.0/8', '10.0.0.0/16', '10.0.0.0', '0.0.0.0/0', '255.255.255.255'),
);
const address6 = fc.constantFrom('2001:db8::1', '2001:db8::2', '2001:db8::/32', '::1', 'fe80::/10', '1::');
const listing = fc.record({
  four: fc.uniqueArray(address, { maxLength: 30 }),
  six: fc.uniqueArray(address6, { maxLength: 6 }),
});

describe('the bans of all hosts', () => {
  it('keeps every ban of every host and makes none up, whatever the order and the hosts', () => {
    const hosts = ['local', 'rolly', 'edge'] as const;
    fc.assert(
      fc.property(
        fc.tuple(listing, listing, listing),
        fc.constantFrom('address', 'hosts', 'left'),
        (told, sort) => {
          const wanted: string[] = [];
          let state = start();
          for (const [at, { four, six }] of told.entries()) {
            const host = hosts[at] ?? 'local';
            const sets = [setOf('f'), setOf('s', { family: 6 })] as const;
            const rows = (texts: readonly string[]) =>
              texts.map((text, row) => ({ net: net(text), expires: NOW + row * 1000 }));
            const members = [membersOf(sets[0], rows(four)), membersOf(sets[1], rows(six))];
            state = reduced(state, ...on(host, sampleOf([...sets], members)));
            wanted.push(
              ...four.map((text) => `${host} f ${text}`),
              ...six.map((text) => `${host} s ${text}`),
            );
          }
          const table = fleetTable(state, { ...wish, sort: sort as 'left', hosts: hosts.map(hostId) });
          expect([...elementsOf(table)].sort()).toEqual(wanted.map(normal).sort());
          const nets = rowsOf(table).map((row) => row.net.text);
          expect(new Set(nets).size).toBe(nets.length);
          for (const [at, row] of rowsOf(table).entries()) expect(findFleetRow(table, row.net)).toBe(at);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is the same object of work while no listing changes', () => {
    const state = reduced(start(), ...on('edge', UP, ...banned('f', { '192.0.2.1': 60, '192.0.2.2': 60 })));
    const later = reduced(state, { kind: 'clock/ticked', now: unixMs(NOW + 1000) }, ...on('rolly', DOWN));
    expect(all(later).rows).toBe(all(state).rows);
    expect(all(later).merged).toBe(all(state).merged);
  });

  it('sorts by how many hosts have it, and by its end', () => {
    const state = reduced(
      start(),
      ...on('edge', ...banned('f', { '192.0.2.1': 60, '192.0.2.2': null })),
      ...on('rolly', ...banned('f', { '192.0.2.2': 9000, '192.0.2.3': 5 })),
    );
    const shown = (extra: Partial<Parameters<typeof fleetTable>[1]>) =>
      rowsOf(fleetTable(state, { ...wish, hosts: hostsWanted(state.session, []), ...extra })).map(
        (row) => row.net.text,
      );
    expect(shown({})).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
    expect(shown({ sort: 'hosts' })[0]).toBe('192.0.2.2');
    expect(shown({ sort: 'left' })).toEqual(['192.0.2.3', '192.0.2.1', '192.0.2.2']);
    expect(shown({ filter: 'edge' })).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(shown({ filter: '192.0.2.3' })).toEqual(['192.0.2.3']);
    expect(shown({ hosts: hostsWanted(state.session, ['web']) })).toEqual(['192.0.2.1', '192.0.2.2']);
  });
});

function normal(text: string): string {
  const [host = '', set = '', written = ''] = text.split(' ');
  return `${host} ${set} ${net(written).text}`;
}

describe('where an address is banned', () => {
  const says = (state: ConsoleState, text: string) => {
    const table = all(state);
    const at = findFleetRow(table, net(text)) ?? -1;
    const row = fleetRowAt(table, at) ?? { net: net(text), elements: [] };
    const told = presenceOf(row, hostsKnown(state, hostsWanted(state.session, [])));
    return Object.fromEntries(told.map((one) => [one.host.id, one.kind]));
  };

  it('is never denied of a host that was not read, in whole and just now', () => {
    const listed = start(['rolly', 'edge', 'gone', 'old', 'part']);
    const state = reduced(
      listed,
      ...on('local', ...banned('f', { '192.0.2.1': 60 })),
      ...on('rolly', UP, ...banned('f', {})),
      ...on('edge', UP, ...banned('f', { '192.0.2.0/24': 60 })),
      ...on('gone', UP, ...banned('f', {}), DOWN),
      ...on('old', UP, ...banned('f', {}), live('bans', 60_000)),
      ...on('part', UP, ...banned('f', {}), { ...sampleOf([setOf('big', { count: 9 })], []) }),
    );
    expect(says(state, '192.0.2.1')).toEqual({
      ...{ local: 'there', rolly: 'absent', edge: 'covered' },
      ...{ gone: 'unknown', old: 'unknown', part: 'unknown' },
    });
    const early = start();
    expect(says(early, '192.0.2.1')).toEqual({ local: 'unknown', rolly: 'unknown', edge: 'unknown' });
  });

  it('says of each host whether a rule drops it, and which bans have ended', () => {
    const unused = { enforcement: { kind: 'unused' } } as const;
    const state = reduced(
      start(),
      ...on('local', ...banned('f', { '192.0.2.1': -5 })),
      ...on('rolly', UP, ...banned('f', { '192.0.2.1': 60 }, unused)),
      ...on('edge', UP, ...banned('f', { '192.0.2.1': 60 })),
    );
    const row = fleetRowAt(all(state), 0);
    const told = row === undefined ? [] : presenceOf(row, hostsKnown(state, hostsWanted(state.session, [])));
    expect(told.map((one) => [one.kind, 'proved' in one && one.proved])).toEqual([
      ['ended', false],
      ['there', false],
      ['there', true],
    ]);
  });
});

describe('marks', () => {
  it('reach no act when their row is gone', () => {
    const told = reduced(start(), ...on('edge', ...banned('f', { '192.0.2.1': 60, '192.0.2.2': 60 })));
    const marked = reduced(told, key(FLEET, 'mark-all'));
    expect(selectAllBansTarget(marked, FLEET)?.nets.map(({ text }) => text)).toEqual([
      '192.0.2.1',
      '192.0.2.2',
    ]);
    const fewer = reduced(marked, ...on('edge', ...banned('f', { '192.0.2.2': 60 })));
    expect(selectAllBansTarget(fewer, FLEET)?.nets.map(({ text }) => text)).toEqual(['192.0.2.2']);
  });

  it('are of the pane, whichever host tells something', () => {
    const told = reduced(start(), ...on('edge', ...banned('f', { '192.0.2.1': 60 })), key(FLEET, 'mark'));
    const other: HostId = hostId('rolly');
    expect(onHost(told, other).fleet).toBe(told.fleet);
  });
});
