// Whom no act may touch on a BSD: its own addresses, gateways, who is logged in, our own session, and what is not known.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BSD_SESSIONS, parseIfconfig, parseRoutes, parseWho } from '../../../src/actions/safe/bsd.ts';
import { computeSafeSet } from '../../../src/actions/safe/safe-set.ts';
import { createPfMemory } from '../../fakes/pf-memory.ts';

const IFCONFIG = `vtnet0: flags=1008843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST,LOWER_UP> metric 0 mtu 1500
	ether 58:9c:fc:00:00:01
	inet 192.0.2.10 netmask 0xffffff00 broadcast 192.0.2.255
	inet6 fe80::5a9c:fcff:fe00:1%vtnet0 prefixlen 64 scopeid 0x1
	inet6 2001:db8::10 prefixlen 64
lo0: flags=1008049<UP,LOOPBACK,RUNNING,MULTICAST,LOWER_UP> metric 0 mtu 16384
	inet 127.0.0.1 netmask 0xff000000
`;
const ROUTES = `Routing tables

Internet:
Destination        Gateway            Flags         Netif Expire
default            192.0.2.1          UGS          vtnet0
10.0.0.0/8         192.0.2.3          UGS          vtnet0
127.0.0.1          link#2             UH              lo0
192.0.2.0/24       link#1             U            vtnet0

Internet6:
Destination                       Gateway                       Flags     Netif Expire
default                           fe80::1%vtnet0                UGS      vtnet0
`;
const WHO = `alice            pts/0        Nov 21 18:05 (203.0.113.5)
bob              pts/1        Nov 21 18:06 (host.example.net)
root             ttyv0        Nov 21 18:07
`;

test('everything that can be known is safe, and what cannot is said', async () => {
  const { host } = createPfMemory('freebsd15');
  host.tool('ifconfig', true).tool('netstat', true).tool('who', true);
  host
    .on('ifconfig -a', { stdout: IFCONFIG })
    .on('netstat -rn', { stdout: ROUTES })
    .on('who', { stdout: WHO });
  host.file('/etc/resolv.conf', 'nameserver 192.0.2.53\n');
  const safeSet = await computeSafeSet(host, { allow: ['198.51.100.9'], sshPeer: '203.0.113.77' });
  const why = new Map(safeSet.entries.map(({ net, why: words }) => [net.text, words]));
  expect(why.get('192.0.2.10')).toBe('an address of this machine');
  expect(why.get('2001:db8::10')).toBe('an address of this machine');
  expect(why.get('192.0.2.255')).toBe('a broadcast address of this network');
  expect(why.get('192.0.2.1')).toBe('the default gateway');
  expect(why.get('192.0.2.3')).toBe('a gateway');
  expect(why.get('192.0.2.53')).toBe('a name server of this machine');
  expect(why.get('203.0.113.5')).toBe('login of alice (who)');
  expect(why.get('203.0.113.77')).toBe('your ssh session (SSH_CONNECTION)');
  expect(why.get('198.51.100.9')).toBe('allowed by the session file');
  expect(safeSet).toMatchObject({ operatorFound: true, gaps: [BSD_SESSIONS] });
});

test('without the tools and without SSH_CONNECTION nobody is claimed to be safe', async () => {
  const { host } = createPfMemory('openbsd78');
  const { operatorFound, gaps } = await computeSafeSet(host, { allow: [] });
  expect(operatorFound).toBe(false);
  expect(gaps).toEqual([
    BSD_SESSIONS,
    "this machine's own addresses: ifconfig -a cannot be run",
    'the gateways: netstat -rn cannot be run',
    'who is logged in: who cannot be run',
  ]);
});

test('random bytes never throw', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      for (const parse of [parseIfconfig, parseRoutes, parseWho]) parse(text);
    }),
  );
});
