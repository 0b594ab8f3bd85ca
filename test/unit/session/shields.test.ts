import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MEASURES } from '../../../src/core/shields.ts';
import { DEFAULT_SHIELDS } from '../../../src/core/shields-defaults.ts';
import { loadSession } from '../../../src/session/load.ts';
import { printFileProblem } from '../../../src/session/problems.ts';
import { shieldsKeysAt } from '../../../src/session/shields-schema.ts';

const HEAD = 'version: 1\nwindows: [{ name: a, panes: [host] }]\n';

function problems(shields: string): readonly string[] {
  const loaded = loadSession(`${HEAD}shields:\n${shields}`, '/s/edge.yml');
  return loaded.ok ? [] : loaded.problems.map((found) => printFileProblem('edge.yml', found));
}

function shields(text: string) {
  const loaded = loadSession(`${HEAD}shields:\n${text}`, '/s/edge.yml');
  if (!loaded.ok) throw new Error(problems(text).join('\n'));
  return loaded.session.shields;
}

/** The messages about one measure, without their place. */
function measureProblems(entry: string): readonly string[] {
  return problems(`  profiles:\n    p:\n      - ${entry}\n`).map((line) =>
    line.replace(/^edge.yml:\d+:\d+: /, ''),
  );
}

const WHOLE = `
  trial: 90s
  hold: 2h
  profile: hard
  unattended: true
  ports: [443, 80, 443]
  profiles:
    hard:
      - syn-rate: { per-second: 5, burst: 20 }
      - connections: 50
      - unlisted-ports
      - pin-ssh
      - conntrack-timeouts: modest
      - conntrack-max: 1.5
      - tcp: { syncookies: 1, synack-retries: 2, syn-backlog: 4096 }
      - fail2ban: { jails: [sshd], maxretry: 2, bantime: 1d }
      - ban-top: { flows: 2000, most: 5 }
      - run: { name: monit, up: [monit, unmonitor, all], down: [monit, monitor, all], timeout: 20s }
      - include: { name: nginx, link: /etc/nginx/conf.d/shields.conf, file: /etc/nginx/shields.conf,
                   test: [nginx, -t], reload: [nginx, -s, reload] }
  watch:
    every: 10s
    load: 2.5
    conntrack: 70%
    syn-recv: 100
    listen-drops: off
    new-connections: 500
    log-rate: { file: /var/log/nginx/access.log, lines: 2000 }
    raise-after: 2
    lower-after: 20
    leave-at: 0.5
    minimum-hold: 5m
    cool-down: 15m
    manual-block: 1h
    on-raise: [{ command: [/usr/local/bin/tell, up] }, { webhook: "https://example.net/hook" }]
    on-lower: []
`;

describe('the shields of a session file', () => {
  it('are the defaults when absent or empty', () => {
    expect(shields('  {}')).toEqual(DEFAULT_SHIELDS);
    expect(shields('  watch: {}')).toEqual(DEFAULT_SHIELDS);
  });

  it('take every value', () => {
    const read = shields(WHOLE);
    expect(read).toMatchObject({
      trialSeconds: 90,
      holdSeconds: 7200,
      profile: 'hard',
      unattended: true,
      ports: [443, 80],
    });
    expect(read.profiles.default).toEqual(DEFAULT_SHIELDS.profiles.default);
    expect(read.profiles.hard).toEqual([
      { measure: 'syn-rate', perSecond: 5, burst: 20 },
      { measure: 'connections', max: 50 },
      { measure: 'unlisted-ports' },
      { measure: 'pin-ssh' },
      { measure: 'conntrack-timeouts', preset: 'modest' },
      { measure: 'conntrack-max', factor: 1.5 },
      { measure: 'tcp', syncookies: 1, synackRetries: 2, synBacklog: 4096 },
      { measure: 'fail2ban', jails: ['sshd'], maxRetry: 2, banSeconds: 86_400 },
      { measure: 'ban-top', flows: 2000, most: 5 },
      {
        measure: 'run',
        name: 'monit',
        up: ['monit', 'unmonitor', 'all'],
        down: ['monit', 'monitor', 'all'],
        timeoutSeconds: 20,
      },
      {
        measure: 'include',
        name: 'nginx',
        link: '/etc/nginx/conf.d/shields.conf',
        file: '/etc/nginx/shields.conf',
        test: ['nginx', '-t'],
        reload: ['nginx', '-s', 'reload'],
      },
    ]);
    expect(read.watch).toEqual({
      everyMs: 10_000,
      load: 2.5,
      conntrack: 0.7,
      synRecv: 100,
      newConnections: 500,
      logRate: { file: '/var/log/nginx/access.log', lines: 2000 },
      raiseAfter: 2,
      lowerAfter: 20,
      leaveAt: 0.5,
      minimumHoldSeconds: 300,
      coolDownSeconds: 900,
      manualBlockSeconds: 3600,
      onRaise: [
        { kind: 'command', argv: ['/usr/local/bin/tell', 'up'] },
        { kind: 'webhook', url: 'https://example.net/hook' },
      ],
      onLower: [],
    });
  });

  it('give bare words the built-in values and absent ones sense', () => {
    const read = shields('  profiles:\n    default: [syn-rate, connections, conntrack-timeouts]\n');
    expect(read.profiles.default).toEqual([
      { measure: 'syn-rate', perSecond: 5, burst: 10 },
      { measure: 'connections', max: 50 },
      { measure: 'conntrack-timeouts', preset: 'siege' },
    ]);
    const [rate, tcp, ban, jails, pair, pins] =
      shields(
        '  profiles:\n    p:\n      - syn-rate: { per-second: 7 }\n      - tcp: { synack-retries: 3 }\n' +
          '      - ban-top: { flows: 100 }\n      - fail2ban: { jails: sshd, bantime: 1h }\n' +
          '      - run: { name: x, up: [/bin/a], down: [b] }\n      - pin-ssh:\n',
      ).profiles.p ?? [];
    expect(rate).toEqual({ measure: 'syn-rate', perSecond: 7, burst: 14 });
    expect(tcp).toEqual({ measure: 'tcp', syncookies: 0, synackRetries: 3, synBacklog: 0 });
    expect(ban).toEqual({ measure: 'ban-top', flows: 100, most: 20 });
    expect(jails).toEqual({ measure: 'fail2ban', jails: ['sshd'], banSeconds: 3600 });
    expect(pair).toMatchObject({ timeoutSeconds: 10 });
    expect(pins).toEqual({ measure: 'pin-ssh' });
  });

  it('let run and include stand more than once', () => {
    const entry = (name: string): string => `      - run: { name: ${name}, up: [a], down: [b] }\n`;
    expect(shields(`  profiles:\n    p:\n${entry('x')}${entry('y')}`).profiles.p).toHaveLength(2);
    expect(problems(`  profiles:\n    p:\n${entry('x')}${entry('x')}`)).toEqual([
      'edge.yml:7:9: there are two of run x',
    ]);
  });
});

describe('docs/session.md', () => {
  const [main = '', watch = ''] = [
    ...readFileSync('docs/session.md', 'utf8').matchAll(/```yaml\n((?:shields:| {2}watch:).*?)```/gs),
  ].map((match) => match[1] ?? '');

  it('shows what loads, and as defaults what they are', () => {
    const read = shields(`${main}${watch}`.replace('shields:\n', ''));
    const { newConnections: _, logRate: __, onRaise: ___, ...examples } = read.watch;
    expect({
      ...read,
      profiles: { default: read.profiles.default },
      watch: { ...examples, onRaise: [] },
    }).toEqual(DEFAULT_SHIELDS);
    expect(Object.keys(read.profiles)).toEqual(['default', 'hard']);
  });
});

describe('slips in the shields', () => {
  it('are named with their place and what was probably meant', () => {
    const text = [
      '  trail: 2m',
      '  hold: 10s',
      '  ports: [0, 443]',
      '  profile: 5',
      '  profiles:',
      '    default:',
      '      - sin-rate: { per-second: 5 }',
      '      - unlisted-port',
      '      - syn-rate: { per-secnd: 5, per-second: 0 }',
      '      - tcp: { synack-retry: 2 }',
      '      - conntrack-timeouts: sige',
      '      - fail2ban: { jail: [sshd], bantime: 5 }',
      '    empty: []',
      '  watch:',
      '    evry: 5s',
      '    conntrack: 80',
      '    log-rate: { fil: /x, lines: 5 }',
      '    on-raise: [{ webhok: https://example.net }]',
      '    cool-down: 5',
    ].join('\n');
    expect(problems(text)).toEqual([
      'edge.yml:4:3: unknown key "trail"; did you mean trial?',
      'edge.yml:5:9: shields.hold: must be 1m to 1d',
      'edge.yml:6:11: shields.ports[1]: must be a whole number from 1 to 65535',
      'edge.yml:7:12: shields.profile must be text',
      'edge.yml:10:9: unknown key "sin-rate"; did you mean syn-rate?',
      'edge.yml:11:9: shields.profiles.default[2] "unlisted-port" is not known; did you mean unlisted-ports?',
      'edge.yml:12:21: unknown key "per-secnd"; did you mean per-second?',
      'edge.yml:12:47: shields.profiles.default[3].syn-rate.per-second: must be a whole number from 1 to 100000',
      'edge.yml:13:16: unknown key "synack-retry"; did you mean synack-retries?',
      'edge.yml:14:29: shields.profiles.default[5].conntrack-timeouts "sige" is not known; did you mean siege?',
      'edge.yml:15:21: unknown key "jail"; did you mean jails?',
      'edge.yml:15:44: shields.profiles.default[6].fail2ban.bantime must be a duration with its unit, such as 10s or 1h',
      'edge.yml:16:12: shields.profiles.empty: Too small: expected array to have >=1 items',
      'edge.yml:18:5: unknown key "evry"; did you mean every?',
      'edge.yml:19:16: shields.watch.conntrack: write a share as "80%"',
      'edge.yml:20:15: shields.watch.log-rate.file is missing',
      'edge.yml:20:17: unknown key "fil"; did you mean file?',
      'edge.yml:21:18: unknown key "webhok"; did you mean webhook?',
      'edge.yml:22:16: shields.watch.cool-down must be a duration with its unit, such as 10s or 1h',
    ]);
  });

  it.each([
    [
      '  profile: hrad\n  profiles: { hard: [pin-ssh] }',
      '4:12: there is no profile "hrad"; did you mean hard?',
    ],
    ['  profile: x', '4:12: there is no profile "x"; there are default'],
    ['  profile: toString', '4:12: there is no profile "toString"; there are default'],
    [
      '  profiles: { constructor: [pin-ssh] }',
      '4:28: a profile is named with letters, digits, ".", "_", "-"; at most 30',
    ],
    [
      '  profiles: { "a b": [pin-ssh] }',
      '4:22: a profile is named with letters, digits, ".", "_", "-"; at most 30',
    ],
    ['  profiles: { p: [pin-ssh, pin-ssh] }', '4:28: pin-ssh is listed twice'],
    ['  trial: 30m\n  hold: 20m', '5:9: hold is shorter than the trial, 30m'],
    ['  hold: 1m', '4:9: hold is shorter than the trial, 2m'],
    ['  trial: 5s', '4:10: shields.trial: must be 10s to 30m'],
    ['  trial: 31m', '4:10: shields.trial: must be 10s to 30m'],
    ['  hold: 25h', '4:9: shields.hold: must be 1m to 1d'],
    [
      '  watch: { on-raise: [{ command: [a], webhook: "http://x" }] }',
      '4:23: a hook has exactly one of command, webhook',
    ],
    ['  watch: { leave-at: 0% }', '4:22: shields.watch.leave-at: write a share as "80%"'],
  ])('%j', (text, message) => {
    expect(problems(text)).toEqual([`edge.yml:${message}`]);
  });

  it.each([
    ['fail2ban: {}', 'fail2ban needs maxretry or bantime'],
    ['run', 'run needs its values; see docs/session.md'],
    ['{}', 'an entry of a profile names exactly one measure'],
    ['{ connections: 5, pin-ssh: }', 'an entry of a profile names exactly one measure'],
    ['tcp: {}', 'tcp needs syncookies, synack-retries or syn-backlog'],
    ['conntrack-max: 1', 'shields.profiles.p[1].conntrack-max: Too small: expected number to be >1'],
    ['run: { name: x, up: [], down: [b] }', 'shields.profiles.p[1].run.up[1] is missing'],
    [
      'run: { name: x, up: ["-rf"], down: [b] }',
      'shields.profiles.p[1].run.up[1]: "-rf" is neither the name of a program nor an absolute path',
    ],
    [
      'run: { name: x, up: [a, "b\\nc"], down: [b] }',
      'shields.profiles.p[1].run.up[2]: "b\\x0ac" has control characters',
    ],
    [
      'include: { name: x, link: a, file: /b, reload: [c] }',
      'shields.profiles.p[1].include.link: "a" is not an absolute path',
    ],
    [
      'include: { name: x, link: /a/../b, file: /b/, reload: [c] }',
      'shields.profiles.p[1].include.link: "/a/../b" has "..", "." or "//" in it',
    ],
    ['include: { name: x, link: /b, file: /b, reload: [c] }', 'the link cannot be the file itself'],
  ])('%s', (entry, message) => {
    expect(measureProblems(entry)).toContain(message);
  });

  it.each(['ftp://x/', 'https://', 'https://a b/', 'javascript:alert(1)', 'http://\u202e'])(
    'the webhook %j',
    (url) => {
      const found = problems(`  watch: { on-raise: [{ webhook: ${JSON.stringify(url)} }] }`);
      expect(found).toHaveLength(1);
      expect(found[0]).not.toMatch(/[\u202e\x1b]/);
    },
  );

  it('never throw nor reach the screen raw, whatever stands there', () => {
    fc.assert(
      fc.property(fc.json(), (value) => {
        for (const line of problems(`  ${value}\n`)) expect(line).not.toMatch(/[\x00-\x1f\x7f]/);
      }),
    );
  });

  it('never throw, whatever a measure or the watch is given', () => {
    const key = fc.constantFrom(...MEASURES, ...shieldsKeysAt(['watch']));
    fc.assert(
      fc.property(key, fc.json({ maxDepth: 2 }), (name, value) => {
        problems(`  profiles: { p: [ { ${name}: ${value} } ] }\n  watch: { ${name}: ${value} }\n`);
      }),
    );
  });
});

describe('keys for "did you mean"', () => {
  it('are known in every mapping', () => {
    expect(shieldsKeysAt([])).toContain('profiles');
    expect(shieldsKeysAt(['profiles', 'p', 0])).toEqual(MEASURES);
    expect(shieldsKeysAt(['profiles', 'p', 0, 'include'])).toEqual([
      'name',
      'link',
      'file',
      'test',
      'reload',
    ]);
    expect(shieldsKeysAt(['profiles', 'p', 0, 'pin-ssh'])).toEqual([]);
    expect(shieldsKeysAt(['watch', 'on-raise', 0])).toEqual(['command', 'webhook']);
    expect(shieldsKeysAt(['profiles'])).toEqual([]);
  });
});
