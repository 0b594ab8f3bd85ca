// The parsers behind the safe set: captured bytes are read right, random bytes never throw.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSshFlow } from '../../../src/actions/flows/ssh-flows.ts';
import { parseStat, sshConnectionOf } from '../../../src/actions/safe/ancestry.ts';
import {
  parseFibTrie,
  parseIfInet6,
  parseIpv6Route,
  parseResolvers,
  parseRoute,
  parseUtmp,
  sshdConfigPorts,
} from '../../../src/actions/safe/network.ts';
import { hexAddress, listeningSockets, peersOn, plainHexAddress } from '../../../src/actions/safe/sockets.ts';
import { parseSs, parseSsPeers } from '../../../src/actions/safe/ssh-peers.ts';

const capture = (name: string): string =>
  readFileSync(`test/captures/safe-set/openssh-9.2-linux-6.18/${name}.txt`, 'utf8');

describe('socket tables', () => {
  test('listening and established sockets of both families', () => {
    expect(listeningSockets(capture('tcp'))).toEqual([{ port: 2222, inode: 21487 }]);
    expect(listeningSockets(capture('tcp6'))).toEqual([{ port: 2200, inode: 21486 }]);
    const show = (table: string, port: number) =>
      peersOn(table, new Set([port])).map(({ peer, peerPort, inode }) => [peer.text, peerPort, inode]);
    expect(show(capture('tcp'), 2222)).toEqual([
      ['198.51.100.7', 59037, 23308],
      ['198.51.100.7', 39883, 23712],
    ]);
    expect(show(capture('tcp6'), 2200)).toEqual([['2001:db8::7', 46383, 23708]]);
    expect(show(capture('tcp'), 22)).toEqual([]);
  });

  test('words of the table in the byte order of the machine, v4-mapped folded', () => {
    expect(hexAddress('057100CB')?.text).toBe('203.0.113.5');
    expect(hexAddress('0000000000000000FFFF0000090200C0')?.text).toBe('192.0.2.9');
    expect(plainHexAddress('fe8000000000000000fc00fffe000001')?.text).toBe('fe80::fc:ff:fe00:1');
    for (const bad of ['', '057100C', '057100CB00', 'xyz100CB', '0571 0CB']) {
      expect(hexAddress(bad)).toBeUndefined();
      expect(plainHexAddress(bad)).toBeUndefined();
    }
  });

  test('a row number beyond four digits shifts the columns', () => {
    const row = (capture('tcp').split('\n')[3] ?? '').replace('   2:', '123456:');
    expect(peersOn(`head\n${row}\n`, new Set([0xe69d]))).toHaveLength(1);
  });
});

describe('ss', () => {
  test('listening and established rows with their processes', () => {
    expect(parseSs(capture('ss-listening'))).toEqual([
      { port: 2222, inode: 21487, holders: [{ name: 'sshd', pid: 12300 }] },
      { port: 2200, inode: 21486, holders: [{ name: 'sshd', pid: 12300 }] },
    ]);
    const [first] = parseSs(capture('ss-established'));
    expect(first).toEqual({
      port: 2222,
      inode: 23308,
      holders: [
        { name: 'sshd', pid: 12498 },
        { name: 'sshd', pid: 12477 },
      ],
    });
  });
});

test('ss: peers of both families, v4-mapped folded, zone ids dropped', () => {
  const rows = [
    capture('ss-established').trimEnd(),
    '0 0 [::ffff:192.0.2.1]:22 [::ffff:192.0.2.9]:40000 ino:5 sk:1',
    '0 0 [fe80::1]%eth0:22 [fe80::2]%eth0:40001 ino:6 sk:2',
    '0 0 no sense here',
  ];
  expect(
    parseSsPeers(rows.join('\n')).map(({ peer, peerPort, localPort, inode }) => [
      peer.text,
      peerPort,
      localPort,
      inode,
    ]),
  ).toEqual([
    ['198.51.100.7', 59037, 2222, 23308],
    ['198.51.100.7', 39883, 2222, 23712],
    ['2001:db8::7', 46383, 2200, 23708],
    ['192.0.2.9', 40000, 22, 5],
    ['fe80::2', 40001, 22, 6],
  ]);
});

test('utmp: the remote address of a login, as mosh leaves it', () => {
  const record = Buffer.alloc(384);
  record.writeInt16LE(7, 0);
  record.write('alice', 44);
  record.set([198, 51, 100, 44], 348);
  const ended = Buffer.from(record);
  ended.writeInt16LE(8, 0);
  expect(parseUtmp(Buffer.concat([record, ended])).map(({ net, kind }) => [net.text, kind])).toEqual([
    ['198.51.100.44', 'login of alice (utmp)'],
  ]);
});

test('sshd_config: Port and ListenAddress with a port, not comments', () => {
  const text =
    '#Port 22\nPort 2222\nListenAddress 0.0.0.0:2200\nListenAddress [::]:2201\nListenAddress 10.0.0.1\nPort=99999\n';
  expect(sshdConfigPorts(text)).toEqual([2222, 2200, 2201]);
});

test('a process name may hold spaces and brackets', () => {
  expect(parseStat('77 (a) b) c) S 5 77 77')).toEqual({ pid: 77, parent: 5 });
  expect(parseStat('garbage')).toBeUndefined();
});

test('SSH_CONNECTION is read only as a whole variable', () => {
  expect(sshConnectionOf('X_SSH_CONNECTION=1.2.3.4 1 2.2.2.2 22\0')).toBeUndefined();
  const found = sshConnectionOf('A=1\0SSH_CONNECTION=fe80::1%eth0 50000 fe80::2%eth0 22\0');
  expect([found?.peer.text, found?.localPort]).toEqual(['fe80::1', 22]);
});

test('a tracked ssh flow, from the kernel file and from the tool', () => {
  const tail =
    '431999 ESTABLISHED src=198.51.100.7 dst=203.0.113.5 sport=59037 dport=22 src=203.0.113.5 dst=198.51.100.7';
  for (const line of [`ipv4     2 tcp      6 ${tail}`, `tcp      6 ${tail}`]) {
    const flow = parseSshFlow(line);
    expect([flow?.source.text, flow?.sourcePort, flow?.destinationPort, flow?.remaining]).toEqual([
      '198.51.100.7',
      59037,
      22,
      431999,
    ]);
  }
  expect(parseSshFlow('udp 17 29 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=22 ')).toBeUndefined();
});

test('random bytes never throw', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\n',
        ' ',
        ':',
        '|-- ',
        '/32 host LOCAL',
        '0A',
        '00000000',
        'ino:5',
        '\0',
        'nameserver ',
      ),
    ),
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      listeningSockets(text);
      peersOn(text, new Set([0, 22]));
      parseSs(text);
      parseSsPeers(text);
      parseFibTrie(text);
      parseIfInet6(text);
      parseRoute(text);
      parseIpv6Route(text);
      parseResolvers(text);
      parseUtmp(Buffer.from(text));
      sshdConfigPorts(text);
      parseStat(text);
      sshConnectionOf(text);
      parseSshFlow(text);
    }),
  );
});
