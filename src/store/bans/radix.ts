// Sorting a million rows without stalling the screen: a radix sort of row numbers by fixed-width keys, 16 bits a pass.
// A pass over keys whose digit is the same in every row is skipped, so small keys cost little.

/** One 32-bit word of every row's key: row r has `data[r * stride + offset]`. */
export type KeyWord = Readonly<{ data: Uint32Array; stride: number; offset: number }>;

/** Rows sorted by their key, ties in the order given. `words`: least significant first. */
export function radixSort(rows: Uint32Array, words: readonly KeyWord[]): Uint32Array {
  let from = rows;
  let spare: Uint32Array | undefined;
  for (const word of words)
    for (const shift of [0, 16]) {
      const starts = digitStarts(from, word, shift);
      if (starts === undefined) continue;
      const into: Uint32Array = spare ?? new Uint32Array(rows.length);
      scatter(from, into, { word, shift, starts });
      spare = from === rows ? undefined : from;
      from = into;
    }
  return from;
}

/** Where each digit's rows begin; undefined when all rows have the same digit. */
function digitStarts(rows: Uint32Array, word: KeyWord, shift: number): Uint32Array | undefined {
  const { data, stride, offset } = word;
  const counts = new Uint32Array(65536);
  for (let at = 0; at < rows.length; at++) {
    const digit = ((data[(rows[at] as number) * stride + offset] as number) >>> shift) & 0xffff;
    counts[digit] = (counts[digit] as number) + 1;
  }
  let start = 0;
  for (let digit = 0; digit < 65536; digit++) {
    const count = counts[digit] as number;
    if (count === rows.length) return undefined;
    counts[digit] = start;
    start += count;
  }
  return counts;
}

function scatter(
  from: Uint32Array,
  into: Uint32Array,
  pass: Readonly<{ word: KeyWord; shift: number; starts: Uint32Array }>,
): void {
  const { word, shift, starts } = pass;
  const { data, stride, offset } = word;
  for (let at = 0; at < from.length; at++) {
    const row = from[at] as number;
    const digit = ((data[row * stride + offset] as number) >>> shift) & 0xffff;
    const place = starts[digit] as number;
    starts[digit] = place + 1;
    into[place] = row;
  }
}

/** 0, 1, … length - 1. */
export function allRows(length: number): Uint32Array {
  const rows = new Uint32Array(length);
  for (let row = 0; row < length; row++) rows[row] = row;
  return rows;
}

/** Words of non-negative doubles: their bits order as the numbers do, Infinity after all, NaN last. */
export function doubleWords(keys: Float64Array): readonly KeyWord[] {
  const data = new Uint32Array(keys.buffer, keys.byteOffset, keys.length * 2);
  return [0, 1].map((offset) => ({ data, stride: 2, offset }));
}

/** Words of 128-bit values kept as high and low halves (`Members.values6`). */
export function wideWords(halves: BigUint64Array): readonly KeyWord[] {
  const data = new Uint32Array(halves.buffer, halves.byteOffset, halves.length * 2);
  return [2, 3, 0, 1].map((offset) => ({ data, stride: 4, offset }));
}
