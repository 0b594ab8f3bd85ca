// Tightening on pf, on the stand-in: what is loaded, byte by byte, what stays as it was, and what must never run.

import { describe, expect, test } from 'vitest';
import { act, BSD, CONF, changing, net, open, proved, ready, refusedFor, withConf } from './pf-kit.ts';

const cut = (text: string) => ({ action: 'cut', nets: [net(text)] }) as const;
const tighten = (name: string, seconds: number) =>
  ({ action: 'tighten', change: { name, seconds } }) as const;

describe('tighten on FreeBSD', () => {
  test('one timeout: options only, merged, with all that would be forgotten, and back', async () => {
    const { pf, calls, desk } = open('freebsd15', {
      change: (state) => {
        state.files = { '/etc/pf.conf': `set keepcounters\n${CONF}` };
      },
    });
    const before = structuredClone(pf);
    const preview = ready(await desk.preview(tighten('tcp.established', 40_000)));
    expect(preview.plan.notes.join('\n')).toMatch(/3 established connections are silent|-O -m/);
    await proved(desk, tighten('tcp.established', 40_000));
    const text = (seconds: number): string =>
      `set skip on { lo0 }\nset syncookies adaptive (start 25%, end 12%)\nset keepcounters\nset timeout tcp.established ${seconds}\n`;
    const loads = (): readonly string[] => calls.filter((line) => line.includes('-f -'));
    expect(loads()).toEqual([`-n -O -m -f - < ${text(40_000)}`, `-O -m -f - < ${text(40_000)}`]);
    expect(pf).toEqual({
      ...before,
      timeouts: { ...before.timeouts, 'tcp.established': 40_000 },
    });
    await proved(desk, { action: 'undo' });
    expect(loads().slice(2)).toEqual([`-n -O -m -f - < ${text(86_400)}`, `-O -m -f - < ${text(86_400)}`]);
    expect(pf).toEqual(before);
  });

  test('a preset never loosens, says what ends, and undo leaves what somebody changed since', async () => {
    const { pf, desk } = open('freebsd15', {
      change: (state) => {
        state.timeouts['udp.single'] = 5;
      },
    });
    await proved(desk, { action: 'tighten', change: { preset: 'siege' } });
    expect(pf.timeouts).toMatchObject({ 'tcp.established': 7440, 'udp.single': 5, 'tcp.first': 30 });
    expect(pf.interfaces.filter(({ skip }) => skip).map(({ name }) => name)).toEqual(['lo0']);
    pf.timeouts['tcp.first'] = 31;
    expect(await refusedFor(desk, { action: 'undo' })).toContain(
      'tcp.first is 31 s now, not the 30 s that act wrote',
    );
  });

  test('options that are not understood are not touched', async () => {
    const { calls, desk } = open('freebsd15', {
      change: (state) => {
        state.options.syncookies = 'sometimes';
      },
    });
    expect(await refusedFor(desk, tighten('tcp.first', 60))).toContain('not all options of pf');
    expect(changing(calls)).toEqual([]);
  });
});

describe('tighten on OpenBSD', () => {
  test('behind its own file, with every timeout said again, after a dry run and a typed word', async () => {
    const { pf, calls, desk } = open('openbsd78', withConf(CONF));
    pf.timeouts['udp.first'] = 42;
    const preview = ready(await desk.preview(tighten('tcp.established', 40_000)));
    expect(preview).toMatchObject({ typed: 'reload', plan: { risk: 'disruptive' } });
    expect(preview.plan.notes.join('\n')).toContain('/etc/pf.conf is loaded again');
    await act(desk, tighten('tcp.established', 40_000));
    const loads = calls.filter((line) => line.includes('-f -'));
    expect(loads.map((line) => line.split(' < ')[0])).toEqual(['-n -f -', '-f -']);
    expect(loads[1]).toMatch(/^-f - < include "\/etc\/pf.conf"\nset timeout tcp.first 120\n/);
    expect(pf.timeouts).toMatchObject({ 'tcp.established': 40_000, 'udp.first': 42, frag: 60 });
    await act(desk, { action: 'undo' });
    expect(pf.timeouts).toMatchObject({ 'tcp.established': 86_400, 'udp.first': 42 });
  });

  test('rules that come out differently are said', async () => {
    const { desk } = open('openbsd78', withConf(CONF));
    const { summary } = await act(desk, tighten('tcp.first', 60));
    expect(summary).toContain('the rules are others than before');
  });

  test('a file with a mistake stops at the dry run', async () => {
    const { pf, desk } = open('openbsd78', withConf('block in from <oops\n'));
    const before = structuredClone(pf);
    const { outcome } = await act(desk, tighten('tcp.first', 60));
    expect(outcome).toMatchObject({ kind: 'failed', stepIndex: 0, undone: true });
    expect(pf).toEqual(before);
  });
});

test('no option of one system reaches the other, and nothing ever empties a ruleset', async () => {
  for (const system of BSD) {
    const { calls, desk } = open(system, withConf(CONF));
    await act(desk, cut('203.0.113.45'));
    await act(desk, { action: 'tighten', change: { preset: 'modest' } });
    await act(desk, { action: 'undo' });
    const options = calls.map((line) => line.split(' < ')[0] ?? '');
    expect(options.length).toBeGreaterThan(10);
    for (const line of options) {
      expect(line).not.toMatch(/-F|-d\b|-e\b/);
      if (system === 'openbsd78') expect(line).not.toMatch(/-[OmMA]\b/);
      else {
        expect(line).not.toMatch(/-[VLSR]\b/);
        if (/-f\b/.test(line)) expect(line).toMatch(/^(?:-n )?-O -m -f -$/);
      }
    }
  }
});
