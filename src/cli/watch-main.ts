// The entry of the watch alone, bundled to dist/watch.js: the same command as in main.tsx without anything of the screen in
// the process, not even as text. 15 MB less, for something that runs for months.

import { CommanderError, Command as Program } from 'commander';
import { createLocalHost } from '../host/local.ts';
import { startPlain } from '../host/start.ts';
import { EXIT, type ExitStatus, processIo } from './io.ts';
import { plainLines } from './plain-text.ts';
import { registerWatchCommand } from './watch-commands.ts';

const io = processIo();
// Whoever reads its lines may go away (`| head`, a journald that restarts): no reason to stop watching.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

async function main(): Promise<ExitStatus> {
  let status: ExitStatus = EXIT.done;
  const program = new Program('opsconsole')
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(plainLines(text)),
    })
    .exitOverride();
  registerWatchCommand(program, {
    io,
    host: () => createLocalHost({ start: startPlain }),
    exit: (now) => {
      status = now;
    },
  });
  try {
    await program.parseAsync(process.argv.slice(2), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  return status;
}

const status = await main();
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
);
process.exit(status);
