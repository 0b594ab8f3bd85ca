// When a jail counts as blind, and which reason is given; how lines are counted by time.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { HourAndDay, JailLog, JailRow } from '../../../../src/core/jails.ts';
import type { Command } from '../../../../src/core/plan.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import type { Host } from '../../../../src/host/host.ts';
import { judge, type LogClues } from '../../../../src/sources/jails/health.ts';
import { lookAtJournal } from '../../../../src/sources/jails/journals.ts';
import { LineCounts } from '../../../../src/sources/jails/line-counts.ts';
import { findSuccessor } from '../../../../src/sources/jails/siblings.ts';

const counted = (hour: number, day: number, atLeast = false): HourAndDay => ({
  hour: { count: hour, atLeast },
  day: { count: day, atLeast },
});
const log = (extra: Partial<JailLog> = {}): JailLog => ({
  ...{ name: sanitise('/var/log/a.log'), path: '/var/log/a.log', state: 'read', lines: counted(50, 900) },
  ...extra,
});
type Judged = Pick<JailRow, 'logs' | 'reads' | 'matches' | 'failedTotal' | 'findSeconds'>;
const jail = (extra: Partial<Judged> = {}): Judged => ({
  ...{ reads: { kind: 'files', files: ['/var/log/a.log'] }, logs: [log()] },
  ...{ matches: counted(0, 0), failedTotal: 0, findSeconds: 600 },
  ...extra,
});
const sample = (extra: Partial<NonNullable<LogClues['sample']>> = {}): LogClues => ({
  sample: { lines: 100, stamped: 100, addressed: 90, skewMs: 200, ...extra },
});
const todo = (clues: LogClues, extra: Partial<Judged> = {}): string | undefined =>
  judge(jail(extra), [clues]).todo;

describe('a jail is', () => {
  it('well while it matches', () => {
    expect(judge(jail({ matches: counted(0, 3) }), [sample()]).kind).toBe('well');
    // Since the server started is all that is known.
    const { matches: _, ...without } = jail({ failedTotal: 4 });
    expect(judge(without, [sample()]).kind).toBe('well');
    expect(judge(jail({ matches: counted(0, 0, true), failedTotal: 4 }), [sample()]).kind).toBe('well');
  });

  it('blind when its log grows and nothing matches, also when something did before this day', () => {
    expect(judge(jail(), [sample()])).toMatchObject({
      kind: 'blind',
      says: expect.stringMatching(/^the log grows and nothing matches: 50 lines/),
    });
    expect(judge(jail({ failedTotal: 4 }), [sample()]).kind).toBe('blind');
  });

  it('blind with the likely reason', () => {
    expect(todo(sample({ addressed: 0 }))).toMatch(/carry no address/);
    expect(todo(sample({ stamped: 0 }))).toMatch(/needs a datepattern/);
    expect(todo(sample({ skewMs: 7_200_000 }))).toMatch(
      /2h behind this clock: older than its findtime of 10m/,
    );
    expect(todo(sample({ skewMs: -7_200_000 }))).toMatch(/2h ahead of this clock: look at the time zones/);
    expect(todo({ ...sample(), elsewhere: '_SYSTEMD_UNIT=ssh.service' })).toMatch(
      /come from _SYSTEMD_UNIT=ssh\.service now/,
    );
    expect(todo(sample())).toMatch(/no reason found/);
  });

  it('broken when what it reads is gone, or written under another name', () => {
    const gone = judge(jail({ logs: [log({ state: 'missing' })] }), [{ newer: '/var/log/a.log.1' }]);
    expect(gone).toMatchObject({
      kind: 'broken',
      todo: expect.stringMatching(/^\/var\/log\/a\.log\.1 is written now/),
    });
    const old = judge(jail({ logs: [log({ lines: counted(0, 0) })] }), [{ newer: '/var/log/b.log' }]);
    expect(old.kind).toBe('broken');
    const unit = judge(jail({ logs: [log({ lines: counted(0, 0) })] }), [
      { elsewhere: '_COMM=sshd-session' },
    ]);
    expect(unit.todo).toMatch(/_COMM=sshd-session/);
  });

  it('quiet where nothing is written, unknown where it cannot be told', () => {
    expect(judge(jail({ logs: [log({ lines: counted(0, 2) })] }), [sample()]).kind).toBe('quiet');
    const { lines: _, ...unread } = log({ state: 'denied' });
    expect(judge(jail({ logs: [unread] }), [{}])).toMatchObject({
      kind: 'unknown',
      says: expect.stringMatching(/may not be read/),
    });
    const { matches: __, failedTotal: ___, ...blank } = jail();
    expect(judge(blank, [sample()]).says).toMatch(/fail2ban\.log cannot be read/);
    expect(judge(jail({ reads: { kind: 'unknown' } }), []).kind).toBe('unknown');
  });
});

describe('lines by time', () => {
  const now = Date.parse('2026-11-21T12:02:00Z');
  const ago = (minutes: number) => unixMs(now - minutes * 60_000);

  it('are unknown before anything was read, and at least so many where only a part was', () => {
    const counts = new LineCounts();
    expect(counts.read(now)).toBeUndefined();
    counts.coversFrom(ago(120));
    counts.add(ago(119), 7);
    counts.add(ago(10), 3);
    expect(counts.read(now)).toEqual({
      hour: { count: 3, atLeast: false },
      day: { count: 10, atLeast: true },
    });
    expect(counts.lastAt).toBe(ago(10));
  });

  it('go out of the count with time', () => {
    const counts = new LineCounts();
    counts.coversFrom(ago(3000));
    counts.add(ago(0), 5);
    expect(counts.read(now + 2 * 3_600_000)).toMatchObject({ hour: { count: 0 }, day: { count: 5 } });
    expect(counts.read(now + 25 * 3_600_000)).toMatchObject({ day: { count: 0 } });
  });

  it('are never more than were added, nor is the hour more than the day', () => {
    const minutes = fc.array(fc.nat(4000), { maxLength: 200 });
    fc.assert(
      fc.property(minutes, (times) => {
        const counts = new LineCounts();
        counts.coversFrom(0);
        for (const time of times) counts.add(ago(time));
        const read = counts.read(now);
        const within = times.filter((time) => time < 24 * 60 - 5).length;
        expect(read?.day.count).toBeLessThanOrEqual(times.length);
        expect(read?.hour.count).toBeLessThanOrEqual(read?.day.count ?? -1);
        // Lines in order are all there.
        if (times.every((time, at) => at === 0 || time <= (times[at - 1] ?? 0)))
          expect(read?.day.count).toBeGreaterThanOrEqual(within);
      }),
    );
  });
});

it('the file that is written instead of one that is gone is the newest of its kind', async () => {
  const now = unixMs(1_800_000_000_000);
  const files: Readonly<Record<string, number>> = {
    '/var/log/auth.log.1': 60_000,
    '/var/log/auth.log.2.gz': 1000,
    '/var/log/auth.log-old': 7_200_000,
    '/var/log/mail.log': 10,
  };
  const host = {
    now: () => now,
    glob: async () => ({ ok: true as const, value: Object.keys(files) }),
    stat: async (path: string) =>
      files[path] === undefined
        ? { ok: false as const, problem: { code: 'not-found' as const, summary: 'gone' } }
        : {
            ok: true as const,
            value: { path, size: 1, inode: 1, mtime: unixMs(now - files[path]), kind: 'file' as const },
          },
  };
  expect(await findSuccessor(host, '/var/log/auth.log')).toBe('/var/log/auth.log.1');
  expect(await findSuccessor(host, '/var/log/web.log')).toBeUndefined();
  expect(await findSuccessor(host, '/var/l*g/auth.log')).toBeUndefined();
});

it('a journal that went silent is looked for under the names that it may have now', async () => {
  const asked: string[] = [];
  const host = {
    ...{ now: () => unixMs(1_800_000_000_000), privileged: true },
    stream: async () => ({
      ok: true as const,
      value: { stdout: '', stderr: '', exitCode: 0, durationMs: 1 },
    }),
    run: async ({ argv }: Command) => {
      asked.push(argv.at(-1) ?? '');
      const stdout = argv.includes('_COMM=sshd-session') ? '1800000000.000001 web sshd-session[1]: x\n' : '';
      return { ok: true as const, value: { stdout, stderr: '', exitCode: 0, durationMs: 1 } };
    },
  } as unknown as Host;
  const matches = '_SYSTEMD_UNIT=sshd.service + _COMM=sshd';
  const look = await lookAtJournal(host, matches, new AbortController().signal);
  expect(asked).toEqual(['_SYSTEMD_UNIT=ssh.service', '_COMM=sshd-session']);
  expect(look).toMatchObject({
    elsewhere: '_COMM=sshd-session',
    lines: { day: { count: 0, atLeast: false } },
  });
});
