// `npm test [-- ARGS]`: installs what the tests need, builds, runs everything. ARGS go to vitest (`-- --project unit`).
// A test that cannot run says why; with CI=true that is a failure.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, pinnedEnv, pinnedNode, root } from './setup.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

ensureInstalled();
ensureSystemPackages();
ensureBuilt();

const scratch = mkdtempSync(join(tmpdir(), 'opsconsole-test-'));
const report = join(scratch, 'report.json');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const run = spawnSync(pinnedNode, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: pinnedEnv(),
});
const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
rmSync(scratch, { recursive: true, force: true });
if (counts === undefined) {
  console.error('the test runner wrote no report');
  process.exit(run.status || 1);
}
const skipped = counts.numPendingTests + counts.numTodoTests;
console.log(`${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${skipped} skipped`);
if (process.env.CI === 'true' && skipped > 0 && process.argv.length === 2) {
  console.error('a skipped test is a failure in CI');
  process.exit(1);
}
process.exit(run.status ?? 1);
