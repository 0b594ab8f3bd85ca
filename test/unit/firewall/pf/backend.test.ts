// The reading of pf from end to end on the stand-in, of both systems: what is asked, and what is said when it is not answered.

import { describe, expect, it } from 'vitest';
import { command } from '../../../../src/core/plan.ts';
import { problem } from '../../../../src/core/problem.ts';
import type { SetInfo } from '../../../../src/core/rows.ts';
import type { SetsReading } from '../../../../src/firewall/backend.ts';
import { checkPf, pfBackend } from '../../../../src/firewall/pf/backend.ts';
import { readSets } from '../../../../src/firewall/read-sets.ts';
import { createPfMemory, type PfMemory } from '../../../fakes/pf-memory.ts';
import { pfctl } from '../../../fakes/pfctl/run.ts';
import type { Pf } from '../../../fakes/pfctl/state.ts';
import { membersText } from './build.ts';

const anchor = (pf: Pf): void => {
  const text = 'table <bans> persist counters { 192.0.2.1 }\nblock in quick from <bans>\n';
  pfctl(pf, { argv: ['-a', 'opsconsole', '-f', '-'], stdin: () => text });
};

async function read({ host }: PfMemory): Promise<SetsReading> {
  const reading = await readSets(pfBackend, (wish) => host.run(wish));
  if (!reading.ok) throw new Error(reading.problem.summary);
  return reading.value;
}

async function membersOf({ host }: PfMemory, set: SetInfo): Promise<readonly string[]> {
  const listed = await host.run(pfBackend.listMembers(set));
  if (!listed.ok) throw new Error(listed.problem.summary);
  return membersText(listed.value.stdout, set).texts;
}

describe.each(['freebsd15', 'openbsd78'] as const)('pf is read on %s', (system) => {
  it('with its anchors, counts of both families, and what is in each table', async () => {
    const memory = createPfMemory(system, { change: anchor });
    const { sets, gaps } = await read(memory);
    expect(gaps).toEqual([]);
    expect(sets.map(({ key, enforcement }) => [key, enforcement.kind])).toEqual([
      ['pf:opsconsole', 'unused'],
      ['pf6:opsconsole', 'unused'],
      ['pf:sshguard', 'dropped'],
      ['pf6:sshguard', 'dropped'],
      ['pf:opsconsole bans', 'dropped'],
      ['pf6:opsconsole bans', 'dropped'],
    ]);
    for (const set of sets) {
      const members = await membersOf(memory, set);
      if (set.count !== undefined) expect(members, set.key).toHaveLength(set.count);
      // With it comes since when each is there.
      const verbose = set.counters || set.count !== undefined;
      expect(pfBackend.listMembers(set).argv.includes('-v'), set.key).toBe(verbose);
      expect(sets.find(({ key }) => key === set.twin)?.twin).toBe(set.key);
    }
    expect(sets.filter(({ table }) => table === undefined).every(({ count }) => count !== undefined)).toBe(
      true,
    );
    expect(await membersOf(memory, sets[4] as SetInfo)).toEqual(['192.0.2.1']);
  });

  it('without changing anything, or using a letter that means another thing on the other system', async () => {
    const memory = createPfMemory(system, { change: anchor });
    const before = JSON.stringify(memory.pf);
    await read(memory);
    expect(JSON.stringify(memory.pf)).toBe(before);
    for (const call of memory.calls)
      for (const word of call.split(' ').filter((one) => one.startsWith('-')))
        expect(['-a', '-s', '-t', '-T', '-v', '-vv']).toContain(word);
  });

  it('as far as it answers: what could not be read is said, not taken for nothing', async () => {
    const memory = createPfMemory(system);
    memory.host.on('pfctl -a * -s rules', { problem: problem('unreadable', 'pfctl said no') });
    memory.host.on('pfctl -v -s info', { problem: problem('unreadable', 'pfctl said no') });
    const { sets, gaps } = await read(memory);
    expect(gaps).toHaveLength(2);
    const guard = sets.find(({ key }) => key === 'pf:sshguard');
    expect(guard?.enforcement.kind).toBe('unknown');
    expect(guard?.findings?.[0]?.says).toMatch(/is not known/);
  });

  it('until it hangs: it is asked nothing more then, and that is said once', async () => {
    const memory = createPfMemory(system);
    const no = { problem: problem('timed-out', 'pfctl gave no answer within 10 s and was ended') };
    memory.host.on('pfctl -v -s info', no);
    const { sets, gaps } = await read(memory);
    expect(gaps).toEqual([
      expect.stringMatching(
        /^pfctl: pfctl gave no answer within 10 s and was ended; it was asked nothing more \(\d+\)$/,
      ),
    ]);
    expect(memory.host.ran.filter((line) => line.startsWith('pfctl'))).toHaveLength(3);
    expect(memory.host.ran).toContain('uname -sr');
    expect(sets.map(({ key }) => key)).toContain('pf:sshguard');
    memory.host.on(/^pfctl/, no);
    const before = memory.host.ran.length;
    expect(await readSets(pfBackend, (wish) => memory.host.run(wish))).toMatchObject({
      ok: false,
      problem: { code: 'timed-out' },
    });
    expect(memory.host.ran).toHaveLength(before + 1);
  });

  it('without rights, without pf, switched off', async () => {
    const check = async (change: (pf: Pf) => void): Promise<ReturnType<typeof checkPf>> => {
      const { host } = createPfMemory(system, { change });
      return checkPf(await readSets(pfBackend, (wish) => host.run(wish)));
    };
    const set = (how: Partial<Pf>) => (pf: Pf) => void Object.assign(pf, how);
    expect((await check(set({ device: 'denied' }))).says).toMatch(/Permission denied/);
    expect((await check(set({ device: 'missing' }))).says).toMatch(/no \/dev\/pf/);
    expect(await check(set({ enabled: false }))).toMatchObject({
      works: false,
      says: expect.stringMatching(/switched off/),
    });
    expect(await check(set({ tables: [] }))).toMatchObject({
      works: false,
      says: expect.stringMatching(/no table/),
    });
  });

  it('a table that went away between two questions is an error of that listing', async () => {
    const memory = createPfMemory(system);
    const { sets } = await read(memory);
    memory.pf.tables = [];
    const listed = await memory.host.run(pfBackend.listMembers(sets[0] as SetInfo));
    expect(listed.ok).toBe(false);
    expect(await memory.host.run(command(['pfctl', '-vv', '-s', 'Tables']))).toMatchObject({ ok: true });
  });
});
