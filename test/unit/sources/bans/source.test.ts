// The source against a host that answers from captures: how often programs start, and what the samples say.

import { expect, test } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { Command } from '../../../../src/core/plan.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok } from '../../../../src/core/result.ts';
import type { Host } from '../../../../src/host/host.ts';
import { startWorker } from '../../../../src/host/worker.ts';
import { listingCost, listMembersNow } from '../../../../src/sources/bans/list-members.ts';
import { createBansSource, createBansSources } from '../../../../src/sources/bans/source.ts';
import { AT, capture, ipset, nftSet, plainRows } from '../../firewall/build.ts';

type Answers = Readonly<Record<string, string>>;

/** Not on this host: their lists have tests of their own. */
const ABSENT = ['fail2ban-client', 'cscli', 'pfctl'];

function rig(answers: Answers, missing: readonly string[] = []) {
  const started: string[] = [];
  const state = { now: AT as number };
  const answer = (command: Command) => {
    const line = command.argv.join(' ');
    started.push(line);
    const stdout = answers[line];
    if (stdout === undefined) return fail(problem('bad-exit', `${line} failed`));
    return ok({ stdout, stderr: '', exitCode: 0, durationMs: 1 });
  };
  const no = () => Promise.reject(new Error('not in this test'));
  const host: Host = {
    kind: 'local',
    name: 'test',
    privileged: true,
    now: () => unixMs(state.now),
    run: async (command) => answer(command),
    stream: async (command, onChunk) => {
      const finished = answer(command);
      if (finished.ok) onChunk(Buffer.from(finished.value.stdout));
      return finished.ok ? ok({ ...finished.value, stdout: '' }) : finished;
    },
    read: async () => fail(problem('not-found', 'no such file')),
    which: async (tool) => ([...ABSENT, ...missing].includes(tool) ? undefined : `/usr/sbin/${tool}`),
    readChunks: no,
    stat: no,
    disk: no,
    glob: no,
    openPty: no,
    endPtys: no,
    follow: no,
  };
  return { host, started, state };
}

const text = (path: string): string => capture(path).toString();
const IPSET: Answers = {
  'ipset list -t': text('ipset/7.17/list-t.txt'),
  'iptables-save': text('iptables/1.8.9/iptables-save.txt'),
  'ip6tables-save': text('iptables/1.8.9/ip6tables-save.txt'),
  'ipset save f2b-http': text('ipset/7.17/save-f2b-http.txt'),
  'ipset save f2b-http6': text('ipset/7.17/save-f2b-http6.txt'),
};
const signal = new AbortController().signal;

test('one program a tick when nothing changes; rules and members only when due', async () => {
  const { host, started, state } = rig(IPSET, ['nft']);
  const source = createBansSource({ everyMs: 2000 });
  const first = await source.read(host, signal);
  if (!first.ok) throw new Error(first.problem.summary);
  expect(first.value.sets.find((set) => set.name === 'f2b-http')?.enforcement.kind).toBe('dropped');
  const listed = first.value.members.map((members) => members.set);
  expect(listed).toContain('ipset:f2b-http');
  // Sets of the capture without an answer here are named, not left out in silence.
  expect(first.value.gaps.join('\n')).toContain('ipset:drop-net');
  expect(started.filter((line) => line.includes('-legacy-save'))).toEqual([]);

  started.length = 0;
  state.now += 2000;
  const second = await source.read(host, signal);
  expect(second.ok && second.value.members).toEqual([]);
  // What could not be read stays said until it can be.
  expect(second.ok && second.value.gaps).toEqual(first.value.gaps);
  expect(started).toEqual(['ipset list -t']);

  // Before its time is not asked for.
  started.length = 0;
  state.now += 100;
  await source.read(host, signal);
  expect(started).toEqual(['ipset list -t']);

  started.length = 0;
  state.now += 11_000;
  await source.read(host, signal);
  expect(started).toContain('iptables-save');
});

test('ban chains are looked at each time, a host without them starts no program for that', async () => {
  const saves = {
    'iptables-save': text('iptables/1.8.9/bans-save.txt'),
    'ip6tables-save': text('iptables/1.8.9/bans6-save.txt'),
  };
  const others = ['nft', 'ipset', 'fail2ban-client', 'cscli', 'pfctl'];
  const started = async (answers: Answers): Promise<readonly string[]> => {
    const { host, started, state } = rig(answers, others);
    const source = createBansSource({ everyMs: 2000 });
    const first = await source.read(host, signal);
    expect(first.ok).toBe(true);
    started.length = 0;
    state.now += 2000;
    await source.read(host, signal);
    return started;
  };
  expect(await started(saves)).toEqual(['iptables-save']);
  const programs = ['iptables-save', 'ip6tables-save', 'iptables-nft-save', 'ip6tables-nft-save'];
  expect(await started(Object.fromEntries(programs.map((program) => [program, ''])))).toEqual([]);
});

test('somebody who acted or asked gets a whole new reading, however long ago the last one was', async () => {
  for (const sinceMs of [100, 1900, 60_000]) {
    const { host, started, state } = rig(IPSET, ['nft']);
    const source = createBansSource({ everyMs: 2000 });
    await source.read(host, signal);
    started.length = 0;
    state.now += sinceMs;
    await source.read(host, signal, { asked: true });
    expect(started).toContain('ipset save f2b-http');
    expect(started).toContain('iptables-save');
    expect(started).toContain('ip6tables-save');
  }
});

test('what was asked for and could not be read, or not yet, is read by the next tick', async () => {
  const { host, started, state } = rig(IPSET, ['nft']);
  const source = createBansSource({ everyMs: 2000 });
  const known = await source.read(host, signal);
  const failing: Host = { ...host, run: async () => fail(problem('timed-out', 'busy')) };
  expect((await source.read(failing, signal, { asked: true })).ok).toBe(false);
  // Every listing takes so long that only some fit into one reading.
  const slow: Host = {
    ...host,
    stream: (...given) => {
      state.now += 3000;
      return host.stream(...given);
    },
  };
  const saves = () => started.filter((line) => line.startsWith('ipset save'));
  // An empty one that stays empty has nothing to read again.
  const all = known.ok ? known.value.sets.filter((set) => set.count !== 0).length : 0;
  expect(all).toBeGreaterThan(2);
  started.length = 0;
  for (let tick = 1; tick < all; tick++) await source.read(slow, signal);
  // Two in the first tick, for which somebody waits, and then one in each.
  expect(saves().length).toBe(all);
  expect(new Set(saves()).size).toBe(all);
  expect(started.filter((line) => line === 'iptables-save').length).toBeGreaterThan(0);
});

test('on a busy machine the first look into an nft set may take longer', async () => {
  const answers = {
    'nft -j -t list ruleset': text('nft/1.0.6/ruleset.json'),
    'nft -t list ruleset': text('nft/1.0.6/ruleset.txt'),
  };
  for (const [tookMs, expected] of [
    [10, 800],
    [500, 3000],
    [9000, 3200],
  ] as const) {
    const { host, state } = rig(answers, ['ipset', 'iptables-save']);
    const bounds: number[] = [];
    const busy: Host = {
      ...host,
      run: (...given) => {
        state.now += tookMs;
        return host.run(...given);
      },
      stream: (command, ...rest) => {
        bounds.push(command.timeoutMs);
        return host.stream(command, ...rest);
      },
    };
    await createBansSource({ everyMs: 2000 }).read(busy, signal);
    expect(bounds[0]).toBe(expected);
  }
});

test('looks less often while nothing changes, and at its own pace again when something does', async () => {
  const { host, started, state } = rig(IPSET, ['nft']);
  const source = createBansSource({ everyMs: 2000 });
  for (const _ of [1, 2]) {
    await source.read(host, signal);
    expect(source.everyMs).toBe(2000);
    state.now += 8_000;
  }
  await source.read(host, signal);
  expect(source.everyMs).toBeGreaterThan(2000);
  started.length = 0;
  state.now += 11_000;
  await source.read(host, signal);
  expect(started).not.toContain('iptables-save');

  const more = rig({
    ...IPSET,
    'ipset list -t': (IPSET['ipset list -t'] ?? '').replace(/entries: \d+/, 'entries: 77'),
  });
  await source.read({ ...more.host, now: host.now, which: host.which }, signal);
  expect(source.everyMs).toBe(2000);
});

test('rules that cannot be read are a gap and unknown enforcement', async () => {
  const { 'iptables-save': _, ...others } = IPSET;
  const { host } = rig(others, ['nft']);
  const sample = await createBansSource({ everyMs: 2000 }).read(host, signal);
  if (!sample.ok) throw new Error(sample.problem.summary);
  expect(sample.value.gaps[0]).toBe('iptables-save: iptables-save failed');
  expect(sample.value.sets.find((set) => set.name === 'f2b-http')?.enforcement.kind).toBe('unknown');
});

test('no backend at all is no sets; none that answers is a problem', async () => {
  const empty = await createBansSource({ everyMs: 2000 }).read(
    rig({}, ['nft', 'ipset', 'iptables-save']).host,
    signal,
  );
  expect(empty).toMatchObject({ ok: true, value: { sets: [], members: [], gaps: [] } });
  const blind = await createBansSource({ everyMs: 2000 }).read(rig({}).host, signal);
  expect(blind).toMatchObject({ ok: false, problem: { code: 'bad-exit' } });
});

test('nft: the text listing only when the JSON changed, big sets on demand', async () => {
  const answers = {
    'nft -j -t list ruleset': text('nft/1.0.6/ruleset.json'),
    'nft -t list ruleset': text('nft/1.0.6/ruleset.txt'),
    'nft -j list set inet opsconsole ban4': text('nft/1.0.6/set-ban4.json'),
  };
  const { host, started, state } = rig(answers, ['ipset', 'iptables-save']);
  const sources = createBansSources({
    everyMs: 2000,
    limits: { ipsetMax: 1, nftMax: 2, nftProbeMs: 800 },
  });
  const first = await sources.bans.read(host, signal);
  if (!first.ok) throw new Error(first.problem.summary);
  expect(first.value.members.map((members) => members.length)).toEqual([4]);
  started.length = 0;
  state.now += 2000;
  await sources.bans.read(host, signal);
  expect(started).toEqual(['nft -j -t list ruleset']);
  // Four elements are more than the limit of two: not again unasked.
  state.now += 60_000;
  await sources.bans.read(host, signal);
  expect(started).not.toContain('nft -j list set inet opsconsole ban4');
  const set = first.value.sets.find((one) => one.name === 'ban4');
  if (set === undefined) throw new Error('no set');
  expect(await sources.list(host, set)).toMatchObject({ ok: true, value: { length: 4 } });
});

test('a big listing goes through the worker and reads the same, comments too', async () => {
  const { host } = rig(IPSET);
  const set = ipset({ name: 'f2b-http', count: 3 });
  const here = await listMembersNow(host, set);
  const there = await listMembersNow(host, set, { startWorker, expected: 1_000_000 });
  if (!here.ok || !there.ok) throw new Error('not listed');
  expect(plainRows(there.value)).toEqual(plainRows(here.value));
  expect(there.value.comments.size).toBe(1);
  const broken = await listMembersNow(rig({ 'ipset save f2b-http': 'nonsense\n' }).host, set, {
    startWorker,
    expected: 1_000_000,
  });
  expect(broken).toMatchObject({ ok: false, problem: { code: 'unreadable' } });
  const gone = await listMembersNow(rig({}).host, set, { startWorker, expected: 1_000_000 });
  expect(gone).toMatchObject({ ok: false, problem: { code: 'bad-exit' } });
});

test('what a listing costs is said first', () => {
  expect(listingCost(ipset({ count: 1_000_000 }))).toBe('listing its 1.0M elements takes about 2 s');
  expect(listingCost(nftSet(), 1_000_000)).toBe(
    'listing its 1.0M elements takes about 42 s and 1,250 MB in nft',
  );
  expect(listingCost(nftSet())).toContain('not known');
});
