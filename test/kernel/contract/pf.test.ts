// pf keeps the contract on both systems, on the stand-in of pfctl: tables, rules and states are there, packets are not.

import type { Family } from '../../../src/core/address.ts';
import type { SetKey } from '../../../src/core/rows.ts';
import { pfBackend } from '../../../src/firewall/pf/backend.ts';
import { PF_OWN_LINES, PF_OWN_TABLE } from '../../../src/firewall/pf/own.ts';
import { createPfMemory, type PfMemory } from '../../fakes/pf-memory.ts';
import { pfctl } from '../../fakes/pfctl/run.ts';
import type { Pf, System } from '../../fakes/pfctl/state.ts';
import { contract, type Flow, type Started } from './contract.ts';

const CLIENT = { 4: '203.0.113.45', 6: '2001:db8:bad::17' } as const;
const CONF = `set skip on lo0
table <blocked> persist counters
${PF_OWN_LINES.join('\n')}
block drop in quick from <blocked> to any
pass all
`;

/** As after a start: the rules and empty tables of pf.conf, no state. */
function boot(pf: Pf): void {
  pf.tables = [];
  pf.flows = [];
  pf.sources = [];
  const answer = pfctl(pf, { argv: ['-f', '-'], stdin: () => CONF });
  if (answer.exitCode !== 0) throw new Error(answer.stderr);
}

const listed = (pf: Pf, table: string, address: string): boolean =>
  pf.tables.some(({ name, addresses }) => name === table && addresses.some(({ text }) => text === address));

/** What came in, and what this host began: both ends of it are looked at. */
function openFlow({ pf }: PfMemory, family: Family): Flow {
  const [mine, theirs] =
    family === 4 ? ['192.0.2.10:22', `${CLIENT[4]}:50000`] : ['2001:db8::10[22]', `${CLIENT[6]}[50000]`];
  const row = {
    iface: 'all',
    proto: 'tcp',
    left: mine,
    right: theirs,
    states: 'ESTABLISHED:ESTABLISHED',
    age: '00:00:01',
    expires: '24:00:00',
    packets: '9:9',
    bytes: '900:900',
    rule: 4,
    creator: 'c0ffee00',
  };
  const ids = [`${family}0`, `${family}1`];
  pf.flows.push({ ...row, arrow: '<-', id: ids[0] ?? '' }, { ...row, arrow: '->', id: ids[1] ?? '' });
  const there = (): boolean => pf.flows.some(({ id }) => ids.includes(id));
  return {
    alive: () => Promise.resolve(there()),
    close() {
      pf.flows = pf.flows.filter(({ id }) => !ids.includes(id));
      return Promise.resolve();
    },
  };
}

function start(system: System, table: string): Promise<Started> {
  const memory = createPfMemory(system, { change: boot });
  const { host, pf } = memory;
  return Promise.resolve({
    host,
    backends: [pfBackend],
    target: (family) =>
      table === PF_OWN_TABLE
        ? { kind: 'own' }
        : { kind: 'set', set: `${family === 4 ? 'pf' : 'pf6'}:${table}` as SetKey },
    client: (family) => CLIENT[family],
    traffic: {
      passes: (family) => Promise.resolve(!listed(pf, table, CLIENT[family])),
      openFlow: (family) => Promise.resolve(openFlow(memory, family)),
    },
    reboot() {
      boot(pf);
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  });
}

for (const system of ['freebsd15', 'openbsd78'] as const) {
  contract(`pf of ${system}, our own table (a stand-in without packets)`, [], {
    start: () => start(system, PF_OWN_TABLE),
  });
  contract(`pf of ${system}, a table of somebody else (a stand-in without packets)`, [], {
    start: () => start(system, 'blocked'),
  });
}
