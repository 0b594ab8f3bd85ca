// The texts that are shown before a session is saved or taken: what changes, what is lost, what ends.

import { basename } from 'node:path';
import type { PaneSpec, Session } from '../../core/pane.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { carryOver, changesInWords } from '../../session/carry-over.ts';
import { diffCount, diffLines } from '../../session/diff.ts';
import { loadSession } from '../../session/load.ts';
import type { PageLine, Review } from '../../store/modal-state.ts';
import { selectUnsaved } from '../../store/select/unsaved.ts';
import type { ConsoleState } from '../../store/state.ts';
import { shortPaneName } from '../../views/parts/pane-name.ts';

const line = (text: string, role?: PageLine['role']): PageLine =>
  role === undefined ? { text: sanitise(text, 400) } : { text: sanitise(text, 400), role };
const BLANK: PageLine = { text: safe('') };

export type SaveWords = Readonly<{
  path: string;
  /** What stands in the file now; undefined: there is no such file. */
  before: string | undefined;
  after: string;
  notes: readonly string[];
  /** Another file than the one that this session came from. */
  foreign: boolean;
  /** It was changed by others since this session was read. */
  changed: boolean;
}>;

export function saveReview({ path, before, after, notes, foreign, changed }: SaveWords): Review {
  const diff = diffLines(before ?? '', after);
  const what =
    before === undefined
      ? line(`a new file, for its owner only (0600): ${diffCount(diff).replace(' added', '')}`)
      : line(`what changes: ${diffCount(diff)}`);
  return {
    title: sanitise(`Save ${path}`, 200),
    lines: [
      ...(foreign && before !== undefined
        ? [line('This file exists and is another session: it would be replaced.', 'bad')]
        : []),
      ...(changed ? [line('Others have changed this file since it was read: see what goes.', 'warn')] : []),
      ...notes.map((note) => line(note, 'warn')),
      what,
      BLANK,
      ...diff,
    ],
    accept: safe('writes it'),
  };
}

/** Which programs the saved file starts by itself, and the one that `text` is did not: made by keys, they began at once. */
export function startsAnew(text: string, saved: Session): readonly string[] {
  const before = loadSession(text, '');
  const left = (before.ok ? startsOf(before.session) : []).map(fullName);
  const added = startsOf(saved)
    .map(fullName)
    .filter((name) => {
      const at = left.indexOf(name);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  return added.length === 0
    ? []
    : [`Loading this file will start by itself (start: auto): ${added.join(', ')}`];
}

function startsOf({ windows }: Session): readonly PaneSpec[] {
  return windows.flatMap(({ panes }) => panes.filter(({ body }) => 'start' in body && body.start === 'auto'));
}

export type TakeWords = Readonly<{
  state: ConsoleState;
  next: Session;
  path: string;
  /** The texts of the file as it was read and as it is; absent: another file. */
  texts?: Readonly<{ before: string; after: string }>;
}>;

/** What is lost and what ends when `next` is taken; empty: nothing. */
export function lossesOf(state: ConsoleState, next: Session): readonly PageLine[] {
  const { ended } = carryOver(state.session, next, '+');
  const running = ended.filter(({ id }) => {
    const kind = state.programs.panes.get(id)?.phase.kind;
    return kind === 'running' || kind === 'starting';
  });
  return [
    ...(selectUnsaved(state)
      ? [line('The layout has changes that are not saved: they are lost.', 'warn')]
      : []),
    ...running.map((pane) => line(`This program runs, and is ended: ${fullName(pane)}`, 'warn')),
  ];
}

const fullName = (pane: PaneSpec): SafeText => shortPaneName(pane);

export function takeReview({ state, next, path, texts }: TakeWords): Review {
  const changes = changesInWords(state.session, next, fullName);
  const diff = texts === undefined ? [] : diffLines(texts.before, texts.after);
  const none = texts === undefined ? 'nothing changes' : 'the file means what it meant before';
  return {
    title: sanitise(texts === undefined ? `Load ${path}` : `Read ${path} again`, 200),
    lines: [
      ...lossesOf(state, next),
      ...(changes.length === 0 ? [line(none, 'dim')] : changes.map((text) => line(text))),
      ...(texts === undefined
        ? []
        : [BLANK, ...(diff.length === 0 ? [line('no line of the file has changed', 'dim')] : diff)]),
    ],
    accept: safe(texts === undefined ? 'loads it' : 'takes it'),
  };
}

export function shortPath(path: string): string {
  return basename(path);
}
