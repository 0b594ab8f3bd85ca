// Cutting flows: which conntrack commands delete every live flow of the given networks, in both directions.
// `conntrack -D` walks the whole table for each command (0.2 s per 100,000 flows, conntrack 1.4.7), so networks without
// flows are left out where a count is known, neighbours are joined, and many commands are started by one `xargs`.

import { compareNets, contains, makeNet, type Net } from '../core/address.ts';
import { command, type Step } from '../core/plan.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import { groupDigits } from '../core/units.ts';
import type { FlowCount } from './flow-counter.ts';

/** Up to this many commands each gets its own process: readable, and works with every version. */
const SINGLE_MAX = 8;
const BASE_TIMEOUT_MS = 10_000;
const PER_COMMAND_MS = 1_000;
const TIMEOUT_MS_MAX = 600_000;
/** `conntrack -D` prints every flow that it deletes, some 200 bytes each, and cannot be told not to. */
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

export type CutOptions = Readonly<{
  /** From createFlowCounter: networks without flows get no command, translated flows get the right ones. */
  counts?: ReadonlyMap<string, FlowCount>;
  /**
   * Many commands through one `xargs`, which starts them from a small process. Not `conntrack --load-file -`: it opens
   * /dev/stdin, and that fails where stdin is a socket, as it is for every child of Node. Default false.
   */
  batch?: boolean;
}>;

/**
 * Exit 1 means that nothing was deleted, which is fine.
 * Without counts the original direction is used (-s, -d): it misses flows whose peer shows only in the reply tuple, that
 * is where our own NAT rewrote the peer's address. With counts those get -r and -q.
 */
export function planCut(nets: readonly Net[], options: CutOptions = {}): readonly Step[] {
  const { counts } = options;
  const lines: string[][] = [];
  for (const net of counts === undefined ? joinNets(nets) : outermostOf(nets)) {
    const count = counts?.get(net.text);
    if (counts !== undefined && (count === undefined || count.flows === 0)) continue;
    const sides = count ?? { flows: 1, source: 1, destination: 1, replySource: 0, replyDestination: 0 };
    if (sides.source > 0) lines.push(deletion(net, '-s'));
    if (sides.destination > 0) lines.push(deletion(net, '-d'));
    if (sides.replySource > 0) lines.push(deletion(net, '-r'));
    if (sides.replyDestination > 0) lines.push(deletion(net, '-q'));
  }
  if (lines.length <= SINGLE_MAX || options.batch !== true) return lines.map((words) => single(words));
  return [batch(lines)];
}

function deletion(net: Net, side: '-s' | '-d' | '-r' | '-q'): string[] {
  const family = net.family === 6 ? ['-f', 'ipv6'] : [];
  return ['-D', ...family, side, net.text];
}

function single(words: readonly string[]): Step {
  const extra = { okExits: [1], outputMaxBytes: OUTPUT_BYTES_MAX, timeoutMs: 30_000, privileged: true };
  return { command: command(['conntrack', ...words], extra) };
}

const SHOWN_MAX = 8;

function batch(lines: readonly (readonly string[])[]): Step {
  const timeoutMs = Math.min(TIMEOUT_MS_MAX, BASE_TIMEOUT_MS + lines.length * PER_COMMAND_MS);
  const stdin = `${lines.map((words) => words.join(' ')).join('\n')}\n`;
  const shown: SafeText[] = lines
    .slice(0, SHOWN_MAX)
    .map((words) => sanitise(`conntrack ${words.join(' ')}`));
  if (lines.length > shown.length)
    shown.push(sanitise(`… and ${groupDigits(lines.length - shown.length)} more in the same batch`));
  return {
    command: command(['xargs', '-r', '-L', '1', 'conntrack'], {
      stdin,
      timeoutMs,
      // xargs(1): some command ended with 1 to 125; nothing deleted is 1.
      okExits: [123],
      outputMaxBytes: OUTPUT_BYTES_MAX,
      privileged: true,
    }),
    shown,
  };
}

/** Sorted, without those inside another one. */
function outermostOf(nets: readonly Net[]): readonly Net[] {
  const kept: Net[] = [];
  for (const net of [...nets].sort(compareNets)) {
    const last = kept.at(-1);
    if (last === undefined || !contains(last, net)) kept.push(net);
  }
  return kept;
}

/** The same addresses in fewer networks: two halves of one become that one. Never an address more. */
export function joinNets(nets: readonly Net[]): readonly Net[] {
  const joined: Net[] = [];
  for (const net of outermostOf(nets)) {
    let current = net;
    for (;;) {
      const left = joined.at(-1);
      if (left === undefined || left.family !== current.family || left.prefix !== current.prefix) break;
      const parent = makeNet(left.family, left.value, left.prefix - 1);
      if (left.value !== parent.value || !contains(parent, current)) break;
      joined.pop();
      current = parent;
    }
    joined.push(current);
  }
  return joined;
}
