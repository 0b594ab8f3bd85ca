// What of the session's keys cannot be: how many for the notice, all of them with their places for `:keys problems`.

import type { Session } from '../../core/pane.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { DEFAULT_KEYMAP } from '../../keys/keymap.ts';
import { applyOverrides, type KeyProblem } from '../../keys/overrides.ts';
import type { Page, PageLine } from '../../store/modal-state.ts';

export const KEYS_WORDS = ['problems'] as const;
export type KeysCommand = 'help' | 'problems';

/** `keys [problems]` */
export function parseKeysCommand(rest: string): Result<KeysCommand> {
  if (rest === '') return ok('help');
  if (rest === 'problems') return ok('problems');
  return fail(problem('bad-input', 'keys takes no word but problems'));
}

/** For the notice at the start, after :load and after :reload; undefined when all keys could be bound. */
export function saidOfKeys(problems: readonly KeyProblem[]): SafeText | undefined {
  const [first, ...more] = problems;
  if (first === undefined) return undefined;
  if (more.length === 0) return sanitise(`${first.message} (line ${first.line})`, 200);
  return sanitise(`${problems.length} keys of the session file cannot be bound; :keys problems lists them`);
}

export function keyProblemsPage(session: Session): Page {
  const { problems } = applyOverrides(DEFAULT_KEYMAP, session);
  const path = session.origin.kind === 'file' ? session.origin.path : session.name;
  const lines: readonly PageLine[] =
    problems.length === 0
      ? [{ text: safe('All keys of the session file are bound.'), role: 'good' }]
      : problems.map(({ line, column, message }) => ({
          text: sanitise(`${path}:${line}:${column}: ${message}`),
          role: 'warn',
        }));
  return { title: safe('Keys that cannot be bound'), lines };
}
