// opsconsole bans save | restore | import | export | expire: the words of the command line. What they do is loaded when
// it runs.

import { Option, type Command as Program } from 'commander';
import type { ActDeps } from '../act-desk.ts';
import type { ActFlags } from '../act-run.ts';
import { type HostFlags, onAnyHost, onHosts } from '../hosts/flags.ts';
import type { ExitStatus } from '../io.ts';
import { wordsOfItsOwn } from '../sub-words.ts';

export type UnitFlag = Readonly<{ printUnit?: string | true }>;
export type SaveArgs = UnitFlag &
  Pick<HostFlags, 'host'> &
  Readonly<{ file?: string; set?: readonly string[]; dryRun?: boolean }>;
export type RestoreArgs = ActFlags & UnitFlag & Readonly<{ file?: string; session?: string }>;
export type ImportArgs = ActFlags &
  Readonly<{
    to?: string;
    for?: string;
    reason?: string;
    session?: string;
    format?: 'plain' | 'ban-file';
    epoch?: 'end' | 'began';
  }>;
export type ExportArgs = Readonly<{ set?: string; json?: boolean }>;
export type ExpireArgs = ActFlags & UnitFlag & Readonly<{ session?: string }>;

const FILE = 'absent: bans.txt in the state folder (/var/lib/opsconsole)';
const many = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function registerBansFiles(bans: Program, deps: ActDeps): void {
  const run = async (flags: HostFlags, work: (at: ActDeps) => Promise<ExitStatus>): Promise<void> =>
    deps.exit(await onHosts(flags, deps, work));
  wordsOfItsOwn(bans);
  withUnit(onAnyHost(bans.command('save')))
    .description('write every ban that nobody else keeps into a file, with its absolute end')
    .option('--file <path>', FILE)
    .option('--set <set>', 'this set and no other; may be given again', many)
    .option('-n, --dry-run', 'print what would be written')
    .action(async (args: SaveArgs) => run(args, async (at) => (await import('./save.ts')).runSave(args, at)));
  withUnit(actOptions(onAnyHost(bans.command('restore'))))
    .description('put saved bans back, each for the time that it has left')
    .option('--file <path>', FILE)
    .action(async (args: RestoreArgs) =>
      run(args, async (at) => (await import('./restore.ts')).runRestore(args, at)),
    );
  actOptions(onAnyHost(bans.command('import')))
    .description('ban what is on a plain list: addresses, networks, ranges; "#" and ";" begin comments')
    .argument('<list>', 'a file, or "-" for standard input')
    .option('--to <set>', 'a set of this host; "ours" or absent: our own table')
    .option('--for <duration>', 'how long: 10m, 1h, 1d12h, 2w, or forever; absent: as the session says')
    .option('--reason <text>', 'why, for the journal and the comment of the elements')
    .addOption(
      new Option(
        '--format <format>',
        'ban-file: lines of address=epoch, each with an end of its own',
      ).choices(['plain', 'ban-file']),
    )
    .addOption(
      new Option(
        '--epoch <what>',
        'what a ban-file holds: the end of each ban, or when it began (with --for)',
      ).choices(['end', 'began']),
    )
    .action(async (list: string, args: ImportArgs) =>
      run(args, async (at) => (await import('./import.ts')).runImport(list, args, at)),
    );
  onAnyHost(bans.command('export'))
    .description('print what is banned as a plain list: sorted, each once')
    .option('--set <set>', 'this set (and its other-family half) only')
    .option('--json', 'print JSON: for each address its sets, ends and comments')
    .action(async (args: ExportArgs) =>
      run(args, async (at) => (await import('./export.ts')).runExport(args, at)),
    );
  withUnit(actOptions(onAnyHost(bans.command('expire'))))
    .description('take out what has ended where the firewall does not do it itself; for cron')
    .action(async (args: ExpireArgs) =>
      run(args, async (at) => (await import('./restore.ts')).runExpire(args, at)),
    );
}

function withUnit(program: Program): Program {
  return program.addOption(
    new Option(
      '--print-unit [name]',
      'print the systemd units for it, or only the one of that name, and end',
    ),
  );
}

function actOptions(program: Program): Program {
  return program
    .option('-n, --dry-run', 'show what would change and stop')
    .option('-y, --yes', 'answer yes where a terminal would be asked; guards have no override')
    .option('--json', 'print one JSON object')
    .option('--session <session>', 'whose allow list and defaults hold; absent: the one that would open')
    .option('--without-journal', 'act even if the journal cannot be written: the act is not recorded');
}
