import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok } from '../../../../src/core/result.ts';
import type { MeasureSpec } from '../../../../src/core/shields.ts';
import type { Host } from '../../../../src/host/host.ts';
import { createFakeHost, type FakeHost } from '../../../fakes/fake-host.ts';
import { argvs, atOf, only, trackingHost, whyLeftOut } from './measure-at.ts';

const capture = (name: string): string => readFileSync(`test/captures/fail2ban/1.0.2/${name}.txt`, 'utf8');

describe('fail2ban', () => {
  type Spec = Extract<MeasureSpec, { measure: 'fail2ban' }>;
  const spec = (extra: Partial<Spec> = {}): Spec => ({
    measure: 'fail2ban',
    jails: [],
    maxRetry: 2,
    banSeconds: 86_400,
    ...extra,
  });
  const running = (): FakeHost =>
    createFakeHost()
      .tool('fail2ban-client', true)
      .on('fail2ban-client status', { stdout: capture('status') })
      .on('fail2ban-client get sshd maxretry', { stdout: '5\n' })
      .on('fail2ban-client get sshd bantime', { stdout: '600\n' })
      .on('fail2ban-client get nginx-http-auth maxretry', { stdout: capture('get-maxretry') })
      .on('fail2ban-client get nginx-http-auth bantime', { stdout: capture('get-bantime-forever') });

  it('makes every jail stricter and no jail looser', async () => {
    const host = running();
    const planned = await only(spec(), atOf(host));
    expect(argvs(planned)).toEqual([
      'fail2ban-client set sshd maxretry 2',
      'fail2ban-client set sshd bantime 86400',
    ]);
    expect(planned.revert).toEqual([
      { kind: 'fail2ban', jail: 'sshd', option: 'maxretry', before: '5', wrote: '2' },
      { kind: 'fail2ban', jail: 'sshd', option: 'bantime', before: '600', wrote: '86400' },
    ]);
    expect(planned.says).toBe('fail2ban (all jails): ban after 2 attempts for 1d');
    expect(planned.hazards).toHaveLength(2);
    host.assertUsed();
  });

  it('touches only the named jails and values, and says which do not exist', async () => {
    const planned = await only(
      { measure: 'fail2ban', jails: ['sshd', 'dovecot'], maxRetry: 3 },
      atOf(running()),
    );
    expect(argvs(planned)).toEqual(['fail2ban-client set sshd maxretry 3']);
    expect(planned.hazards[0]).toBe('fail2ban has no jail dovecot');
    expect(await whyLeftOut(spec({ jails: ['dovecot'] }), atOf(running()))).toBe(
      'fail2ban has no jail dovecot',
    );
    expect(await whyLeftOut(spec({ jails: ['nginx-http-auth'] }), atOf(running()))).toMatch(
      /nothing to change$/,
    );
  });

  it('is left out without a server or a client', async () => {
    const down = createFakeHost()
      .tool('fail2ban-client', true)
      .on('fail2ban-client status', { exitCode: 255, stderr: capture('status-down') });
    expect(await whyLeftOut(spec(), atOf(down))).toBe('the fail2ban server does not run');
    expect(await whyLeftOut(spec(), atOf(createFakeHost()))).toBe('fail2ban is not installed');
    const odd = createFakeHost().tool('fail2ban-client', true).on('fail2ban-client status', { stdout: '?' });
    expect(await whyLeftOut(spec(), atOf(odd))).toBe('the list of jails could not be understood');
    const denied = createFakeHost()
      .tool('fail2ban-client', true)
      .on('fail2ban-client status', { problem: problem('not-permitted', 'root is needed') });
    expect(await whyLeftOut(spec(), atOf(denied))).toBe('root is needed');
  });

  it('stops at ten jails, at names that no command can carry, and says both', async () => {
    const names = [...Array.from({ length: 14 }, (_, index) => `jail${index}`), '--help', 'a b'];
    const host = createFakeHost()
      .tool('fail2ban-client', true)
      .on('fail2ban-client status', { stdout: `Status\n\`- Jail list:\t${names.join(', ')}\n` })
      .on(/^fail2ban-client get jail\d maxretry$/, { stdout: '5\n' });
    const planned = await only({ measure: 'fail2ban', jails: [], maxRetry: 2 }, atOf(host));
    expect(argvs(planned)).toHaveLength(10);
    expect(planned.hazards.slice(0, 2)).toEqual([
      'only the first 10 of 15 jails: name those that matter',
      '1 jails have names that no command can carry',
    ]);
  });

  it('leaves alone what does not answer in time', async () => {
    const host = running();
    let asked = 0;
    const slow: Host = {
      ...host,
      now: () => unixMs(asked * 1000),
      run(command, signal) {
        if (command.argv[1] === 'get') asked++;
        return host.run(command, signal);
      },
    };
    const names = 'sshd, nginx-http-auth, c, d';
    host.on('fail2ban-client status', { stdout: `Status\n\`- Jail list:\t${names}\n` });
    const planned = await only(spec(), atOf(slow));
    expect(planned.hazards[0]).toBe('fail2ban did not answer in time about c, d: left alone');
    expect(asked).toBe(4);
  });

  it.each(['status', 'get'])('does not hold up the wall when %s hangs', async (hanging) => {
    const host = running();
    let time = 0;
    const hung: Host = {
      ...host,
      now: () => unixMs(time),
      run(command, signal) {
        if (command.argv[1] !== hanging) return host.run(command, signal);
        time += command.timeoutMs;
        return Promise.resolve(fail(problem('timed-out', 'no answer')));
      },
    };
    expect(await whyLeftOut(spec(), atOf(hung))).toMatch(/no answer|did not answer in time/);
    expect(time).toBeLessThanOrEqual(5500);
  });

  it('leaves alone a value that it cannot understand', async () => {
    const host = running().on('fail2ban-client get sshd maxretry', { stdout: 'None\n' });
    const planned = await only(spec(), atOf(host));
    expect(argvs(planned)).toEqual(['fail2ban-client set sshd bantime 86400']);
    expect(planned.hazards[0]).toMatch(/about sshd: left alone$/);
  });
});

describe('ban-top', () => {
  const spec: MeasureSpec = { measure: 'ban-top', flows: 2, most: 2 };
  const flow = (source: string, port: number): string =>
    `${source.includes(':') ? 'ipv6     10' : 'ipv4     2'} tcp      6 50 ESTABLISHED src=${source} dst=192.0.2.1 ` +
    `sport=${port} dport=80 src=192.0.2.1 dst=${source} sport=80 dport=${port} [ASSURED] mark=0 use=1\n`;
  const flows = (source: string, count: number): string =>
    Array.from({ length: count }, (_, index) => flow(source, 1000 + index)).join('');
  const table =
    flows('203.0.113.5', 3) +
    flows('203.0.113.6', 5) +
    flows('203.0.113.7', 2) +
    flows('192.168.1.9', 9) +
    flows('198.51.100.7', 9) +
    Array.from({ length: 4 }, (_, index) =>
      flow(`2001:0db8:0000:0005:0000:0000:0000:00${10 + index}`, 1),
    ).join('');

  it('bans the worst that are neither safe nor private, an IPv6 one with its /64, and cuts them', async () => {
    const planned = await only(spec, atOf(trackingHost(table), { safe: ['198.51.100.0/24'] }));
    expect(planned.applied.wall?.banned?.map(({ text }) => text)).toEqual([
      '203.0.113.6',
      '2001:db8:0:5::/64',
    ]);
    expect(argvs(planned)).toEqual([
      'conntrack -D -s 203.0.113.6',
      'conntrack -D -f ipv6 -s 2001:db8:0:5::/64',
    ]);
    expect(planned.applied.steps.every(({ command }) => command.okExits?.includes(1))).toBe(true);
    expect(planned.revert).toEqual([]);
    expect(planned.hazards[0]).toBe(
      'banned while the shields are up: 203.0.113.6 (5 flows), 2001:db8:0:5::/64 (4 flows)',
    );
  });

  it('never bans a network with a safe address in it', async () => {
    const planned = await only(
      spec,
      atOf(trackingHost(table), { safe: ['198.51.100.7', '2001:db8:0:5::9'] }),
    );
    expect(planned.applied.wall?.banned?.map(({ text }) => text)).toEqual(['203.0.113.6', '203.0.113.5']);
  });

  it('is left out when nobody is over it, or there is no wall or no table', async () => {
    const all = { safe: ['0.0.0.0/0', '::/0'] };
    expect(await whyLeftOut(spec, atOf(trackingHost(table), all))).toBe(
      'no source that may be banned has more than 2 flows',
    );
    expect(await whyLeftOut(spec, atOf(trackingHost(), { variant: 'none' }))).toMatch(/^no packet filter/);
    const blind = createFakeHost().on('conntrack -L -o extended', {
      problem: problem('not-permitted', 'no'),
    });
    expect(await whyLeftOut(spec, atOf(blind))).toBe('no');
  });

  it('asks conntrack where the kernel shows no table, and takes what it said in time', async () => {
    const host = createFakeHost().tool('conntrack', true).on('conntrack -L -o extended', { stdout: table });
    expect((await only(spec, atOf(host))).applied.wall?.banned).toHaveLength(2);
    const slow: Host = {
      ...host,
      stream: (_, onChunk) => {
        onChunk(Buffer.from(flows('203.0.113.9', 3)));
        return Promise.resolve(fail(problem('timed-out', 'too slow')));
      },
    };
    expect((await only(spec, atOf(slow))).hazards).toContain(
      'the table was too long to count: only 3 flows were looked at',
    );
  });

  it('stops counting after its time, and cuts no more than a raise has time for', async () => {
    const host = trackingHost(table);
    const big = flows('203.0.113.5', 1000) + flows('203.0.113.6', 900);
    let chunks = 0;
    const endless: Host = {
      ...host,
      async readChunks(_, onChunk, signal) {
        for (; signal?.aborted !== true; chunks++) onChunk(Buffer.from(big));
        return fail(problem('cancelled', 'stopped'));
      },
    };
    const planned = await only(spec, atOf(endless));
    expect(planned.applied.wall?.banned).toHaveLength(2);
    expect(planned.hazards.join()).toContain('the table was too long to count');
    expect(chunks).toBeGreaterThan(10);
    expect(argvs(planned)).toHaveLength(chunks * 1900 > 500_000 ? 1 : 2);
  });

  it('without conntrack bans all the same', async () => {
    const planned = await only(spec, atOf(trackingHost(table).tool('conntrack', false)));
    expect(argvs(planned)).toEqual([]);
    expect(planned.hazards.at(-1)).toMatch(/^flows of 2 of them are not cut/);
  });
});

describe('run', () => {
  const spec: MeasureSpec = {
    measure: 'run',
    name: 'monit',
    up: ['monit', 'unmonitor', '$(all)'],
    down: ['monit', 'monitor', 'all'],
    timeoutSeconds: 7,
  };

  it('is its two commands, word by word', async () => {
    const planned = await only(spec, atOf(createFakeHost().tool('monit', true)));
    expect(planned.applied.steps).toMatchObject([
      { command: { argv: ['monit', 'unmonitor', '$(all)'], timeoutMs: 7000, privileged: true } },
    ]);
    expect(planned.revert).toEqual([
      { kind: 'command', name: 'monit', argv: ['monit', 'monitor', 'all'], timeoutSeconds: 7 },
    ]);
  });

  it('is not begun when it could not be taken back', async () => {
    const host = createFakeHost().tool('monit', true);
    expect(await whyLeftOut({ ...spec, down: ['monti', 'x'] }, atOf(host))).toBe('monti is not installed');
  });
});

describe('include', () => {
  const spec: Extract<MeasureSpec, { measure: 'include' }> = {
    measure: 'include',
    name: 'nginx',
    link: '/etc/nginx/conf.d/shields.conf',
    file: '/etc/nginx/shields.conf',
    test: ['nginx', '-t'],
    reload: ['nginx', '-s', 'reload'],
  };
  type Kind = 'file' | 'directory' | 'other';
  const GOOD: Readonly<Record<string, Kind>> = {
    '/etc/nginx/shields.conf': 'file',
    '/etc/nginx/conf.d': 'directory',
  };
  const machine = (paths: Readonly<Record<string, Kind>>, pointsTo?: string): Host => {
    const host = createFakeHost()
      .tool('nginx', true)
      .tool('ln', true)
      .on('readlink', pointsTo === undefined ? { exitCode: 1 } : { stdout: `${pointsTo}\n` });
    return {
      ...host,
      stat: (path) => {
        const kind = paths[path];
        if (kind === undefined) return Promise.resolve(fail(problem('not-found', `${path} does not exist`)));
        return Promise.resolve(ok({ path, size: 1, inode: 1, mtime: unixMs(0), kind }));
      },
    };
  };

  it('links, tests, reloads', async () => {
    const planned = await only(spec, atOf(machine(GOOD)));
    expect(argvs(planned)).toEqual([
      'ln -sT /etc/nginx/shields.conf /etc/nginx/conf.d/shields.conf',
      'nginx -t',
      'nginx -s reload',
    ]);
    const { measure: _, name: __, ...item } = spec;
    expect(planned.revert).toEqual([{ kind: 'include', ...item }]);
    const { test: ___, ...untested } = spec;
    expect(argvs(await only(untested, atOf(machine(GOOD))))).toHaveLength(2);
  });

  it.each([
    [{ '/etc/nginx/conf.d': 'directory' }, undefined, '/etc/nginx/shields.conf does not exist'],
    [{ ...GOOD, '/etc/nginx/shields.conf': 'directory' }, undefined, '/etc/nginx/shields.conf is not a file'],
    [{ '/etc/nginx/shields.conf': 'file' }, undefined, '/etc/nginx/conf.d does not exist'],
    [{ ...GOOD, '/etc/nginx/conf.d': 'file' }, undefined, '/etc/nginx/conf.d is not a folder'],
    [{ ...GOOD, [spec.link]: 'file' }, undefined, `${spec.link} exists and is no link`],
    [GOOD, '/elsewhere', `${spec.link} points to something else`],
    [GOOD, spec.file, `${spec.link} is there already: it stays, also when the shields come down`],
  ] as const)('is left out on %j', async (paths, pointsTo, why) => {
    expect(await whyLeftOut(spec, atOf(machine(paths, pointsTo)))).toBe(why);
  });

  it('is left out when the server is not installed', async () => {
    expect(await whyLeftOut({ ...spec, reload: ['apachectl', 'graceful'] }, atOf(machine(GOOD)))).toBe(
      'apachectl is not installed',
    );
  });
});
