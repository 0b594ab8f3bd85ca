// Counting by address without an object per flow: open-addressing tables in typed arrays. The hash is seeded per
// pass, so that someone who chooses source addresses (IPv6, spoofed SYNs) cannot choose collisions.

const EMPTY = -1;
/** Bytes of a source for which no line carried an accounting figure. */
export const NO_BYTES = -1;

/** One row per distinct address: family (4 or 6), four 32-bit words (an IPv4 address is word 3), flows, bytes. */
export class AddressTable {
  length = 0;
  families: Uint8Array<ArrayBuffer>;
  words: Uint32Array<ArrayBuffer>;
  flows: Uint32Array<ArrayBuffer>;
  bytes: Float64Array<ArrayBuffer>;
  members: Uint32Array<ArrayBuffer>;
  /** The state of the row's first flow and how many flows share it: nearly all sources of a flood have one state. */
  mainStates: Uint8Array<ArrayBuffer>;
  mainCounts: Uint32Array<ArrayBuffer>;
  #slots: Int32Array<ArrayBuffer>;
  readonly #seed: number;

  constructor(seed: number, capacity = 1024) {
    this.#seed = seed | 0;
    this.families = new Uint8Array(capacity);
    this.words = new Uint32Array(capacity * 4);
    this.flows = new Uint32Array(capacity);
    this.bytes = new Float64Array(capacity).fill(NO_BYTES);
    this.members = new Uint32Array(capacity);
    this.mainStates = new Uint8Array(capacity);
    this.mainCounts = new Uint32Array(capacity);
    this.#slots = new Int32Array(capacity * 2).fill(EMPTY);
  }

  /** Row of the address whose words are `key[0..3]`, added when new. */
  rowOf(family: 4 | 6, key: Uint32Array): number {
    const w0 = key[0] ?? 0;
    const w1 = key[1] ?? 0;
    const w2 = key[2] ?? 0;
    const w3 = key[3] ?? 0;
    const mask = this.#slots.length - 1;
    let slot = mix(this.#seed, w0, w1, w2, w3 ^ family) & mask;
    for (;;) {
      const row = this.#slots[slot] ?? EMPTY;
      if (row === EMPTY) break;
      const at = row * 4;
      const words = this.words;
      if (
        words[at + 3] === w3 &&
        words[at + 2] === w2 &&
        words[at + 1] === w1 &&
        words[at] === w0 &&
        this.families[row] === family
      )
        return row;
      slot = (slot + 1) & mask;
    }
    const row = this.length++;
    if (row === this.flows.length) this.#grow();
    this.families[row] = family;
    const words = this.words;
    words[row * 4] = w0;
    words[row * 4 + 1] = w1;
    words[row * 4 + 2] = w2;
    words[row * 4 + 3] = w3;
    this.#place(row);
    return row;
  }

  /** Counts a flow in state `code` when that is the row's main state; otherwise the caller must keep it. */
  isMainState(row: number, code: number): boolean {
    const count = this.mainCounts[row] ?? 0;
    if (count === 0) this.mainStates[row] = code;
    else if (this.mainStates[row] !== code) return false;
    this.mainCounts[row] = count + 1;
    return true;
  }

  #place(row: number): void {
    const mask = this.#slots.length - 1;
    const at = row * 4;
    const words = this.words;
    const family = this.families[row] ?? 0;
    let slot =
      mix(this.#seed, words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, (words[at + 3] ?? 0) ^ family) &
      mask;
    while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
    this.#slots[slot] = row;
  }

  #grow(): void {
    const old = this.flows.length;
    const capacity = old * 2;
    this.families = copyInto(new Uint8Array(capacity), this.families);
    this.words = copyInto(new Uint32Array(capacity * 4), this.words);
    this.flows = copyInto(new Uint32Array(capacity), this.flows);
    this.bytes = copyInto(new Float64Array(capacity).fill(NO_BYTES), this.bytes);
    this.members = copyInto(new Uint32Array(capacity), this.members);
    this.mainStates = copyInto(new Uint8Array(capacity), this.mainStates);
    this.mainCounts = copyInto(new Uint32Array(capacity), this.mainCounts);
    this.#slots = new Int32Array(capacity * 2).fill(EMPTY);
    for (let row = 0; row < old; row++) this.#place(row);
  }
}

/** Counts by (row of an AddressTable, code below 64): the states of a row besides its main one. */
export class PairCounts {
  length = 0;
  keys: Float64Array<ArrayBuffer>;
  counts: Uint32Array<ArrayBuffer>;
  readonly #seed: number;

  constructor(seed: number, slots = 2048) {
    this.#seed = seed | 0;
    this.keys = new Float64Array(slots).fill(EMPTY);
    this.counts = new Uint32Array(slots);
  }

  add(row: number, code: number, count: number): void {
    if (this.length * 2 > this.keys.length) this.#grow();
    this.#addKey(row * 64 + code, count);
  }

  forEach(visit: (row: number, code: number, count: number) => void): void {
    for (let slot = 0; slot < this.keys.length; slot++) {
      const key = this.keys[slot] ?? EMPTY;
      if (key !== EMPTY) visit(Math.floor(key / 64), key % 64, this.counts[slot] ?? 0);
    }
  }

  #addKey(key: number, count: number): void {
    const mask = this.keys.length - 1;
    let slot = mix(this.#seed, key, 0, 0, 0) & mask;
    while (this.keys[slot] !== key) {
      if (this.keys[slot] === EMPTY) {
        this.keys[slot] = key;
        this.length++;
        break;
      }
      slot = (slot + 1) & mask;
    }
    this.counts[slot] = (this.counts[slot] ?? 0) + count;
  }

  #grow(): void {
    const keys = this.keys;
    const counts = this.counts;
    this.keys = new Float64Array(keys.length * 2).fill(EMPTY);
    this.counts = new Uint32Array(keys.length * 2);
    this.length = 0;
    for (let slot = 0; slot < keys.length; slot++) {
      const key = keys[slot] ?? EMPTY;
      if (key !== EMPTY) this.#addKey(key, counts[slot] ?? 0);
    }
  }
}

function copyInto<T extends Uint8Array | Uint32Array | Float64Array>(larger: T, smaller: T): T {
  larger.set(smaller);
  return larger;
}

/** MurmurHash3 (32 bit) over the words, with its final avalanche. */
function mix(seed: number, w0: number, w1: number, w2: number, w3: number): number {
  let h = round(round(round(round(seed, w0), w1), w2), w3);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function round(h: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  k = Math.imul(k, 0x1b873593);
  const x = h ^ k;
  return (Math.imul((x << 13) | (x >>> 19), 5) + 0xe6546b64) | 0;
}
