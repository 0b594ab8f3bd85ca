// Desk and shields when another session is taken: new rules at once, and no act is cut off.

import { describe, expect, it } from 'vitest';
import type { Desk } from '../../../../src/actions/desk.ts';
import type { Shields } from '../../../../src/actions/shields/port.ts';
import { renewableDesk, renewableShields } from '../../../../src/cli/console/session-renew.ts';
import type { ActReport, SafeSet } from '../../../../src/core/act.ts';
import { ok } from '../../../../src/core/result.ts';
import { SESSION } from '../../../frames/shell-parts.ts';

const OTHER = { ...SESSION, allow: ['192.0.2.1'] };

describe('the desk', () => {
  function rig() {
    const told: string[] = [];
    const acts: PromiseWithResolvers<ActReport>[] = [];
    const made = renewableDesk(SESSION, ({ allow }): Desk => {
      const name = allow.join(' ');
      const act = Promise.withResolvers<ActReport>();
      acts.push(act);
      return {
        preview: async () => ({ kind: 'refused', reasons: [] }),
        perform: (token) => {
          told.push(`[${name}] ${token}`);
          return act.promise;
        },
        safeSet: async () => ({ at: 0, entries: [] }) as unknown as SafeSet,
        settle: async () => [],
        journal: async () => ok([]),
        fillEnds: (_, read) => Promise.resolve(read),
        close: () => told.push(`[${name}] closed`),
      };
    });
    return { told, acts, made };
  }

  it('is the same one while the rules are', () => {
    const { told, made } = rig();
    made.renew({ ...SESSION, theme: 'dark' });
    expect(told).toEqual([]);
  });

  it('finishes an act under the rules it began with, and closes then', async () => {
    const { told, acts, made } = rig();
    const running = made.now.perform('a');
    made.renew(OTHER);
    expect(told).toEqual(['[] a']);
    void made.now.perform('b');
    acts[0]?.resolve({} as ActReport);
    await running;
    expect(told).toEqual(['[] a', '[192.0.2.1] b', '[] closed']);
  });
});

describe('the shields', () => {
  it('are asked under the rules of now', async () => {
    const asked: string[] = [];
    const made = renewableShields(SESSION, ({ allow }) => {
      const shields: Pick<Shields, 'recover'> = {
        recover: async () => {
          asked.push(allow.join(' '));
          return undefined;
        },
      };
      return shields as Shields;
    });
    await made.now.recover();
    made.renew(OTHER);
    await made.now.recover();
    expect(asked).toEqual(['', '192.0.2.1']);
  });
});
