// What the far sh is told, to follow files there: a few functions once, then a call per request. POSIX sh, tried with dash,
// bash, busybox and mksh. It only reads, so that it does no harm when half of a request arrives.
//
// Answers are lines "TOKEN kind … .", where TOKEN is drawn at random for each channel: nothing that a file holds can look
// like one. `ls -Lnid` is what every system has to say inode and size; its text stays on the far side while it is the same.

import { quoteWord } from '../../core/plan.ts';
import { hasGlob } from '../glob.ts';

/** Paths whose line of `ls` can be told from others by its end; any other is asked about alone. */
const PLAIN_PATH = /^(?!.* $)[A-Za-z0-9_/.@%+=:, -]+$/;
/** More words than this in one start of `ls` may be too many for the system. */
const PATHS_PER_LS = 200;
const DD_BLOCK = 512;
const DD_BIG = 65_536;

/**
 * q: ends the watcher, so that only one writes. s: one path. r: bytes. c: how many line ends there are in a range. f: which
 * name in a folder has an inode. w: tells what has changed, then watches until something does. G (patterns), L (plain
 * paths) and O (odd ones) are made anew when what is watched changes. The watcher asks whether its shell is still there.
 */
export function farFollowScript(token: string): string {
  return `exec 2>/dev/null
unalias -a
LC_ALL=C; export LC_ALL; unset QUOTING_STYLE LS_COLORS COLUMNS POSIXLY_CORRECT
T='${token}'; W=; A0=; N0=; g=0
nl='
'
t=; for x in --full-time -T; do ls $x -Lnid / </dev/null | grep ' /$' >/dev/null && { t=$x; break; }; done
z=1; sleep 0.01 </dev/null && z=0.5
i() { l=$(ls $t -Lnid "$1" 2>&1 </dev/null) && case \${l#*[0-9] } in l*) false ;; esac; }
v() { if i "$1"; then k=f; [ -r "$1" ] || k=d; else case $l in *'ermission denied'*) k=d ;; *) k=m ;; esac; l=; fi; }
q() { [ -z "$W" ] || { kill -KILL "$W"; wait "$W"; W=; }; }
a() { v "$2"; printf '\n%s e %s %s %s .\n' "$T" "$1" "$k" "\${l%%"$nl"*}"; }
s() { q; a "$1" "$2"; }
r() { q; printf '\n%s d %s\n' "$T" "$1"
  [ -f "$2" ] && dd "if=$2" bs=${DD_BLOCK} skip="$3" count="$4" </dev/null
  a "$1" "$2"; }
c() { q
  n=$([ -f "$2" ] && { dd bs=1 skip="$3" count="$4"
    [ "$5" = 0 ] || dd bs=${DD_BLOCK} count="$5"
    [ "$6" = 0 ] || dd bs=${DD_BIG} count="$6"
    [ "$7" = 0 ] || dd bs=${DD_BLOCK} count="$7"
    [ "$8" = 0 ] || dd bs=1 count="$8"; } <"$2" | wc -l)
  printf '\n%s n %s %s .\n' "$T" "$1" "$n"; a "$1" "$2"; }
f() { q
  ls -1i "$2" </dev/null | { n=0; while read -r x y; do
    [ "$x" = "$3" ] && [ "$n" -lt 8 ] && { n=$((n + 1)); e "$y"; printf '\n%s f %s %s .\n' "$T" "$1" "$E"; }
  done; }
  printf '\n%s e %s n .\n' "$T" "$1"; }
e() { E=; p=$1
  while case $p in *\\\\*) ;; *) false ;; esac; do E="$E\${p%%\\\\*}\\\\\\\\"; p=\${p#*\\\\}; done
  p=$E$p; E=
  while case $p in *"$nl"*) ;; *) false ;; esac; do E="$E\${p%%"$nl"*}\\\\n"; p=\${p#*"$nl"}; done
  E=$E$p; }
x() { X=$1; d=$2; shift 2; k=
  for w; do [ -e "$w" ] || [ -h "$w" ] || continue; k=1; e "$w"; N="\${N}g $X $E$nl"; done
  [ -n "$k" ] || [ ! -d "$d" ] || [ -r "$d" ] || N="\${N}D $X$nl"; }
o() { i "$2"; A="$A= $1 \${l%%"$nl"*}$nl"; }
u() { b=$1
  while [ -n "$b" ]; do
    h=\${b%%"$nl"*}; b=\${b#*"$nl"}
    case $nl$2 in *"$nl$h$nl"*) ;; *) [ -z "$h" ] || printf '\n%s %s %s .\n' "$T" "$3" "$h" ;; esac
  done; }
m() { n=1; A=$(L 2>&1)$nl; O
  if [ "$A" != "$A0" ]; then n=0; u "$A" "$A0" +; A0=$A; fi
  [ "$1" = 0 ] || return $n
  N=; G
  if [ "$N" != "$N0" ]; then n=0; printf '\n%s N .\n' "$T"; u "$N" '' '*'; printf '\n%s M .\n' "$T"; N0=$N; fi
  return $n; }
w() { q; m 0; printf '\n%s w %s .\n' "$T" "$g"
  { y=0; while kill -0 $$; do
      sleep $z </dev/null >/dev/null; y=$((y + 1)); [ "$y" -lt 4 ] || y=0
      m $y && { printf '\n%s W %s .\n' "$T" "$g"; break; }
    done; } & W=$!; }
trap q 0
printf '\n%s h .\n' "$T"
`;
}

export type WatchedPath = Readonly<{ id: number; path: string }>;
export type Watched = Readonly<{
  generation: number;
  paths: readonly WatchedPath[];
  patterns: readonly Readonly<{ id: number; pattern: string }>[];
}>;

export const isPlainPath = (path: string): boolean => PLAIN_PATH.test(path);

/** What is watched from now on; everything is told anew. */
export function watchScript({ generation, paths, patterns }: Watched): string {
  const plain = paths.filter(({ path }) => isPlainPath(path)).map(({ path }) => farWord(path));
  const lists: string[] = [];
  for (let at = 0; at < plain.length; at += PATHS_PER_LS)
    lists.push(`ls $t -Lnid ${plain.slice(at, at + PATHS_PER_LS).join(' ')} </dev/null`);
  const odd = paths.filter(({ path }) => !isPlainPath(path));
  const globs = patterns.map(
    ({ id, pattern }) => `x ${id} ${farWord(folderOf(pattern))} ${globWord(pattern)}`,
  );
  return [
    'q',
    `L() { ${[...lists, ':'].join('; ')}; }`,
    `O() { ${[...odd.map(({ id, path }) => `o ${id} ${farWord(path)}`), ':'].join('; ')}; }`,
    `G() { ${[...globs, ':'].join('; ')}; }`,
    `g=${generation}; A0=; N0=x`,
    '',
  ].join('\n');
}

/** Tells what changed since the last time at once, then when something changes. */
export const WATCH_ON = 'w\n';

export const askState = (seq: number, path: string): string => `s ${seq} ${farWord(path)}\n`;

/** Whole blocks around the bytes from `from` to `to`: dd can jump, and `tail -c +N` of busybox reads all before N. */
export function askBytes(seq: number, path: string, from: number, to: number): string {
  const first = Math.floor(from / DD_BLOCK);
  return `r ${seq} ${farWord(path)} ${first} ${Math.ceil(to / DD_BLOCK) - first}\n`;
}

/** Where the answer to `askBytes` begins. */
export const bytesBegin = (from: number): number => from - (from % DD_BLOCK);

/** `to` is greater than `from`. Single bytes up to a block, blocks up to a big one, big ones, and down again. */
export function askNewlines(seq: number, path: string, from: number, to: number): string {
  const ones = Math.min(to - from, DD_BLOCK - (from % DD_BLOCK));
  const a = from + ones;
  const lastBlock = Math.max(a, to - (to % DD_BLOCK));
  const firstBig = Math.min(lastBlock, Math.ceil(a / DD_BIG) * DD_BIG);
  const lastBig = Math.max(firstBig, lastBlock - (lastBlock % DD_BIG));
  const counts = [
    ones,
    (firstBig - a) / DD_BLOCK,
    (lastBig - firstBig) / DD_BIG,
    (lastBlock - lastBig) / DD_BLOCK,
    to - lastBlock,
  ];
  return `c ${seq} ${farWord(path)} ${from} ${counts.join(' ')}\n`;
}

export const askNames = (seq: number, folder: string, inode: string): string =>
  `f ${seq} ${farWord(folder)} ${quoteWord(inode)}\n`;

/** A path as one word that no tool takes for an option. */
function farWord(path: string): string {
  const safe = path.startsWith('-') ? `./${path}` : path;
  return quoteWord(safe.replaceAll('\0', ''));
}

/** The folder in front of the first part with a wildcard. */
function folderOf(pattern: string): string {
  const parts = pattern.split('/');
  const plain = parts.slice(
    0,
    parts.findIndex((part) => hasGlob(part)),
  );
  return plain.length === 0 ? '.' : plain.join('/') || '/';
}

/** The wildcards of a pattern stay the shell's, everything else is only text. */
export function globWord(pattern: string): string {
  const safe = pattern.startsWith('-') ? `./${pattern}` : pattern;
  return safe.split('/').map(globSegment).join('/');
}

function globSegment(segment: string): string {
  let word = '';
  for (let at = 0; at < segment.length; at++) {
    const character = segment.charAt(at);
    const close = character === '[' ? segment.indexOf(']', at + 2) : -1;
    if (character === '*' || character === '?') word += character;
    else if (close > 0) {
      word += classWord(segment.slice(at + 1, close));
      at = close;
    } else word += quoteCharacter(character);
  }
  return word;
}

function classWord(inner: string): string {
  const negated = inner.startsWith('!') || inner.startsWith('^');
  const body = [...(negated ? inner.slice(1) : inner)];
  const words = body.map((character) => (character === '-' ? '-' : quoteCharacter(character)));
  return body.length === 0 ? '?' : `[${negated ? '!' : ''}${words.join('')}]`;
}

function quoteCharacter(character: string): string {
  if (/[A-Za-z0-9._:,+=@%-]/.test(character)) return character;
  return character === "'" ? "\\'" : `'${character === '\0' ? '' : character}'`;
}
