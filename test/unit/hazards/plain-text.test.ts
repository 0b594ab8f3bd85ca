// What our commands print is only shown by a terminal, and JSON stays the value that it was.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainLines, printJson } from '../../../src/cli/plain-text.ts';
import { HOSTILE, obeyed } from './obeyed.ts';

test.each(HOSTILE)('%s', async (_, text) => {
  if (!/^a\u0301+$/.test(text)) expect(await obeyed(text)).not.toEqual([]);
  expect(await obeyed(plainLines(`first ${text}\nsecond ${text}\n`))).toEqual([]);
  expect(plainLines(`first\nsecond\n`).split('\n')).toHaveLength(3);
  expect(await obeyed(printJson({ [text]: [text] }))).toEqual([]);
});

test('any value is read back from its JSON as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, value) => {
      const both = { text, value };
      expect(JSON.parse(printJson(both))).toEqual(JSON.parse(JSON.stringify(both)));
    }),
  );
});
