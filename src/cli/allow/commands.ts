// opsconsole allow [sync]: the words of the command line. What they do is loaded when it runs.

import { Option, type Command as Program } from 'commander';
import type { ActDeps } from '../act-desk.ts';
import type { ActFlags } from '../act-run.ts';
import { onAnyHost, onHosts } from '../hosts/flags.ts';
import { wordsOfItsOwn } from '../sub-words.ts';

export type AllowArgs = Readonly<{ session?: string; json?: boolean }>;
export type AllowSyncArgs = Pick<ActFlags, 'dryRun' | 'json' | 'withoutJournal'> &
  Readonly<{
    session?: string;
    into?: readonly string[];
    name?: readonly string[];
    printUnit?: string | true;
  }>;

const many = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function registerAllow(program: Program, deps: ActDeps): void {
  const { exit } = deps;
  const allow = onAnyHost(program.command('allow'))
    .description('host names that are never banned: what they resolve to, and since when')
    .option('--session <session>', 'whose allow list; absent: the one that would open')
    .option('--json', 'print JSON')
    .action(async (args: AllowArgs) =>
      exit(await onHosts(args, deps, async (at) => (await import('./allow.ts')).runAllow(args, at))),
    );
  wordsOfItsOwn(allow);
  onAnyHost(allow.command('sync'))
    .description('resolve the names now and bring the sets of `allow-into` to it; for cron')
    .option('--into <set>', 'this set instead of `allow-into`; may be given again', many)
    .option('--name <name>', 'this name, too; may be given again', many)
    .option('-n, --dry-run', 'show what would change and stop')
    .option('--json', 'print one JSON object per set')
    .option('--session <session>', 'whose allow list; absent: the one that would open')
    .option('--without-journal', 'act even if the journal cannot be written: the act is not recorded')
    .addOption(
      new Option(
        '--print-unit [name]',
        'print the systemd units for it, or only the one of that name, and end',
      ),
    )
    .action(async (_: AllowSyncArgs, sync: Program) => {
      // `--session` and `--json` are words of both; whoever parses first has them.
      const args = sync.optsWithGlobals<AllowSyncArgs>();
      exit(await onHosts(args, deps, async (at) => (await import('./allow.ts')).runAllowSync(args, at)));
    });
}
