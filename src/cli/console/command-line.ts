// The `:` command line: words to one command, completion, and one clear sentence when it cannot be.

import { parseNet } from '../../core/address.ts';
import { parseDuration } from '../../core/duration.ts';
import type { Intent } from '../../core/intent.ts';
import { THEME_NAMES, type ThemeName } from '../../core/pane.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { suggest } from '../../core/suggest.ts';
import type { PromptPurpose } from '../../store/slice.ts';
import { DUMP_WORDS, type DumpCommand, parseDump } from './dump.ts';
import type { FollowWish } from './follow.ts';
import { type HostCommand, hostWords, parseHostCommand } from './host-command.ts';
import { KEYS_WORDS, type KeysCommand, parseKeysCommand } from './key-problems.ts';
import {
  isLayoutCommand,
  LAYOUT_COMMANDS,
  type LayoutCommand,
  layoutWords,
  parseLayoutCommand,
} from './layout-commands.ts';
import { NEW_PANE_WORDS, type NewPaneCommand, parseNewPane, SHOWN_KINDS } from './new-pane-command.ts';
import { parseServiceCommand, type ServiceCommand, serviceWords } from './service-command.ts';
import { isSessionWord, parseSessionCommand, SESSION_WORDS, type SessionCommand } from './session-command.ts';
import { parseShields, shieldsWords } from './shields-command.ts';
import type { ShieldsCommand } from './shields-keys.ts';

/** `address` absent = what the cursor is on. `seconds` absent = the session's default, null = until changed. */
export type ConsoleCommand =
  | Readonly<{ kind: 'intent'; intent: Intent }>
  | Readonly<{
      kind: 'ban';
      address?: string;
      seconds?: number | null;
      reason?: string;
    }>
  | Readonly<{ kind: 'unban' | 'cut'; address?: string }>
  | Readonly<{ kind: 'tighten'; preset?: string }>
  | Readonly<{ kind: 'shields'; command: ShieldsCommand }>
  | ServiceCommand
  | FollowWish
  | Readonly<{ kind: 'window'; wanted: string }>
  | Readonly<{ kind: 'workspace'; command: LayoutCommand }>
  | Readonly<{ kind: 'session'; command: SessionCommand }>
  | Readonly<{ kind: 'new-pane'; command: NewPaneCommand }>
  | Readonly<{ kind: 'host'; command: HostCommand }>
  | Readonly<{ kind: 'line' }>
  | Readonly<{ kind: 'fleet' }>
  | Readonly<{ kind: 'keys'; command: KeysCommand }>
  | Readonly<{ kind: 'theme'; theme: ThemeName }>
  | Readonly<{ kind: 'dump'; command: DumpCommand }>
  | Readonly<{ kind: 'prompted'; purpose: PromptPurpose; text: string }>;

/** Maps, not objects: what is typed may be the name of something that every object has. */
const INTENTS: ReadonlyMap<string, Intent> = new Map(
  Object.entries<Intent>({
    quit: { id: 'quit' },
    q: { id: 'quit' },
    help: { id: 'help' },
    undo: { id: 'undo' },
    zoom: { id: 'zoom' },
    refresh: { id: 'refresh' },
    redraw: { id: 'redraw' },
    tail: { id: 'follow' },
    mouse: { id: 'mouse-toggle' },
    suspend: { id: 'suspend' },
    stop: { id: 'stop' },
    start: { id: 'start' },
  }),
);
const PROMPTED: ReadonlyMap<string, PromptPurpose> = new Map(
  Object.entries<PromptPurpose>({
    search: 'search',
    only: 'filter-in',
    hide: 'filter-out',
    filter: 'filter',
  }),
);
export const PRESETS = ['default', 'modest', 'siege'] as const;
export const COMMANDS: readonly string[] = [
  ...INTENTS.keys(),
  ...PROMPTED.keys(),
  ...LAYOUT_COMMANDS,
  ...SESSION_WORDS,
  ...NEW_PANE_WORDS,
  ...[
    'ban',
    'unban',
    'cut',
    'tighten',
    'follow',
    'window',
    'shields',
    'dump',
    'keys',
    'line',
    'theme',
    'host',
    'fleet',
    'service',
  ],
].sort();

export function parseCommand(line: string): Result<ConsoleCommand> {
  const [name = '', ...words] = line.trim().split(/\s+/);
  const rest = line.trim().slice(name.length).trim();
  const intent = INTENTS.get(name);
  if (intent !== undefined)
    return words.length === 0 ? ok({ kind: 'intent', intent }) : bad(`${name} takes no words after it`);
  const purpose = PROMPTED.get(name);
  if (purpose !== undefined) return ok({ kind: 'prompted', purpose, text: rest });
  if (isLayoutCommand(name)) {
    const command = parseLayoutCommand(name, rest);
    return command.ok ? ok({ kind: 'workspace', command: command.value }) : command;
  }
  if (isSessionWord(name)) {
    const command = parseSessionCommand(name, rest);
    return command.ok ? ok({ kind: 'session', command: command.value }) : command;
  }
  if (NEW_PANE_WORDS.includes(name)) {
    const command = parseNewPane(name, rest);
    return command.ok ? ok({ kind: 'new-pane', command: command.value }) : command;
  }
  switch (name) {
    case 'ban':
      return parseBan(words);
    case 'unban':
    case 'cut':
      return parseAddressed(name, words);
    case 'tighten':
      return parseTighten(words);
    case 'shields': {
      const command = parseShields(words);
      return command.ok ? ok({ kind: 'shields', command: command.value }) : command;
    }
    case 'service':
      return parseServiceCommand(words);
    case 'host': {
      const command = parseHostCommand(words);
      return command.ok ? ok({ kind: 'host', command: command.value }) : command;
    }
    case 'keys': {
      const command = parseKeysCommand(rest);
      return command.ok ? ok({ kind: 'keys', command: command.value }) : command;
    }
    case 'fleet':
      return words.length === 0 ? ok({ kind: 'fleet' }) : bad('fleet takes no words after it');
    case 'line':
      return words.length === 0 ? ok({ kind: 'line' }) : bad('line takes no words after it');
    case 'dump': {
      const command = parseDump(rest);
      return command.ok ? ok({ kind: 'dump', command: command.value }) : command;
    }
    case 'follow':
      return parseFollow(rest);
    case 'window':
      return rest === '' ? bad('window needs a number or a name') : ok({ kind: 'window', wanted: rest });
    case 'theme': {
      const theme = parseTheme(rest);
      return theme.ok ? ok({ kind: 'theme', theme: theme.value }) : theme;
    }
    case '':
      return bad('type a command; Tab shows them');
    default:
      return unknown(name);
  }
}

/** `ban [ADDR] [for DURATION|for ever] [because REASON…]` */
function parseBan(words: readonly string[]): Result<ConsoleCommand> {
  const because = words.indexOf('because');
  const head = because < 0 ? words : words.slice(0, because);
  const reason = because < 0 ? undefined : words.slice(because + 1).join(' ');
  const at = head.indexOf('for');
  const address = (at < 0 ? head : head.slice(0, at)).join(' ');
  const checked = checkAddress(address);
  if (!checked.ok) return checked;
  const seconds = at < 0 ? undefined : readFor(head.slice(at + 1));
  if (seconds !== undefined && !seconds.ok) return seconds;
  return ok({
    kind: 'ban',
    ...(address === '' ? {} : { address }),
    ...(seconds === undefined ? {} : { seconds: seconds.value }),
    ...(reason === undefined || reason === '' ? {} : { reason }),
  });
}

function readFor(words: readonly string[]): Result<number | null> {
  const text = words.join('');
  if (text === 'ever' || text === 'untilchanged') return ok(null);
  return text === '' ? bad('"for" needs a duration: 90s, 10m, 1h, 1d, or ever') : parseDuration(text);
}

function parseAddressed(kind: 'unban' | 'cut', words: readonly string[]): Result<ConsoleCommand> {
  const address = words.join(' ');
  const checked = checkAddress(address);
  if (!checked.ok) return checked;
  return ok(address === '' ? { kind } : { kind, address });
}

/** Said while the line is still there to be corrected; the dialog reads it again. */
function checkAddress(text: string): Result<void> {
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const parsed = parseNet(word);
    if (!parsed.ok) return parsed;
  }
  return ok(undefined);
}

function parseTighten(words: readonly string[]): Result<ConsoleCommand> {
  const [preset, ...more] = words;
  if (preset === undefined) return ok({ kind: 'tighten' });
  if (more.length > 0) return bad('tighten takes one preset');
  if ((PRESETS as readonly string[]).includes(preset)) return ok({ kind: 'tighten', preset });
  return bad(`${quote(preset)} is no preset: default, modest or siege`);
}

/** Also what `--theme` says. */
export function parseTheme(name: string): Result<ThemeName> {
  const found = THEME_NAMES.find((theme) => theme === name);
  if (found !== undefined) return ok(found);
  const near = suggest(name, THEME_NAMES);
  const known = `${THEME_NAMES.slice(0, -1).join(', ')} or ${THEME_NAMES.at(-1) ?? ''}`;
  if (name === '') return bad(`theme needs a name: ${known}`);
  return bad(`${quote(name)} is no theme${near === undefined ? `: ${known}` : `: did you mean ${near}?`}`);
}

/** `follow [ADDRESS|off]` */
function parseFollow(text: string): Result<ConsoleCommand> {
  if (text === 'off') return ok({ kind: 'follow', wanted: 'off' });
  if (text === '') return ok({ kind: 'follow', wanted: 'cursor' });
  const parsed = parseNet(text);
  return parsed.ok ? ok({ kind: 'follow', wanted: parsed.value.net }) : parsed;
}

function unknown(name: string): Result<never> {
  const near = suggest(name, COMMANDS);
  return bad(
    `${quote(name)} is no command${near === undefined ? '; Tab shows them' : `: did you mean ${near}?`}`,
  );
}

function bad(summary: string): Result<never> {
  return fail(problem('bad-input', summary));
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 40));

export type Completion = Readonly<{ text: string; choices: readonly string[] }>;

/** Names of the session that a command may take. */
export type KnownNames = Readonly<{
  windows: readonly string[];
  profiles: readonly string[];
  hosts?: readonly string[];
  services?: readonly string[];
}>;

/** Completes the last word as far as it is certain; `choices` when several words remain. */
export function completeCommand(line: string, names: KnownNames): Completion {
  const [name = '', ...words] = line.trimStart().split(/\s+/);
  const known = words.length === 0 ? COMMANDS : argumentsOf(name, words, names);
  const typed = words.length === 0 ? name : (words.at(-1) ?? '');
  const matches = known.filter((word) => word.startsWith(typed));
  const common = commonStart(matches);
  if (matches.length === 0 || common === '') return { text: line, choices: matches };
  const kept = line.slice(0, line.length - typed.length);
  const [only] = matches;
  if (matches.length === 1) return { text: `${kept}${only} `, choices: [] };
  return { text: kept + common, choices: matches };
}

function argumentsOf(name: string, words: readonly string[], names: KnownNames): readonly string[] {
  if (name === 'window') return names.windows;
  if (isLayoutCommand(name)) return words.length === 1 ? layoutWords(name) : [];
  if (name === 'shields') return shieldsWords(words, names.profiles);
  if (name === 'host') return hostWords(words, names.hosts ?? []);
  if (name === 'service') return serviceWords(words, names.services ?? []);
  if (name === 'dump') return DUMP_WORDS;
  if (name === 'show') return words.length === 1 ? SHOWN_KINDS : [];
  if (name === 'tighten') return PRESETS;
  if (name === 'follow') return words.length === 1 ? ['off'] : [];
  if (name === 'keys') return words.length === 1 ? KEYS_WORDS : [];
  if (name === 'theme') return words.length === 1 ? THEME_NAMES : [];
  if (name !== 'ban' || words.length < 2) return [];
  if (words.at(-2) === 'for') return ['1h', '1d', '1w', 'ever'];
  return ['for', 'because'].filter((word) => !words.slice(0, -1).includes(word));
}

function commonStart(words: readonly string[]): string {
  const [first = ''] = words;
  let length = first.length;
  for (const word of words) while (!word.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
