// The corpus of pfctl's words under test/captures/pf: each capture says in its .src.txt what was called.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { System } from './pfctl/state.ts';

const FOLDER = join(import.meta.dirname, '../captures/pf');
const PREFIX: Readonly<Record<System, string>> = { freebsd15: 'gen-fbsd15-', openbsd78: 'gen-obsd78-' };

export type Capture = Readonly<{
  name: string;
  argv: readonly string[];
  stdin: string;
  exitCode: number;
  stdout: string;
  stderr: string;
}>;

const textOf = (name: string): string => {
  const path = join(FOLDER, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

/** The captured stdout of a call: 'tables-vv', 'info'. */
export const captured = (system: System, name: string): string =>
  textOf(`${PREFIX[system]}${name}.stdout.txt`);

export function capturesOf(system: System): readonly Capture[] {
  return readdirSync(FOLDER)
    .filter((file) => file.startsWith(PREFIX[system]) && file.endsWith('.src.txt'))
    .map((file) => {
      const name = file.slice(PREFIX[system].length, -'.src.txt'.length);
      const source = /; command: pfctl (.*?)(?: \(stdin: '(.*?)'\))?; exit (\d+)/.exec(textOf(file));
      if (source === null) throw new Error(`${file} does not say what was called`);
      return {
        name,
        argv: wordsOf(source[1] ?? ''),
        stdin: (source[2] ?? '').replaceAll('\\n', '\n'),
        exitCode: Number(source[3]),
        stdout: captured(system, name),
        stderr: textOf(`${PREFIX[system]}${name}.stderr.txt`),
      };
    });
}

const wordsOf = (text: string): readonly string[] =>
  [...text.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
