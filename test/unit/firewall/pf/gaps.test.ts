// What a reading of pf says of what it does not show: tables that are needed and not there, anchors that were not read.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ok } from '../../../../src/core/result.ts';
import type { SetInfo, SetKey } from '../../../../src/core/rows.ts';
import { relateJail } from '../../../../src/firewall/fail2ban/relate.ts';
import { checkPf, pfBackend } from '../../../../src/firewall/pf/backend.ts';
import { readSets } from '../../../../src/firewall/read-sets.ts';
import { createPfMemory } from '../../../fakes/pf-memory.ts';
import { pfctl } from '../../../fakes/pfctl/run.ts';
import type { Pf, System } from '../../../fakes/pfctl/state.ts';
import { build } from './build.ts';

const SYSTEMS = ['freebsd15', 'openbsd78'] as const;
const load = (pf: Pf, conf: string, anchor?: string): void => {
  const place = anchor === undefined ? [] : ['-a', anchor];
  const answer = pfctl(pf, { argv: [...place, '-f', '-'], stdin: () => conf });
  if (answer.exitCode !== 0) throw new Error(answer.stderr);
};
const without = (pf: Pf, name: string): void => {
  pf.tables = pf.tables.filter((table) => table.name !== name);
};

async function gapsOf(system: System, change: (pf: Pf) => void, uname?: string): Promise<readonly string[]> {
  const { host } = createPfMemory(system, { change, ...(uname === undefined ? {} : { uname }) });
  const reading = await readSets(pfBackend, (wish) => host.run(wish));
  if (!reading.ok) throw new Error(reading.problem.summary);
  return reading.value.gaps;
}

describe.each(SYSTEMS)('a table that is needed and not there (%s)', (system) => {
  it('is named by a rule of the main ruleset', async () => {
    const [gap, ...more] = await gapsOf(system, (pf) => without(pf, 'sshguard'));
    expect(more).toEqual([]);
    expect(gap).toMatch(
      /^pf: a rule names <sshguard>, but there is no such table, without which sshguard does not/,
    );
    expect(gap).toContain('it means nobody (block drop in quick from <sshguard> to any)');
    expect(gap).toContain('`table <sshguard> persist` into pf.conf');
  });

  it('is named with "!": then the rule means everybody', async () => {
    const gaps = await gapsOf(system, (pf) => {
      load(pf, 'table <friends> persist\nblock in quick from ! <friends>\npass all\n');
      without(pf, 'friends');
    });
    expect(gaps.join()).toMatch(/<friends>.*it means everybody/);
  });

  it('is named by a rule of an anchor that is called, and by none that has a table in it or above', async () => {
    const change = (pf: Pf): void => {
      load(pf, 'table <above> persist\nanchor "x"\nanchor "y"\npass all\n');
      load(pf, 'table <own> persist\nblock in quick from <own>\nblock in quick from <above>\n', 'x');
      load(pf, 'table <lost> persist\nblock in quick from <lost>\n', 'y');
    };
    expect(await gapsOf(system, change)).toEqual([]);
    const gaps = await gapsOf(system, (pf) => {
      change(pf);
      without(pf, 'lost');
    });
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatch(/<lost>.*into the rules of anchor y/);
  });

  it('is the one of sshguard, which runs with the pf backend', async () => {
    const change = (pf: Pf): void => {
      load(pf, 'pass all\n');
      pf.tables = [];
      pf.processes = ['/bin/sh /usr/local/libexec/sshg-fw-pf'];
    };
    const gaps = await gapsOf(system, change);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatch(/^pf: sshguard runs with the pf backend, but there is no table <sshguard>/);
    const check = checkPf(ok({ sets: [], gaps: gaps as [] }));
    expect(check).toMatchObject({ works: false, says: expect.stringContaining('no table <sshguard>') });
    // Once, also where a rule names it.
    const both = await gapsOf(system, (pf) => {
      without(pf, 'sshguard');
      pf.processes = ['/bin/sh /usr/local/libexec/sshg-fw-pf'];
    });
    expect(both).toHaveLength(1);
  });

  it('is not our own, of which a ban speaks; and nothing is said where all is there', async () => {
    expect(await gapsOf(system, (pf) => load(pf, 'block drop in quick from <oc_ban>\npass all\n'))).toEqual(
      [],
    );
    expect(await gapsOf(system, () => undefined)).toEqual([]);
  });

  it('is one of many: three by name, the rest counted', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const gaps = await gapsOf(system, (pf) =>
      load(pf, `${names.map((name) => `block in quick from <${name}>`).join('\n')}\npass all\n`),
    );
    expect(gaps).toHaveLength(4);
    expect(gaps[3]).toBe('pf: rules name 2 more tables that do not exist');
  });
});

describe('anchors', () => {
  it('beyond what is read are counted, in words', async () => {
    const many = (count: number) => (pf: Pf) => {
      load(pf, 'anchor "f2b/*"\npass all\n');
      for (let at = 0; at < count; at++) load(pf, 'pass all\n', `f2b/jail${String(at).padStart(3, '0')}`);
    };
    expect(await gapsOf('freebsd15', many(60))).toEqual([]);
    const [gap, ...more] = await gapsOf('freebsd15', many(70));
    expect(more).toEqual([]);
    expect(gap).toMatch(/^pf: \d+ of 7\d anchors were not read: bans in them are not shown/);
  });

  it('of an OpenBSD that lists no tables of them are not said to have none', async () => {
    const change = (pf: Pf): void => {
      load(pf, 'anchor "y"\npass all\n');
      load(pf, 'table <lost> persist\nblock in quick from <lost>\n', 'y');
      without(pf, 'lost');
    };
    expect(await gapsOf('openbsd78', change, 'OpenBSD 7.8\n')).toHaveLength(1);
    expect(await gapsOf('openbsd78', change, 'OpenBSD 7.5\n')).toEqual([]);
  });
});

it('the table of a jail with the action pf is missed by its jail', () => {
  const jail: SetInfo = {
    ...build({ name: 'sshd', family: 4, counters: false }),
    backend: 'fail2ban',
    key: 'fail2ban:sshd' as SetKey,
    count: 3,
  };
  const says = (all: readonly SetInfo[]) => (relateJail(jail, all).findings ?? []).map((one) => one.says);
  expect(says([])[0]).toMatch(
    /3 IPv4 addresses are banned, but no set of this jail for IPv4 is in the kernel/,
  );
  const table = { ...build({ name: 'f2b-sshd', family: 4, counters: false }), table: 'f2b/sshd' };
  expect(relateJail(jail, [table])).toMatchObject({ enforcedBy: [table.key] });
  expect(says([table])).toEqual([]);
});

it('whatever pfctl prints, it is said in words', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('block in from <x>', '  f2b/a', '-pa-r-\tx', 'FreeBSD 15.0', 'anchor "y" {', '1 sh'),
  );
  const output = fc.option(
    fc.array(text).map((lines) => lines.join('\n')),
    { nil: undefined },
  );
  fc.assert(
    fc.property(fc.array(output, { maxLength: 12 }), (outputs) => {
      for (const gap of pfBackend.gaps?.(outputs) ?? []) expect(gap).toMatch(/^pf: /);
    }),
  );
});
