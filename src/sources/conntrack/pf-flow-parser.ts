// The flow report of pf: one pass over `pfctl -v -s states` (FreeBSD 13 to 15, OpenBSD 7.x), counted as the flows of conntrack are.
//   all tcp 192.0.2.10:22 <- 203.0.113.45:51544       ESTABLISHED:ESTABLISHED
//      age 01:32:36, expires in 24:00:00, 755:820 pkts, 52857:205889 bytes, rule 3
// A flow that is forwarded has two states there, one for each side, and counts twice.

import type { StateCount } from '../../core/rows.ts';
import { createPfStates, type PfState } from '../../firewall/pf/states.ts';
import { AddressTable, NO_BYTES, PairCounts } from './address-table.ts';
import { Names } from './flow-parser.ts';

/** In the order of a connection's life; the farther of the two ends tells. */
const TCP_LIFE: readonly string[] = [
  'CLOSED',
  'LISTEN',
  'SYN_SENT',
  'SYN_RCVD',
  'ESTABLISHED',
  'CLOSE_WAIT',
  'FIN_WAIT_1',
  'CLOSING',
  'LAST_ACK',
  'FIN_WAIT_2',
  'TIME_WAIT',
];
const PROTOCOLS: Readonly<Record<string, string>> = { 'ipv6-icmp': 'icmpv6', icmp6: 'icmpv6' };
const WORD_MAX = 64;

export class PfFlowParser {
  total = 0;
  unreadable = 0;
  readonly sources: AddressTable;
  readonly pairs: PairCounts;
  readonly #names = new Names();
  readonly #states = new Map<string, StateCount>();
  readonly #key = new Uint32Array(4);
  readonly #reading = createPfStates((state) => this.#count(state));

  constructor(seed: number) {
    this.sources = new AddressTable(seed);
    this.pairs = new PairCounts(seed);
  }

  get sourceStateNames(): readonly string[] {
    return this.#names.names;
  }

  stateCounts(): readonly StateCount[] {
    return [...this.#states.values()];
  }

  push(chunk: Uint8Array): void {
    this.#reading.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }

  end(): void {
    this.unreadable = this.#reading.end().unreadable;
  }

  #count({ initiator, protocol: word, states, bytes }: PfState): void {
    const protocol = PROTOCOLS[word] ?? word.slice(0, WORD_MAX);
    const state = protocol === 'tcp' ? tcpState(states) : otherState(states);
    this.total++;
    const row = this.sources.rowOf(initiator.family, this.#keyOf(initiator.value));
    this.sources.flows[row] = (this.sources.flows[row] ?? 0) + 1;
    const code = this.#names.codeOf(protocol === 'tcp' ? state : protocol.toUpperCase());
    if (!this.sources.isMainState(row, code)) this.pairs.add(row, code, 1);
    if (bytes !== undefined) {
      const before = this.sources.bytes[row] ?? NO_BYTES;
      this.sources.bytes[row] = (before === NO_BYTES ? 0 : before) + bytes;
    }
    this.#countState(protocol, state);
  }

  #keyOf(value: bigint): Uint32Array {
    for (let word = 0; word < 4; word++)
      this.#key[word] = Number((value >> BigInt(32 * (3 - word))) & 0xffff_ffffn);
    return this.#key;
  }

  #countState(protocol: string, state: string): void {
    const key = `${protocol} ${state}`;
    const known = this.#states.get(key);
    const isRoom = known !== undefined || this.#states.size < WORD_MAX;
    const [name, of] = isRoom ? [key, { protocol, state }] : ['other', { protocol: 'other', state: 'other' }];
    this.#states.set(name, { ...of, count: (this.#states.get(name)?.count ?? 0) + 1 });
  }
}

/** As conntrack calls it: SYN_SENT while nobody answers, SYN_RECV until the handshake is done, also by pf's own proxy. */
function tcpState(states: string): string {
  if (states.startsWith('PROXY:')) return 'SYN_RECV';
  const ends = states.split(':').map((state) => TCP_LIFE.indexOf(state));
  const first = Math.min(...ends);
  const last = Math.max(...ends);
  if (first < 0) return 'other';
  if (last === 0) return 'CLOSED';
  if (last <= TCP_LIFE.indexOf('SYN_SENT')) return first < last ? 'SYN_SENT' : 'SYN_RECV';
  if (last <= TCP_LIFE.indexOf('ESTABLISHED')) return first === last ? 'ESTABLISHED' : 'SYN_RECV';
  return TCP_LIFE[last] ?? 'other';
}

/** "MULTIPLE:SINGLE": what the busier side is. */
function otherState(states: string): string {
  for (const state of ['MULTIPLE', 'SINGLE', 'NO_TRAFFIC'])
    if (states.includes(state)) return state.toLowerCase();
  return 'tracked';
}
