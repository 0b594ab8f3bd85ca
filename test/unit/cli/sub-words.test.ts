// `bans` lists by itself and has words of its own: an option in front of such a word, or a word that it has not, is refused
// instead of being dropped in silence.

import { Command } from 'commander';
import { expect, test } from 'vitest';
import { wordsOfItsOwn } from '../../../src/cli/sub-words.ts';

async function run(...argv: readonly string[]): Promise<readonly string[]> {
  const did: string[] = [];
  const program = new Command('opsconsole').exitOverride().enablePositionalOptions();
  program.configureOutput({ writeErr: (text) => void did.push(text.trim()) });
  const bans = program.command('bans').enablePositionalOptions().option('--set <set>').option('--json');
  bans.action((args: unknown) => void did.push(`bans ${JSON.stringify(args)}`));
  wordsOfItsOwn(bans);
  bans
    .command('export')
    .option('--set <set>')
    .option('--json')
    .action((args: unknown) => void did.push(`export ${JSON.stringify(args)}`));
  await program.parseAsync(argv, { from: 'user' }).catch(() => did.push('refused'));
  return did;
}

test('options behind a word are its own', async () => {
  expect(await run('bans', 'export', '--set', 'x', '--json')).toEqual(['export {"set":"x","json":true}']);
  expect(await run('bans', '--set', 'x')).toEqual(['bans {"set":"x"}']);
});

test('options in front of a word are refused', async () => {
  expect(await run('bans', '--set', 'x', 'export')).toEqual([
    'error: options of "bans export" stand behind it: opsconsole bans export …',
    'refused',
  ]);
});

test('a word that there is not is named, with the nearest', async () => {
  expect(await run('bans', 'exprt')).toEqual([
    'error: bans has no word "exprt"; did you mean export?',
    'refused',
  ]);
  expect(await run('bans', 'zzz')).toEqual(['error: bans has no word "zzz"; it has: export', 'refused']);
});
