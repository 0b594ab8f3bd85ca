// The first word of a command line that is neither an option nor the value of one: a subcommand, or a session.

import { VALUED } from './hosts/flags.ts';

export function firstWord(argv: readonly string[]): string | undefined {
  return argv.find(
    (word, at) =>
      ['-h', '--help'].includes(word) ||
      (!word.startsWith('-') && !VALUED.some((option) => option === argv[at - 1])),
  );
}
