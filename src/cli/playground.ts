// opsconsole playground: the words of the command line. What they do is loaded when one of them runs.

import { Option, type Command as Program } from 'commander';
import { parseDuration } from '../core/duration.ts';
import { EXIT, type ExitStatus, type Io } from './io.ts';

type Deps = Readonly<{ io: Io; exit: (status: ExitStatus) => void }>;
type Flags = Readonly<{ trial: string; keep?: boolean; watch?: boolean; inside?: string; part?: string }>;

const TRIAL_MIN = 10;
const TRIAL_MAX = 600;

export function registerPlayground(program: Program, { io, exit }: Deps): void {
  program
    .command('playground')
    .description('try it all on a private server under a real, bounded attack; nothing touches this machine')
    .option('--trial <duration>', 'how long shields stay up unless kept, 10s to 10m', '60s')
    .option('--keep', 'leave the logs of the playground when it ends, and say where they are')
    .option('--watch', 'from another terminal: follow what the running playground sees, until it has ended')
    .addOption(new Option('--inside <config>').hideHelp())
    .addOption(new Option('--part <name>').hideHelp())
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => exit(await run(flags, io)));
}

async function run(flags: Flags, io: Io): Promise<ExitStatus> {
  if (flags.part !== undefined) return (await import('./playground/parts.ts')).runPart(flags.part);
  if (flags.inside !== undefined)
    return (await import('./playground/inside.ts')).runInside(JSON.parse(flags.inside));
  if (flags.watch === true) return (await import('./playground/watch.ts')).watchPlayground(io);
  const trial = parseDuration(flags.trial);
  if (!trial.ok || trial.value < TRIAL_MIN || trial.value > TRIAL_MAX) {
    io.stderr.write(`opsconsole playground: --trial takes a duration from 10s to 10m\n`);
    return EXIT.usage;
  }
  const { runOuter } = await import('./playground/outer.ts');
  return runOuter({ keep: flags.keep === true, trialSeconds: trial.value }, io);
}

const HELP = `
A server of its own in private namespaces, with real nft, ipset and conntrack: a web server and its access log, visitors
who must be served, your own ssh line that must live, and an attack of 280 connections per second from 13 sources, which
stops after 10 minutes. No root is needed; as root it is just as private. The console opens on it:

  !            shields up: the attack stops, visitors and your line go on. They come down by themselves after
               60 seconds unless you press Enter to keep them (then after 5 minutes); ! again lowers them.
  b Enter      ban the address that is underlined in the log line under the cursor
  q            leave: the playground ends, nothing of it is left

To see that shields cannot outlive you: raise them with !, close this terminal (or kill it with SIGKILL), and look from
another one with "opsconsole playground --watch". The revert runs by itself when the 60 seconds are over, the attack is
back, and then the playground ends, too. "--keep" leaves its logs (playground.log says what was seen).

Needs Linux with nft, ip, ss, conntrack, unshare and nsenter; a real sshd is used where there is one.`;
