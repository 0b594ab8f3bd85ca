// Cutting on pf, on the stand-in of FreeBSD 15 and OpenBSD 7.8: what runs, word by word, and what is said of what is left.

import { describe, expect, test } from 'vitest';
import { act, BSD, changing, left, net, open, proved, ready, refusedFor } from './pf-kit.ts';

const cut = (text: string) => ({ action: 'cut', nets: [net(text)] }) as const;

describe('cut', () => {
  test('FreeBSD 15: what the host began, then every state that is left by its id and creator', async () => {
    const { pf, calls, desk } = open('freebsd15');
    const preview = ready(await desk.preview(cut('203.0.113.45')));
    expect(preview.plan.steps.map((step) => step.shown ?? step.command.argv.join(' '))).toEqual([
      'pfctl -k 203.0.113.45',
      'pfctl -K 203.0.113.45',
      [
        'pfctl -vv -s states',
        'then each state that is left, by its id: pfctl -k id -k ID/CREATORID (up to 3 rounds)',
      ],
    ]);
    expect(preview.plan.notes).toContain('6 live states are cut');
    const report = await desk.perform(preview.token);
    expect(report.summary).toBe('cut 6 flows of 203.0.113.45, none left');
    expect(changing(calls)).toEqual([
      '-k 203.0.113.45',
      '-K 203.0.113.45',
      '-k id -k 6812ab3400001003/5f3e9a1c',
      '-k id -k 6812ab3400001004/5f3e9a1c',
    ]);
    expect(left(pf, '203.0.113.45')).toBe(0);
    expect(pf.flows).toHaveLength(4);
    expect(pf.sources.map(({ address }) => address)).toEqual(['198.51.100.200']);
    const rows = await desk.journal(1);
    expect(rows.ok && rows.value[0]?.commands.map(({ argv }) => argv.join(' '))).toEqual([
      'pfctl -k 203.0.113.45',
      'pfctl -K 203.0.113.45',
      'pfctl -vv -s states',
      'pfctl -k id -k 6812ab3400001003/5f3e9a1c',
      'pfctl -k id -k 6812ab3400001004/5f3e9a1c',
    ]);
  });

  test('OpenBSD: both directions, then those of other routing domains by id', async () => {
    const { pf, calls, desk } = open('openbsd78');
    await proved(desk, cut('203.0.113.45'));
    expect(changing(calls)).toEqual([
      '-k 203.0.113.45',
      '-k 0.0.0.0/0 -k 203.0.113.45',
      '-K 203.0.113.45',
      '-k id -k 68c5a1f200002007/9a3c11e7',
    ]);
    expect(left(pf, '203.0.113.45')).toBe(0);
  });

  test('FreeBSD 13 and 14 take both forms, an unknown system only the one that works everywhere', async () => {
    for (const [uname, both] of [
      ['FreeBSD 13.2-RELEASE', true],
      ['FreeBSD 14.3-RELEASE-p2', true],
      ['FreeBSD 16.0-CURRENT', false],
      ['MidnightBSD 3.2', false],
    ] as const) {
      const { desk } = open('openbsd78', { uname });
      const { plan } = ready(await desk.preview(cut('203.0.113.45')));
      const lines = plan.steps.map(({ command }) => command.argv.join(' '));
      expect(lines.includes('pfctl -k 0.0.0.0/0 -k 203.0.113.45'), uname).toBe(both);
    }
  });

  test('many states go through one xargs, many networks by id alone', async () => {
    const { pf, calls, desk } = open('freebsd15', {
      change(state) {
        const [, , , outgoing] = state.flows;
        if (outgoing === undefined) throw new Error('no such flow');
        for (let at = 0; at < 40; at++)
          state.flows.push({
            ...outgoing,
            id: `ff${at.toString(16).padStart(2, '0')}`,
            left: `192.0.2.10:${4000 + at}`,
          });
      },
    });
    const nets = Array.from({ length: 12 }, (_, at) => net(`203.0.113.${40 + at}`));
    await proved(desk, { action: 'cut', nets });
    expect(left(pf, '203.0.113.45')).toBe(0);
    expect(pf.flows).toHaveLength(4);
    expect(changing(calls).slice(0, 2)).toEqual(['-K 203.0.113.45', '-k id -k 6812ab3400001000/5f3e9a1c']);
    expect(calls.filter((line) => line.startsWith('-k id'))).toHaveLength(46);
  });

  for (const system of BSD) {
    test(`${system}: IPv6, and a network`, async () => {
      const { pf, calls, desk } = open(system);
      await proved(desk, cut('2001:db8:bad::/48'));
      await proved(desk, { action: 'cut', nets: [net('198.51.100.0/24')] });
      expect(left(pf, '2001:db8:bad')).toBe(0);
      expect(left(pf, '198.51.100')).toBe(0);
      expect(left(pf, '203.0.113.45')).toBeGreaterThan(4);
      expect(calls.filter((line) => line.startsWith('-k ::/0'))).toEqual(
        system === 'openbsd78' ? ['-k ::/0 -k 2001:db8:bad::/48'] : [],
      );
    });

    test(`${system}: states that come again are cut again, and what stays after three rounds is said`, async () => {
      const { pf, desk } = open(system, {
        change: (state) => {
          const [first, , , fourth] = state.flows;
          if (first !== undefined) first.comesBack = 2;
          if (fourth !== undefined) fourth.comesBack = 99;
        },
      });
      const { outcome, summary } = await act(desk, cut('203.0.113.45'));
      expect(outcome).toMatchObject({ kind: 'done', proof: { kind: 'unproved' } });
      expect(summary).toContain('but 1 are in the table: made by rule 12 (pfctl -vv -s rules)');
      expect(left(pf, '203.0.113.45')).toBe(1);
    });

    test(`${system}: what pfctl says when the kernel is locked is handed on`, async () => {
      const { desk } = open(system, {
        change(state) {
          state.locked = true;
        },
      });
      const { summary } = await act(desk, cut('203.0.113.45'));
      expect(summary).toContain('DIOCKILLSTATES: Operation not permitted');
      expect(summary).toMatch(/^done, not proved: cut 0 flows, but \d are in the table/);
    });

    test(`${system}: a table of states that cannot be read or understood is not an empty one`, async () => {
      const denied = open(system, {
        change(state) {
          state.device = 'denied';
        },
      });
      expect(await refusedFor(denied.desk, cut('203.0.113.45'))).toContain('Permission denied');
      const odd = open(system, {
        change: (state) => {
          const [first] = state.flows;
          if (first !== undefined) first.right = 'somewhere:22';
        },
      });
      const { outcome } = await act(odd.desk, cut('203.0.113.45'));
      expect(outcome).toMatchObject({ proof: { kind: 'unproved' } });
      expect(JSON.stringify(outcome)).toContain('1 lines of the state table were not understood');
    });
  }
});
