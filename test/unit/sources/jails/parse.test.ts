// What fail2ban 1.0.2 prints of its jails, its log, and of a test of a filter; and any other bytes.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterIn, readIni } from '../../../../src/sources/jails/filter-name.ts';
import {
  fileTestCommand,
  journalTestCommand,
  namesJails,
  readFilterTest,
} from '../../../../src/sources/jails/filter-test.ts';
import { journalCommand } from '../../../../src/sources/jails/journals.ts';
import {
  journalWords,
  parseJailActions,
  parseJailStatus,
  parseLogLevel,
  parseLogPaths,
  parseLogTarget,
} from '../../../../src/sources/jails/parse.ts';
import { readServerEvent, ServerLog } from '../../../../src/sources/jails/server-log.ts';

const capture = (name: string): string => readFileSync(`test/captures/fail2ban/1.0.2/${name}`, 'utf8');
const NOW = Date.parse('2026-11-21T20:00:00Z');

describe('fail2ban-client', () => {
  it('tells the counts of a jail, and its journal where it reads one', () => {
    expect(parseJailStatus(capture('status-jail.txt'))).toEqual({
      ...{ failedNow: 0, failedTotal: 4, bannedNow: 0, bannedTotal: 2 },
    });
    const journal = capture('status-jail.txt').replace(
      /File list:.*/,
      'Journal matches:\t_SYSTEMD_UNIT=ssh.service + _COMM=sshd',
    );
    expect(parseJailStatus(journal)?.matches).toBe('_SYSTEMD_UNIT=ssh.service + _COMM=sshd');
    expect(parseJailStatus(capture('status.txt'))).toBeUndefined();
    expect(parseJailStatus('Status for the jail: x\n|- Filter\n')).toEqual({});
  });

  it('tells files, actions, where it logs', () => {
    expect(parseLogPaths(capture('get-logpath.txt').trimEnd())).toEqual([
      '/var/log/test/web.log',
      '/var/log/test/auth.log',
    ]);
    expect(parseLogPaths('No file is currently monitored')).toEqual([]);
    expect(parseJailActions(capture('get-actions.txt').trimEnd())).toEqual(['iptables-ipset-proto6']);
    expect(parseJailActions(capture('get-actions-none.txt').trimEnd())).toEqual([]);
    expect(parseLogTarget(capture('get-logtarget.txt'))).toBe('/var/log/fail2ban.log');
    expect(parseLogLevel(capture('get-loglevel.txt'))).toBe('INFO');
    for (const parse of [parseLogPaths, parseJailActions, parseLogTarget, parseLogLevel])
      expect(parse(capture('get-no-such-jail.txt'))).toBeUndefined();
  });

  it('gives words for journalctl only where they are matches', () => {
    expect(journalWords('_SYSTEMD_UNIT=ssh.service + _COMM=sshd')).toEqual([
      '_SYSTEMD_UNIT=ssh.service',
      '+',
      '_COMM=sshd',
    ]);
    for (const odd of ['', '--vacuum-size=1', '_COMM=a b', '/usr/bin/x'])
      expect(journalWords(odd)).toBeUndefined();
    expect(journalCommand(['_COMM=sshd'], true).argv.slice(-2)).toEqual(['-q', '_COMM=sshd']);
  });
});

describe('fail2ban.log', () => {
  const lines = capture('fail2ban.log').trimEnd().split('\n');

  it('is events with their jail', () => {
    expect(
      lines.map((line) => readServerEvent(line, NOW)).map((event) => [event?.jail, event?.kind, event?.what]),
    ).toEqual([
      ['sshd', 'ban', '192.0.2.7'],
      ['sshd', 'unban', '192.0.2.7'],
      ...Array.from({ length: 4 }, () => ['sshd', 'found', '203.0.113.9']),
    ]);
  });

  const event = (kind: string, second: number, jail = 'sshd') =>
    readServerEvent(
      `2026-11-21 19:59:${String(second).padStart(2, '0')},000 fail2ban.actions        [8]: NOTICE  [${jail}] ${kind}`,
      NOW,
    );

  it('keeps bans beside a flood of matches, and tells a burst of restored bans from an attack', () => {
    const log = new ServerLog();
    const now = Date.parse('2026-11-21T19:59:59') as number;
    log.coversFrom(now - 86_400_001);
    const told = [
      event('Ban 192.0.2.1', 1),
      ...Array.from({ length: 200 }, () => event('Found 192.0.2.2', 2)),
      ...Array.from({ length: 300 }, (_, at) => event(`Restore Ban 198.51.100.${at % 250}`, 3)),
    ];
    for (const one of told) if (one !== undefined) log.add(one);
    const read = log.read('sshd', { now, holdsMatches: true });
    expect(read.lastBan?.what).toBe('192.0.2.1');
    expect(read.restored?.count).toBe(300);
    expect(read.matches).toEqual({
      hour: { count: 200, atLeast: false },
      day: { count: 200, atLeast: false },
    });
    expect(read.events.map(({ kind }) => kind)).toContain('ban');
    expect(read.findings).toEqual([]);
    expect(log.read('sshd', { now, holdsMatches: false }).matches).toBeUndefined();
  });

  it('finds who is banned and still there', () => {
    const log = new ServerLog();
    const one = event('192.0.2.1 already banned', 1);
    if (one !== undefined) log.add(one);
    const [finding] = log.read('sshd', { now: NOW, holdsMatches: true }).findings;
    expect(finding).toMatchObject({
      level: 'harm',
      says: expect.stringMatching(/^192\.0\.2\.1 is banned and still matches/),
    });
  });

  it('shows nothing raw of a ban that is no address', () => {
    expect(event('Ban \x1b[2Jroot', 1)).toMatchObject({ kind: 'ban', what: '\\x1b[2Jroot' });
    expect(event('Ban \x1b[2Jroot', 1)?.net).toBeUndefined();
  });
});

describe('fail2ban-regex', () => {
  it('is read: what matched, by which expression, what was missed', () => {
    const test = readFilterTest(capture('regex-matched.txt'));
    expect(test).toMatchObject({ lines: 6, matched: 3, missedCount: 3, ignored: 0, dated: 6 });
    expect(test?.matchedBy).toEqual([expect.stringMatching(/^3 × \^Failed /)]);
    expect(test?.missed).toHaveLength(3);
    expect(readFilterTest(capture('regex-missed.txt'))).toMatchObject({
      lines: 30,
      matched: 0,
      missedCount: 30,
      matchedBy: [],
    });
    expect(readFilterTest('Usage: fail2ban-regex')).toBeUndefined();
  });

  it('gets paths and filters as words of their own, never as part of a script', () => {
    const path = '/var/log/$(id) "x".log';
    const { argv } = fileTestCommand(path, 'sshd[mode=normal]');
    expect(argv.slice(3)).toEqual(['sh', path, 'sshd[mode=normal]']);
    expect(argv[2]).not.toContain('var/log');
    expect(journalTestCommand('_COMM=sshd', 'sshd').argv).toEqual([
      ...[
        'fail2ban-regex',
        '--print-all-missed',
        '-m',
        '_COMM=sshd',
        'systemd-journal[journalflags=1]',
        'sshd',
      ],
    ]);
    expect(['1.0.2', '1.1.0', '2.0', '0.11.2', undefined].map(namesJails)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it('is given the filter that the configuration names, later files over earlier ones', () => {
    const sections = new Map<string, Map<string, string>>();
    readIni('[DEFAULT]\nmode = normal\nfilter = %(__name__)s[mode=%(mode)s]\n# filter = no\n', sections);
    readIni(
      '[web]\nfilter = nginx-http-auth ; words\nlogpath = /a\n  /b\n[ssh]\nmode: aggressive\n[bad]\nfilter = -x\n',
      sections,
    );
    expect(filterIn(sections, 'web')).toBe('nginx-http-auth');
    expect(filterIn(sections, 'ssh')).toBe('ssh[mode=aggressive]');
    expect(filterIn(sections, 'bad')).toBeUndefined();
    expect(filterIn(new Map(), 'sshd')).toBeUndefined();
  });
});

it('any bytes are read without a throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      parseJailStatus(`Status for the jail: ${text}`);
      parseLogPaths(`Current monitored log file(s):\n${text}`);
      parseJailActions(text);
      readServerEvent(
        `2026-11-21 19:59:00,000 fail2ban.actions        [8]: NOTICE  [${text}] Ban ${text}`,
        NOW,
      );
      readFilterTest(`Lines: 1 lines, 0 ignored, 0 matched, 1 missed\n${text}`);
      const sections = new Map();
      readIni(`[DEFAULT]\nfilter = %(filter)s\n${text}`, sections);
      filterIn(sections, 'x');
    }),
  );
});
