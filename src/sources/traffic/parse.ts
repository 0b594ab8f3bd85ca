// Interface counters. /proc/net/dev of Linux 6.18 (two header lines, then one line per interface):
//   Inter-|   Receive                                                |  Transmit
//    face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
//     eth0: 381080178   10988    0    0    0     0          0         0   814555    6708    0    0    0     0       0          0

import type { InterfaceCounters } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';

/** Lines that are not interface lines are left out; undefined when the text is not this file. */
export function parseNetDev(text: string): readonly InterfaceCounters[] | undefined {
  const lines = text.split('\n');
  if (!lines[0]?.includes('Receive') || !lines[1]?.includes('bytes')) return undefined;
  return lines.slice(2).flatMap((line) => readLine(line) ?? []);
}

function readLine(line: string): InterfaceCounters | undefined {
  // The kernel allows no ":" in a name, and a long number may stand right behind the colon.
  const match = /^\s*([^\s:]{1,15}):\s*(\d+(?:\s+\d+){15})\s*$/.exec(line);
  if (match === null) return undefined;
  const numbers = (match[2] ?? '').split(/\s+/).map(Number);
  const at = (index: number): number => numbers[index] ?? 0;
  return {
    name: sanitise(match[1] ?? ''),
    rxBytes: at(0),
    rxPackets: at(1),
    rxErrors: at(2),
    rxDropped: at(3),
    txBytes: at(8),
    txPackets: at(9),
    txErrors: at(10),
    txDropped: at(11),
  };
}
