// Commands that do something by themselves and have words of their own behind them: bans [save …], allow [sync].

import type { Command as Program } from 'commander';
import { sanitise } from '../core/sanitise.ts';
import { suggest } from '../core/suggest.ts';

/** `bans --set X export` would export every set, and `bans exprt` list them all: both are refused. */
export function wordsOfItsOwn(parent: Program): void {
  const name = parent.name();
  parent.hook('preSubcommand', (_, child) => {
    if (Object.keys(parent.opts()).length === 0) return;
    const own = `${name} ${child.name()}`;
    parent.error(`error: options of "${own}" stand behind it: opsconsole ${own} …`);
  });
  parent.allowExcessArguments();
  parent.hook('preAction', (_, acting) => {
    const [word] = parent.args;
    if (acting !== parent || word === undefined) return;
    const words = parent.commands.map((command) => command.name());
    const near = suggest(word, words);
    const hint = near === undefined ? `it has: ${words.join(', ')}` : `did you mean ${near}?`;
    parent.error(`error: ${name} has no word ${JSON.stringify(sanitise(word, 60))}; ${hint}`);
  });
}
