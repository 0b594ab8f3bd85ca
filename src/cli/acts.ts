// The acts without a screen: ban, unban, cut, tighten, undo, and bans, journal, doctor beside them. Exit statuses are
// those of cli/io.ts. Without a terminal nothing waits for input; guards have no override.

import type { Command as Program } from 'commander';
import { createLocalHost } from '../host/local.ts';
import type { ActDeps } from './act-desk.ts';
import type { ActFlags } from './act-run.ts';
import { registerAllow } from './allow/commands.ts';
import { type BanArgs, runBan } from './ban.ts';
import { type BansArgs, runBans } from './bans/bans.ts';
import { registerBansFiles } from './bans/commands.ts';
import { type CutArgs, runCut } from './cut.ts';
import { type DoctorArgs, runDoctor } from './doctor.ts';
import { onAnyHost, onHosts } from './hosts/flags.ts';
import type { Io } from './io.ts';
import { type JailsArgs, runJails } from './jails.ts';
import { type JournalArgs, runJournal } from './journal.ts';
import { runService, type ServiceArgs } from './service.ts';
import { runTighten, type TightenArgs } from './tighten.ts';
import { runUnban, type UnbanArgs } from './unban.ts';
import { runUndo, type UndoArgs } from './undo.ts';

/** `host` and `exit` default to this machine and process.exitCode. */
export type ActCommandDeps = Readonly<{ io: Io }> & Partial<ActDeps>;

export function registerActCommands(program: Program, given: ActCommandDeps): void {
  const deps: ActDeps = {
    ...given,
    host: given.host ?? (() => createLocalHost()),
    exit:
      given.exit ??
      ((status) => {
        process.exitCode = status;
      }),
  };
  registerBan(program, deps);
  registerUnban(program, deps);
  registerFlows(program, deps);
  registerService(program, deps);
  registerUndo(program, deps);
  registerReaders(program, deps);
}

/** Options of every act. */
function actCommand(program: Program, name: string, description: string): Program {
  return onAnyHost(program.command(name))
    .description(description)
    .option('-n, --dry-run', 'show the exact commands and stop')
    .option('-y, --yes', 'answer yes where a terminal would be asked; guards have no override')
    .option('--json', 'print one JSON object, on several hosts one for each')
    .option(
      '--session <session>',
      'whose hosts, allow list and defaults hold; absent: the one that would open',
    )
    .option('--without-journal', 'act even if the journal cannot be written: the act is not recorded');
}

const ADDRESSES = 'addresses or networks; "-" reads them from standard input, one per line';

function registerBan(program: Program, deps: ActDeps): void {
  const { exit } = deps;
  actCommand(program, 'ban', 'ban addresses: add to a set, cut their flows, prove that they are dropped')
    .argument('<address...>', ADDRESSES)
    .option(
      '--for <duration>',
      'how long: 10m, 1h, 1d12h, 2w, or forever; absent: the default of the session',
    )
    .option('--reason <text>', 'why, for the journal and the comment of the element')
    .option('--into <set>', 'a set of the host ("f2b-http", "inet filter banned4"); absent: our own table')
    .option('--no-cut', 'leave live flows alone')
    .action(async (words: string[], args: BanArgs) =>
      exit(await onHosts(args, deps, (at) => runBan(words, args, at))),
    );
}

function registerUnban(program: Program, deps: ActDeps): void {
  const { exit } = deps;
  actCommand(program, 'unban', 'free addresses from every set that holds them by name')
    .argument('<address...>', ADDRESSES)
    .option('--from <set>', 'from this set only')
    .action(async (words: string[], args: UnbanArgs) =>
      exit(await onHosts(args, deps, (at) => runUnban(words, args, at))),
    );
}

function registerFlows(program: Program, deps: ActDeps): void {
  const { exit } = deps;
  actCommand(program, 'cut', 'delete the live flows of addresses, both ways')
    .argument('<address...>', ADDRESSES)
    .action(async (words: string[], args: CutArgs) =>
      exit(await onHosts(args, deps, (at) => runCut(words, args, at))),
    );
  actCommand(program, 'tighten', 'shorten conntrack timeouts; without arguments show them')
    .argument('[what...]', 'default, modest or siege; or one timeout and its seconds')
    .action(async (words: string[], args: TightenArgs) =>
      exit(await onHosts(args, deps, (at) => runTighten(words, args, at))),
    );
}

function registerService(program: Program, deps: ActDeps): void {
  const { exit } = deps;
  actCommand(program, 'service', 'the services of the session file: list them, start, stop or restart one')
    .argument('[name]', 'as the session file calls it; absent: all of them are listed')
    .argument('[verb]', 'start, stop, restart or status')
    .action(async (name: string | undefined, verb: string | undefined, args: ServiceArgs) => {
      const words = [name, verb].filter((word) => word !== undefined);
      exit(await onHosts(args, deps, (at) => runService(words, args, at)));
    });
}

function registerUndo(program: Program, deps: ActDeps): void {
  const { exit } = deps;
  actCommand(program, 'undo', 'take back an act, as long as nobody has changed what it did')
    .argument('[id]', 'id of the act in the journal; absent: the newest that can be taken back')
    .action(async (id: string | undefined, args: UndoArgs & ActFlags) =>
      exit(await onHosts(args, deps, (at) => runUndo(id, args, at))),
    );
}

function registerReaders(program: Program, all: ActDeps): void {
  const { exit } = all;
  // "--json" behind a word of its own belongs to that word.
  const bans = onAnyHost(program.enablePositionalOptions().command('bans'))
    .description('list the members of all sets: time left, and whether a rule drops them')
    .enablePositionalOptions()
    .option('--set <set>', 'this set (and its other-family half) only')
    .option('--json', 'print JSON')
    .action(async (args: BansArgs) => exit(await onHosts(args, all, (at) => runBans(args, at))));
  registerBansFiles(bans, all);
  registerAllow(program, all);
  onAnyHost(program.command('jails'))
    .description('what each jail of fail2ban sees and blocks, and which of them see nothing')
    .option('--json', 'print JSON')
    .action(async (args: JailsArgs) => exit(await onHosts(args, all, (at) => runJails(args, at))));
  onAnyHost(program.command('journal'))
    .description('what was done, by whom, with which commands, and what became of it')
    .argument('[id]', 'show one act in full')
    .option('-n, --number <count>', 'how many acts, newest first', '20')
    .option('--json', 'print JSON')
    .option('--session <session>', 'whose hosts and groups these are; absent: the one that would open')
    .action(async (id: string | undefined, args: JournalArgs) => exit(await runJournal(id, args, all)));
  onAnyHost(program.command('doctor'))
    .description('tools, rights, sets: what works here, and what to install or grant')
    .option('--json', 'print JSON')
    .option('--session <session>', 'whose allow list to check')
    .action(async (args: DoctorArgs) => exit(await onHosts(args, all, (at) => runDoctor(args, at))));
}
