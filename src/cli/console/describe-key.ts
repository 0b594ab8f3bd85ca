// The key that describes keys: the next one is not done but told about, with or without the prefix before it.

import type { Key, KeyMode } from '../../core/intent.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { type Described, describeKeys, tableName } from '../../keys/describe.ts';
import { DEFAULT_KEYMAP, modeChain } from '../../keys/keymap.ts';
import { press } from '../../keys/resolve.ts';
import type { KeyRow } from '../../keys/row.ts';
import type { PageLine } from '../../store/modal-state.ts';
import { selectKeyModes } from '../../store/select/shell.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { Desktop } from './controller.ts';

export function askForKey({ store }: Desktop): void {
  store.dispatch({ kind: 'keys/describing', after: false });
}

/** A key while one is asked for: the prefix and the beginning of a sequence wait for more. */
export function describePressed({ store, keymap }: Desktop, key: Key): void {
  const state = store.getState();
  const after = state.keys.describing?.after === true;
  const modes = after ? (['prefix'] as const) : selectKeyModes(state);
  const before = state.keys.pending;
  const pressed = press(keymap, modes.flatMap(modeChain), { key, before });
  if (pressed.kind === 'more') {
    store.dispatch({ kind: 'keys/pending', keys: pressed.keys });
    return;
  }
  if (pressed.kind === 'intent' && pressed.intent.id === 'prefix' && !after) {
    store.dispatch({ kind: 'keys/describing', after: true });
    return;
  }
  const typed = [...before, pressed.chord].join(' ');
  const found = describeKeys({ live: keymap, delivered: DEFAULT_KEYMAP }, modes, typed);
  const prefix = keymap.find(({ intent }) => intent === 'prefix')?.chords[0] ?? '';
  const shown = sanitise(after ? `${prefix} ${typed}` : typed);
  store.dispatch({ kind: 'keys/finished' });
  store.dispatch({
    kind: 'modal/page-opened',
    page: { title: sanitise(`Key ${shown}`), lines: describedLines(found, { shown, modes, state }) },
  });
}

type Asked = Readonly<{ shown: SafeText; modes: readonly KeyMode[]; state: ConsoleState }>;

function describedLines({ row, before, elsewhere }: Described, asked: Asked): readonly PageLine[] {
  const { session, readOnly } = asked.state;
  const tables = asked.modes.flatMap(modeChain);
  const lines: PageLine[] = [];
  if (row === undefined) lines.push(line(nothingWords(asked), 'warn'));
  else {
    lines.push(line(`${asked.shown}: ${row.words}`, 'strong'), BLANK);
    lines.push(line(`intent  ${row.intent}`), line(`table   ${tableName(row.mode)}`));
    lines.push(line(`keys    ${row.chords.join(', ')}`));
    if (readOnly && row.danger !== undefined)
      lines.push(line('This console is read-only: it changes nothing.', 'warn'));
  }
  const place = row?.changed === undefined ? undefined : placeOf(session, row.changed);
  if (place !== undefined) lines.push(BLANK, line(`Given by the session file: ${place}`, 'accent'));
  if (before !== undefined)
    lines.push(
      ...(place === undefined ? [BLANK] : []),
      line(`Without the session file it is ${before.intent}: ${before.words}`, 'dim'),
    );
  if (row === undefined && elsewhere.length > 0)
    lines.push(BLANK, line('It means something elsewhere:', 'dim'), ...elsewhere.map(elsewhereLine));
  if (row === undefined) lines.push(BLANK, line(`Asked here: ${tables.map(tableName).join('; ')}`, 'dim'));
  return lines;
}

function nothingWords({ shown, modes }: Asked): string {
  if (modes.includes('program')) return `${shown} goes to the program in the pane.`;
  return `${shown} does nothing here.`;
}

function elsewhereLine({ mode, words }: KeyRow): PageLine {
  return { ...line(`${tableName(mode)}: ${words}`), indent: 2 };
}

function placeOf(
  { origin }: ConsoleState['session'],
  place: Readonly<{ line: number; column: number }>,
): string | undefined {
  return origin.kind === 'file' ? `${origin.path}:${place.line}:${place.column}` : undefined;
}

const BLANK: PageLine = { text: safe('') };
const line = (words: string, role?: PageLine['role']): PageLine => ({
  text: sanitise(words),
  ...(role === undefined ? {} : { role }),
});
