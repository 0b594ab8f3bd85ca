// The reader of what the far sh of the log stream writes: the same in any pieces, and calm whatever comes.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type FarFrame,
  FarFrames,
  readFarName,
  readFarState,
} from '../../../../src/host/ssh/follow-frames.ts';
import { askNewlines, farFollowScript, globWord } from '../../../../src/host/ssh/follow-script.ts';

const TOKEN = 'c0ffee00c0ffee00c0ff';
const MAX = 300;

function read(chunks: readonly Buffer[]): readonly FarFrame[] {
  const frames = new FarFrames(TOKEN, MAX);
  return chunks.flatMap((chunk) => frames.push(chunk));
}

function cutUp(whole: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return places.slice(1).map((end, index) => whole.subarray(places[index], end));
}

const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
const part = fc.oneof(
  noise,
  noise.map((bytes) =>
    Buffer.concat([Buffer.from(`\n${TOKEN} d 7\n`), bytes, Buffer.from(`\n${TOKEN} e 7 f x .\n`)]),
  ),
  fc.constantFrom(
    ...[
      `\n${TOKEN} w 3 .\n`,
      `${TOKEN} + cut off`,
      `\n${TOKEN} d 8\n`,
      `\n${TOKEN} e 8 m  .\n`,
      `\n${TOKEN} `,
      '\n',
    ].map((text) => Buffer.from(text)),
  ),
);

test('any cutting gives the same frames', () => {
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 8 }),
      fc.array(fc.nat(2000), { maxLength: 12 }),
      (parts, cuts) => {
        const whole = Buffer.concat(parts);
        const isOver = (frames: readonly FarFrame[]) => frames.findIndex(({ kind }) => kind === 'overflow');
        const [one, many] = [read([whole]), read(cutUp(whole, cuts))];
        // Where more came than was asked for the channel ends: what follows does not count.
        const end = isOver(one) < 0 ? one.length : isOver(one);
        expect(many.slice(0, end)).toEqual(one.slice(0, end));
        expect(isOver(many)).toBe(isOver(one));
      },
    ),
  );
});

test('bytes of a file come whole, also where they look like almost the mark', () => {
  const almost = Buffer.from(`\n${TOKEN} e\n${TOKEN}\n\n${TOKEN} x 1\n`);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(noise, fc.constant(almost)), { maxLength: 3 }),
      fc.nat(500),
      (pieces, cut) => {
        const bytes = Buffer.concat(pieces);
        fc.pre(bytes.length <= MAX);
        const whole = Buffer.concat([
          Buffer.from(`noise\n${TOKEN} d 12\n`),
          bytes,
          Buffer.from(`\n${TOKEN} e 12 f 1 .\n`),
        ]);
        expect(read(cutUp(whole, [cut]))).toEqual([
          { kind: 'bytes', seq: 12, bytes },
          { kind: 'answer', text: 'e 12 f 1' },
        ]);
      },
    ),
  );
});

test('an endless line, an endless file and random bytes are bounded and never throw', () => {
  const frames = new FarFrames(TOKEN, MAX);
  for (let times = 0; times < 200; times++) expect(frames.push(Buffer.alloc(10_000, 'x'))).toEqual([]);
  expect(frames.push(Buffer.from(`\n${TOKEN} w 1 .\n`))).toEqual([{ kind: 'answer', text: 'w 1' }]);
  expect(frames.push(Buffer.from(`${TOKEN} d 1\n${'y'.repeat(10_000)}`))).toEqual([{ kind: 'overflow' }]);
  expect(frames.push(Buffer.from(`\n${TOKEN} w 2 .\n`))).toEqual([{ kind: 'answer', text: 'w 2' }]);
  fc.assert(fc.property(fc.array(noise), (chunks) => void read(chunks)));
});

test('lines of ls, of several systems', () => {
  expect(
    readFarState('1835027 -rw-r----- 1 0 4 5120 2026-11-21 21:44:31.000000000 +0000 /var/log/auth.log'),
  ).toMatchObject({ inode: '1835027', isFile: true, size: 5120 });
  expect(readFarState('   4711 -rw-r--r--  1 0  0  77 Nov 21 21:44:31 2026 /x')).toMatchObject({
    ...{ inode: '4711', isFile: true, size: 77 },
  });
  expect(readFarState('5 crw-rw-rw- 1 0 0 1, 3 Nov 21 21:44 /dev/null')).toMatchObject({ isFile: false });
  expect(readFarState('9 drwxr-xr-x+ 2 0 0 512 Nov 21 2025 /d')).toMatchObject({ isFile: false });
  expect(readFarState("ls: cannot access '/x': No such file or directory")).toBeUndefined();
  expect(readFarState(`1 -rw-r--r-- 1 0 0 ${'9'.repeat(17)} x /y`)).toBeUndefined();
  fc.assert(fc.property(fc.string(), (line) => void readFarState(line)));
});

test('names come back as they were', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      const escaped = Buffer.from(name).toString('latin1').replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
      expect(readFarName(escaped)).toBe(name);
    }),
  );
});

test('a range is counted in single bytes, blocks and big blocks that make it up exactly', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 1_000_000 }), (from, length) => {
      const words = askNewlines(1, '/x', from, from + length)
        .trim()
        .split(' ')
        .slice(3)
        .map(Number);
      const [start, ones = 0, blocks = 0, big = 0, blocksAfter = 0, onesAfter = 0] = words;
      expect(start).toBe(from);
      expect(ones).toBeGreaterThan(0);
      expect(ones + onesAfter + 512 * (blocks + blocksAfter) + 65_536 * big).toBe(length);
      expect(Math.max(ones, onesAfter)).toBeLessThanOrEqual(512);
    }),
  );
});

test('of a pattern only its wildcards are left to the shell', () => {
  expect(globWord("/var/my app/$x`*'?[a-c]*")).toBe("/var/my' 'app/'$'x'`'*\\'?[a-c]*");
  expect(globWord('/a/[!;]*')).toBe("/a/[!';']*");
  expect(globWord('-x*')).toBe('./-x*');
  expect(farFollowScript('t')).not.toContain('undefined');
});
