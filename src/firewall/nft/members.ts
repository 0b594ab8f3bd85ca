// The elements of one set from `nft -j list set`, one huge line of JSON, read item by item as the bytes arrive.
// JSON because it is faster to make than the text (nft 1.0.6) and because a comment cannot forge an element in it.
//   {"nftables": [{"metainfo": {…}}, {"set": {"family": "inet", …, "elem": ["10.0.0.1", {"prefix": {"addr": "192.0.2.0",
//   "len": 24}}, {"elem": {"val": "192.0.2.1", "timeout": 600, "expires": 299, "counter": {"packets": 0, "bytes": 0}}}]}}]}

import { makeNet, type Net, parseNet } from '../../core/address.ts';
import type { UnixMs } from '../../core/brand.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import type { MembersParser } from '../backend.ts';
import { type ElementFacts, MemberColumns, noFacts, rangeToPrefixes } from '../columns.ts';
import { asArray, asNumber, asObject, asString, type JsonObject, parseJson } from '../json.ts';

const START = Buffer.from('"elem": [');
/** Longest header (a set comment is at most 128 bytes) and longest element that are believed. */
const PENDING_MAX = 1 << 20;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export function createNftMembersParser(set: SetInfo, at: UnixMs): MembersParser {
  return new NftMembersParser(set, at);
}

class NftMembersParser implements MembersParser {
  readonly #set: SetInfo;
  readonly #at: UnixMs;
  readonly #columns: MemberColumns;
  #phase: 'header' | 'elements' | 'done' = 'header';
  #pending: Buffer = Buffer.alloc(0);
  #broken: Problem | undefined;

  constructor(set: SetInfo, at: UnixMs) {
    this.#set = set;
    this.#at = at;
    this.#columns = new MemberColumns(set);
  }

  push(chunk: Buffer): void {
    if (this.#phase === 'done' || this.#broken !== undefined) return;
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    if (this.#phase === 'header') {
      const found = bytes.indexOf(START);
      if (found < 0) this.#pending = Buffer.from(bytes);
      else {
        this.#phase = 'elements';
        this.#takeItems(bytes.subarray(found + START.length));
      }
    } else this.#takeItems(bytes);
    if (this.#pending.length > PENDING_MAX)
      this.#broken = this.#unreadable('is not in a form that this program knows');
  }

  end(): Result<Members> {
    if (this.#broken !== undefined) return fail(this.#broken);
    if (this.#phase === 'elements') return fail(this.#unreadable('was cut off before its end'));
    if (this.#phase === 'header' && !isEmptySet(this.#pending))
      return fail(this.#unreadable('is not in a form that this program knows'));
    return ok(this.#columns.finish(this.#at));
  }

  /** Cuts whole items out of `bytes` and keeps the rest for the next chunk. */
  #takeItems(bytes: Buffer): void {
    let start = 0;
    let depth = 0;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index] ?? 0;
      if (byte === QUOTE) {
        const end = stringEnd(bytes, index + 1);
        if (end < 0) break;
        index = end;
      } else if (byte === COMMA && depth === 0) {
        this.#takeItem(bytes.toString('utf8', start, index));
        start = index + 1;
      } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++;
      else if ((byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) && depth-- === 0) {
        this.#takeItem(bytes.toString('utf8', start, index));
        this.#phase = 'done';
        this.#pending = Buffer.alloc(0);
        return;
      }
    }
    this.#pending = Buffer.from(bytes.subarray(start));
  }

  #takeItem(text: string): void {
    const trimmed = text.trim();
    if (trimmed === '') return;
    const read = readNftElement(parseJson(trimmed), this.#at);
    if (read === undefined || read.nets.some((net) => net.family !== this.#set.family))
      this.#broken ??= this.#unreadable('holds an element that this program cannot read');
    else for (const net of read.nets) this.#columns.addNet(net, read.facts);
  }

  #unreadable(why: string): Problem {
    const hint = 'list it again; see opsconsole doctor';
    return problem('unreadable', `the listing of ${this.#set.key} ${why}`, { hint });
  }
}

/** Index of the quote that closes a JSON string, or -1 when it lies beyond these bytes. */
function stringEnd(bytes: Buffer, from: number): number {
  let end = bytes.indexOf(QUOTE, from);
  while (end >= 0) {
    let slashes = 0;
    while (end - 1 - slashes >= from && bytes[end - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
    end = bytes.indexOf(QUOTE, end + 1);
  }
  return -1;
}

function isEmptySet(bytes: Buffer): boolean {
  const items = asArray(asObject(parseJson(bytes.toString('utf8')))?.nftables) ?? [];
  return items.some((item) => asObject(asObject(item)?.set) !== undefined);
}

/** One element as nft prints it in a listing and in monitor events; undefined when it is not understood. */
export function readNftElement(
  value: unknown,
  at: UnixMs,
): Readonly<{ nets: readonly Net[]; facts: ElementFacts }> | undefined {
  const wrapped = asObject(asObject(value)?.elem);
  const nets = readNets(wrapped === undefined ? value : wrapped.val);
  if (nets === undefined) return undefined;
  return { nets, facts: wrapped === undefined ? noFacts() : readFacts(wrapped, at) };
}

function readFacts(element: JsonObject, at: UnixMs): ElementFacts {
  const expires = asNumber(element.expires);
  const timeout = asNumber(element.timeout) ?? 0;
  const counter = asObject(element.counter);
  return {
    expires:
      expires !== undefined ? at + expires * 1000 : timeout > 0 ? Number.NaN : Number.POSITIVE_INFINITY,
    lifetime: timeout,
    packets: asNumber(counter?.packets) ?? Number.NaN,
    bytes: asNumber(counter?.bytes) ?? Number.NaN,
    comment: asString(element.comment) ?? '',
  };
}

function readNets(value: unknown): readonly Net[] | undefined {
  if (typeof value === 'string') return oneNet(value);
  const object = asObject(value);
  const prefix = asObject(object?.prefix);
  if (prefix !== undefined) return oneNet(`${asString(prefix.addr) ?? ''}/${asNumber(prefix.len) ?? ''}`);
  const range = asArray(object?.range);
  const first = oneNet(asString(range?.[0]) ?? '')?.[0];
  const last = oneNet(asString(range?.[1]) ?? '')?.[0];
  if (first === undefined || last === undefined || first.family !== last.family) return undefined;
  return rangeToPrefixes(first.family, first.value, last.value).map(({ value, prefix }) =>
    makeNet(first.family, value, prefix),
  );
}

/** A set of IPv6 addresses may hold a v4-mapped one; it stays the element that it is. */
function oneNet(text: string): readonly Net[] | undefined {
  const parsed = parseNet(text);
  if (!parsed.ok) return undefined;
  const { net } = parsed.value;
  if (net.family === 6 || !text.includes(':')) return [net];
  return [makeNet(6, (0xffffn << 32n) | net.value, net.prefix + 96)];
}
