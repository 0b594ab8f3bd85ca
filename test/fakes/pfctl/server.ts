// The stand-in as a program: one process answers for all calls, because a Node for each would take most of a test. The
// `pfctl` that is started is a few lines of sh: they leave their words in a folder and wait for what is put beside them.
//   server.ts FOLDER: pf.json holds its pf, pf.json.calls each call, `ask` is the pipe on which calls are announced

import { appendFileSync, createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pfctl } from './run.ts';
import { type Pf, writePf } from './state.ts';

const [folder = ''] = process.argv.slice(2);
const file = join(folder, 'pf.json');

/** Ends with whoever started it. */
process.stdin.on('end', () => process.exit()).resume();
createInterface({ input: createReadStream(join(folder, 'ask'), { flags: 'r+' }) }).on('line', answer);

function answer(call: string): void {
  // Ended before it was answered.
  if (!existsSync(join(call, 'argv'))) return;
  const argv = readFileSync(join(call, 'argv'), 'utf8').split('\0').slice(0, -1);
  const before = readFileSync(file, 'utf8');
  const pf = JSON.parse(before) as Pf;
  let stdin = '';
  const take = (): string => {
    stdin = existsSync(join(call, 'stdin')) ? readFileSync(join(call, 'stdin'), 'utf8') : '';
    return stdin;
  };
  const said = pf.hangs === true ? undefined : pfctl(pf, { argv, stdin: take });
  const after = JSON.stringify(pf);
  if (after !== before) writePf(file, after);
  appendFileSync(`${file}.calls`, `${JSON.stringify({ argv, stdin, exitCode: said?.exitCode ?? 0 })}\n`);
  if (said === undefined || !existsSync(call)) return;
  writeFileSync(join(call, 'out'), said.stdout);
  writeFileSync(join(call, 'err'), said.stderr);
  writeFileSync(join(call, 'done'), `${said.exitCode}\n`);
}
