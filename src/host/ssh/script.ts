// The texts that a lane sends to the far sh. Pure; POSIX only: dash, bash, busybox, ksh, the sh of the BSDs.

import { type Command, quoteWord } from '../../core/plan.ts';
import { newMark } from './frames.ts';

/**
 * A job: its body, then the mark with the exit code on stdout and on stderr. In braces, so that a text of which the end has
 * not arrived is a syntax error and nothing of it runs. `echo`, because it is built in everywhere: a mark is in no argv.
 */
export function jobText(body: string, mark: string): string {
  return `{\n${body}\noc=$?\necho "${mark} $oc" >&2\necho "${mark} $oc"\n}\n`;
}

export const quoteArgv = (argv: readonly string[]): string => argv.map(quoteWord).join(' ');

/** A path that a tool cannot take for an option. */
export const quotePath = (path: string): string => quoteWord(path.startsWith('-') ? `./${path}` : path);

/** Above this, or with a zero byte, stdin goes through a file: bash reads a script byte by byte. */
const INLINE_MAX = 524_288;

export const isInline = (stdin: string): boolean => stdin.length <= INLINE_MAX && !stdin.includes('\0');

/** `words`: the program's words, with whatever stands before them. */
export function commandBody(command: Command, words: readonly string[], input?: string): string {
  const { stdin, cwd, env } = command;
  const start = [...(env === undefined ? [] : ['env', '-i', ...variables(env)]), ...words];
  const quoted = quoteArgv(start);
  const call = cwd === undefined ? quoted : `( cd ${quotePath(cwd)} && exec ${quoted} )`;
  if (input !== undefined) return `${call} <${input}`;
  if (stdin === undefined || stdin === '') return `${call} </dev/null`;
  // A here-document always ends with a newline.
  if (!stdin.endsWith('\n')) return `printf %s ${quoteWord(stdin)} | ${call}`;
  const end = newMark();
  return `${call} <<'${end}'\n${stdin}${end}`;
}

const variables = (env: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(env).map(([name, value]) => `${name}=${value}`);

/** The whole input is there, byte by byte counted, before the program begins. For a channel whose stdin we end. */
export function spooledBody(command: Command, words: readonly string[], bytes: number): string {
  return [
    'umask 077',
    'if f=$(mktemp /tmp/opsconsole.XXXXXXXXXX 2>&1); then',
    `trap 'rm -f "$f"' EXIT`,
    'echo >&2',
    'cat >"$f"',
    `if [ "$(($(wc -c <"$f")))" -eq ${bytes} ]; then ${commandBody(command, words, '"$f"')}; else false; fi`,
    // The input comes all the same, and must not be read as commands.
    'else echo >&2; echo "$f" >&2; cat >/dev/null; false; fi',
  ].join('\n');
}

/** An endless program ends with our end of the channel: nobody else would tell it. */
export function watchedBody(body: string): string {
  return `exec 3<&0\n{ trap '' TERM; cat <&3; kill -TERM 0; sleep 1; kill -KILL 0; } >/dev/null 2>&1 &\n${body}`;
}

/**
 * Ends everything below the shell `pid`, and not the shell: TERM or KILL to all its descendants, and to what was orphaned in
 * its process group. `before`: sudo or doas, for those that are not ours.
 */
export function killBody(pid: number, how: 'TERM' | 'KILL', before: readonly string[]): string {
  const again = before.length === 0 ? '' : ` || ${quoteArgv([...before, 'kill'])} -${how} $k`;
  const readRows = (then: string): string => `while read -r p q g; do ${then}; done <<E\n$l\nE`;
  return [
    'l=$(ps -A -o pid= -o ppid= -o pgid= 2>/dev/null)',
    // Where ps knows no columns: without groups, each number one of its own.
    '[ -n "$l" ] || l=$(cd /proc && for p in [0-9]*; do',
    `  [ -r $p/status ] && echo "$p $(sed -n 's/^PPid:[^0-9]*//p' $p/status) x$p"; done 2>/dev/null)`,
    `s=${pid} k= o=`,
    'n=" $s "',
    readRows('[ "$p" = "$s" ] && o=$g'),
    'while :; do m=',
    readRows(
      'case $n in *" $p "*) continue ;; *" $q "*) ;; *) [ "$q $g" = "1 $o" ] || continue ;; esac; n="$n$p " k="$k $p" m=1',
    ),
    '[ -n "$m" ] || break; done',
    `[ -z "$k" ] || kill -${how} $k 2>/dev/null${again}`,
  ].join('\n');
}
