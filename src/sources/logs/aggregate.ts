// Top sources of a log: one pass over the raw bytes, exact counts. A line that begins with "address - "
// (common and combined access logs) is counted by the bytes of its first field; any other line is read as the
// console reads it, slower and as exact.

import { compareNets, type Net, parseHost } from '../../core/address.ts';
import { ByteCounter } from './byte-counter.ts';
import { createLineSplitter, LINE_BYTES_MAX, lineText } from './lines.ts';
import { readSourceToken } from './reading.ts';

const NEWLINE = Buffer.from('\n');
const LF = 0x0a;
const SPACE = 0x20;
const DASH = 0x2d;
const FNV_PRIME = 0x01000193;
/** Longest text of an address: eight groups, the last two as IPv4. */
const ADDRESS_BYTES_MAX = 45;

export type TopSource = Readonly<{ net: Net; count: number }>;
/** `lines` = sum of all counts + `without`. `sources`: most lines first, equal counts in order of address. */
export type TopReport = Readonly<{
  lines: number;
  /** Lines in which no address names the peer. */
  without: number;
  /** Distinct addresses. */
  distinct: number;
  sources: readonly TopSource[];
}>;

export type TopSources = Readonly<{
  /** Chunks of one log in order; lines may straddle them. The chunk is not kept. */
  push(chunk: Buffer): void;
  /** End of one log: a last line without a newline counts. Another log may follow. */
  end(): void;
  report(top: number): TopReport;
}>;

export function createTopSources(): TopSources {
  const pass = new Pass();
  return {
    push: (chunk) => pass.push(chunk),
    end: () => pass.end(),
    report: (top) => pass.report(top),
  };
}

class Pass {
  readonly #counter = new ByteCounter();
  /** The line that straddles chunks. */
  #open = false;
  #lines = 0;
  #without = 0;
  readonly #straddling = createLineSplitter((line) => this.#line(line));

  push(chunk: Buffer): void {
    let start = 0;
    if (this.#open) {
      const newline = chunk.indexOf(LF);
      const end = newline < 0 ? chunk.length : newline + 1;
      this.#straddling.push(chunk.subarray(0, end));
      if (newline < 0) return;
      this.#open = false;
      start = end;
    }
    const last = chunk.lastIndexOf(LF);
    if (last >= start) this.#whole(chunk, start, last + 1);
    const rest = Math.max(start, last + 1);
    if (rest < chunk.length) {
      this.#straddling.push(chunk.subarray(rest));
      this.#open = true;
    }
  }

  end(): void {
    this.#straddling.end();
    this.#open = false;
  }

  report(top: number): TopReport {
    // Spellings of one address ("2001:DB8::1", "::ffff:192.0.2.1") come together here.
    const counts = new Map<string, { net: Net; count: number }>();
    for (const { key, count } of this.#counter.entries()) {
      const parsed = parseHost(key);
      if (!parsed.ok) continue;
      const known = counts.get(parsed.value.text);
      if (known === undefined) counts.set(parsed.value.text, { net: parsed.value, count });
      else known.count += count;
    }
    const sources = [...counts.values()].sort((a, b) => b.count - a.count || compareNets(a.net, b.net));
    return {
      lines: this.#lines,
      without: this.#without,
      distinct: sources.length,
      sources: sources.slice(0, Math.max(0, top)),
    };
  }

  /** Complete lines from `start` to `end`. Kept as one loop: calls per line cost more than the work. */
  #whole(bytes: Buffer, start: number, end: number): void {
    const counter = this.#counter;
    let at = start;
    let lines = 0;
    while (at < end) {
      let hash = counter.seed;
      let index = at;
      let byte = bytes[index] ?? LF;
      while (byte !== SPACE && byte !== LF) {
        hash = Math.imul(hash ^ byte, FNV_PRIME);
        byte = bytes[++index] ?? LF;
      }
      const simple = byte === SPACE && bytes[index + 1] === DASH && bytes[index + 2] === SPACE;
      const newline = byte === LF ? index : bytes.indexOf(LF, index);
      lines++;
      if (!simple || !counter.bump(bytes, at, index, hash)) {
        if (!simple || !this.#firstSeen(bytes, at, index, hash)) {
          const limited = Math.min(newline, at + LINE_BYTES_MAX);
          this.#slow(bytes.subarray(at, limited));
        }
      }
      at = newline + 1;
    }
    this.#lines += lines;
  }

  #line(line: Buffer): void {
    const whole = Buffer.concat([line, NEWLINE]);
    this.#whole(whole, 0, whole.length);
  }

  #firstSeen(bytes: Buffer, start: number, end: number, hash: number): boolean {
    if (end - start > ADDRESS_BYTES_MAX) return false;
    if (!parseHost(bytes.toString('latin1', start, end)).ok) return false;
    this.#counter.add(bytes, start, end, hash);
    return true;
  }

  #slow(line: Buffer): void {
    const token = readSourceToken(lineText(line));
    if (token === undefined || token.length > ADDRESS_BYTES_MAX) {
      this.#without++;
      return;
    }
    const key = Buffer.from(token, 'latin1');
    const hash = this.#counter.hash(key, 0, key.length);
    if (this.#counter.bump(key, 0, key.length, hash)) return;
    if (parseHost(token).ok) this.#counter.add(key, 0, key.length, hash);
    else this.#without++;
  }
}
