// Counts byte strings without making a JavaScript string of each: open addressing over typed arrays, keys in
// one arena.

const FNV_PRIME = 0x01000193;

export class ByteCounter {
  /** Slot → entry + 1; 0 = free. Length is a power of two. */
  #slots = new Int32Array(1 << 14);
  #hashes = new Int32Array(1 << 13);
  #starts = new Float64Array(1 << 13);
  #lengths = new Uint16Array(1 << 13);
  #counts = new Float64Array(1 << 13);
  #arena = Buffer.allocUnsafe(1 << 18);
  #arenaEnd = 0;
  #size = 0;
  /** Differs each time, so that nobody can prepare keys that collide. */
  readonly seed: number = (Math.random() * 0x7fffffff) | 0;

  get size(): number {
    return this.#size;
  }

  /** The hash that `find` and `add` expect; callers that walk the bytes anyway compute it as they go. */
  hash(bytes: Uint8Array, start: number, end: number): number {
    let hash = this.seed;
    for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] ?? 0), FNV_PRIME);
    return hash;
  }

  /**
   * Counts one more of a known key and says true; false when the key is new: then `add` it if it is wanted.
   */
  bump(bytes: Uint8Array, start: number, end: number, hash: number): boolean {
    const mask = this.#slots.length - 1;
    const length = end - start;
    // The low bits of FNV depend on few input bits: fold the high ones in.
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry < 0) return false;
      if (this.#hashes[entry] !== hash || this.#lengths[entry] !== length) continue;
      if (!this.#same(entry, bytes, start, length)) continue;
      this.#counts[entry] = (this.#counts[entry] ?? 0) + 1;
      return true;
    }
  }

  /** A new key, counted once. Keys are at most 65,535 bytes. */
  add(bytes: Uint8Array, start: number, end: number, hash: number): void {
    const length = end - start;
    if (this.#size === this.#hashes.length) this.#growEntries();
    if (this.#arenaEnd + length > this.#arena.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#arena.length * 2, this.#arenaEnd + length));
      larger.set(this.#arena.subarray(0, this.#arenaEnd));
      this.#arena = larger;
    }
    const entry = this.#size++;
    this.#hashes[entry] = hash;
    this.#starts[entry] = this.#arenaEnd;
    this.#lengths[entry] = length;
    this.#counts[entry] = 1;
    this.#arena.set(bytes.subarray(start, end), this.#arenaEnd);
    this.#arenaEnd += length;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    else this.#place(entry, hash);
  }

  *entries(): Generator<Readonly<{ key: string; count: number }>> {
    for (let entry = 0; entry < this.#size; entry++) {
      const start = this.#starts[entry] ?? 0;
      const key = this.#arena.toString('latin1', start, start + (this.#lengths[entry] ?? 0));
      yield { key, count: this.#counts[entry] ?? 0 };
    }
  }

  #same(entry: number, bytes: Uint8Array, start: number, length: number): boolean {
    const at = this.#starts[entry] ?? 0;
    const arena = this.#arena;
    for (let index = 0; index < length; index++) {
      if (arena[at + index] !== bytes[start + index]) return false;
    }
    return true;
  }

  #place(entry: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry + 1;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let entry = 0; entry < this.#size; entry++) this.#place(entry, this.#hashes[entry] ?? 0);
  }

  #growEntries(): void {
    const length = this.#hashes.length * 2;
    const hashes = new Int32Array(length);
    hashes.set(this.#hashes);
    const starts = new Float64Array(length);
    starts.set(this.#starts);
    const lengths = new Uint16Array(length);
    lengths.set(this.#lengths);
    const counts = new Float64Array(length);
    counts.set(this.#counts);
    this.#hashes = hashes;
    this.#starts = starts;
    this.#lengths = lengths;
    this.#counts = counts;
  }
}
