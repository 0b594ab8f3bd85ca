// `:shields …`: its words to one command, and their completion.

import { parseDuration } from '../../core/duration.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { suggest } from '../../core/suggest.ts';
import type { ShieldsCommand } from './shields-keys.ts';

const VERBS = ['up', 'keep', 'renew', 'down', 'preview', 'status'] as const;

/** `shields [status] | up [PROFILE] | keep | renew [DURATION] | down | preview [PROFILE]` */
export function parseShields(words: readonly string[]): Result<ShieldsCommand> {
  const [verb = 'status', word, ...more] = words;
  if (more.length > 0) return bad(`shields ${verb} takes one word at most`);
  const profile = word === undefined ? {} : { profile: word };
  switch (verb) {
    case 'up':
      return ok({ kind: 'raise', ...profile });
    case 'preview':
      return ok({ kind: 'preview', ...profile });
    case 'renew': {
      if (word === undefined) return ok({ kind: 'renew' });
      const seconds = parseDuration(word);
      return seconds.ok ? ok({ kind: 'renew', seconds: seconds.value }) : seconds;
    }
    case 'keep':
    case 'down':
    case 'status':
      if (word !== undefined) return bad(`shields ${verb} takes no words after it`);
      return ok({ kind: verb === 'down' ? 'lower' : verb });
    default: {
      const near = suggest(verb, VERBS);
      const hint = near === undefined ? VERBS.join(', ') : `did you mean ${near}?`;
      return bad(`shields cannot ${JSON.stringify(verb.slice(0, 40))}: ${hint}`);
    }
  }
}

function bad(summary: string): Result<never> {
  return fail(problem('bad-input', summary));
}

/** `words`: those after `shields`, the last one being typed. */
export function shieldsWords(words: readonly string[], profiles: readonly string[]): readonly string[] {
  if (words.length < 2) return VERBS;
  if (words.length > 2) return [];
  if (words[0] === 'up' || words[0] === 'preview') return profiles;
  return words[0] === 'renew' ? ['30m', '1h', '2h', '6h'] : [];
}
