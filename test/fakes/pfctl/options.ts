// The command lines of pfctl, one table per system: the same letter means different things, or nothing at all.
// BSD getopt: everything behind the first word that is no option is an operand.

import { Ended, type System } from './state.ts';

const LETTERS: Readonly<Record<System, string>> = {
  freebsd15: 'a:AdD:eqf:F:ghi:k:K:mMnNOo:Pp:rRs:St:T:vx:z',
  openbsd78: 'a:dD:eqf:F:ghi:k:K:L:Nno:Pp:R:rS:s:t:T:vV:x:z',
};

export const USAGE: Readonly<Record<System, string>> = {
  freebsd15: `usage: pfctl [-AdeghMmNnOPqRSrvz] [-a anchor] [-D macro=value] [-F modifier]
	[-f file] [-i interface] [-K host | network]
	[-k host | network | gateway | label | id] [-o level] [-p device]
	[-s modifier] [-t table -T command [address ...]] [-x level]
`,
  openbsd78: `usage: pfctl [-deghNnPqrvz] [-a anchor] [-D macro=value] [-F modifier] [-f file]
	[-i interface] [-K key] [-k key] [-L statefile] [-o level]
	[-p device] [-S statefile] [-s modifier [-R id]]
	[-t table -T command [address ...]] [-V rdomain] [-x level]
`,
};

const SHOW: Readonly<Record<System, readonly string[]>> = {
  freebsd15: (
    'ethernet nat queue rules Anchors Sources states info Interfaces labels timeouts memory Tables osfp ' +
    'Running all creatorids'
  ).split(' '),
  openbsd78:
    'queue rules Anchors Sources states info Interfaces labels timeouts memory Tables osfp all'.split(' '),
};
const TABLE: Readonly<Record<System, readonly string[]>> = {
  freebsd15: 'kill flush add delete load replace show test zero expire reset'.split(' '),
  openbsd78: 'kill flush add delete replace show test zero expire'.split(' '),
};
const CLEAR: Readonly<Record<System, readonly string[]>> = {
  freebsd15: 'ethernet nat queue rules Sources states info Tables osfp Reset all'.split(' '),
  openbsd78: 'rules Sources states info Tables osfp Reset all'.split(' '),
};

export type Wish = {
  anchor: string;
  recursive: boolean;
  disable: boolean;
  enable: boolean;
  quiet: boolean;
  noAction: boolean;
  optionsOnly: boolean;
  merge: boolean;
  verbose: number;
  inactive: boolean;
  file?: string;
  clear?: string;
  show?: string;
  iface?: string;
  kill: string[];
  killSources: string[];
  rdomain: number;
  table?: string;
  command?: string;
  operands: string[];
};

export const usage = (system: System, says = ''): Ended => new Ended(1, `${says}${USAGE[system]}`);

export function parseArgv(system: System, argv: readonly string[]): Wish {
  const wish: Wish = {
    anchor: '',
    recursive: false,
    disable: false,
    enable: false,
    quiet: false,
    noAction: false,
    optionsOnly: false,
    merge: false,
    verbose: 0,
    inactive: false,
    kill: [],
    killSources: [],
    rdomain: 0,
    operands: [],
  };
  for (const [letter, value] of getopt(system, argv, wish)) take(system, wish, letter, value);
  if ((wish.table === undefined) !== (wish.command === undefined)) throw usage(system);
  if (wish.table !== undefined && wish.table.length > 31) throw usage(system);
  if (wish.command === undefined && wish.operands.length > 0) throw usage(system);
  return wish;
}

function* getopt(system: System, argv: readonly string[], wish: Wish): Iterable<readonly [string, string]> {
  const letters = LETTERS[system];
  let index = 0;
  for (; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--') {
      index++;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] ?? '';
      const place = letter === ':' ? -1 : letters.indexOf(letter);
      if (place < 0) {
        const invalid = system === 'freebsd15' ? 'illegal' : 'unknown';
        throw usage(system, `pfctl: ${invalid} option -- ${letter}\n`);
      }
      if (letters[place + 1] !== ':') {
        yield [letter, ''];
        continue;
      }
      const rest = word.slice(at + 1);
      const value = rest === '' ? argv[++index] : rest;
      if (value === undefined) throw usage(system, `pfctl: option requires an argument -- ${letter}\n`);
      yield [letter, value];
      break;
    }
  }
  wish.operands = argv.slice(index);
}

/** Letters that mean something else, or nothing we stand in for, are taken and left alone. */
function take(system: System, wish: Wish, letter: string, value: string): void {
  const choose = (list: readonly string[], what: string): string => {
    const found = list.find((word) => word.startsWith(value));
    if (found === undefined) throw usage(system, `pfctl: Unknown ${what} '${value}'\n`);
    return found;
  };
  switch (letter) {
    case 'a':
      wish.recursive = value.endsWith('*');
      wish.anchor = value.replace(/\/?\*$/, '');
      return;
    case 'd':
      wish.disable = true;
      return;
    case 'e':
      wish.enable = true;
      return;
    case 'q':
      wish.quiet = true;
      return;
    case 'n':
      wish.noAction = true;
      return;
    case 'O':
      wish.optionsOnly = true;
      return;
    case 'm':
      wish.merge = true;
      return;
    case 'v':
      wish.verbose++;
      return;
    case 'g':
      wish.inactive = true;
      return;
    case 'f':
      wish.file = value;
      return;
    case 'F':
      wish.clear = choose(CLEAR[system], 'flush modifier');
      return;
    case 's':
      wish.show = choose(SHOW[system], 'show modifier');
      return;
    case 'i':
      wish.iface = value;
      return;
    case 'k':
      addKiller(system, wish.kill, 'k', value);
      return;
    case 'K':
      addKiller(system, wish.killSources, 'K', value);
      return;
    case 't':
      wish.table = value;
      return;
    case 'T':
      wish.command = choose(TABLE[system], 'table command');
      return;
    case 'V':
      wish.rdomain = Number(value);
      return;
    default:
  }
}

function addKiller(system: System, list: string[], letter: string, value: string): void {
  if (list.length >= 2) throw usage(system, `pfctl: can only specify -${letter} twice\n`);
  list.push(value);
}
