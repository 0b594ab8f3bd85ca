// A frame as text: what is where, wide characters once, colours only where they are asked for.

import { describe, expect, it } from 'vitest';
import { screenText } from '../../../src/terminal/screen-text.ts';

const SIZE = { columns: 10, rows: 3 };
const FRAME = [
  { rect: { x: 0, y: 0, columns: 10, rows: 3 }, text: 'title\n\x1b[31m日本\x1b[0m x\n' },
  { rect: { x: 7, y: 0, columns: 3, rows: 1 }, text: '\x1b[1mup\x1b[0m' },
];

describe('the text of a frame', () => {
  it('has a line for each row, without blanks at its end', () => {
    expect(screenText(FRAME, SIZE, false)).toEqual(['title  up', '日本 x', '']);
  });

  it('keeps colours, and closes them in each line', () => {
    const [first = '', second = ''] = screenText(FRAME, SIZE, true);
    expect(first).toMatch(/^title {2}\x1b\[1mup\x1b\[[\d;]*m$/);
    expect(second).toMatch(/^\x1b\[31m日本\x1b\[[\d;]*m x$/);
  });
});
