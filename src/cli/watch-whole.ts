// opsconsole watch in the whole program, where it also opens the session for the watch (session-apart.ts): what that needs must
// not be in the watch's own bundle.

import { Option, type Command as Program } from 'commander';
import type { ActDeps } from './act-desk.ts';
import { registerWatchCommand } from './watch-commands.ts';

export function registerWholeWatch(program: Program, deps: ActDeps): void {
  registerWatchCommand(program, deps, async (flags) => {
    if (flags.printSession !== true) return false;
    const { printSession } = await import('./session-print.ts');
    await printSession(flags.session, deps);
    return true;
  }).addOption(new Option('--print-session', 'print the session as data and end').hideHelp());
}
