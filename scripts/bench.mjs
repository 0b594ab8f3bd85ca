// `npm run bench [-- NAME…]`: runs bench/*.bench.ts one after the other, prints a table, writes bench/results/latest.json.
// A bench that needs something this machine lacks says so and is left out; figures are of this machine, now.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, pinnedEnv, pinnedNode, root } from './setup.mjs';

ensureInstalled();
ensureBuilt();
const wanted = process.argv.slice(2);
const names = readdirSync(join(root, 'bench'))
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.slice(0, -'.bench.ts'.length))
  .filter((name) => wanted.length === 0 || wanted.includes(name));

const rows = [];
for (const name of names) {
  // A process of its own each: the peak memory of one says nothing about the next.
  const code = `const { run } = await import(${JSON.stringify(join(root, 'bench', `${name}.bench.ts`))});
    process.stdout.write('\\n@@' + JSON.stringify(await run()) + '\\n'); process.exit(0);`;
  const done = spawnSync(
    pinnedNode,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code],
    {
      cwd: root,
      env: pinnedEnv(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 1 << 26,
    },
  );
  const line = done.stdout?.split('\n').find((text) => text.startsWith('@@'));
  if (line === undefined)
    rows.push({ bench: name, name: 'did not run', value: Number.NaN, unit: '', note: `exit ${done.status}` });
  else for (const row of JSON.parse(line.slice(2))) rows.push({ bench: name, ...row });
}

const width = (key) => Math.max(key.length, ...rows.map((row) => String(row[key] ?? '').length));
for (const row of rows) {
  const value = Number.isFinite(row.value)
    ? row.value.toLocaleString('en', { maximumFractionDigits: 2 })
    : '–';
  console.log(
    `${row.bench.padEnd(width('bench'))}  ${row.name.padEnd(width('name'))}  ${value.padStart(14)} ${(row.unit ?? '').padEnd(10)} ${row.note ?? ''}`,
  );
}
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
};
mkdirSync(join(root, 'bench', 'results'), { recursive: true });
writeFileSync(
  join(root, 'bench', 'results', 'latest.json'),
  `${JSON.stringify({ at: new Date().toISOString(), machine, rows }, null, 1)}\n`,
);
