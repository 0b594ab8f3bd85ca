// The line of /proc/PID/stat, whatever a process calls itself.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parentIn, startIn } from '../../../src/core/proc-stat.ts';

const REST = 'S 812 4711 4711 34816 4720 4194304 1 0 0 0 0 0 0 0 20 0 1 0 918273 1 2 3';

describe('a line of /proc/PID/stat', () => {
  it('has parent and start behind any name', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 15 }), (name) => {
        const line = `4711 (${name}) ${REST}\n`;
        expect([parentIn(line), startIn(line)]).toEqual([812, '918273']);
      }),
    );
  });

  it('of this process is that of its parent', () => {
    expect(parentIn(readFileSync('/proc/self/stat', 'latin1'))).toBe(process.ppid);
  });

  it('that is none, or cut short, says nothing', () => {
    fc.assert(fc.property(fc.string(), (text) => void [parentIn(text), startIn(text)]));
    for (const text of ['', '4711', '4711 (sh', '4711 (sh)', '4711 (sh) S x'])
      expect([parentIn(text), startIn(text)]).toEqual([undefined, undefined]);
  });
});
