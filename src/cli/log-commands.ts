// opsconsole explain | top: what the console would read in a log, without the screen.

import type { Command as Program } from 'commander';
import { runExplain } from './explain.ts';
import type { ExitStatus, Io } from './io.ts';
import { runTop } from './top.ts';

type Deps = Readonly<{ io: Io; exit: (status: ExitStatus) => void }>;

export function registerLogCommands(program: Program, { io, exit }: Deps): void {
  program
    .command('explain')
    .description('print for each line of a log its format, kind and the address that an act would take')
    .argument('<log>', 'a log file; "-" is standard input')
    .option('--json', 'one JSON object per line')
    .action(async (log: string, options: { json?: boolean }) =>
      exit(await runExplain({ log, json: options.json === true }, io)),
    );
  program
    .command('top')
    .description('count exactly which addresses have the most lines in logs')
    .argument('<log...>', 'log files; "-" is standard input')
    .option('-n, --top <count>', 'how many addresses', '20')
    .option('--json', 'print JSON')
    .action(async (logs: string[], options: { top: string; json?: boolean }) =>
      exit(await runTop({ logs, top: Number(options.top), json: options.json === true }, io)),
    );
}
