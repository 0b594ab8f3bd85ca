// The stand-in as a program: PFCTL_STATE names the file in which its pf lives; each call is written to PFCTL_STATE.calls.

import { appendFileSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { pfctl } from './run.ts';
import type { Pf } from './state.ts';

const LOCK_TRIES = 2000;
const file = process.env.PFCTL_STATE;
if (file === undefined) throw new Error('PFCTL_STATE is not set');
const argv = process.argv.slice(2);

// Two calls at once must not lose what one of them changed.
const lock = `${file}.lock`;
for (let tries = 0; ; tries++) {
  try {
    mkdirSync(lock);
    break;
  } catch (error) {
    if (tries > LOCK_TRIES) throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}
let taken = '';
let answer = { stdout: '', stderr: '', exitCode: 0 };
let hangs = false;
try {
  const before = readFileSync(file, 'utf8');
  const pf = JSON.parse(before) as Pf;
  hangs = pf.hangs === true;
  const stdin = (): string => {
    taken = readFileSync(0, 'utf8');
    return taken;
  };
  if (!hangs) answer = pfctl(pf, { argv, stdin });
  const after = JSON.stringify(pf);
  if (after !== before) {
    writeFileSync(`${file}.new`, after);
    renameSync(`${file}.new`, file);
  }
  appendFileSync(`${file}.calls`, `${JSON.stringify({ argv, stdin: taken, exitCode: answer.exitCode })}\n`);
} finally {
  rmdirSync(lock);
}
if (hangs) setInterval(() => undefined, 60_000);
else {
  writeFileSync(2, answer.stderr);
  writeFileSync(1, answer.stdout);
  process.exitCode = answer.exitCode;
}
