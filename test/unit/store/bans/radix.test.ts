import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allRows, doubleWords, radixSort, wideWords } from '../../../../src/store/bans/radix.ts';

describe('the radix sort', () => {
  it('orders doubles as numbers, then Infinity, then unknown, ties as they came', () => {
    const number = fc.oneof(
      fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      fc.nat(5),
      fc.constantFrom(Number.POSITIVE_INFINITY, Number.NaN),
    );
    fc.assert(
      fc.property(fc.array(number, { maxLength: 200 }), (numbers) => {
        const rank = (value: number) =>
          Number.isNaN(value) ? 2 : value === Number.POSITIVE_INFINITY ? 1 : 0;
        const expected = numbers
          .map((value, row) => ({ value: value === 0 ? 0 : value, row }))
          .toSorted(
            (a, b) =>
              rank(a.value) - rank(b.value) || (rank(a.value) === 0 ? a.value - b.value : 0) || a.row - b.row,
          )
          .map(({ row }) => row);
        const keys = Float64Array.from(numbers, (value) => (value === 0 ? 0 : value));
        expect([...radixSort(allRows(keys.length), doubleWords(keys))]).toEqual(expected);
      }),
    );
  });

  it('orders 128-bit values', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), { maxLength: 100 }), (values) => {
        const halves = new BigUint64Array(2 * values.length);
        for (const [row, value] of values.entries()) {
          halves[2 * row] = value >> 64n;
          halves[2 * row + 1] = value & 0xffffffffffffffffn;
        }
        const rows = radixSort(allRows(values.length), wideWords(halves));
        const sorted = [...rows].map((row) => values[row] ?? 0n);
        expect(sorted).toEqual(values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
      }),
    );
  });

  it('leaves its input alone', () => {
    const rows = allRows(3);
    radixSort(rows, doubleWords(Float64Array.of(3, 2, 1)));
    expect([...rows]).toEqual([0, 1, 2]);
  });
});
