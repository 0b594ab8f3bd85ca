// The shields on pf: raised into the anchor, kept, taken down by us and by the watcher, refused where nothing would evaluate
// them. A stand-in for pfctl; scripts, watcher and clock are real.

import { expect, test, vi } from 'vitest';
import { createShields } from '../../../src/actions/shields/shields.ts';
import type { Command } from '../../../src/core/plan.ts';
import type { Host } from '../../../src/host/host.ts';
import { pfctl } from '../../fakes/pfctl/run.ts';
import { kernelSuite } from '../harness/require.ts';
import { currentOf, down, up } from './kit.ts';
import { ANCHOR, openPf, type PfRig } from './pf-rig.ts';

const BOUND = { timeout: 60_000 };
const WAIT = { timeout: 20_000, interval: 100 };

/** All of pf but what a raise may change. */
const rest = ({ pf }: PfRig): unknown => {
  const { rules, tables, ...others } = pf.state();
  return {
    ...others,
    main: rules[''],
    tables: tables.filter(({ anchor }) => anchor === ''),
  };
};

const isLoad = ({ argv }: Command): boolean =>
  argv[0] === 'pfctl' && argv.includes('-f') && !argv.includes('-n');

/** As the host, but with another answer to some commands. */
function meddled(host: Host, how: (command: Command) => Command | 'never'): Host {
  return {
    ...host,
    run(command, signal) {
      const other = how(command);
      return other === 'never' ? new Promise(() => undefined) : host.run(other, signal);
    },
  };
}

kernelSuite('shields on pf', ['nsenter', 'mount', 'setsid'], () => {
  for (const system of ['freebsd15', 'openbsd78'] as const)
    test(`${system}: up, kept, down, and once more, without a trace`, BOUND, async () => {
      const rig = await openPf(system);
      const before = rest(rig);
      const shields = createShields(rig.options);
      for (let turn = 0; turn < (system === 'freebsd15' ? 2 : 1); turn++) {
        const report = up(await shields.raise());
        expect(report.verified.join('\n')).toContain('the main ruleset calls the anchor');
        expect(report.verified.join('\n')).toContain('1 ssh peer is in the safe set');
        expect(report.now).toMatchObject({ phase: 'trial', wall: 'standing', state: { wall: 'pf' } });
        expect(report.leftOut.map(({ measure }) => measure)).toContain('tcp');
        expect(rig.anchor().join('\n')).toMatch(
          /^block drop in quick proto tcp from ! <oc_safe> to self port 0:21 /,
        );
        expect(rig.tables().toSorted()).toEqual(['oc_over', 'oc_safe']);
        if (turn === 0) {
          expect(up(await shields.raise()).already).toBe(true);
          expect(await shields.keep()).toMatchObject({
            ok: true,
            value: { phase: 'held', wall: 'standing' },
          });
        }
        const { outcome, already } = down(await shields.lower());
        expect(already).toBe(false);
        expect(outcome.items).toEqual([
          { result: 'restored', what: 'pf anchor opsconsole/shields', detail: 'emptied' },
        ]);
        expect([rig.anchor(), rig.tables(), currentOf(rig.options.place)]).toEqual([[], [], undefined]);
        expect(down(await shields.lower()).already).toBe(true);
      }
      expect(rest(rig)).toEqual(before);
      const changing = rig.pf.calls().filter(({ argv }) => argv.some((word) => /^-[fFkKeOmd]$/.test(word)));
      for (const { argv } of changing)
        expect(argv.slice(argv.indexOf('-a'), 2 + argv.indexOf('-a'))).toEqual(['-a', ANCHOR]);
      expect(
        new Set(
          changing.map(({ argv }) =>
            argv
              .filter((word) => word !== '-n')
              .slice(2)
              .join(' '),
          ),
        ),
      ).toEqual(new Set(['-f -', '-F rules', '-F Tables']));
    });

  test('nobody keeps them: the watcher takes them down', BOUND, async () => {
    const rig = await openPf('openbsd78');
    const shields = createShields(rig.options);
    up(await shields.raise({ trialSeconds: 2 }));
    await vi.waitUntil(() => rig.anchor().length === 0 && currentOf(rig.options.place) === undefined, WAIT);
    // The lock goes before the outcome is written.
    await vi.waitUntil(async () => {
      const now = await shields.now();
      return now.kind === 'down' && now.last?.by === 'timer' && now.last.complete;
    }, WAIT);
  });

  test(
    'a console that dies between load and proof: the watcher takes back what was begun',
    BOUND,
    async () => {
      const rig = await openPf('freebsd15');
      let loaded = false;
      const host = meddled(rig.host, (command) => {
        if (loaded) return 'never';
        loaded = isLoad(command);
        return command;
      });
      void createShields({ ...rig.options, host, raisingSeconds: 3 }).raise();
      await vi.waitUntil(() => rig.anchor().length > 0, WAIT);
      await vi.waitUntil(() => rig.anchor().length === 0 && rig.tables().length === 0, WAIT);
      await vi.waitUntil(async () => (await createShields(rig.options).now()).kind === 'down', WAIT);
    },
  );

  test(
    'the clock is set, the machine restarts: the one moves nothing, the other ends it',
    BOUND,
    async () => {
      const rig = await openPf('freebsd15');
      const shields = createShields(rig.options);
      up(await shields.raise({ trialSeconds: 600 }));
      for (const day of [86_400, -86_400]) {
        rig.step(day);
        const before = rig.asked();
        // Two looks of the watcher at least.
        await vi.waitUntil(() => rig.asked() > before + 4, WAIT);
        const now = await shields.now();
        expect(now).toMatchObject({ kind: 'up', wall: 'standing' });
        expect(now.kind === 'up' && now.leftSeconds).toBeGreaterThan(500);
        expect(now.kind === 'up' && now.leftSeconds).toBeLessThanOrEqual(601);
      }
      expect(rig.anchor().length).toBeGreaterThan(0);
      // What a restart leaves of pf: the rules of pf.conf.
      rig.pf.change((pf) => {
        delete pf.rules[ANCHOR];
        pf.tables = pf.tables.filter(({ anchor }) => anchor === '');
      });
      rig.step(500);
      expect(await shields.now()).toEqual({ kind: 'down' });
      expect(await shields.recover()).toMatchObject({ complete: true, items: [{ result: 'already' }] });
      expect(currentOf(rig.options.place)).toBeUndefined();
    },
  );

  test(
    'without the line that calls the anchor, or with pf off: refused, nothing is changed',
    BOUND,
    async () => {
      const rig = await openPf('freebsd15', 'pass all\n');
      const before = rig.pf.state();
      const refused = await createShields(rig.options).raise();
      expect(refused.kind === 'refused' && refused.reasons.join('\n')).toMatch(
        /put `anchor "opsconsole\/\*"` into pf.conf/,
      );
      rig.pf.change((pf) => {
        pfctl(pf, { argv: ['-f', '-'], stdin: () => 'anchor "opsconsole/*"\npass all\n' });
        pf.enabled = false;
      });
      const off = await createShields(rig.options).raise();
      expect(off.kind === 'refused' && off.reasons.join('\n')).toContain('switched off');
      expect(rig.anchor()).toEqual([]);
      expect(rig.pf.state().tables).toEqual(before.tables);
      expect(currentOf(rig.options.place)).toBeUndefined();
    },
  );

  test('pfctl does not take the text: nothing is changed, dry or for real', BOUND, async () => {
    const rig = await openPf('openbsd78');
    const before = rest(rig);
    const broken = (command: Command): Command => ({ ...command, stdin: `${command.stdin}blokc all\n` });
    const all = meddled(rig.host, (one) => (one.argv.includes('-f') ? broken(one) : one));
    const dry = await createShields({ ...rig.options, host: all }).raise();
    expect(dry.kind).toBe('refused');
    const late = meddled(rig.host, (one) => (isLoad(one) ? broken(one) : one));
    const real = await createShields({ ...rig.options, host: late }).raise();
    expect(real).toMatchObject({ kind: 'failed', undone: true });
    expect([rig.anchor(), rig.tables(), currentOf(rig.options.place)]).toEqual([[], [], undefined]);
    expect(rest(rig)).toEqual(before);
  });

  test('rules that somebody else put into the anchor meanwhile are left alone, and said', BOUND, async () => {
    const rig = await openPf('freebsd15');
    const shields = createShields(rig.options);
    up(await shields.raise());
    rig.pf.change((pf) => {
      pfctl(pf, { argv: ['-a', ANCHOR, '-f', '-'], stdin: () => 'block in from 192.0.2.66\n' });
    });
    expect(await shields.now()).toMatchObject({ kind: 'up', wall: 'gone' });
    expect(down(await shields.lower()).outcome.items).toMatchObject([{ result: 'drift' }]);
    expect(rig.anchor()).toHaveLength(1);
    const refused = await shields.raise();
    expect(refused.kind === 'refused' && refused.reasons.join('\n')).toContain(
      'holds rules that are not ours',
    );
    expect(rig.anchor()).toHaveLength(1);
  });
});
