// Every single program start of raising, keeping and lowering goes wrong in turn, in four ways; afterwards, once recovered,
// the machine is exactly as it was. Each way runs on several namespaces at once.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Shields } from '../../../src/actions/shields/port.ts';
import { createShields, type ShieldsOptions } from '../../../src/actions/shields/shields.ts';
import { problem } from '../../../src/core/problem.ts';
import { fail } from '../../../src/core/result.ts';
import type { MeasureSpec } from '../../../src/core/shields.ts';
import type { Host } from '../../../src/host/host.ts';
import { keepForAll } from '../acts/kit.ts';
import { createTestNet, type TestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { SSH_PORT, startSshd } from '../hazards/sshd.ts';
import { currentOf, machineOf, openShields, type ShieldsKit, settingsOf } from './kit.ts';

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
const WORKERS = 4;

/**
 * refuses: ends with an error, having done nothing. starts nothing more: so does all that comes after it (no room for
 * processes). silent: does it, but the answer is lost. dies: from then on our process is gone, before the program was started
 * or after it has done its work.
 */
const WAYS = ['refuses', 'starts nothing more', 'silent', 'dies before', 'dies after'] as const;
type Way = (typeof WAYS)[number];
const dies = (way: Way): boolean => way === 'dies before' || way === 'dies after';

type Faulty = Readonly<{ host: Host; calls(): number; hit: Promise<void>; wasHit(): boolean }>;

function breakAt(host: Host, at: number, way: Way): Faulty {
  let calls = 0;
  let dead = false;
  let hitNow: () => void = () => undefined;
  const hit = new Promise<void>((resolve) => {
    hitNow = resolve;
  });
  let wasHit = false;
  const never = new Promise<never>(() => undefined);
  const strike = (): void => {
    wasHit = true;
    dead = dies(way);
    hitNow();
  };
  return {
    calls: () => calls,
    hit,
    wasHit: () => wasHit,
    host: {
      ...host,
      read: (path, maxBytes) => (dead ? never : host.read(path, maxBytes)),
      glob: (pattern) => (dead ? never : host.glob(pattern)),
      async run(command, signal) {
        if (dead) return never;
        const mine = calls;
        calls += 1;
        const struck = mine === at || (way === 'starts nothing more' && at >= 0 && mine > at);
        if (!struck) return host.run(command, signal);
        if (way === 'silent' || way === 'dies after') await host.run(command, signal);
        strike();
        if (dies(way)) return never;
        const [code, words] =
          way === 'silent' ? (['timed-out', 'no answer'] as const) : (['bad-exit', 'refused'] as const);
        return fail(
          problem(code, `${command.argv[0]}: ${words} (a fault of the test)`, { argv: command.argv }),
        );
      },
    },
  };
}

type Bench = Readonly<{
  net: TestNet;
  kit: ShieldsKit;
  touched: string;
  options: ShieldsOptions;
  before: string;
}>;
type Phase = 'raise' | 'keep' | 'lower';

function profileFor(touched: string): readonly MeasureSpec[] {
  return [
    { measure: 'syn-rate', perSecond: 5, burst: 10 },
    { measure: 'connections', max: 50 },
    { measure: 'unlisted-ports' },
    { measure: 'pin-ssh' },
    { measure: 'tcp', syncookies: 1, synackRetries: 2, synBacklog: 4096 },
    {
      measure: 'run',
      name: 'mark',
      up: ['touch', touched],
      down: ['rm', '-f', touched],
      timeoutSeconds: 5,
    },
  ];
}

kernelSuite('each step of the shields going wrong', TOOLS, () => {
  const nets: TestNet[] = [];
  let benches: readonly Bench[] = [];
  let cleanUp: (() => Promise<void>) | undefined;
  let points = 0;
  beforeAll(async () => {
    for (let index = 0; index < WORKERS; index++) nets.push(await createTestNet({ clients: 1 }));
    benches = await Promise.all(nets.map(openBench));
    cleanUp = keepForAll();
  });
  afterAll(async () => {
    await cleanUp?.();
    for (const net of nets) await net.dispose();
  });

  async function machine({ net, touched }: Pick<Bench, 'net' | 'touched'>): Promise<string> {
    return `${await machineOf(net)}\n${existsSync(touched)}`;
  }

  async function openBench(net: TestNet): Promise<Bench> {
    const sshd = await startSshd(net);
    sshd.login(net.client(0), net.server.v4);
    await vi.waitUntil(async () => {
      const { stdout } = await net.exec(net.server, [
        'ss',
        '-tnpH',
        'state',
        'established',
        'sport',
        '=',
        `:${SSH_PORT}`,
      ]);
      return stdout.includes('sshd');
    }, 10_000);
    const kit = await openShields(net);
    const touched = join(kit.folder, 'touched');
    const options = {
      ...kit.options,
      settings: settingsOf(profileFor(touched), { ports: [80], unattended: false }),
    };
    const bench = { net, kit, touched, options, before: '' };
    return { ...bench, before: await machine(bench) };
  }

  const act = (shields: Shields, phase: Phase): Promise<unknown> =>
    phase === 'raise' ? shields.raise() : phase === 'keep' ? shields.keep() : shields.lower();

  const counted = new Map<Phase, number>();

  /** How many programs this phase starts when nothing goes wrong; the same whichever way it is to go wrong. */
  async function countCalls(bench: Bench, phase: Phase): Promise<number> {
    const known = counted.get(phase);
    if (known !== undefined) return known;
    if (phase !== 'raise') await createShields(bench.options).raise();
    const { host, calls } = breakAt(bench.kit.host, -1, 'refuses');
    const report = await act(createShields({ ...bench.options, host }), phase);
    expect(JSON.stringify(report), phase).toMatch(/"kind":"(?:up|down)"/);
    expect(await createShields(bench.options).lower(), phase).toMatchObject({ kind: 'down' });
    expect(await machine(bench), phase).toBe(bench.before);
    counted.set(phase, calls());
    return calls();
  }

  /** What brings the machine back: the next start of ours, the watcher alone, or a person who lowers. */
  async function recovered(bench: Bench, by: 'start' | 'watcher' | 'person'): Promise<void> {
    const fresh = createShields(bench.options);
    const id = currentOf(bench.kit.place);
    if (id === undefined) return;
    if (by === 'person') {
      expect(await fresh.lower()).toMatchObject({ kind: 'down' });
      return;
    }
    // Time passes: the deadline of whatever phase it was in is over.
    writeFileSync(join(bench.kit.place.dir, id, 'deadline'), 'raising 1\n');
    const isWatched = existsSync(join(bench.kit.place.run, `${id}.watcher`));
    if (by === 'start' || !isWatched) await fresh.recover();
    await vi.waitUntil(() => currentOf(bench.kit.place) === undefined, { timeout: 10_000, interval: 20 });
    await vi.waitUntil(() => existsSync(join(bench.kit.place.run, `${id}.outcome`)), 10_000);
  }

  async function tryPoint(
    bench: Bench,
    phase: Phase,
    { at, way }: Readonly<{ at: number; way: Way }>,
  ): Promise<boolean> {
    const label = `${phase}, call ${at}: ${way}`;
    if (phase !== 'raise')
      expect(await createShields(bench.options).raise(), label).toMatchObject({ kind: 'up' });
    const { host, hit, wasHit, calls } = breakAt(bench.kit.host, at, way);
    const acted = act(createShields({ ...bench.options, host }), phase);
    const report = await (dies(way) ? Promise.race([hit, acted]) : acted);
    if (!wasHit()) {
      await createShields(bench.options).lower();
      return false;
    }
    expect(calls(), label).toBeGreaterThan(at);
    const undone =
      typeof report === 'object' && report !== null && 'undone' in report ? report.undone : undefined;
    if (undone !== undefined && way !== 'starts nothing more')
      expect(undone, `${label}: ${JSON.stringify(report)}`).toBe(true);
    if (undone === true) expect(currentOf(bench.kit.place), label).toBeUndefined();
    if (dies(way) || way === 'starts nothing more')
      await recovered(bench, at % 2 === 0 ? 'start' : 'watcher');
    else await recovered(bench, 'person');
    expect(currentOf(bench.kit.place), label).toBeUndefined();
    expect(await machine(bench), label).toBe(bench.before);
    return true;
  }

  async function tryAll(phase: Phase, way: Way): Promise<number> {
    const [first] = benches;
    if (first === undefined) throw new Error('no namespace');
    const total = await countCalls(first, phase);
    let next = 0;
    let tried = 0;
    const wrong: string[] = [];
    await Promise.all(
      benches.map(async (bench) => {
        while (next < total) {
          const at = next;
          next += 1;
          try {
            if (await tryPoint(bench, phase, { at, way })) tried += 1;
          } catch (error) {
            // The others go on: the next point starts from a clean machine, or says so.
            wrong.push(error instanceof Error ? error.message : String(error));
            await createShields(bench.options).lower();
          }
        }
      }),
    );
    expect(wrong).toEqual([]);
    points += tried;
    return tried;
  }

  test.each(WAYS)(
    'raise: a call that %s',
    async (way) => {
      const tried = await tryAll('raise', way);
      expect(tried).toBeGreaterThanOrEqual(15);
    },
    120_000,
  );

  test.each(WAYS)(
    'keep and lower: a call that %s',
    async (way) => {
      expect(await tryAll('keep', way)).toBeGreaterThanOrEqual(3);
      expect(await tryAll('lower', way)).toBeGreaterThanOrEqual(1);
    },
    120_000,
  );

  test('these were enough points', () => {
    expect(points).toBeGreaterThanOrEqual(95);
  });
});
