// What a pane is called where there is little room: a word of its title, its file, or its kind.

import type { CommandLine, PaneSpec } from '../../core/pane.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { cut } from '../../core/width.ts';

const NAME_COLUMNS = 10;
const WINDOW_COLUMNS = 20;

export function shortPaneName(pane: PaneSpec | undefined): SafeText {
  return cut(sanitise(pane === undefined ? '' : (pane.title ?? nameOf(pane))), NAME_COLUMNS);
}

/** What a window is called that shows only this. */
export function windowNameFor(pane: Pick<PaneSpec, 'title' | 'body'>): string {
  return cut(sanitise(pane.title ?? nameOf(pane)), WINDOW_COLUMNS);
}

function nameOf({ body }: Pick<PaneSpec, 'body'>): string {
  switch (body.kind) {
    case 'log': {
      const [unit = 'log'] = body.units;
      const path = body.files[0] ?? body.command?.[0] ?? (unit === '*' ? 'journal' : unit);
      const base = path.slice(path.lastIndexOf('/') + 1);
      return base.replace(/\.(log|service)$/, '') || 'log';
    }
    // The status line has the same short word.
    case 'conntrack':
      return 'ct';
    case 'traffic':
      return 'net';
    case 'run':
    case 'watch':
      return programName(body.command);
    case 'bans':
    case 'host':
    case 'journal':
    case 'jails':
    case 'uplinks':
    case 'services':
    case 'hosts':
    case 'all-bans':
      return body.kind;
  }
}

function programName(command: CommandLine): string {
  const first =
    command.kind === 'argv' ? command.argv[0] : (command.line.trim().split(/[\s;|&<>()]/)[0] ?? '');
  return first.slice(first.lastIndexOf('/') + 1) || 'sh';
}

/** As the operator wrote it. */
export function commandText(command: CommandLine): string {
  return command.kind === 'argv' ? command.argv.join(' ') : command.line;
}
