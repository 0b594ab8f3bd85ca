// Writes the pages under docs/ that are generated from code; `--check` only says whether they are fresh.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedDocs } from '../src/cli/generated-docs.ts';
import { root } from './setup.mjs';

const stale = [];
for (const { path, text } of generatedDocs()) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(path);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
}
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}; run: npm run docs`);
  process.exit(1);
}
console.log(stale.length === 0 ? 'generated docs are fresh' : `wrote ${stale.join(', ')}`);
