import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createByteLines } from '../../../src/firewall/byte-lines.ts';

function read(chunks: readonly Buffer[]): readonly string[] {
  const found: string[] = [];
  const lines = createByteLines((bytes, start, end) => found.push(bytes.toString('latin1', start, end)));
  const shared = Buffer.alloc(8192);
  for (const chunk of chunks) {
    // As the host hands them over: a view on a buffer that the next chunk overwrites.
    chunk.copy(shared);
    lines.push(shared.subarray(0, chunk.length));
  }
  lines.end();
  return found;
}

it('gives the same lines however the bytes are cut into chunks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z =.]{0,30}$/), { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }),
      (texts, sizes) => {
        const all = Buffer.from(texts.join('\n'), 'latin1');
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < all.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          chunks.push(all.subarray(at, at + size));
          at += size;
        }
        const wanted = texts.join('\n').split('\n');
        // Nothing after the last newline is no line.
        if (wanted.at(-1) === '') wanted.pop();
        expect(read(chunks)).toEqual(wanted);
      },
    ),
  );
});

it('lets go of what is longer than any line of the kernel', () => {
  expect(read([Buffer.from(`a\n${'x'.repeat(5000)}`), Buffer.from('y\nb\n')])).toEqual(['a', 'y', 'b']);
});
