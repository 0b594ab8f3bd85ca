import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colourDepth, nearest16, nearest256, rgbOf256 } from '../../../../src/views/themes/depth.ts';

const rgb = fc.integer({ min: 0, max: 0xffffff });

describe('how many colours a terminal has', () => {
  const CASES: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['16', {}],
    ['16', { TERM: 'xterm' }],
    ['256', { TERM: 'xterm-256color' }],
    ['true', { TERM: 'xterm-256color', COLORTERM: 'truecolor' }],
    ['true', { TERM: 'xterm', COLORTERM: '24bit' }],
    ['256', { TERM: 'xterm-256color', COLORTERM: 'yes' }],
    ['true', { TERM: 'xterm-direct' }],
    ['true', { TERM: 'xterm-kitty' }],
    ['true', { TERM: 'alacritty' }],
    ['16', { TERM: 'linux', COLORTERM: 'truecolor' }],
    ['16', { TERM: 'screen', COLORTERM: 'truecolor' }],
    ['256', { TERM: 'screen-256color', COLORTERM: 'truecolor' }],
    ['true', { TERM: 'screen-256color', COLORTERM: 'truecolor', TMUX: '/tmp/x,1,0' }],
    ['256', { TERM: 'tmux-256color' }],
    ['none', { TERM: 'vt100' }],
    ['none', { TERM: 'vt220', COLORTERM: 'truecolor' }],
    ['none', { TERM: 'xterm-256color', NO_COLOR: '1' }],
    ['256', { TERM: 'xterm-256color', NO_COLOR: '' }],
  ];
  for (const [depth, env] of CASES)
    it(`${depth}: ${JSON.stringify(env)}`, () => expect(colourDepth(env)).toBe(depth));
});

describe('the nearest colour', () => {
  it('is in the palette, and one of the palette is its own', () => {
    fc.assert(
      fc.property(rgb, (colour) => {
        expect(nearest256(colour)).toBeGreaterThanOrEqual(16);
        expect(nearest256(colour)).toBeLessThan(256);
        expect(nearest16(colour)).toBeLessThan(16);
        expect(rgbOf256(nearest256(rgbOf256(nearest256(colour))))).toBe(rgbOf256(nearest256(colour)));
      }),
    );
    for (let index = 16; index < 256; index++)
      expect(rgbOf256(nearest256(rgbOf256(index)))).toBe(rgbOf256(index));
    for (let index = 0; index < 16; index++) expect(nearest16(rgbOf256(index))).toBe(index);
  });
});
