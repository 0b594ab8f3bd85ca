// opsconsole watch: the words of the command line. What it does is loaded when it runs, and nothing of the screen with it.

import { Option, type Command as Program } from 'commander';
import type { ActDeps } from './act-desk.ts';
import { EXIT } from './io.ts';

/** At most one of `once` and `printUnit`. */
export type WatchFlags = Readonly<{
  session?: string;
  once?: boolean;
  printUnit?: boolean;
  dryRun?: boolean;
  host?: string;
  /** For the watch itself: see session-apart.ts. */
  printSession?: boolean;
}>;

/** `instead`: true when it has done all that the flags ask for. */
export function registerWatchCommand(
  program: Program,
  deps: ActDeps,
  instead: (flags: WatchFlags) => Promise<boolean> = () => Promise.resolve(false),
): Program {
  return program
    .command('watch')
    .description('raise and lower the shields by itself, by the thresholds of the session file')
    .option(
      '--session <session>',
      'whose thresholds, profiles and hooks hold; absent: the one that would open',
    )
    .option('--once', 'look twice, print each signal beside its threshold, and end; changes nothing')
    .option('-n, --dry-run', 'decide and say, change nothing, tell nobody')
    .option('--print-unit', 'print a systemd unit for this installation and end')
    .addOption(new Option('--host <name>').hideHelp())
    .addHelpText('after', HELP)
    .action(async (flags: WatchFlags) => {
      if (flags.host !== undefined) {
        deps.io.stderr.write(`${NOT_FROM_AFAR}\n`);
        deps.exit(EXIT.usage);
        return;
      }
      if (await instead(flags)) return;
      if (flags.printUnit === true) {
        const { printUnit } = await import('./watch-unit.ts');
        deps.exit(printUnit(flags, deps.io));
        return;
      }
      const { watchHost } = await import('./watch.ts');
      deps.exit(await watchHost(flags, deps));
    });
}

/** It has to go on when nobody is connected. */
const NOT_FROM_AFAR =
  'the watch runs on the host that it watches: install opsconsole there, and start it there with --print-unit';

const HELP = `
Runs until it is ended (SIGTERM, SIGINT); shields that are up then stay up until their own timer ends. One per host.
  opsconsole watch --print-unit --session /etc/opsconsole/edge.yml > /etc/systemd/system/opsconsole-watch.service
More, and recipes for monit and cron: docs/shields.md`;
