// What systemd 252 and monit 5.33 really answered (a user instance and a daemon of their own, in private namespaces), and what
// no tool ever would.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import { type Asking, askThings, readStatus } from '../../../../src/core/services/ask.ts';
import { DETACHED, stepsFor } from '../../../../src/core/services/commands.ts';
import { parseMonitStatus } from '../../../../src/core/services/parse-monit.ts';
import {
  parseFailedUnits,
  parseSystemdShow,
  parseTimestamp,
} from '../../../../src/core/services/parse-systemd.ts';
import { isThing, type Manager, type Thing, unitName } from '../../../../src/core/services/thing.ts';
import { createFakeHost, type FakeHost } from '../../../fakes/fake-host.ts';

const capture = (name: string): string => readFileSync(`test/captures/${name}.txt`, 'utf8');
const NOW = unixMs(Date.parse('2026-11-21T22:30:00Z'));

describe('systemctl show', () => {
  const units = ['wiki.service', 'crash.service', 'nonesuch.service', 'alias.service'];

  it('reads states, restarts, times and pids; what is not set is not known', () => {
    const read = parseSystemdShow(capture('systemd/252/show'), units);
    const since = unixMs(Date.parse('2026-11-21T22:22:14Z'));
    expect(Object.fromEntries(read)).toEqual({
      'wiki.service': { state: 'running', says: 'active (running)', since, restarts: 0, pid: 28 },
      'crash.service': {
        state: 'failed',
        says: 'failed (exit-code, status 3)',
        since: since + 1000,
        restarts: 5,
      },
      'nonesuch.service': { state: 'absent', says: 'no such unit', restarts: 0 },
      'alias.service': { state: 'running', says: 'active (running)', since, restarts: 0, pid: 28 },
    });
  });

  it('knows a job that has not ended from its number', () => {
    const read = parseSystemdShow(capture('systemd/252/show-job'), ['slow.service']).get('slow.service');
    expect(read).toMatchObject({ state: 'changing', says: 'activating (start)', pid: 40 });
    const queued = 'Id=a.service\nActiveState=active\nSubState=running\nJob=7\n';
    expect(parseSystemdShow(queued, ['a.service']).get('a.service')?.state).toBe('changing');
  });

  it.each([
    ['MemoryCurrent=18446744073709551615', {}],
    ['MemoryCurrent=[not set]', {}],
    ['MemoryCurrent=5308416', { memoryBytes: 5_308_416 }],
    ['NRestarts=[not set]', {}],
    ['MainPID=0', {}],
  ])('%s', (line, extra) => {
    const text = `Id=a.service\nActiveState=inactive\nSubState=dead\n${line}\n`;
    expect(parseSystemdShow(text, ['a.service']).get('a.service')).toEqual({
      ...{ state: 'stopped', says: 'inactive (dead)' },
      ...extra,
    });
  });

  it('lists failed units, and times only of a zone that it knows', () => {
    expect(parseFailedUnits(capture('systemd/252/list-failed'))).toEqual(['crash.service']);
    expect(parseTimestamp('Sat 2026-11-21 22:22:14 CET')).toBeUndefined();
    expect(parseTimestamp('n/a')).toBeUndefined();
  });
});

describe('monit -B status', () => {
  it('reads processes and other checks', () => {
    const read = parseMonitStatus(capture('monit/5.33.0/status'), NOW);
    expect(Object.fromEntries(read)).toEqual({
      wiki: { state: 'running', says: 'ok', since: NOW, memoryBytes: 1_677_722, pid: 32_698 },
      gone: { state: 'failed', says: 'does not exist' },
      conf: { state: 'running', says: 'ok' },
      test: { state: 'failed', says: 'status failed' },
      here: { state: 'running', says: 'ok' },
    });
  });

  it('does not know what it no longer looks at', () => {
    const pending = parseMonitStatus(capture('monit/5.33.0/stop-pending'), NOW).get('wiki');
    expect(pending).toMatchObject({ state: 'changing', says: 'ok - stop pending' });
    const stopped = parseMonitStatus(capture('monit/5.33.0/stopped'), NOW).get('wiki');
    expect(stopped).toEqual({ state: 'unknown', says: 'not monitored' });
  });

  it('reads its spans of time', () => {
    const since = (uptime: string): number | undefined =>
      parseMonitStatus(
        `Process 'a'\n  status                       OK\n  uptime                       ${uptime}\n`,
        NOW,
      ).get('a')?.since;
    expect(since('1d 2h 3m')).toBe(NOW - 93_780_000);
    expect(since('9h 39m')).toBe(NOW - 34_740_000);
    expect(since('soon')).toBeUndefined();
  });
});

describe('the exit status of a status command', () => {
  test.each([
    [0, 'running'],
    [1, 'stopped'],
    [2, 'stopped'],
    [3, 'stopped'],
    [4, 'unknown'],
    [8, 'changing'],
    [16, 'stopped'],
    [32, 'failed'],
    [77, 'unknown'],
  ])('%i: %s', (exitCode, state) => {
    expect(readStatus({ exitCode, stdout: '', stderr: '' }).state).toBe(state);
  });

  it('says its first line, without colours', () => {
    const stdout = '\n\u001b[32m * \u001b[0mstatus: started\nmore\n';
    expect(readStatus({ exitCode: 0, stdout, stderr: '' }).says).toBe('* status: started');
  });
});

const thing = (name: string, by: Manager): Thing => ({ what: 'service', name, by });
const asking = (host: FakeHost, extra: Partial<Asking> = {}): Asking => ({
  run: (command) => host.run(command),
  now: () => host.now(),
  ...{ privileged: true, commands: true },
  ...extra,
});

describe('asking', () => {
  it('starts one program for all units, one for monit, one for each command', async () => {
    const host = createFakeHost()
      .on('env TZ=UTC systemctl show', { stdout: capture('systemd/252/show') })
      .on('monit -B status', { stdout: capture('monit/5.33.0/status') })
      .on('service mail status', { exitCode: 1 });
    const things = [
      thing('wiki', { kind: 'systemd', unit: 'wiki.service' }),
      thing('page', { kind: 'monit', check: 'wiki' }),
      thing('crash', { kind: 'systemd', unit: 'crash.service' }),
      thing('other', { kind: 'monit', check: 'other' }),
      thing('mail', { kind: 'argv', status: ['service', 'mail', 'status'] }),
      thing('feed', { kind: 'argv', start: ['feed'] }),
    ];
    const read = await askThings(asking(host), things);
    expect(read.map((one) => (one.ok ? one.value.state : one.problem))).toEqual([
      ...['running', 'running', 'failed', 'absent', 'stopped', 'unknown'],
    ]);
    expect(host.ran).toHaveLength(3);
    expect(host.commands[0]?.argv.slice(-3)).toEqual(['--', 'wiki.service', 'crash.service']);
  });

  it('runs no command of the file where none may run, and says what does not answer', async () => {
    const own = thing('mail', { kind: 'argv', status: ['service', 'mail', 'status'] });
    const [quiet] = await askThings(asking(createFakeHost(), { commands: false }), [own]);
    expect(quiet?.ok && quiet.value.state).toBe('unknown');
    const host = createFakeHost().on('monit -B status', {
      exitCode: 1,
      stderr: 'Monit: the monit daemon is not running',
    });
    const [down] = await askThings(asking(host), [thing('wiki', { kind: 'monit', check: 'wiki' })]);
    expect(down?.ok === false && down.problem.summary).toBe('monit does not answer');
  });
});

describe('names', () => {
  it.each([
    ['nginx', 'nginx.service'],
    ['getty@tty1', 'getty@tty1.service'],
    ['backup.timer', 'backup.timer'],
    ['reboot.target', undefined],
    ['-H evil', undefined],
    ['--user', undefined],
    ['a/b', undefined],
    ['*', undefined],
  ])('%s', (written, unit) => {
    expect(unitName(written)).toBe(unit);
  });

  it('a thing of a journal is taken only in exactly its shape', () => {
    expect(isThing(thing('wiki', { kind: 'systemd', unit: 'wiki.service' }))).toBe(true);
    expect(isThing(thing('wiki', { kind: 'systemd', unit: '--user' }))).toBe(false);
    expect(isThing({ ...thing('wiki', { kind: 'argv' }), by: { kind: 'argv', stop: [] } })).toBe(false);
    expect(isThing({ ...thing('wiki', { kind: 'argv' }), by: { kind: 'argv', stop: 'rm' } })).toBe(false);
    expect(isThing(null)).toBe(false);
  });
});

describe('whatever a tool says', () => {
  const printable = /^[^\p{Cc}\p{Cf}]*$/u;
  test('never throws and is never shown as it came', () => {
    const words = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'Id=a.service',
        'ActiveState=',
        "Process 'a'",
        '  status                       ',
        '\n',
        '=',
      ),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), fc.nat(255), (parts, exitCode) => {
        const text = parts.join('\n');
        const readings = [
          ...parseSystemdShow(text, ['a.service']).values(),
          ...parseMonitStatus(text, NOW).values(),
          readStatus({ exitCode, stdout: text, stderr: text }),
        ];
        for (const { says, pid = 1, memoryBytes = 1, restarts = 0 } of readings) {
          expect(printable.test(says)).toBe(true);
          for (const count of [pid, memoryBytes]) expect(count).toBeGreaterThan(0);
          expect(Number.isSafeInteger(restarts)).toBe(true);
        }
        expect(parseFailedUnits(text).every((unit) => printable.test(unit))).toBe(true);
      }),
    );
  });

  test('the words of a declaration stay words', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), ([program = 'x', ...args]) => {
        const [step] = stepsFor(thing('a', { kind: 'argv', stop: [program, ...args] }), 'stop') ?? [];
        expect(step?.command.argv).toEqual([...DETACHED, program, ...args]);
      }),
    );
  });
});
