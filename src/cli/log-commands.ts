// opsconsole explain | top: what the console would read in a log, without the screen.

import type { Command as Program } from 'commander';
import type { ActDeps } from './act-desk.ts';
import { runExplain } from './explain.ts';
import { type HostFlags, onAnyHost, onHosts } from './hosts/flags.ts';
import type { LogIo } from './log-input.ts';
import { runTop } from './top.ts';

/** Logs of a far host are read there; standard input is ours. */
async function logIo({ io, host, local }: ActDeps): Promise<LogIo> {
  const here = local === undefined ? undefined : await host();
  return here?.kind === 'ssh' ? { ...io, far: here } : io;
}

export function registerLogCommands(program: Program, deps: ActDeps): void {
  const { exit } = deps;
  onAnyHost(program.command('explain'))
    .description('print for each line of a log its format, kind and the address that an act would take')
    .argument('<log>', 'a log file; "-" is standard input')
    .option('--json', 'one JSON object per line')
    .action(async (log: string, flags: HostFlags) =>
      exit(
        await onHosts(flags, deps, async (at) =>
          runExplain({ log, json: flags.json === true }, await logIo(at)),
        ),
      ),
    );
  onAnyHost(program.command('top'))
    .description('count exactly which addresses have the most lines in logs')
    .argument('<log...>', 'log files; "-" is standard input')
    .option('-n, --top <count>', 'how many addresses', '20')
    .option('--json', 'print JSON')
    .action(async (logs: string[], flags: HostFlags & Readonly<{ top: string }>) =>
      exit(
        await onHosts(flags, deps, async (at) =>
          runTop({ logs, top: Number(flags.top), json: flags.json === true }, await logIo(at)),
        ),
      ),
    );
}
