// opsconsole shields …: the words of the command line. What they do is loaded when one of them runs, for a machine under
// attack has no time to load what it does not need.

import type { Command as Program } from 'commander';
import type { ActDeps } from './act-desk.ts';
import { onAnyHost, onHosts } from './hosts/flags.ts';
import type { ShieldsRequest } from './shields-run.ts';
import type { ShieldsFlags } from './shields-wish.ts';
import type { ScriptFlags } from './watch-script.ts';

const DURATION = 'for example 90s, 10m, 1h';

export function registerShieldsCommands(program: Program, deps: ActDeps): void {
  const shields = program
    .command('shields')
    .description('the reversible emergency mode: up, keep, renew, down, status, preview')
    .addHelpText('after', HELP);
  const run = async (request: ShieldsRequest): Promise<void> => {
    const { runShieldsCommand } = await import('./shields-run.ts');
    // A slip in the session file must keep nobody from lowering them.
    const withoutSession = !['up', 'preview'].includes(request.verb);
    const asked = { ...deps, withoutSession };
    deps.exit(await onHosts(request.flags, asked, (at) => runShieldsCommand(request, at)));
  };
  shared(shields.command('up'))
    .description('raise the shields; they come down by themselves unless kept')
    .option('--trial <duration>', `come down after this unless kept, ${DURATION}; absent: the session's`)
    .option('--for <duration>', `come down after this when kept, ${DURATION}; absent: the session's`)
    .option('--profile <name>', "which list of measures; absent: the session's")
    .option('--auto', 'as the automatic: no trial, and a person who lowered them blocks it for a while')
    .option('-y, --yes', 'go ahead although no operator was found whose connection could be protected')
    .option('-n, --dry-run', 'show what would change, touch nothing')
    .action((flags: ShieldsFlags) => run({ verb: flags.dryRun === true ? 'preview' : 'up', flags }));
  shared(shields.command('keep'))
    .description('end the trial: they stay until the hold ends')
    .action((flags: ShieldsFlags) => run({ verb: 'keep', flags }));
  shared(shields.command('renew'))
    .description('count the hold anew from now; keeps as well')
    .option('--for <duration>', `how long, ${DURATION}; absent: the session's`)
    .action((flags: ShieldsFlags) => run({ verb: 'renew', flags }));
  shared(shields.command('down'))
    .description('lower them: everything back that still has the value they gave it')
    .option('--auto', 'as the automatic: does not keep it from raising again')
    .action((flags: ShieldsFlags) => run({ verb: 'down', flags }));
  shared(shields.command('status'))
    .description('whether they are up, since when, for how long, and what they dropped')
    .action((flags: ShieldsFlags) => run({ verb: 'status', flags }));
  shared(shields.command('preview'))
    .description('what raising would change, with the exact commands, and who would notice; touches nothing')
    .option('--profile <name>', "which list of measures; absent: the session's")
    .option('-y, --yes', 'as "up --yes" would: although no operator was found')
    .action((flags: ShieldsFlags) => run({ verb: 'preview', flags }));
  registerScript(shields, deps);
}

function registerScript(shields: Program, deps: ActDeps): void {
  shields
    .command('script')
    .description('print the sh script that raises the packet filter part when Node cannot start')
    .option('--session <session>', 'whose profiles and allow list hold; absent: the one that would open')
    .option('--profile <name>', "which list of measures; absent: the session's")
    .action(async (flags: ScriptFlags) => {
      const { runScript } = await import('./watch-script.ts');
      deps.exit(await runScript(flags, deps));
    });
}

function shared(command: Program): Program {
  return onAnyHost(command)
    .option('--session <session>', 'whose profiles and allow list hold; absent: the one that would open')
    .option('--json', 'print one JSON object');
}

const HELP = `
Exit status, as everywhere: 0 done (also: up already, down already, and status whether up or down), 1 failed, and
the message says whether everything was taken back, 2 bad arguments or session file, 3 refused: no operator was found
to protect, or a person lowered them a moment ago (--auto), 4 done, but not all of it stands or came back.
More: docs/shields.md`;
