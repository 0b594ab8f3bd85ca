// What the far sh runs for files, and how the answers are read. Pure.
//
//   4096 131 1763761440 81a4                                     stat -c '%s %i %Y %f', GNU coreutils 9.1, busybox 1.35
//   /dev/vda1  41152736 9124048 30303024 24% /                   df -Pk, POSIX

import { quoteWord } from '../../core/plan.ts';
import { quotePath } from './script.ts';

export const readBody = (path: string): string => `cat ${quotePath(path)} </dev/null`;

export function statBody(path: string, system: string): string {
  const words = system === 'Linux' ? `-c '%s %i %Y %f'` : `-f '%z %i %m %Xp'`;
  return `stat -L ${words} ${quotePath(path)} </dev/null`;
}

export const diskBody = (path: string): string => `df -Pk ${quotePath(path)} </dev/null`;

type Stat = Readonly<{ size: number; inode: number; mtime: number; kind: 'file' | 'directory' | 'other' }>;

export function parseStat(text: string): Stat | undefined {
  const found = /^(\d{1,16}) (\d{1,20}) (\d{1,12})(?:\.\d*)? ([0-9a-fA-F]{1,8})\s*$/.exec(text);
  if (found === null) return undefined;
  const [, size, inode, seconds, mode = ''] = found;
  const type = Number.parseInt(mode, 16) & 0o170000;
  const kind = type === 0o100000 ? 'file' : type === 0o040000 ? 'directory' : 'other';
  return { size: Number(size), inode: Number(inode), mtime: Number(seconds) * 1000, kind };
}

export function parseDisk(text: string): Readonly<{ size: number; available: number }> | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const found = /\s(\d{1,15})\s+\d{1,15}\s+(-?\d{1,15})\s+(?:\d+%|-)\s/.exec(`${lines.at(-1) ?? ''} `);
  if (lines.length < 2 || found === null) return undefined;
  return { size: Number(found[1]) * 1024, available: Math.max(0, Number(found[2])) * 1024 };
}

/** Zero bytes between the names: a name may hold anything else. Without a match: why, as far as `ls` knows. */
export function globBody(pattern: string): string {
  const folder = quotePath(literalFolder(pattern));
  return [
    `set -- ${quotePattern(pattern)}`,
    'if [ -e "$1" ] || [ -L "$1" ]; then printf \'%s\\0\' "$@"',
    `elif [ $# -eq 1 ]; then ls -d ${folder} >/dev/null </dev/null && { [ ! -d ${folder} ] || [ -r ${folder} ] || echo ': Permission denied' >&2; }; :`,
    'fi',
  ].join('\n');
}

/** What stands before the first segment with a wildcard. */
function literalFolder(pattern: string): string {
  const segments = pattern.split('/');
  const first = segments.findIndex((segment) => /[*?[]/.test(segment));
  if (first < 0) return pattern;
  const folder = segments.slice(0, first).join('/');
  return folder === '' ? (pattern.startsWith('/') ? '/' : '.') : folder;
}

/** Only `*`, `?` and `[…]` mean something to the far sh; every other character is quoted. */
export function quotePattern(pattern: string): string {
  const segments = pattern.split('/').map(quoteSegment);
  const quoted = segments.join('/');
  return quoted === '' ? "''" : quoted;
}

function quoteSegment(segment: string): string {
  let quoted = '';
  let literal = '';
  const flush = (): void => {
    if (literal !== '') quoted += quoteWord(literal);
    literal = '';
  };
  for (let index = 0; index < segment.length; index++) {
    const character = segment.charAt(index);
    const close = character === '[' ? segment.indexOf(']', index + 2) : -1;
    if (character !== '*' && character !== '?' && close <= 0) {
      literal += character;
      continue;
    }
    flush();
    quoted += close > 0 ? quoteClass(segment.slice(index + 1, close)) : character;
    if (close > 0) index = close;
  }
  flush();
  return quoted;
}

function quoteClass(inner: string): string {
  const negated = inner.startsWith('!') || inner.startsWith('^');
  const body = [...(negated ? inner.slice(1) : inner)];
  // Anything but a range's "-" is quoted: "^" and "]" mean something only bare.
  const quoted = body.map((one) =>
    one === '-' ? one : /^[A-Za-z0-9]$/.test(one) ? one : `'${one.replaceAll("'", "'\\''")}'`,
  );
  return `[${negated ? '!' : ''}${quoted.join('')}]`;
}
