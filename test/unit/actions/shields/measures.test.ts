import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeMeasure, planMeasures } from '../../../../src/actions/shields/measures.ts';
import { problem } from '../../../../src/core/problem.ts';
import type { MeasureSpec } from '../../../../src/core/shields.ts';
import { DEFAULT_SHIELDS } from '../../../../src/core/shields-defaults.ts';
import { createFakeHost } from '../../../fakes/fake-host.ts';
import { argvs, atOf, net, OPERATOR, OPERATOR_LINE, only, trackingHost, whyLeftOut } from './measure-at.ts';

const DEFAULTS = DEFAULT_SHIELDS.profiles.default ?? [];
const TIMEOUTS: MeasureSpec = { measure: 'conntrack-timeouts', preset: 'siege' };
const PIN: MeasureSpec = { measure: 'pin-ssh' };
const TUPLE = '-s 198.51.100.7 -d 203.0.113.5 -p tcp --sport 59037 --dport 22';

describe('a profile', () => {
  it('is planned in its order, the pins of ssh first, with all of the wall', async () => {
    const host = trackingHost(OPERATOR_LINE);
    const { planned, leftOut } = await planMeasures(DEFAULTS, atOf(host, { sessions: [OPERATOR] }));
    expect(leftOut).toEqual([]);
    expect(planned.map(({ measure }) => measure)).toEqual([
      'pin-ssh',
      'syn-rate',
      'connections',
      'unlisted-ports',
      'conntrack-timeouts',
      'conntrack-max',
      'tcp',
    ]);
    expect(Object.assign({}, ...planned.map(({ applied }) => applied.wall))).toEqual({
      synRate: { perSecond: 5, burst: 10 },
      connections: { max: 50, ports: [80, 443] },
      listed: [22, 80, 443],
      pinSsh: { establishedSeconds: 432_000 },
    });
    expect(host.ran).toEqual(['test -w /proc/sys/net/netfilter/nf_conntrack_max']);
  });

  it('that shortens timeouts pins ssh, asked or not, and only while the pins stand', async () => {
    const at = atOf(trackingHost(OPERATOR_LINE), { sessions: [OPERATOR] });
    const { planned } = await planMeasures([TIMEOUTS], at);
    expect(planned.map(({ measure, needs }) => [measure, needs])).toEqual([
      ['pin-ssh', undefined],
      ['conntrack-timeouts', 'pin-ssh'],
    ]);
    expect((await planMeasures([TIMEOUTS, PIN, PIN], at)).planned).toHaveLength(2);
  });

  it('without a packet filter does what is left', async () => {
    const { planned, leftOut } = await planMeasures(DEFAULTS, atOf(trackingHost(), { variant: 'none' }));
    expect(planned.map(({ measure }) => measure)).toEqual(['conntrack-timeouts', 'conntrack-max', 'tcp']);
    expect(leftOut.map(({ measure, why }) => `${measure}: ${why}`)).toEqual([
      'pin-ssh: no ssh session is tracked, and new ones need nft to be pinned',
      'syn-rate: no packet filter can be used here (install nftables)',
      'connections: no packet filter can be used here (install nftables)',
      'unlisted-ports: no packet filter can be used here (install nftables)',
    ]);
  });

  it('is left out whole on a kernel that tracks nothing and says nothing', async () => {
    const untracked = createFakeHost().on('test -w', { exitCode: 1 });
    const { planned, leftOut } = await planMeasures(DEFAULTS, atOf(untracked, { variant: 'none' }));
    expect(planned).toEqual([]);
    expect(leftOut.map(({ why }) => why).slice(-3)).toEqual([
      'connections are not tracked here',
      'connections are not tracked here',
      'this kernel has no such settings here',
    ]);
  });

  it('says in one line what each measure is', () => {
    expect(DEFAULTS.map(describeMeasure)).toEqual([
      'at most 5 new connections per second and source, 10 at once',
      'at most 50 open connections per source to the public ports',
      'no new connections to other ports of this machine than the public ones and ssh',
      'ssh keeps its long timeout: new sessions by a rule, live ones by a pin each',
      'conntrack forgets dead flows sooner (siege); live ssh sessions are pinned before',
      'room for 2 times as many tracked flows, where memory allows',
      'the kernel answers SYN floods with cookies, fewer repeats and a longer queue',
    ]);
  });
});

describe('the ports', () => {
  const PORTS: MeasureSpec = { measure: 'unlisted-ports' };
  const CAP: MeasureSpec = { measure: 'connections', max: 5 };
  const host = createFakeHost();

  it('are those of the session, with ssh open and what is closed said', async () => {
    const at = atOf(host, { settings: { ports: [443, 80, 80] }, listening: [22, 80, 443, 3306, 8080] });
    const planned = await only(PORTS, at);
    expect(planned.applied.wall).toEqual({ listed: [22, 80, 443] });
    expect(planned.hazards[0]).toBe('not listed and therefore closed although something listens: 3306, 8080');
    expect((await only(CAP, at)).applied.wall).toEqual({ connections: { max: 5, ports: [80, 443] } });
  });

  it('are open by which an ssh session came, though sshd listens on another', async () => {
    const tracking = trackingHost(OPERATOR_LINE.replace('dport=22 ', 'dport=2222 '));
    const planned = await only(PORTS, atOf(tracking, { sessions: [OPERATOR], settings: { ports: [443] } }));
    expect(planned.applied.wall).toEqual({ listed: [22, 443, 2222] });
  });

  it('are not guessed where the machine sends them on', async () => {
    const nat =
      'table ip nat {\n\tchain PREROUTING {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t}\n}\n';
    const sending = createFakeHost()
      .tool('nft', true)
      .on('nft list chains', { stdout: `table inet filter {\n\tchain input {\n\t}\n}\n${nat}` })
      .on('nft -t list table ip nat', { stdout: 'tcp dport 80 redirect to :8080\n' });
    expect(await whyLeftOut(PORTS, atOf(sending))).toMatch(
      /^connections are sent on here .*under shields\.ports/,
    );
    const told = await only(PORTS, atOf(sending, { settings: { ports: [80] }, listening: [22, 8080] }));
    expect(told.applied.wall).toEqual({ listed: [22, 80] });
    const idle = createFakeHost()
      .tool('nft', true)
      .on('nft list chains', { stdout: nat })
      .on('nft -t list table ip nat', { stdout: 'masquerade\n' });
    expect((await only(PORTS, atOf(idle))).applied.wall).toEqual({ listed: [22, 80, 443] });
  });

  it('must be known', async () => {
    const at = atOf(host, { listening: [] });
    const why = 'it is not known which ports listen (list them under shields.ports in the session file)';
    expect(await whyLeftOut(PORTS, at)).toBe(why);
    expect(await whyLeftOut(CAP, at)).toBe(why);
    expect(await whyLeftOut(CAP, atOf(host, { listening: [22] }))).toMatch(/no public port besides ssh/);
    expect((await only(PORTS, atOf(host, { listening: [22] }))).applied.wall).toEqual({ listed: [22] });
  });
});

describe('pin-ssh', () => {
  it('pins live sessions exactly and gives the script their tuples', async () => {
    const planned = await only(PIN, atOf(trackingHost(OPERATOR_LINE), { sessions: [OPERATOR] }));
    expect(argvs(planned)).toEqual([`conntrack -U ${TUPLE} -t 400000 -u FIXED_TIMEOUT`]);
    expect(planned.applied.steps[0]?.command).toMatchObject({ okExits: [1], privileged: true });
    expect(planned.revert).toEqual([
      { kind: 'pins', flows: [{ words: TUPLE.split(' '), seconds: 400_000 }] },
    ]);
    expect(planned.hazards[0]).toMatch(/^one live ssh session is pinned for 4d 15h/);
  });

  it('names IPv6 flows in a way that every conntrack command takes', async () => {
    const session = { ...OPERATOR, peer: net('2001:db8::7') };
    const line = OPERATOR_LINE.replace(' 2 tcp', ' 10 tcp').replaceAll('198.51.100.7', '2001:db8::7');
    const table = line.replaceAll('203.0.113.5', '2001:db8::5').replace('ipv4', 'ipv6');
    const planned = await only(PIN, atOf(trackingHost(table), { sessions: [session] }));
    const words = '-s 2001:db8::7 -d 2001:db8::5 -p tcp --sport 59037 --dport 22';
    expect(argvs(planned)).toEqual([`conntrack -U -f ipv6 ${words} -t 400000 -u FIXED_TIMEOUT`]);
    expect(planned.revert).toEqual([
      { kind: 'pins', flows: [{ words: words.split(' '), seconds: 400_000 }] },
    ]);
  });

  it('never shortens what new sessions have', async () => {
    const host = trackingHost();
    host.file('/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established', '600\n');
    expect((await only(PIN, atOf(host))).applied.wall).toEqual({ pinSsh: { establishedSeconds: 7440 } });
    expect((await only(PIN, atOf(createFakeHost()))).applied.wall).toEqual({
      pinSsh: { establishedSeconds: 432_000 },
    });
  });

  it('says what it cannot pin', async () => {
    const host = trackingHost(OPERATOR_LINE).tool('conntrack', false);
    const planned = await only(PIN, atOf(host, { sessions: [OPERATOR] }));
    expect(argvs(planned)).toEqual([]);
    expect(planned.revert).toEqual([]);
    expect(planned.hazards).toEqual([
      'one live ssh session is not pinned: conntrack is not installed (apt install conntrack)',
    ]);
    const at = atOf(host, { sessions: [OPERATOR], variant: 'iptables' });
    expect(await whyLeftOut(PIN, at)).toBe('conntrack is not installed');
    const rules = atOf(trackingHost(OPERATOR_LINE), { sessions: [OPERATOR], variant: 'iptables' });
    expect((await only(PIN, rules)).hazards[1]).toBe('new ssh sessions are not pinned: only nft can do that');
  });
});

describe('conntrack-timeouts', () => {
  const name = (short: string): string => `net.netfilter.nf_conntrack_${short}`;

  it('only lowers, one command and one item per value', async () => {
    const planned = await only(TIMEOUTS, atOf(trackingHost()));
    expect(argvs(planned)).toEqual([
      `sysctl -w ${name('tcp_timeout_established')}=7440`,
      `sysctl -w ${name('tcp_timeout_syn_recv')}=20`,
      `sysctl -w ${name('generic_timeout')}=120`,
    ]);
    expect(planned.applied.steps.every(({ command }) => command.privileged === true)).toBe(true);
    expect(planned.revert[0]).toEqual({
      kind: 'sysctl',
      name: name('tcp_timeout_established'),
      before: '432000',
      wrote: '7440',
    });
    expect(planned.revert).toHaveLength(3);
    expect(planned.hazards).toContain('tcp_timeout_syn_recv: slow mobile clients fail to connect');
  });

  it('counts the silent flows of a small table and warns where a forgotten flow is lost', async () => {
    const silent = OPERATOR_LINE.replace('431999', '1000').replaceAll('198.51.100.7', '198.51.100.8');
    const host = trackingHost(`${silent}${OPERATOR_LINE}`);
    host.file('/proc/sys/net/netfilter/nf_conntrack_tcp_loose', '0\n');
    const { hazards } = await only(TIMEOUTS, atOf(host));
    expect(hazards).toContain(
      '1 established flow is silent for longer than 2h 4m now; another such silence would end them',
    );
    expect(hazards).toContain('tcp_loose is 0: a flow that is forgotten cannot go on at all');
    host.file('/proc/sys/net/netfilter/nf_conntrack_count', '900000\n');
    expect((await only(TIMEOUTS, atOf(host))).hazards.join()).not.toMatch(/silent for longer/);
  });

  it('leaves established flows alone when a live ssh session cannot be pinned', async () => {
    const bare = trackingHost(OPERATOR_LINE).tool('conntrack', false);
    const planned = await only(TIMEOUTS, atOf(bare, { sessions: [OPERATOR] }));
    expect(argvs(planned).join()).not.toContain('established');
    expect(planned.hazards[0]).toBe(
      'established flows keep their timeout: live ssh sessions cannot be pinned without conntrack',
    );
    const blind = trackingHost().file('/proc/net/nf_conntrack', problem('not-permitted', 'only root'));
    blind.on('conntrack -L', { problem: problem('not-permitted', 'root is needed') });
    const unseen = await only(TIMEOUTS, atOf(blind, { sessions: [OPERATOR] }));
    expect(argvs(unseen).join()).not.toContain('established');
    expect(unseen.hazards[0]).toBe('established flows keep their timeout: root is needed');
  });

  it('is left out when everything is as strict already', async () => {
    const host = trackingHost();
    for (const [short, value] of [
      ['tcp_timeout_established', 7440],
      ['tcp_timeout_syn_recv', 5],
      ['generic_timeout', 120],
    ] as const)
      host.file(`/proc/sys/net/netfilter/nf_conntrack_${short}`, String(value));
    expect(await whyLeftOut(TIMEOUTS, atOf(host))).toBe('as wanted or stricter already: nothing to change');
  });
});

describe('conntrack-max', () => {
  const spec = (factor: number): MeasureSpec => ({ measure: 'conntrack-max', factor });
  const name = 'net.netfilter.nf_conntrack_max';

  it('multiplies, and takes the old value down for the script', async () => {
    const planned = await only(spec(2), atOf(trackingHost()));
    expect(argvs(planned)).toEqual([`sysctl -w ${name}=524288`]);
    expect(planned.revert).toEqual([{ kind: 'sysctl', name, before: '262144', wrote: '524288' }]);
    expect(planned.hazards[0]).toBe('a full table takes about 80 MiB more');
  });

  it('goes no further than an eighth of the memory', async () => {
    const host = trackingHost().file('/proc/meminfo', 'MemAvailable:    256000 kB\n');
    const planned = await only(spec(4), atOf(host));
    expect(argvs(planned)).toEqual([`sysctl -w ${name}=${262_144 + 102_400}`]);
    expect(planned.hazards[0]).toMatch(/memory allows no larger one$/);
    host.file('/proc/meminfo', 'MemAvailable:    2 kB\n');
    expect(await whyLeftOut(spec(2), atOf(host))).toMatch(/^there is no memory to spare/);
    host.file('/proc/meminfo', 'nonsense');
    expect(await whyLeftOut(spec(2), atOf(host))).toMatch(/cannot be read$/);
  });

  it('leaves a table without a limit alone', async () => {
    const host = trackingHost().file('/proc/sys/net/netfilter/nf_conntrack_max', '0\n');
    expect(await whyLeftOut(spec(2), atOf(host))).toBe('the table has no limit');
    const inside = trackingHost().on('test -w', { exitCode: 1 });
    expect(await whyLeftOut(spec(2), atOf(inside))).toMatch(/^only the first network namespace/);
  });
});

describe('tcp', () => {
  const spec: MeasureSpec = { measure: 'tcp', syncookies: 1, synackRetries: 2, synBacklog: 4096 };

  it('changes only what is not as strict', async () => {
    const planned = await only(spec, atOf(trackingHost()));
    expect(argvs(planned)).toEqual([
      'sysctl -w net.ipv4.tcp_synack_retries=2',
      'sysctl -w net.ipv4.tcp_max_syn_backlog=4096',
    ]);
    expect(planned.hazards).toHaveLength(2);
  });

  it('never lowers cookies or the queue, never raises retries', async () => {
    const host = trackingHost()
      .file('/proc/sys/net/ipv4/tcp_syncookies', '2\n')
      .file('/proc/sys/net/ipv4/tcp_synack_retries', '1\n')
      .file('/proc/sys/net/ipv4/tcp_max_syn_backlog', '9000\n');
    expect(await whyLeftOut(spec, atOf(host))).toBe('as wanted or stricter already: nothing to change');
    host.file('/proc/sys/net/ipv4/tcp_syncookies', '0\n');
    expect((await only(spec, atOf(host))).revert).toEqual([
      { kind: 'sysctl', name: 'net.ipv4.tcp_syncookies', before: '0', wrote: '1' },
    ]);
  });

  it('asks for nothing where the session is silent', async () => {
    const silent: MeasureSpec = { measure: 'tcp', syncookies: 0, synackRetries: 255, synBacklog: 0 };
    expect(await whyLeftOut(silent, atOf(trackingHost()))).toMatch(/nothing to change$/);
  });
});

describe('whatever the machine has', () => {
  const PATHS = ['ipv4/tcp_syncookies', 'ipv4/tcp_synack_retries', 'ipv4/tcp_max_syn_backlog'];
  const SHORT = ['tcp_timeout_established', 'udp_timeout', 'icmp_timeout'];
  const text = fc.oneof(
    fc.nat({ max: 500_000 }).map((value) => `${value}\n`),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );

  it('nothing is loosened, and what is put back is what was there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 6, maxLength: 6 }),
        fc.record({ syncookies: fc.nat(2), synackRetries: fc.nat(255), synBacklog: fc.nat(9000) }),
        async (values, wish) => {
          const host = trackingHost();
          const paths = [...PATHS, ...SHORT.map((short) => `netfilter/nf_conntrack_${short}`)];
          for (const [index, path] of paths.entries())
            host.file(`/proc/sys/net/${path}`, values[index] ?? '');
          const { planned } = await planMeasures([{ measure: 'tcp', ...wish }, TIMEOUTS], atOf(host));
          for (const item of planned.flatMap(({ revert }) => revert)) {
            if (item.kind !== 'sysctl') continue;
            const read = await host.read(`/proc/sys/${item.name.replaceAll('.', '/')}`);
            expect(read.ok && Number(read.value.toString().trim())).toBe(Number(item.before));
            const grows = /syncookies|backlog/.test(item.name);
            expect(Math.sign(Number(item.wrote) - Number(item.before))).toBe(grows ? 1 : -1);
          }
        },
      ),
    );
  });
});
