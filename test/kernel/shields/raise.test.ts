// The whole of a raise on a real kernel: whom it limits, whom it leaves alone, what comes back, and who may do what while
// the shields are up.

import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { createJournal } from '../../../src/actions/journal/journal.ts';
import { createShields } from '../../../src/actions/shields/shields.ts';
import type { Command } from '../../../src/core/plan.ts';
import type { MeasureSpec, ShieldsNow } from '../../../src/core/shields.ts';
import type { Host } from '../../../src/host/host.ts';
import { onEnd } from '../acts/kit.ts';
import { type TestNet, type TestNs, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { SSH_PORT, startSshd } from '../hazards/sshd.ts';
import {
  currentOf,
  down,
  endWatchers,
  machineOf,
  openShields,
  type ShieldsKit,
  settingsOf,
  up,
} from './kit.ts';
import { smallDisk } from './revert-kit.ts';

const TOOLS = [
  'nft',
  'sysctl',
  'ss',
  'sshd',
  'ssh',
  'ssh-keygen',
  'ssh-keyscan',
  'conntrack',
  'mount',
  'setsid',
];
const WEB = 80;
const HIDDEN = 8080;

const FULL: readonly MeasureSpec[] = [
  { measure: 'syn-rate', perSecond: 5, burst: 10 },
  { measure: 'connections', max: 5 },
  { measure: 'unlisted-ports' },
  { measure: 'pin-ssh' },
  { measure: 'conntrack-timeouts', preset: 'siege' },
  { measure: 'conntrack-max', factor: 2 },
  { measure: 'tcp', syncookies: 1, synackRetries: 2, synBacklog: 4096 },
];
const SMALL: readonly MeasureSpec[] = [
  { measure: 'syn-rate', perSecond: 5, burst: 10 },
  { measure: 'tcp', syncookies: 1, synackRetries: 2, synBacklog: 4096 },
];
const small = { settings: settingsOf(SMALL) };

/** 30 connections at once: how many came through. */
async function opened(net: TestNet, client: TestNs, address: string, port = WEB): Promise<number> {
  const probes = Array.from({ length: 30 }, () => net.probeTcp(client, address, port, { boundMs: 700 }));
  return (await Promise.all(probes)).filter((answer) => answer === 'open').length;
}

function asUp(now: ShieldsNow): Extract<ShieldsNow, { kind: 'up' }> {
  if (now.kind === 'up') return now;
  throw new Error(`not up: ${JSON.stringify(now)}`);
}

const watcherOf = ({ place }: ShieldsKit, id: string): number =>
  Number(readFileSync(join(place.run, `${id}.watcher`), 'utf8'));

/** As if this much time had passed for these shields. */
function setDeadline({ place }: ShieldsKit, id: string, line: string): void {
  writeFileSync(join(place.dir, id, 'deadline'), `${line}\n`);
}

kernelSuite('shields against an attack', TOOLS, () => {
  const testNet = useTestNet({ clients: 4 });

  test('limit the hostile, spare the operator, another session and ordinary clients, and come down without a trace', async () => {
    const net = testNet();
    const [operator, other, attacker, ordinary] = [0, 1, 2, 3].map((index) => net.client(index)) as [
      TestNs,
      TestNs,
      TestNs,
      TestNs,
    ];
    for (const port of [WEB, HIDDEN]) await net.echoServer(net.server, port);
    const untrack = await net.trackConnections(net.server);
    const sshd = await startSshd(net);
    const kit = await openShields(net, { settings: settingsOf(FULL, { ports: [WEB], unattended: false }) });
    const flag = join(kit.folder, 'speak');
    // Silent until the flag is there: idle ssh sessions of two people, one over each family.
    const idle = `until [ -e ${flag} ]; do sleep 0.1; done; echo still-here`;
    const sessions = [sshd.run(operator, net.server.v4, idle), sshd.run(other, net.server.v6, idle)];
    const logins = () =>
      net.exec(net.server, ['sh', '-c', `ss -tnH state established sport = :${SSH_PORT} | wc -l`]);
    await vi.waitUntil(async () => Number((await logins()).stdout) >= 2, 10_000);
    await vi.waitUntil(async () => {
      const { stdout } = await net.exec(net.server, ['sh', '-c', `ss -tnpH sport = :${SSH_PORT}`]);
      return stdout.split('\n').filter((line) => line.includes('sshd')).length >= 2;
    }, 10_000);
    const before = await machineOf(net);

    const report = up(await kit.shields.raise());
    expect(report.leftOut.map(({ measure }) => measure)).toEqual(['conntrack-max']);
    expect(report.verified.join('\n')).toMatch(/counters move/);
    expect(report.verified.join('\n')).toMatch(/sshd answers on \S+:2222 in \d+ ms/);
    expect(report.verified.join('\n')).toMatch(/2 ssh peers are in the safe set/);
    expect(report.now).toMatchObject({ phase: 'trial', wall: 'standing' });

    for (const [family, address] of [
      ['v4', net.server.v4],
      ['v6', net.server.v6],
    ] as const) {
      expect(await opened(net, attacker, address), family).toBeLessThanOrEqual(14);
      expect(await net.probeTcp(ordinary, address, WEB), family).toBe('open');
      expect(await net.probeTcp(ordinary, address, HIDDEN, { boundMs: 300 }), family).toBe('dropped');
    }
    expect(await opened(net, operator, net.server.v4)).toBe(30);
    expect(await opened(net, other, net.server.v6)).toBe(30);
    expect(await net.probeTcp(operator, net.server.v4, HIDDEN)).toBe('open');
    const seen = asUp(await kit.shields.now());
    // Whoever reads is told what stands, not what was planned.
    expect(seen.leftOut).toEqual(report.leftOut);
    expect(seen.state.measures.map(({ measure }) => measure)).not.toContain('conntrack-max');
    expect(seen.dropped?.syn).toBeGreaterThan(10);
    expect(seen.dropped?.ports).toBeGreaterThan(0);

    // The general timeout is short now; both idle sessions keep a long one.
    const { stdout: flows } = await net.exec(net.server, [
      'conntrack',
      '-L',
      '-p',
      'tcp',
      '--dport',
      String(SSH_PORT),
    ]);
    const kept = flows.split('\n').filter((line) => /ESTABLISHED/.test(line));
    expect(kept.length).toBeGreaterThanOrEqual(1);
    for (const line of kept) expect(Number(line.split(/\s+/)[2]), line).toBeGreaterThan(100_000);

    const kept2 = await kit.shields.keep();
    expect(kept2).toMatchObject({ ok: true, value: { kind: 'up', phase: 'held' } });
    const lowered = down(await kit.shields.lower());
    expect(lowered.already).toBe(false);
    expect(lowered.outcome.dropped?.syn).toBeGreaterThan(10);
    expect(lowered.outcome.items.filter(({ result }) => result === 'drift' || result === 'failed')).toEqual(
      [],
    );
    expect(await machineOf(net)).toBe(before);
    expect(currentOf(kit.place)).toBeUndefined();

    writeFileSync(flag, '');
    for (const said of await Promise.all(sessions)) expect(said).toMatch(/still-here/);
    await untrack();

    const journal = createJournal(kit.journalPath);
    await journal.open();
    const rows = journal.rows(10);
    expect(rows.ok && rows.value.map(({ action, state, canUndo }) => [action, state, canUndo])).toEqual([
      ['shields', 'done', false],
      ['shields', 'undone', false],
    ]);
    expect(rows.ok && rows.value[1]?.commands.some(({ argv }) => argv[0] === 'nft')).toBe(true);
    journal.close();
  });

  test('are taken back at once when sshd, which answered before, does not answer any more', async () => {
    const net = testNet();
    await startSshd(net);
    const kit = await openShields(net, small);
    const before = await machineOf(net);
    let loaded = false;
    const deaf: Host = {
      ...kit.host,
      async run(command, signal) {
        const ran = await kit.host.run(command, signal);
        if (command.argv[0] === 'nft' && command.argv[1] === '-f') loaded = true;
        if (!loaded || command.argv[0] !== 'ssh-keyscan' || !ran.ok) return ran;
        return { ok: true, value: { ...ran.value, stdout: '', stderr: '' } };
      },
    };
    const report = await createShields({ ...kit.options, host: deaf }).raise();
    expect(report).toMatchObject({ kind: 'failed', undone: true });
    expect(report.kind === 'failed' && report.problem.summary).toMatch(/sshd on .* answered before/);
    expect(await machineOf(net)).toBe(before);
    expect(currentOf(kit.place)).toBeUndefined();
  });
});

kernelSuite('shields on machines that lack something', [...TOOLS, 'iptables', 'ip6tables', 'ipset'], () => {
  const testNet = useTestNet({ clients: 1 });
  const measures: readonly MeasureSpec[] = [
    { measure: 'syn-rate', perSecond: 5, burst: 10 },
    { measure: 'unlisted-ports' },
    { measure: 'pin-ssh' },
    { measure: 'conntrack-timeouts', preset: 'modest' },
  ];

  test('without nft: the same wall in iptables and ipset, and no trace of it after', async () => {
    const net = testNet();
    await net.echoServer(net.server, WEB);
    const kit = await openShields(net, { settings: settingsOf(measures, { ports: [WEB] }) });
    const before = await machineOf(net);
    const host: Host = {
      ...kit.host,
      which: async (tool) => (tool === 'nft' ? undefined : kit.host.which(tool)),
    };
    const shields = createShields({ ...kit.options, host });
    const report = up(await shields.raise());
    expect(report.now).toMatchObject({ wall: 'standing', state: { wall: 'iptables' } });
    for (const address of [net.server.v4, net.server.v6])
      expect(await opened(net, net.client(0), address)).toBeLessThanOrEqual(14);
    expect(asUp(await shields.now()).dropped?.syn).toBeGreaterThan(10);
    expect(await shields.keep()).toMatchObject({ ok: true, value: { wall: 'standing' } });
    down(await shields.lower());
    expect(await machineOf(net)).toBe(before);
  });

  test('a part that the kernel does not know is left out with what needs it; the others stand', async () => {
    const net = testNet();
    const kit = await openShields(net, { settings: settingsOf(measures, { ports: [WEB] }) });
    const before = await machineOf(net);
    const host: Host = {
      ...kit.host,
      run: (command, signal) =>
        command.argv[1] === '-c' && command.stdin?.includes('ct timeout') === true
          ? kit.host.run({ ...command, argv: ['false'] }, signal)
          : kit.host.run(command, signal),
    };
    const report = up(await createShields({ ...kit.options, host }).raise());
    expect(report.leftOut.map(({ measure }) => measure)).toContain('pin-ssh');
    expect(report.now.state.measures.map(({ measure }) => measure)).toContain('syn-rate');
    expect(report.now.wall).toBe('standing');
    down(await kit.shields.lower());
    expect(await machineOf(net)).toBe(before);
  });

  test('without any packet filter: the kernel settings alone', async () => {
    const net = testNet();
    const kit = await openShields(net, { settings: settingsOf([...measures, ...SMALL]) });
    const before = await machineOf(net);
    const filters = /^(?:nft|ip6?tables|ipset)/;
    const host: Host = {
      ...kit.host,
      which: async (tool) => (filters.test(tool) ? undefined : kit.host.which(tool)),
    };
    const report = up(await createShields({ ...kit.options, host }).raise());
    expect(report.now).toMatchObject({ wall: 'none', state: { wall: 'none' } });
    expect(report.now.state.measures.map(({ measure }) => measure)).toContain('tcp');
    down(await kit.shields.lower());
    expect(await machineOf(net)).toBe(before);
  });
});

kernelSuite('shields and those who use them', TOOLS, () => {
  const testNet = useTestNet({ clients: 1 });
  const open = (more: Parameters<typeof openShields>[1] = small): Promise<ShieldsKit> =>
    openShields(testNet(), more);

  test('nobody known to be safe: refused, unless allowed, unattended or on a console of the machine', async () => {
    const settings = settingsOf(SMALL, { unattended: false });
    const kit = await open({ settings });
    const report = await kit.shields.raise();
    expect(report.kind === 'refused' && report.reasons.join('\n')).toMatch(
      /your own address was not found[\s\S]*`allow`/,
    );
    expect(currentOf(kit.place)).toBeUndefined();
    const asked: Parameters<typeof openShields>[1][] = [
      { settings, allow: ['203.0.113.0/24'] },
      { settings, operator: { user: 'root', tty: '/dev/tty1', console: 'a' } },
      { settings, operator: { user: 'root', tty: '/dev/ttyS0', console: 'a' } },
    ];
    for (const more of asked) {
      const one = await open(more);
      up(await one.shields.raise());
      down(await one.shields.lower());
    }
    up(await kit.shields.raise({ unattended: true }));
    const pts = await open({ settings, operator: { user: 'root', tty: '/dev/pts/3', console: 'a' } });
    expect((await pts.shields.raise()).kind).toBe('refused');
  });

  test('raised twice, kept, renewed and lowered by another console: one truth for both', async () => {
    const before = await machineOf(testNet());
    const one = await open();
    const two = createShields({ ...one.options, operator: { user: 'other', console: 'two' } });
    expect(await two.keep()).toMatchObject({ ok: false, problem: { code: 'not-found' } });
    const first = up(await one.shields.raise());
    const second = up(await two.raise());
    expect([first.already, second.already]).toEqual([false, true]);
    expect(second.now.state).toEqual(first.now.state);
    expect(await two.keep()).toMatchObject({ ok: true, value: { phase: 'held' } });
    const held = asUp(await one.shields.now());
    expect(held.leftSeconds).toBeGreaterThan(3500);
    const renewed = await two.renew(7200);
    expect(renewed.ok && asUp(renewed.value).leftSeconds).toBeGreaterThan(7100);
    for (const wrong of [86_401, 30_000_000, 0, Number.NaN])
      expect(await two.renew(wrong)).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
    expect(down(await two.lower())).toMatchObject({
      already: false,
      outcome: { by: 'operator', complete: true },
    });
    expect(down(await one.shields.lower())).toMatchObject({
      already: true,
      outcome: { id: first.now.state.id },
    });
    expect(await machineOf(testNet())).toBe(before);
  });

  test('keeping shortens nothing, though the hold ends before the trial', async () => {
    const kit = await open({ settings: settingsOf(SMALL, { trialSeconds: 60, holdSeconds: 60 }) });
    const { state } = up(await kit.shields.raise()).now;
    setDeadline(kit, state.id, `trial ${Math.ceil(state.raisedUptime) + 100}`);
    const kept = await kit.shields.keep();
    expect(kept.ok && asUp(kept.value).leftSeconds).toBeGreaterThan(80);
    down(await kit.shields.lower());
  });

  test('two raises at the same moment: one raises, both say up', async () => {
    const before = await machineOf(testNet());
    const one = await open();
    const two = createShields(one.options);
    const reports = (await Promise.all([one.shields.raise(), two.raise()])).map(up);
    expect(reports.map(({ already }) => already).sort()).toEqual([false, true]);
    expect(new Set(reports.map(({ now }) => now.state.id)).size).toBe(1);
    down(await two.lower());
    expect(await machineOf(testNet())).toBe(before);
  });

  test('lowered by another console while they are being raised: nothing stays', async () => {
    const net = testNet();
    const before = await machineOf(net);
    const kit = await open();
    const second = createShields(kit.options);
    const meddled: Host = {
      ...kit.host,
      async run(command, signal) {
        // Right before the wall is loaded.
        if (command.argv[0] === 'nft' && command.argv[1] === '-f') await second.lower();
        return kit.host.run(command, signal);
      },
    };
    const report = await createShields({ ...kit.options, host: meddled }).raise();
    expect(report).toMatchObject({ kind: 'failed', undone: true, problem: { code: 'refused' } });
    expect(await machineOf(net)).toBe(before);
    expect(currentOf(kit.place)).toBeUndefined();
  });

  test('the trial runs out: the watcher lowers, and the next start writes it into the journal', async () => {
    const before = await machineOf(testNet());
    const kit = await open();
    const { now } = up(await kit.shields.raise({ trialSeconds: 1 }));
    await vi.waitUntil(() => currentOf(kit.place) === undefined, { timeout: 10_000, interval: 50 });
    await vi.waitUntil(async () => (await kit.shields.now()).kind === 'down', 5000);
    expect(await machineOf(testNet())).toBe(before);
    expect(await kit.shields.now()).toMatchObject({ kind: 'down', last: { by: 'timer', id: now.state.id } });
    expect(await kit.shields.keep()).toMatchObject({ ok: false });
    await kit.shields.recover();
    const journal = createJournal(kit.journalPath);
    await journal.open();
    const rows = journal.rows(10);
    expect(rows.ok && rows.value.map(({ summary, state }) => [state, summary])).toEqual([
      ['done', expect.stringMatching(/lowered: by their own timer/)],
      ['undone', expect.stringMatching(/raised/)],
    ]);
    journal.close();
  });

  test('raised by the automatic: no trial', async () => {
    const kit = await open();
    const { now } = up(await kit.shields.raise({ auto: true, holdSeconds: 600 }));
    expect(now).toMatchObject({ phase: 'held', state: { auto: true } });
    expect(now.leftSeconds).toBeGreaterThan(590);
    expect(down(await kit.shields.lower('auto'))).toMatchObject({ outcome: { by: 'auto' } });
  });

  test('a lost watcher is started again; overdue without one, the next start lowers', async () => {
    const before = await machineOf(testNet());
    const kit = await open();
    const { id } = up(await kit.shields.raise()).now.state;
    const first = watcherOf(kit, id);
    process.kill(first, 'SIGKILL');
    expect(await kit.shields.recover()).toBeUndefined();
    await vi.waitUntil(() => watcherOf(kit, id) !== first, 5000);
    const second = watcherOf(kit, id);
    process.kill(second, 'SIGKILL');
    setDeadline(kit, id, 'trial 1');
    expect(await kit.shields.keep()).toMatchObject({ ok: false, problem: { code: 'refused' } });
    expect(await kit.shields.recover()).toMatchObject({ by: 'recovery', complete: true });
    expect(await machineOf(testNet())).toBe(before);
    expect(await kit.shields.recover()).toBeUndefined();
  });

  test('an earlier boot: down for readers, and a new raise finishes it first', async () => {
    const kit = await open();
    const { id } = up(await kit.shields.raise()).now.state;
    process.kill(watcherOf(kit, id), 'SIGKILL');
    const { bootId } = asUp(await kit.shields.now()).state;
    for (const name of ['state.json', 'revert.sh']) {
      const path = join(kit.place.dir, id, name);
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replaceAll(bootId, '00000000-1111-2222-3333-444444444444'),
      );
    }
    expect(await kit.shields.now()).toMatchObject({ kind: 'down' });
    // The reboot would have taken the wall with it.
    await testNet().exec(testNet().server, ['nft', 'delete', 'table', 'inet', 'opsconsole_shields']);
    const again = up(await kit.shields.raise());
    expect(again.already).toBe(false);
    expect(again.now.state.id).not.toBe(id);
    down(await kit.shields.lower());
    await testNet().exec(testNet().server, [
      'sysctl',
      '-qw',
      'net.ipv4.tcp_synack_retries=5',
      'net.ipv4.tcp_max_syn_backlog=2048',
    ]);
  });

  test('what others change meanwhile is seen and left alone', async () => {
    const net = testNet();
    const kit = await open();
    up(await kit.shields.raise());
    await net.exec(net.server, ['nft', 'flush', 'set', 'inet', 'opsconsole_shields', 'armed']);
    expect(await kit.shields.now()).toMatchObject({ kind: 'up', wall: 'expired' });
    expect(await kit.shields.keep()).toMatchObject({ ok: true, value: { wall: 'standing' } });
    await net.exec(net.server, ['nft', 'flush', 'ruleset']);
    expect(await kit.shields.now()).toMatchObject({ kind: 'up', wall: 'gone' });
    await net.exec(net.server, ['sysctl', '-qw', 'net.ipv4.tcp_synack_retries=7']);
    const { outcome } = down(await kit.shields.lower());
    const of = (what: RegExp) => outcome.items.find((item) => what.test(item.what))?.result;
    expect([of(/synack_retries/), of(/nft table/), of(/syn_backlog/)]).toEqual([
      'drift',
      'already',
      'restored',
    ]);
    await net.exec(net.server, ['sysctl', '-qw', 'net.ipv4.tcp_synack_retries=5']);
  });

  test.each([
    ['corrupt', (text: string) => text.slice(0, 100), /cannot be understood/],
    ['newer', (text: string) => text.replace('"version": 1', '"version": 2'), /newer opsconsole/],
  ])(
    'a %s state: said with what to type, never raised over, and it can be lowered',
    async (_, spoil, words) => {
      const before = await machineOf(testNet());
      const kit = await open();
      const { id } = up(await kit.shields.raise()).now.state;
      const path = join(kit.place.dir, id, 'state.json');
      writeFileSync(path, spoil(readFileSync(path, 'utf8')));
      const now = await kit.shields.now();
      expect(now.kind === 'unknown' && now.problem.summary).toMatch(words);
      expect(now.kind === 'unknown' && now.problem.hint).toContain(
        `sh ${kit.place.dir}/${id}/revert.sh down operator`,
      );
      expect(await kit.shields.raise()).toMatchObject({ kind: 'failed', undone: true });
      expect(await kit.shields.recover()).toBeUndefined();
      expect(currentOf(kit.place)).toBe(id);
      down(await kit.shields.lower());
      expect(await machineOf(testNet())).toBe(before);
    },
  );

  test('a state directory that cannot be written: the memory disk takes its role', async () => {
    const before = await machineOf(testNet());
    const kit = await open();
    const inTheWay = join(kit.folder, 'file');
    writeFileSync(inTheWay, '');
    const place = { dir: join(inTheWay, 'state'), run: kit.place.run };
    const shields = createShields({ ...kit.options, place });
    const report = up(await shields.raise());
    expect(currentOf({ dir: place.run, run: place.run })).toBe(report.now.state.id);
    expect(await shields.keep()).toMatchObject({ ok: true });
    down(await shields.lower());
    expect(await machineOf(testNet())).toBe(before);
    expect(currentOf({ dir: place.run, run: place.run })).toBeUndefined();
  });

  test('lowered by somebody else in the middle of a step: what came after is taken back, too', async () => {
    const before = await machineOf(testNet());
    const kit = await open();
    const other = createShields(kit.options);
    let lowered: Promise<unknown> | undefined;
    const slow: Host = {
      ...kit.host,
      async run(command, signal) {
        if (command.argv[0] === 'sysctl' && lowered === undefined) {
          lowered = other.lower();
          await lowered;
        }
        return kit.host.run(command, signal);
      },
    };
    const report = await createShields({ ...kit.options, host: slow }).raise();
    expect(await lowered).toMatchObject({ kind: 'down', already: false });
    expect(report, JSON.stringify(report)).toMatchObject({ kind: 'failed', undone: true });
    expect(await machineOf(testNet())).toBe(before);
    expect(currentOf(kit.place)).toBeUndefined();
  });

  test('a full disk: the memory disk takes its role; both full: nothing is changed', async () => {
    const before = await machineOf(testNet());
    const kit = await open();
    const disk = smallDisk();
    for (let part = 0; part < 80; part++) {
      try {
        writeFileSync(join(disk, `fill-${part}`), Buffer.alloc(4096));
      } catch {
        break;
      }
    }
    const both = { dir: join(disk, 'state'), run: join(disk, 'run') };
    const none = await createShields({ ...kit.options, place: both }).raise();
    expect(none, JSON.stringify(none)).toMatchObject({ kind: 'failed', undone: true });
    expect(await machineOf(testNet())).toBe(before);
    const place = { dir: join(disk, 'state'), run: kit.place.run };
    const shields = createShields({ ...kit.options, place });
    const report = up(await shields.raise());
    expect(currentOf({ dir: place.run, run: place.run })).toBe(report.now.state.id);
    down(await shields.lower());
    expect(await machineOf(testNet())).toBe(before);
  });

  test.each(['lower', 'recover'] as const)(
    'a raiser that was killed with a command on its way: %s takes it back, too',
    async (way) => {
      const before = await machineOf(testNet());
      const kit = await open();
      const never = new Promise<never>(() => undefined);
      let onItsWay: Command | undefined;
      const dying: Host = {
        ...kit.host,
        read: (path, most) => (onItsWay === undefined ? kit.host.read(path, most) : never),
        run(command, signal) {
          if (onItsWay !== undefined) return never;
          if (command.argv[0] !== 'sysctl') return kit.host.run(command, signal);
          onItsWay = command;
          return never;
        },
      };
      void createShields({ ...kit.options, host: dying }).raise();
      await vi.waitUntil(() => onItsWay !== undefined, 10_000);
      // It lands when the script has passed that item.
      let landed = false;
      const late: Host = {
        ...kit.host,
        async run(command, signal) {
          const ran = await kit.host.run(command, signal);
          if (!landed && command.argv.includes('down') && onItsWay !== undefined) {
            landed = true;
            await kit.host.run(onItsWay);
          }
          return ran;
        },
      };
      const shields = createShields({ ...kit.options, host: late });
      if (way === 'lower') {
        const { outcome } = down(await shields.lower());
        expect(outcome.items.map(({ result }) => result)).toContain('restored');
      } else {
        const id = String(currentOf(kit.place));
        process.kill(watcherOf(kit, id), 'SIGKILL');
        writeFileSync(join(kit.place.dir, id, 'deadline'), 'raising 1\n');
        expect(await shields.recover()).toMatchObject({ by: 'recovery', complete: true });
      }
      expect(landed).toBe(true);
      expect(await machineOf(testNet())).toBe(before);
      expect(currentOf(kit.place)).toBeUndefined();
    },
  );

  test('an `allow` that spares all of IPv4 is said by preview and raise', async () => {
    const kit = await open({ allow: ['0.0.0.0/0'] });
    const said = expect.arrayContaining([expect.stringMatching(/^all of IPv4 is never limited/)]);
    expect(await kit.shields.preview()).toMatchObject({ kind: 'ready', warnings: said });
    expect(up(await kit.shields.raise()).warnings).toEqual(said);
    down(await kit.shields.lower());
  });

  test('without its script: what to type by hand is said', async () => {
    const before = await machineOf(testNet());
    const kit = await open();
    const { id } = up(await kit.shields.raise()).now.state;
    const script = join(kit.place.dir, id, 'revert.sh');
    renameSync(script, `${script}.away`);
    const report = await kit.shields.lower();
    expect(report.kind === 'failed' && report.problem.hint).toMatch(
      /nft delete table inet opsconsole_shields; sysctl -p .*before\.sysctl; then remove .*current/,
    );
    renameSync(`${script}.away`, script);
    down(await kit.shields.lower());
    expect(await machineOf(testNet())).toBe(before);
  });

  test('no place at all: nothing is changed', async () => {
    const before = await machineOf(testNet());
    const kit = await open();
    const inTheWay = join(kit.folder, 'file');
    writeFileSync(inTheWay, '');
    const shields = createShields({
      ...kit.options,
      place: { dir: join(inTheWay, 'a'), run: join(inTheWay, 'b') },
    });
    expect(await shields.raise()).toMatchObject({
      kind: 'failed',
      undone: true,
      problem: { code: 'no-space' },
    });
    expect(await machineOf(testNet())).toBe(before);
  });

  test('a journal that cannot be written does not stop them, and is said', async () => {
    const kit = await open();
    const inTheWay = join(kit.folder, 'file');
    writeFileSync(inTheWay, '');
    const shields = createShields({ ...kit.options, journal: join(inTheWay, 'journal.db') });
    const report = up(await shields.raise());
    expect(report.warnings.join('\n')).toMatch(/the journal could not be written/);
    down(await shields.lower());
  });

  test('a read-only console changes nothing', async () => {
    const kit = await open({ ...small, readOnly: true });
    expect((await kit.shields.raise()).kind).toBe('refused');
    expect(await kit.shields.keep()).toMatchObject({ ok: false });
    expect(await kit.shields.lower()).toMatchObject({ kind: 'down', already: true });
  });
});

kernelSuite('shields of a plain user', ['sudo', 'nft', 'setpriv', 'mount', 'ip'], () => {
  const ENTRY = new URL('../fixtures/shields-sudo.ts', import.meta.url).pathname;
  const AS_NOBODY = `mount -t tmpfs -o mode=755 tmpfs /etc/sudoers.d && ip link set lo up &&
    printf '%s\\n' "$1" > /etc/sudoers.d/test && chmod 440 /etc/sudoers.d/test && mkdir -p "$4" &&
    exec setpriv --reuid 65534 --regid 65534 --clear-groups "$2" "$3" "$4"`;

  test('with sudo: raised, read, kept and lowered; without it: refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oc-shields-sudo-'));
    onEnd(() => {
      endWatchers(folder);
      rmSync(folder, { recursive: true, force: true });
    });
    chmodSync(folder, 0o755);
    const asUser = async (rule: string) => {
      const argv = ['-mn', 'sh', '-c', AS_NOBODY, 'sh', rule, process.execPath, ENTRY, folder];
      return JSON.parse((await promisify(execFile)('unshare', argv)).stdout);
    };
    expect(await asUser('nobody ALL=(root) NOPASSWD: ALL')).toMatchObject({
      raised: { kind: 'up', already: false, now: { wall: 'standing' } },
      seen: { kind: 'up', phase: 'trial' },
      kept: { ok: true },
      lowered: { kind: 'down', outcome: { complete: true } },
      table: '',
    });
    expect(await asUser('# nothing')).toMatchObject({
      raised: { kind: 'failed', undone: true, problem: { code: 'not-permitted' } },
      lowered: { kind: 'down', already: true },
    });
  });
});
