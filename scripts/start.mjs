// `npm start [-- ARGS]`: on a fresh clone installs and builds, then opens the console on this machine.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

ensureInstalled();
ensureBuilt();
const console_ = spawn(join(root, 'bin', 'opsconsole'), process.argv.slice(2), { stdio: 'inherit' });
// The console handles its own signals; this parent only waits, so that a signal to the group is not acted on twice.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => console_.kill(signal));
console_.on('error', (error) => {
  console.error(`opsconsole: cannot start: ${error.message}`);
  process.exit(1);
});
console_.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
