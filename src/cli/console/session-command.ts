// The words of `:save`, `:load`, `:reload` and `:sessions`.

import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';

/** `name`: a path, or the name of a file in the configuration folder. */
export type SessionCommand =
  | Readonly<{ kind: 'save'; name?: string }>
  | Readonly<{ kind: 'load'; name: string }>
  | Readonly<{ kind: 'reload' | 'sessions' }>;

export const SESSION_WORDS = ['save', 'load', 'reload', 'sessions'] as const;
export type SessionWord = (typeof SESSION_WORDS)[number];

export function isSessionWord(word: string): word is SessionWord {
  return (SESSION_WORDS as readonly string[]).includes(word);
}

export function parseSessionCommand(word: SessionWord, rest: string): Result<SessionCommand> {
  if (rest !== '') {
    const checked = checkName(rest);
    if (!checked.ok) return checked;
  }
  switch (word) {
    case 'save':
      return ok(rest === '' ? { kind: 'save' } : { kind: 'save', name: rest });
    case 'load':
      return rest === ''
        ? bad('load needs a name or a path; :sessions shows them')
        : ok({ kind: 'load', name: rest });
    case 'reload':
    case 'sessions':
      return rest === '' ? ok({ kind: word }) : bad(`${word} takes no words after it`);
  }
}

/** A name becomes a file name: only what can be typed again, and nothing that hides. */
function checkName(name: string): Result<void> {
  const isPath = name.includes('/') || /\.ya?ml$/.test(name);
  if (sanitise(name) !== name) return bad('the name has characters that cannot be shown');
  if (isPath)
    return name.length > 1024 || name.endsWith('/') ? bad('that is no path of a file') : ok(undefined);
  if (/^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,63}$/u.test(name)) return ok(undefined);
  return bad('a name has letters, digits, space, ".", "_", "-"; a path has a "/" in it');
}

function bad(summary: string): Result<never> {
  return fail(problem('bad-input', summary));
}
