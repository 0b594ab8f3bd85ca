// The table of hazards names tests that exist: each path is a file and the words behind it stand in that file.

import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const SHORT: Readonly<Record<string, string>> = {
  K: 'test/kernel/hazards',
  U: 'test/unit/hazards',
  S: 'test/kernel/shields',
};

type Named = Readonly<{ path: string; title: string }>;

function named(): readonly Named[] {
  const found: Named[] = [];
  for (const line of readFileSync('docs/hazards.md', 'utf8').split('\n')) {
    if (!/^\| \d+ \|/.test(line)) continue;
    const proof = line.split(/(?<!\\)\|/).at(-2) ?? '';
    let path = '';
    for (const part of proof.split(' · ')) {
      const words = /^\s*(?:`([^`]+)`)?\s*(.*?)\s*$/.exec(part);
      const given = words?.[1];
      if (given !== undefined) path = given.replace(/^[KUS](?=\/)/, (letter) => SHORT[letter] ?? letter);
      found.push({ path, title: words?.[2] ?? '' });
    }
  }
  return found;
}

test('every hazard names at least one test, and each test is there', () => {
  const all = named();
  expect(all.length).toBeGreaterThan(60);
  const missing = all.filter(
    ({ path, title }) => title === '' || !existsSync(path) || !readFileSync(path, 'utf8').includes(title),
  );
  expect(missing).toEqual([]);
});
