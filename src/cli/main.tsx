// The entry: reads the command line, opens the console or runs a subcommand. What a path does not need is loaded
// only when asked for, so that the console's first frame does not wait for it.

import { CommanderError, Command as Program } from 'commander';
import type { Host } from '../host/host.ts';
import { createLocalHost } from '../host/local.ts';
import type { ActDeps } from './act-desk.ts';
import { firstWord } from './first-word.ts';
import { addHostFlags, type HostFlags, namesHosts, takesHosts } from './hosts/flags.ts';
import { EXIT, EXIT_WORDS, type ExitStatus, type Io, processIo } from './io.ts';
import { plainLines } from './plain-text.ts';

declare const OPSCONSOLE_VERSION: string | undefined;
const version = typeof OPSCONSOLE_VERSION === 'undefined' ? 'from source' : OPSCONSOLE_VERSION;

const EPILOGUE = `
Exit status:
${Object.entries(EXIT_WORDS)
  .map(([name, words]) => `  ${EXIT[name as keyof typeof EXIT]}  ${words}`)
  .join('\n')}

Without a session: ./.opsconsole.yml, else the "default" session, else a layout detected from this machine.
Loading a session never changes the firewall.`;

async function main(argv: readonly string[], io: Io): Promise<ExitStatus> {
  const state: { status: ExitStatus } = { status: EXIT.done };
  const exit = (status: ExitStatus): void => {
    state.status = status;
  };
  let local: Promise<Host> | undefined;
  const host = (): Promise<Host> => (local ??= createLocalHost());
  const program = addHostFlags(new Program('opsconsole').enablePositionalOptions());
  program
    .description('A full-screen console for internet-facing servers: see it, ban it, undo it.')
    .version(version, '-V, --version')
    .argument('[session]', 'a session file, or the name of one in the configuration folder')
    .option('--read-only', 'watch only: every act is refused, and no program or command of a pane runs')
    .option('--ascii', 'draw with ASCII signs')
    .option('--theme <name>', 'colours: ansi, dark, light, contrast or mono, whatever the session says')
    .option('--no-mouse', 'leave the mouse to the terminal, whatever the session says')
    .addHelpText('after', EPILOGUE)
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(plainLines(text)),
    })
    .exitOverride()
    .action(async (session: string | undefined, options: ConsoleFlags) => {
      const { openConsole } = await import('./open-console.ts');
      exit(await openConsole({ session, ...options }, io, host));
    });
  const before = (): HostFlags => program.opts<HostFlags>();
  program.hook('preAction', (_, acting) => {
    if (acting === program || takesHosts(acting) || !namesHosts(before())) return;
    program.error(`error: ${acting.name()} works on this machine: log in to the other one and run it there`);
  });
  if (needsSubcommands(argv))
    await addSubcommands(program, firstWord(argv), { io, host, exit, before, argv });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  return state.status;
}

type ConsoleFlags = HostFlags &
  Readonly<{ readOnly?: boolean; ascii?: boolean; theme?: string; mouse: boolean }>;

/** The plain console call ("opsconsole", "opsconsole ./edge.yml", "opsconsole --ascii") needs none of them. */
function needsSubcommands(argv: readonly string[]): boolean {
  const first = firstWord(argv);
  return first !== undefined && !/[./]/.test(first);
}

/** What is needed most when the machine has least time for it is loaded without the rest. */
const ALONE: Readonly<Record<string, () => Promise<(program: Program, deps: ActDeps) => void>>> = {
  shields: () => import('./shields-commands.ts').then((own) => own.registerShieldsCommands),
  playground: () => import('./playground.ts').then((own) => own.registerPlayground),
  watch: () => import('./watch-whole.ts').then((own) => own.registerWholeWatch),
};

async function addSubcommands(program: Program, first: string | undefined, deps: ActDeps): Promise<void> {
  const alone = Object.hasOwn(ALONE, first ?? '') ? ALONE[first ?? ''] : undefined;
  if (alone !== undefined) return (await alone())(program, deps);
  const [session, logs, acts] = await Promise.all([
    import('./session-commands.ts'),
    import('./log-commands.ts'),
    import('./acts.ts'),
  ]);
  acts.registerActCommands(program, deps);
  for (const load of Object.values(ALONE)) (await load())(program, deps);
  logs.registerLogCommands(program, deps);
  session.registerSessionCommands(program, deps);
}

const io = processIo();
const status = await main(process.argv.slice(2), io);
// What was printed goes out first; a look-up still waiting for a dead name server does not hold the process.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
);
process.exit(status);
