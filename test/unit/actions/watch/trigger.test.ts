// When the watch raises, renews and lowers: told cases, and what must hold for every run of samples.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ShieldsFacts, WatchSample } from '../../../../src/actions/watch/signals.ts';
import {
  type Decision,
  INITIAL_TRIGGER,
  step,
  type TriggerState,
} from '../../../../src/actions/watch/trigger.ts';
import type { WatchSettings } from '../../../../src/core/shields.ts';

const SETTINGS: WatchSettings = {
  everyMs: 5000,
  load: 4,
  conntrack: 0.8,
  synRecv: 256,
  listenDrops: 10,
  newConnections: 1000,
  logRate: { file: '/var/log/a', lines: 1000 },
  raiseAfter: 3,
  lowerAfter: 4,
  leaveAt: 0.7,
  minimumHoldSeconds: 600,
  coolDownSeconds: 300,
  manualBlockSeconds: 1800,
  onRaise: [],
  onLower: [],
};
const DOWN: ShieldsFacts = { kind: 'down' };
const CALM = { load: 0.2, conntrack: { count: 10, max: 1000 }, synRecv: 0 } as const;
const ATTACK = { ...CALM, load: 9, synRecv: 3000 } as const;

type Look = Partial<WatchSample> & Readonly<{ shields?: ShieldsFacts }>;

/** Drives the machine through looks, `every` seconds apart; counters stand still unless a look says otherwise. */
function watch(settings: WatchSettings = SETTINGS, every = 5) {
  let state: TriggerState = INITIAL_TRIGGER;
  let uptime = 100_000;
  return {
    look({ shields = DOWN, ...sample }: Look = {}): Decision {
      uptime = sample.uptime ?? uptime + every;
      const whole: WatchSample = {
        ...CALM,
        listenDrops: 50,
        opened: 1000,
        log: { inode: 1, bytes: 5000, lineBytes: 100 },
        ...sample,
        uptime,
      };
      const stepped = step(state, { sample: whole, facts: shields }, settings);
      state = stepped.state;
      return stepped.decision;
    },
    many(times: number, look: Look): readonly string[] {
      return Array.from({ length: times }, () => this.look(look).kind);
    },
    up(more: Partial<Extract<ShieldsFacts, { kind: 'up' }>> = {}): ShieldsFacts {
      return {
        kind: 'up',
        id: 'aaaaaaaa',
        auto: true,
        raisedUptime: uptime,
        holdSeconds: 3600,
        leftSeconds: 3600,
        wall: 'standing',
        refused: 0,
        ...more,
      };
    },
    now: () => uptime,
  };
}

describe('raising', () => {
  it('takes load and one more signal, for raiseAfter samples in a row', () => {
    const at = watch();
    expect(at.many(2, ATTACK)).toEqual(['none', 'none']);
    expect(at.look(ATTACK)).toEqual({
      kind: 'raise',
      why: 'load per core 9 (over 4), SYN_RECV 3000 (over 256), 3 samples in a row',
    });
  });

  it('starts over when one sample in between was calm', () => {
    const at = watch();
    expect([...at.many(2, ATTACK), at.look().kind, ...at.many(2, ATTACK)]).not.toContain('raise');
    expect(at.look(ATTACK).kind).toBe('raise');
  });

  it.each<[string, Look]>([
    ['load alone', { load: 90 }],
    ['a second signal alone', { ...ATTACK, load: 0.5 }],
    ['load that is unknown', { ...ATTACK, load: undefined }],
    ['shields that are unknown', { ...ATTACK, shields: { kind: 'unknown' } }],
  ])('never by %s', (_, look) => {
    expect(watch().many(20, look)).not.toContain('raise');
  });

  it('knows each second signal by its own rate', () => {
    const grow: Record<string, (n: number) => Look> = {
      conntrack: () => ({ conntrack: { count: 850, max: 1000 } }),
      listenDrops: (n) => ({ listenDrops: 50 + n * 60 }),
      opened: (n) => ({ opened: n * 6000 }),
      log: (n) => ({ log: { inode: 1, bytes: n * 600_000, lineBytes: 100 } }),
    };
    for (const [name, signal] of Object.entries(grow)) {
      const at = watch();
      const kinds = Array.from({ length: 5 }, (_, n) => at.look({ load: 9, ...signal(n) }).kind);
      expect([name, kinds.includes('raise')]).toEqual([name, true]);
    }
  });

  it('takes counters that went backwards, another log file and a pause for unknown, not for an attack', () => {
    const at = watch();
    const huge = 4_000_000_000;
    const looks: Look[] = [
      { load: 9, opened: huge },
      { load: 9, opened: 5 },
      { load: 9, opened: huge, uptime: at.now() + 10_000 },
      { load: 9, log: { inode: 2, bytes: huge, lineBytes: 100 } },
      { load: 9, log: { inode: 3, bytes: 2 * huge, lineBytes: 100 } },
    ];
    expect(looks.map((look) => at.look(look).kind)).not.toContain('raise');
  });

  it('bears one sample that cannot be judged, not two', () => {
    const blind = { ...ATTACK, synRecv: undefined };
    const at = watch();
    at.many(2, ATTACK);
    expect([at.look(blind).kind, at.look(ATTACK).kind]).toEqual(['none', 'raise']);
    const other = watch();
    other.many(2, ATTACK);
    other.many(2, blind);
    expect(other.look(ATTACK).kind).toBe('none');
  });

  it('starts over after a suspend', () => {
    const at = watch();
    at.many(2, ATTACK);
    expect(at.look({ ...ATTACK, uptime: at.now() + 16 }).kind).toBe('none');
  });

  it('is tried again after a while when it did not come about', () => {
    const at = watch();
    const kinds = at.many(20, ATTACK);
    expect(kinds.flatMap((kind, n) => (kind === 'raise' ? [n] : []))).toEqual([2, 14]);
  });
});

describe('after a lowering', () => {
  const last = (by: 'person' | 'other', ageSeconds: number): ShieldsFacts => ({
    kind: 'down',
    last: { id: 'aaaaaaaa', by, ageSeconds },
  });
  const secondsUntilRaise = (at: ReturnType<typeof watch>, shields: ShieldsFacts): number => {
    const since = at.now();
    for (let n = 0; n < 1000; n++)
      if (at.look({ ...ATTACK, shields }).kind === 'raise') return at.now() - since;
    return Number.POSITIVE_INFINITY;
  };

  it.each([
    ['other', 300],
    ['person', 1800],
  ] as const)('by %s there is a time without raising', (by, seconds) => {
    const at = watch();
    at.look({ shields: at.up() });
    expect(secondsUntilRaise(at, last(by, 2))).toBeGreaterThanOrEqual(seconds);
  });

  it('a restarted watch knows of it from the outcome', () => {
    expect(secondsUntilRaise(watch(), last('person', 1000))).toBe(805);
    expect(secondsUntilRaise(watch(), last('person', 5000))).toBe(15);
    expect(secondsUntilRaise(watch(), last('person', -99_999))).toBeGreaterThanOrEqual(1800);
  });

  it('a step of the wall clock changes nothing that has been seen', () => {
    const at = watch();
    at.look({ shields: at.up() });
    at.look({ shields: last('person', 2) });
    expect(secondsUntilRaise(at, last('person', 9_999_999))).toBeGreaterThanOrEqual(1795);
  });

  it('an outcome that comes late still blocks', () => {
    const at = watch();
    at.look({ shields: at.up() });
    at.look({ shields: DOWN });
    expect(secondsUntilRaise(at, last('person', 5))).toBeGreaterThanOrEqual(1790);
  });
});

describe('while they are up', () => {
  const raised = (auto = true) => {
    const at = watch();
    const shields = at.up({ auto });
    at.look({ shields });
    return { at, shields };
  };

  it('lowers after the minimum hold, when it has been calm for lowerAfter samples', () => {
    const { at, shields } = raised();
    const kinds = at.many(130, { shields });
    expect(kinds.indexOf('lower')).toBe(118);
    expect(at.now() - 100_000).toBeGreaterThan(600);
  });

  it.each<[string, Look]>([
    ['a signal is between the thresholds', { synRecv: 200 }],
    ['a signal is unknown', { synRecv: undefined }],
    ['conntrack is only calm in the larger table', { conntrack: { count: 800, max: 2000 } }],
  ])('does not lower while %s', (_, look) => {
    const { at, shields } = raised();
    at.look({ shields: DOWN });
    expect(at.many(300, { ...look, shields })).not.toContain('lower');
  });

  it('does not lower while the wall refuses packets, or cannot be read', () => {
    const { at } = raised();
    let refused = 0;
    for (let n = 0; n < 300; n++) {
      refused += 500;
      expect(at.look({ shields: at.up({ raisedUptime: 0, refused }) }).kind).toBe('none');
    }
    const { refused: _, ...unread } = at.up({ raisedUptime: 0, wall: 'unknown' }) as Record<string, unknown>;
    expect(at.many(300, { shields: unread as ShieldsFacts })).not.toContain('lower');
  });

  it('high load does not keep them up', () => {
    const { at, shields } = raised();
    expect(at.many(130, { load: 90, shields })).toContain('lower');
  });

  it('renews the hold before it ends, while the attack lasts', () => {
    const { at } = raised();
    const left = (leftSeconds: number) => at.look({ ...ATTACK, shields: at.up({ leftSeconds }) });
    expect(left(61).kind).toBe('none');
    expect(left(59)).toEqual({ kind: 'renew', why: 'the attack lasts: SYN_RECV 3000 (over 256)' });
    expect(at.look({ synRecv: undefined, shields: at.up({ leftSeconds: 10 }) }).kind).toBe('none');
    expect(at.look({ shields: at.up({ leftSeconds: 10 }) }).kind).toBe('none');
  });

  it('leaves alone what a person raised', () => {
    const { at, shields } = raised(false);
    expect(new Set(at.many(500, { shields: { ...shields, leftSeconds: 5 } as ShieldsFacts }))).toEqual(
      new Set(['none']),
    );
    expect(at.look({ ...ATTACK, shields }).kind).toBe('none');
  });
});

describe('for every run of samples', () => {
  const amount = fc.oneof(
    fc.constant(undefined),
    fc.constant('absent' as const),
    fc.double({ noNaN: false }),
  );
  const counter = fc.oneof(fc.constant(undefined), fc.nat(1e6));
  const look = fc.record({
    gap: fc.oneof(fc.constant(5), fc.double({ min: -10, max: 40, noNaN: true })),
    load: fc.oneof(amount, fc.constantFrom(1, 9)),
    synRecv: fc.oneof(amount, fc.constantFrom(0, 3000)),
    listenDrops: counter,
    opened: counter,
    conntrack: fc.oneof(fc.constant(undefined), fc.record({ count: fc.nat(1000), max: fc.nat(1000) })),
  });
  const looks = fc.array(look, { maxLength: 60 });

  it('load alone never raises', () => {
    fc.assert(
      fc.property(looks, (run) => {
        const at = watch();
        for (const { gap, load } of run)
          expect(at.look({ load, uptime: at.now() + gap }).kind).not.toBe('raise');
      }),
    );
  });

  it('what is unknown neither raises nor lowers', () => {
    const nothing = { load: undefined, conntrack: undefined, synRecv: undefined };
    const unknown = { ...nothing, listenDrops: undefined, opened: undefined, log: undefined };
    fc.assert(
      fc.property(looks, fc.boolean(), (run, isUp) => {
        const at = watch();
        for (const each of run)
          at.look({
            ...each,
            uptime: at.now() + each.gap,
            shields: isUp ? at.up({ raisedUptime: 0 }) : DOWN,
          });
        const shields = isUp ? at.up({ raisedUptime: 0, leftSeconds: 1 }) : DOWN;
        expect(at.look({ ...unknown, shields }).kind).toBe('none');
      }),
    );
  });

  it('raised is raised for the minimum hold, lowered is lowered for the cool-down', () => {
    const pulse = fc.array(fc.record({ attack: fc.boolean(), samples: fc.integer({ min: 1, max: 200 }) }), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(pulse, (pulses) => {
        const at = watch();
        let shields: ShieldsFacts = DOWN;
        let changed: number | undefined;
        for (const { attack, samples } of pulses) {
          for (let n = 0; n < samples; n++) {
            const { kind } = at.look({ ...(attack ? ATTACK : {}), shields });
            if (kind === 'raise') {
              if (changed !== undefined) expect(at.now() - changed).toBeGreaterThanOrEqual(300);
              shields = at.up();
              changed = at.now();
            } else if (kind === 'lower') {
              expect(at.now() - (changed ?? 0)).toBeGreaterThanOrEqual(600);
              shields = { kind: 'down', last: { id: 'aaaaaaaa', by: 'other', ageSeconds: 1 } };
              changed = at.now();
            }
          }
        }
      }),
    );
  });
});
