// What stays of a pane's state where its frame is narrow.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Line, Role } from '../../../../src/core/line.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { fitState } from '../../../../src/views/parts/frame-state.ts';
import { widthOfLine } from '../../../../src/views/parts/lines.ts';

const line = (...parts: readonly (readonly [string, Role])[]): Line =>
  parts.map(([text, role]) => ({ text: sanitise(text), role }));
const shown = (state: Line, columns: number): string =>
  fitState(state, columns, '·')
    .map(({ text }) => text)
    .join('');

const search = line(['/wp-login 1 of 2', 'accent'], [' · ', 'dim'], ['frozen, 214 new', 'warn']);
const flows = line(['flows 52 s ago · ', 'dim'], ['stale 40 s', 'warn']);
const fault = line(['a(: unterminated group', 'bad'], [' · ', 'dim'], ['live', 'good']);

it.each<[Line, number, string]>([
  [search, 34, '/wp-login 1 of 2 · frozen, 214 new'],
  [search, 33, '… · frozen, 214 new'],
  [search, 10, 'frozen, 2…'],
  [flows, 26, '… · stale 40 s'],
  [fault, 26, '… · a(: unterminated group'],
  [fault, 12, 'a(: untermi…'],
  [search, 0, ''],
])('%#: keeps what matters most', (state, columns, text) => {
  expect(shown(state, columns)).toBe(text);
});

it('is never wider than its room', () => {
  const role = fc.constantFrom<Role>('plain', 'dim', 'good', 'warn', 'bad', 'accent');
  const part = fc.tuple(fc.string(), role);
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), fc.nat(60), (parts, columns) => {
      const state = parts.flatMap(([text, of], at) =>
        line(...(at > 0 ? ([[' · ', 'dim']] as const) : []), [text, of]),
      );
      expect(widthOfLine(fitState(state, columns, '·'))).toBeLessThanOrEqual(columns);
    }),
  );
});
