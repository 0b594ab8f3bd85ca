// Every text of a theme can be read on the background that it is made for: WCAG 2.1, contrast ratio, by arithmetic.

import { describe, expect, it } from 'vitest';
import type { Role } from '../../../../src/core/line.ts';
import { ACCENTS, THEME_NAMES } from '../../../../src/core/pane.ts';
import { THEMES } from '../../../../src/views/theme.ts';
import { nearest256, rgbOf256 } from '../../../../src/views/themes/depth.ts';
import { type Ink, LINE_ROLES, type Rgb } from '../../../../src/views/themes/ink.ts';

function luminance(rgb: Rgb): number {
  const [red = 0, green = 0, blue = 0] = [16, 8, 0].map((shift) => {
    const value = ((rgb >> shift) & 255) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ratio(a: Rgb, b: Rgb): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (high + 0.05) / (low + 0.05);
}

/** 4.5 for text, 3 for what is not read (WCAG 1.4.3 and 1.4.11). */
const least = (role: Role, text: number): number => (LINE_ROLES.includes(role) ? 3 : text);
const as256 = (rgb: Rgb): Rgb => rgbOf256(nearest256(rgb));

it('the ratio is that of the standard', () => {
  expect(ratio(0, 0xffffff)).toBe(21);
  expect(ratio(0x767676, 0xffffff)).toBeCloseTo(4.54, 2);
});

for (const name of THEME_NAMES) {
  const { roles, accents, on } = THEMES[name];
  const inks: readonly (readonly [Role, Ink])[] = [
    ...(Object.entries(roles) as [Role, Ink][]),
    ...ACCENTS.flatMap((accent) => Object.entries(accents[accent]) as [Role, Ink][]),
  ];
  describe(`the theme ${name}`, () => {
    it('says how all its inks look in sixteen colours', () => {
      for (const [, { sixteen }] of inks) expect(sixteen).toMatch(/^(\d+(;\d+)*)?$/);
    });

    it('can be read in true colour and in 256', () => {
      for (const [role, { fg, bg }] of inks) {
        if (fg === undefined) continue;
        const grounds = bg === undefined ? on : [bg];
        expect(grounds.length, role).toBeGreaterThan(0);
        const text = name === 'contrast' ? 7 : 4.5;
        for (const ground of grounds) {
          expect(ratio(fg, ground), `${role} on ${ground.toString(16)}`).toBeGreaterThanOrEqual(
            least(role, text),
          );
          const ground256 = bg === undefined ? ground : as256(ground);
          expect(ratio(as256(fg), ground256), `${role} in 256`).toBeGreaterThanOrEqual(least(role, text));
        }
      }
    });

    it('has no background of its own without letters of its own', () => {
      for (const [role, { fg, bg }] of inks) if (bg !== undefined) expect(fg, role).not.toBeUndefined();
    });
  });
}
