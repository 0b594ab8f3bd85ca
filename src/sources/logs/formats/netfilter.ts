// Packets logged by netfilter (iptables LOG, nft log, ufw) in the kernel log, dmesg or ulogd's file; Linux 4
// to 6.
//
//   Nov 20 12:00:00 gw kernel: [ 512.3] [UFW BLOCK] IN=eth0 OUT= MAC=02:… SRC=203.0.113.7 DST=192.0.2.1 LEN=40 … PROTO=TCP …
//   [  512.345678] drop IN=eth0 OUT= MAC=02:… SRC=2001:0db8:0000:0000:0000:0000:0000:0007 DST=2001:0db8:… LEN=60 …
//
// The first SRC= is the packet's; an ICMP error repeats the packet it speaks of in brackets behind.

import type { Finding, TagFormat } from './format.ts';

const PACKET = /^((?:\[ *\d+\.\d+\] ?)?.{0,128}?\bIN=(\S*) OUT=\S* (?:[A-Z]+=\S* )*?SRC=)(\S+) DST=\S+ /;

export const netfilter: TagFormat = {
  name: 'netfilter',
  ownsTag: (tag) => tag === 'kernel' || tag === 'ulogd',
  recognise(message): Finding | undefined {
    const match = PACKET.exec(message);
    if (match === null) return undefined;
    const start = match[1]?.length ?? 0;
    const token = { start, end: start + (match[3]?.length ?? 0), field: 'SRC' };
    // A packet of our own leaving has no input interface; its source is us.
    return match[2] === '' ? { kind: 'packet-out' } : { kind: 'packet', token };
  },
};
