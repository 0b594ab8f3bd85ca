// Lines of the real programs beside what must be read in them. Peers are 203.0.113.0/24, 198.51.100.0/24 and
// 2001:db8::7; 192.0.2.0/24 is what a peer forged, or our own side.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explain } from '../../../../src/cli/explain.ts';
import { contains, parseNet } from '../../../../src/core/address.ts';
import {
  FILE_FORMATS,
  readLine,
  readSourceToken,
  TAG_FORMATS,
} from '../../../../src/sources/logs/reading.ts';

const ROOT = join(import.meta.dirname, '../../../captures/logs');
const NOW = Date.UTC(2026, 10, 21);

const files = readdirSync(ROOT).flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.log'))
    .map((name) => join(folder, name)),
);

const linesOf = (file: string): string[] =>
  readFileSync(join(ROOT, file), 'utf8').replace(/\n$/, '').split('\n');

describe.each(files)('%s', (file) => {
  test('reads as expected', () => {
    const expected: unknown = JSON.parse(readFileSync(join(ROOT, file.replace(/\.log$/, '.json')), 'utf8'));
    const read = linesOf(file).map((text, index) => {
      const { line: _, ...rest } = explain(readLine(text, NOW), index + 1);
      return rest;
    });
    expect(read).toEqual(expected);
  });

  test('columns hold the address that is named', () => {
    for (const text of linesOf(file)) {
      const { all, chosen } = readLine(text, NOW);
      for (const { net, start, end } of all) {
        const parsed = parseNet(text.slice(start, end));
        expect(parsed.ok && parsed.value.net.text).toBe(net.text);
      }
      if (chosen !== undefined) expect(all.some(({ net }) => net.text === chosen.text)).toBe(true);
    }
  });

  test('counting takes the same address as reading', () => {
    for (const text of linesOf(file)) {
      const token = readSourceToken(text);
      const parsed = token === undefined ? undefined : parseNet(token);
      const counted = parsed?.ok === true && !token?.includes('/') ? parsed.value.net.text : undefined;
      expect(counted).toBe(readLine(text, NOW).chosen?.text);
    }
  });
});

test('no forged address is chosen in any capture but where it is our own tool that names it', () => {
  const forged = parseNet('192.0.2.0/24');
  if (!forged.ok) throw new Error('test');
  for (const file of files) {
    for (const text of linesOf(file)) {
      const { chosen, kind } = readLine(text, NOW);
      if (chosen !== undefined && kind !== 'ignored')
        expect(contains(forged.value.net, chosen), text).toBe(false);
    }
  }
});

test('formats of files exclude each other', () => {
  for (const file of files) {
    for (const text of linesOf(file)) {
      const names = FILE_FORMATS.filter((format) => format.recognise(text) !== undefined);
      expect(names.length, text).toBeLessThanOrEqual(1);
    }
  }
});

test('every format has a capture', () => {
  const seen = new Set(files.flatMap(linesOf).map((text) => readLine(text, NOW).format));
  for (const { name } of [...FILE_FORMATS, ...TAG_FORMATS]) expect(seen).toContain(name);
  for (const name of ['combined', 'common', 'vhost-combined', 'vhost-common']) expect(seen).toContain(name);
});
