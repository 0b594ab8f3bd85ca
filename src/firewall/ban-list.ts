// Plain lists of addresses as blocklists come: one address, network or range per line, "#" and ";" begin a comment.
//   1.10.16.0/20 ; SBL256894                    (Spamhaus DROP)
//   192.0.2.10-192.0.2.20

import { bitsOf, makeNet, type Net, parseNet } from '../core/address.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { groupDigits } from '../core/units.ts';
import { rangeToPrefixes } from './columns.ts';

export type BanList = Readonly<{
  /** Sorted; no duplicates, none inside another. */
  nets: readonly Net[];
  lines: number;
  /** Repeated, or inside a wider network of the list. */
  repeated: number;
  /** The first ones that had host bits, as written and as taken; and how many there were. */
  widened: readonly string[];
  widenedTotal: number;
  ranges: number;
}>;

export interface BanListParser {
  push(chunk: Buffer): void;
  end(): Result<BanList>;
}

const LINE_MAX = 4096;
const NETS_MAX = 4_000_000;
const SHOWN_MAX = 10;

/** One pass; memory is a number per IPv4 network. All bad lines count, the first ones are named; then nothing is taken. */
export function createBanListParser(name: string): BanListParser {
  const reader = new ListReader(name);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let pending = '';
  return {
    push(chunk) {
      const text = pending + decoder.decode(chunk, { stream: true });
      let start = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        reader.line(text.slice(start, end));
        start = end + 1;
      }
      // What is longer than any line is cut: it is refused by its beginning.
      pending = text.slice(start, start + LINE_MAX + 1);
    },
    end() {
      const last = pending + decoder.decode();
      if (last !== '') reader.line(last);
      return reader.finish();
    },
  };
}

class ListReader {
  readonly #name: string;
  readonly #v4 = new NumberColumn();
  readonly #v6 = new Map<string, Net>();
  readonly #troubles: string[] = [];
  readonly #widened: string[] = [];
  #taken = 0;
  #lines = 0;
  #wrong = 0;
  #widenedTotal = 0;
  #ranges = 0;

  constructor(name: string) {
    this.#name = sanitise(name, 200);
  }

  line(raw: string): void {
    this.#lines++;
    const text = this.#lines === 1 ? raw.replace(/^\ufeff/, '') : raw;
    if (text.length > LINE_MAX) {
      this.#trouble(1, `the line is longer than ${LINE_MAX} characters`);
      return;
    }
    const comment = text.search(/[#;]/);
    const bare = comment < 0 ? text : text.slice(0, comment);
    const words = bare.trim();
    if (words === '') return;
    const column = bare.indexOf(words) + 1 + (text === raw ? 0 : 1);
    const dash = words.indexOf('-');
    const why = dash < 0 ? this.#single(words) : this.#range(words.slice(0, dash), words.slice(dash + 1));
    if (why !== undefined) this.#trouble(column, why);
  }

  finish(): Result<BanList> {
    if (this.#wrong > 0) {
      const left = this.#wrong - this.#troubles.length;
      const more = left > 0 ? [`… and ${groupDigits(left)} more`] : [];
      return fail(
        problem('bad-input', [...this.#troubles, ...more].join('\n'), {
          hint: 'nothing was changed: a line holds one address, network or range; what follows "#" or ";" is a comment',
        }),
      );
    }
    if (this.#taken > NETS_MAX)
      return fail(
        problem('too-large', `${this.#name} holds more than ${groupDigits(NETS_MAX)} networks`, {
          hint: 'split it',
        }),
      );
    const nets = [...this.#v4.outermost(), ...outermost6([...this.#v6.values()])];
    return ok({
      nets,
      lines: this.#lines,
      repeated: this.#taken - nets.length,
      widened: this.#widened,
      widenedTotal: this.#widenedTotal,
      ranges: this.#ranges,
    });
  }

  #single(text: string): string | undefined {
    const parsed = parseNet(text);
    if (!parsed.ok) {
      const { summary, hint } = parsed.problem;
      const more = /^[0-9a-fA-F.:/]+[\s,]/.test(text) ? 'put a "#" before what is no address' : hint;
      return more === undefined ? summary : `${summary}: ${more}`;
    }
    const { net, widened } = parsed.value;
    if (widened) {
      this.#widenedTotal++;
      if (this.#widened.length < SHOWN_MAX)
        this.#widened.push(`${sanitise(text, 60)} is taken as ${net.text}`);
    }
    this.#take(net);
    return undefined;
  }

  /** At most 62 networks of IPv4, 254 of IPv6. */
  #range(from: string, to: string): string | undefined {
    const ends = [from.trim(), to.trim()].map(parseNet);
    for (const end of ends) if (!end.ok) return `${end.problem.summary} (in a range)`;
    const [first, last] = ends.flatMap((end) => (end.ok ? [end.value.net] : []));
    if (first === undefined || last === undefined) return 'a range needs two ends';
    const host = bitsOf(first.family);
    if (first.family !== last.family || first.prefix !== host || last.prefix !== host)
      return 'a range goes from one address to another of the same family';
    if (first.value > last.value) return `the range ends (${last.text}) before it begins (${first.text})`;
    this.#ranges++;
    for (const { value, prefix } of rangeToPrefixes(first.family, first.value, last.value))
      this.#take(makeNet(first.family, value, prefix));
    return undefined;
  }

  #take(net: Net): void {
    this.#taken++;
    // What is too much is counted, not kept.
    if (this.#taken > NETS_MAX) return;
    if (net.family === 4) this.#v4.add(Number(net.value) * 64 + net.prefix);
    else this.#v6.set(net.text, net);
  }

  #trouble(column: number, says: string): void {
    this.#wrong++;
    if (this.#troubles.length < SHOWN_MAX)
      this.#troubles.push(`${this.#name}:${this.#lines}:${column}: ${sanitise(says, 300)}`);
  }
}

/** IPv4 networks as numbers, address × 64 + prefix: a million sort in a tenth of a second. */
class NumberColumn {
  #values = new Float64Array(1024);
  #length = 0;

  add(value: number): void {
    if (this.#length === this.#values.length) {
      const wider = new Float64Array(2 * this.#length);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#length++] = value;
  }

  outermost(): readonly Net[] {
    const sorted = this.#values.subarray(0, this.#length).sort();
    const nets: Net[] = [];
    let last = -1;
    for (const key of sorted) {
      const prefix = key % 64;
      const value = (key - prefix) / 64;
      // Sorted by address, then wider first: what begins inside the one before lies inside it.
      if (value <= last) continue;
      last = value + 2 ** (32 - prefix) - 1;
      nets.push(makeNet(4, BigInt(value), prefix));
    }
    return nets;
  }
}

function outermost6(nets: Net[]): readonly Net[] {
  nets.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.prefix - b.prefix));
  let last = -1n;
  return nets.filter((net) => {
    if (net.value <= last) return false;
    last = net.value + (1n << BigInt(128 - net.prefix)) - 1n;
    return true;
  });
}
