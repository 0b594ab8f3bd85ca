// Pings, processes, listeners, peers of WireGuard, ifconfig: what each tool prints, and any other bytes.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Net, parseHost } from '../../../../src/core/address.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import { parseIfconfig, parseNetstat } from '../../../../src/sources/uplinks/bsd.ts';
import { pingCommand, readPings } from '../../../../src/sources/uplinks/ping.ts';
import { listenersAt, parseListeners, parseProcesses } from '../../../../src/sources/uplinks/processes.ts';
import { pairsOf, withResult } from '../../../../src/sources/uplinks/reach.ts';
import { readSshWords, splitListen } from '../../../../src/sources/uplinks/ssh-args.ts';
import { checkCommand, readChecks } from '../../../../src/sources/uplinks/tunnel-check.ts';
import { tunnelRows } from '../../../../src/sources/uplinks/tunnels.ts';
import { judgePeers, parsePeers } from '../../../../src/sources/uplinks/wireguard.ts';

const NOW = unixMs(Date.parse('2026-11-21T20:00:00Z'));
const capture = (path: string): string => readFileSync(`test/captures/${path}`, 'utf8');
function host(text: string): Net {
  const parsed = parseHost(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
}
const probe = (from: string, to: string) => ({ from: host(from), to: host(to), dev: 'eth1' });

describe('pings', () => {
  const of = (text: string): unknown => readPings(`\n#opsconsole-ping 0 0\n${text}`, 1)[0];

  it('tell a time, a loss, or why they could not try', () => {
    expect(of(capture('iputils/20221126/ping-v4.txt'))).toBe(0.374);
    expect(of(capture('busybox/1.35.0/ping-v4.txt'))).toBe(0.073);
    for (const lost of [
      'iputils/20221126/ping-lost.txt',
      'iputils/20221126/ping-host-unreachable.txt',
      'busybox/1.35.0/ping-lost.txt',
    ])
      expect(of(capture(lost))).toBeNull();
    for (const denied of ['iputils/20221126/ping-denied.err', 'busybox/1.35.0/ping-denied.err'])
      expect(of(capture(denied))).toBe('this user may not ping (no right to raw sockets)');
    for (const gone of ['iputils/20221126/ping-no-address.err', 'busybox/1.35.0/ping-no-address.err'])
      expect(of(capture(gone))).toBe('the address is not on this host any more');
    expect(of('sh: 1: ping: not found')).toBe('ping is not installed');
    expect(readPings('', 2)).toEqual(['ping said nothing', 'ping said nothing']);
  });

  it('are one program start, each from its address; a gateway of one link with its interface', () => {
    const script = (...args: Parameters<typeof pingCommand>) =>
      pingCommand(...args)
        ?.argv.at(-1)
        ?.split('\n')
        .slice(1);
    const probes = [probe('192.0.2.10', '192.0.2.1'), probe('2001:db8:b::20', 'fe80::1')];
    expect(script(probes, 'linux')).toEqual([
      'p 0 ping -n -c1 -W1 -I 192.0.2.10 192.0.2.1 &',
      'p 1 ping -n -c1 -W1 -I 2001:db8:b::20 fe80::1%eth1 &',
      'wait',
    ]);
    expect(script(probes, 'freebsd')?.[0]).toBe('p 0 ping -n -c1 -t1 -S 192.0.2.10 192.0.2.1 &');
    expect(script(probes, 'openbsd')?.[1]).toBe('p 1 ping6 -n -c1 -w1 -I 2001:db8:b::20 fe80::1%eth1 &');
    expect(pingCommand(probes, 'other')).toBeUndefined();
  });

  it('are counted: what could not be tried is neither an answer nor a loss', () => {
    const fresh = {
      ...probe('192.0.2.10', '192.0.2.1'),
      what: 'gateway' as const,
      lastMs: [],
      everAnswered: false,
    };
    const up = withResult(fresh, 1.5, unixMs(1000));
    const lost = withResult(withResult(up, null, unixMs(2000)), null, unixMs(3000));
    expect(lost).toMatchObject({ lastMs: [null, null, 1.5], downSince: 2000, everAnswered: true });
    expect(lost.upSince).toBeUndefined();
    expect(withResult(lost, 'no' as never, unixMs(4000))).toMatchObject({
      lastMs: [null, null, 1.5],
      downSince: 2000,
      error: 'no',
    });
    expect(withResult(lost, 2, unixMs(5000))).toEqual({ ...up, lastMs: [2, null, null, 1.5], upSince: 5000 });
    let many = fresh as typeof up;
    for (let turn = 0; turn < 50; turn++) many = withResult(many, null, unixMs(turn));
    expect(many.lastMs).toHaveLength(20);
    expect(many.downSince).toBe(0);
  });

  it('go to gateways and to what the file names, and nowhere else', () => {
    const way = { kind: 'goes', dev: 'eth0', table: 'main' } as const;
    const row = {
      net: host('192.0.2.10'),
      prefix: 24,
      dev: 'eth0',
      state: 'up',
      way,
      rules: [],
      findings: [],
    } as const;
    const inner = { ...row, net: host('10.0.0.1'), dev: 'br0' };
    const rows = [{ ...row, gateway: host('192.0.2.1') }, inner];
    const to = (wish: Parameters<typeof pairsOf>[1]) =>
      pairsOf(rows, wish).map((pair) => `${pair.from.text} ${pair.to.text}`);
    expect(to({ gateways: true, targets: [] })).toEqual(['192.0.2.10 192.0.2.1']);
    expect(to({ gateways: false, targets: [host('203.0.113.1'), host('2001:db8::1')] })).toEqual([
      '192.0.2.10 203.0.113.1',
    ]);
  });
});

const PS = `   10     1  3-02:00:01 backup   /usr/bin/autossh -M 0 -N -L 5432:db:5432 edge
   11    10       01:05 backup   /usr/bin/ssh -N -L 5432:db:5432 edge
   20     1    02:13:05 root     ssh -fND 1080 -o LocalForward=[::1]:8080 web:80 jump
   30     1       00:09 root     autossh -M 20000 -R 2222:localhost:22 home
   40     1       00:09 root     ssh admin@edge
   50     1       00:09 root     grep -E (^|[ /])(auto)?ssh( |$)
`;
const SS = `LISTEN 0      128        127.0.0.1:5432      0.0.0.0:*    users:(("ssh",pid=11,fd=4))
LISTEN 0      128        127.0.0.1:1080      0.0.0.0:*    users:(("other",pid=99,fd=4))
LISTEN 0      128            [::1]:8080         [::]:*    users:(("ssh",pid=20,fd=5))
LISTEN 0      128                *:22               *:*
`;

describe('tunnels', () => {
  it('are read from the words of ssh and autossh', () => {
    const flags = (line: string, keeper = false) => {
      const { forwards, to } = readSshWords(line.split(' '), keeper);
      return [...forwards.map(({ text, listen }) => `${text} @ ${listen}`), to];
    };
    expect(flags('-N -L 5432:db:5432 edge')).toEqual(['-L 5432:db:5432 @ 127.0.0.1:5432', 'edge']);
    expect(flags('-fNL *:80:web:80 u@edge -L 9:x:9')).toEqual(['-L *:80:web:80 @ *:80', 'u@edge']);
    expect(flags('-D [::1]:1080 -p 22 -i key edge')).toEqual(['-D [::1]:1080 @ [::1]:1080', 'edge']);
    expect(flags('-R 8080:localhost:80 -W h:1 edge')).toEqual([
      '-R 8080:localhost:80 @ undefined',
      '-W h:1 @ undefined',
      'edge',
    ]);
    expect(flags('-L 8000:/run/x.sock edge')).toEqual(['-L 8000:/run/x.sock @ 127.0.0.1:8000', 'edge']);
    expect(flags('-M -S none edge')).toEqual(['edge']);
    expect(flags('-M 0 -L 1:a:1 edge', true)).toEqual(['-L 1:a:1 @ 127.0.0.1:1', 'edge']);
    expect(splitListen('[::1]:53')).toEqual({ host: '::1', port: 53 });
    expect(splitListen('*:0')).toBeUndefined();
  });

  it('are rows: under their autossh, waiting without an ssh, somebody else on the port', () => {
    const processes = parseProcesses(PS, NOW);
    expect(processes.map(({ pid }) => pid)).toEqual([10, 11, 20, 30, 40]);
    expect(processes[0]?.since).toBe(NOW - (3 * 86_400 + 2 * 3600 + 1) * 1000);
    const rows = tunnelRows({ processes, listeners: parseListeners(SS), declared: [], answers: new Map() });
    expect(
      rows.map(({ name, listen, listening, keeper, findings }) => [
        name,
        listen,
        listening,
        keeper?.pid,
        findings.map(({ says }) => says),
      ]),
    ).toEqual([
      ['edge', '127.0.0.1:5432', true, 10, []],
      ['jump', '127.0.0.1:1080', false, undefined, ['ssh runs, and it does not listen at 127.0.0.1:1080']],
      ['home', undefined, undefined, 30, ['autossh waits, and no ssh of it runs: it is between two tries']],
    ]);
  });

  it('that the file declares are there also when nothing of them runs', () => {
    const declared = [
      { name: 'db', listen: '127.0.0.1:5432', restart: ['systemctl', 'restart', 'db-tunnel'] as const },
      { name: 'gone', listen: '127.0.0.1:7777' },
    ];
    const facts = { processes: parseProcesses(PS, NOW), listeners: parseListeners(SS), declared };
    const [db, gone] = tunnelRows({ ...facts, answers: new Map([['db', 'closed'] as const]) });
    expect(db).toMatchObject({
      key: 'name db',
      declared: { canRestart: true, canStop: false },
      process: { pid: 11 },
      answer: 'closed',
    });
    expect(db?.findings[0]?.says).toMatch(/far end does not answer/);
    expect(gone).toMatchObject({
      listening: false,
      findings: [{ says: 'it does not run: nothing listens at 127.0.0.1:7777' }],
    });
    expect(tunnelRows({ ...facts, listeners: undefined, answers: new Map() })[1]?.listening).toBeUndefined();
  });

  it('are asked with host and port as arguments, only those that are declared', () => {
    const check = checkCommand([
      { name: 'a', listen: '*:80' },
      { name: 'b' },
      { name: 'c', listen: '[::1]:53' },
    ]);
    expect(check?.argv.slice(3)).toEqual(['bash', '0', '127.0.0.1', '80', '2', '::1', '53']);
    expect(checkCommand([{ name: 'b' }])).toBeUndefined();
    const said = '#opsconsole-tunnel 0 held\n#opsconsole-tunnel 2 \x1b[2J\n#opsconsole-tunnel 9 spoke\n';
    expect([...readChecks(said, [{ name: 'a' }])]).toEqual([['a', 'held']]);
  });

  it('of hostile words stay text, and any bytes never throw', () => {
    const [evil] = parseProcesses('7 1 00:01 r\x1b[31m ssh -L 1:a:1 \x1b]0;x\x07\u202ehost\n', NOW);
    expect(`${evil?.args} ${evil?.user}`).toMatch(/^ssh -L 1:a:1 [ -~]+$/);
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (text, words) => {
        const listeners = parseListeners(text);
        listenersAt(listeners, text);
        readSshWords(words, true);
        readSshWords(words, false);
        splitListen(text);
        readPings(text, 3);
        readChecks(text, [{ name: 'a' }]);
        parseIfconfig(text);
        parseNetstat(text);
        tunnelRows({ processes: parseProcesses(text, NOW), listeners, declared: [], answers: new Map() });
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('-L', '-D', '-o', '-fN', '1:a:1', '[::]:', ':', '--', 'x')),
        (words) => {
          readSshWords(words, words.length % 2 === 0);
        },
      ),
    );
  });
});

const PRIVATE = 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=';
const PRESHARED = 'FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=';
const PEER = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
const OTHER = 'TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=';
const DUMP = [
  `wg0\t${PRIVATE}\t${OTHER}\t51820\toff`,
  `wg0\t${PEER}\t${PRESHARED}\t198.51.100.7:51820\t10.9.0.2/32,fd00:9::2/128\t${NOW / 1000 - 30}\t10240\t20480\t25`,
  `wg0\t${OTHER}\t(none)\t(none)\t10.9.0.0/24\t0\t0\t148\toff`,
  `wg0\t${PRIVATE.replace('y', 'z')}\t(none)\t[2001:db8::7]:1\t(none)\t${NOW / 1000 - 900}\t1\t1\t25`,
  '',
].join('\n');

describe('peers of WireGuard', () => {
  it('are told without any secret key', () => {
    const peers = judgePeers(parsePeers(DUMP), NOW);
    const said = JSON.stringify(peers, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    for (const secret of [PRIVATE, PRESHARED]) {
      expect(said).not.toContain(secret);
      expect(said).not.toContain(secret.slice(0, 8));
    }
    expect(
      peers.map(({ key, endpoint, handshakeAt, keepaliveSeconds }) => [
        key,
        endpoint,
        handshakeAt,
        keepaliveSeconds,
      ]),
    ).toEqual([
      ['xTIBA5rb', '198.51.100.7:51820', NOW - 30_000, 25],
      ['TrMvSoP4', undefined, undefined, undefined],
      ['zAnz5TF+', '[2001:db8::7]:1', NOW - 900_000, 25],
    ]);
    expect(peers.map(({ findings }) => findings.map(({ level, says }) => `${level}: ${says}`))).toEqual([
      ['note: its 10.9.0.2 overlaps 10.9.0.0/24 of peer TrMvSoP4: the longer one gets the packets'],
      [
        'warning: it never answered: no handshake yet',
        'note: its 10.9.0.0/24 overlaps 10.9.0.2 of peer xTIBA5rb: the longer one gets the packets',
      ],
      ['warning: no handshake for more than three minutes, though it is kept alive'],
    ]);
  });

  it('never throw, and tell no field that may be secret, whatever the columns are', () => {
    const field = fc.constantFrom(
      'wg0',
      PEER,
      '(none)',
      '1.2.3.4:5',
      '10.0.0.0/8',
      '0',
      '25',
      'off',
      '\x1b[31m',
    );
    fc.assert(
      fc.property(fc.array(fc.array(field, { maxLength: 12 })), (lines) => {
        const text = lines
          .map((fields) => fields.map((value, at) => (at === 2 ? PRESHARED : value)).join('\t'))
          .join('\n');
        const said = JSON.stringify(judgePeers(parsePeers(text), NOW), (_, value: unknown) =>
          typeof value === 'bigint' ? String(value) : value,
        );
        expect(said).not.toContain(PRESHARED.slice(0, 8));
        expect(said).not.toContain('\\u001b');
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parsePeers(text)));
  });
});

describe('BSD', () => {
  it('tells addresses and gateways', () => {
    const links = parseIfconfig(`em0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500
\tether 08:00:27:00:00:01
\tinet 192.0.2.10 netmask 0xffffff00 broadcast 192.0.2.255
\tinet6 fe80::a00:27ff:fe00:1%em0 prefixlen 64 scopeid 0x1
\tinet6 2001:db8::10 prefixlen 64
\tstatus: active
lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
\tinet 127.0.0.1 netmask 0xff000000
em1: flags=8802<BROADCAST,SIMPLEX,MULTICAST> mtu 1500
\tstatus: no carrier
`);
    expect(
      links.map(({ name, up, carrier, mtu, addresses }) => [
        name,
        up,
        carrier,
        mtu,
        addresses.map(({ net, prefix, scope }) => `${net.text}/${prefix} ${scope}`),
      ]),
    ).toEqual([
      [
        'em0',
        true,
        true,
        1500,
        ['192.0.2.10/24 global', 'fe80::a00:27ff:fe00:1/64 link', '2001:db8::10/64 global'],
      ],
      ['lo0', true, undefined, 16_384, ['127.0.0.1/8 global']],
      ['em1', false, false, 1500, []],
    ]);
    const routes = parseNetstat(`Destination        Gateway            Flags     Netif Expire
default            192.0.2.1          UGS         em0
192.0.2.0/24       link#1             U           em0
default            fe80::1%em0        UGS         em0
`);
    expect(routes.map(({ family, hops }) => [family, hops[0]?.via?.text, hops[0]?.dev])).toEqual([
      [4, '192.0.2.1', 'em0'],
      [6, 'fe80::1', 'em0'],
    ]);
  });
});
