// `:dump`: the screen, a pane or what was copied, as text into a new file.

import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import type { Desktop } from './controller.ts';
import { takeSnapshot } from './copy.ts';

/** `file` absent: a name that says when, in the working folder. */
export type DumpCommand = Readonly<{ what: 'screen' | 'pane' | 'copied'; ansi: boolean; file?: string }>;

export const DUMP_WORDS = ['pane', 'copied', '--ansi'] as const;

/** `dump [pane|copied] [--ansi] [FILE]`; a file with one of these names is written as ./pane. */
export function parseDump(rest: string): Result<DumpCommand> {
  let left = rest.trim();
  let what: DumpCommand['what'] = 'screen';
  let ansi = false;
  for (;;) {
    const [word = ''] = left.split(/\s+/);
    if ((word === 'pane' || word === 'copied') && what === 'screen') what = word;
    else if (word === '--ansi' && !ansi) ansi = true;
    else if (word.startsWith('-'))
      return fail(problem('bad-input', `dump knows no ${JSON.stringify(word.slice(0, 40))}, only --ansi`));
    else break;
    left = left.slice(word.length).trim();
  }
  if (ansi && what !== 'screen')
    return fail(problem('bad-input', 'only the screen has colours to keep: :dump --ansi'));
  return ok({ what, ansi, ...(left === '' ? {} : { file: left }) });
}

export function runDump(desktop: Desktop, command: DumpCommand): void {
  const port = desktop.effects.copy;
  const lines = linesOf(desktop, command);
  if (lines === undefined) desktop.say(safe('nothing was copied yet: copy mode copies'), 'warn');
  else if (port !== undefined)
    void port.save(command.file, lines.map((line) => `${line}\n`).join('')).then((saved) => {
      if (saved.ok) {
        const count = `${groupDigits(lines.length)} ${lines.length === 1 ? 'line' : 'lines'}`;
        desktop.say(sanitise(`wrote ${count} to ${saved.value}`), 'good');
      } else {
        const { summary, hint } = saved.problem;
        const why = hint === undefined ? summary : `${summary}: ${hint}`;
        desktop.say(sanitise(`nothing was written: ${why}`), 'bad');
      }
    });
}

function linesOf(desktop: Desktop, { what, ansi }: DumpCommand): readonly string[] | undefined {
  const state = desktop.store.getState();
  if (what === 'copied') return state.copy.buffer;
  if (what === 'screen') return desktop.effects.copy?.screen(ansi) ?? [];
  const pane = focusedPane(state);
  return pane === undefined ? [] : takeSnapshot(desktop, pane).lines;
}
