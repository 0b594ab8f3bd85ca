// Saving, loading and reading again while the console runs. Decides nothing about the firewall and starts no program:
// what changes is the workspace, after the operator has seen how.

import type { Session } from '../../core/pane.ts';
import type { Problem } from '../../core/problem.ts';
import type { Result } from '../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { writeDurably } from '../../host/durable-write.ts';
import { carryOver } from '../../session/carry-over.ts';
import { diffCount, diffLines } from '../../session/diff.ts';
import { saveSession } from '../../session/save.ts';
import type { NoticeRole, Review } from '../../store/modal-state.ts';
import { problemPage } from '../../store/select/shields-pages.ts';
import { selectSavedWorkspace } from '../../store/select/unsaved.ts';
import type { ConsoleStore } from '../../store/store.ts';
import { EMPTY_INPUT } from '../../store/text-input.ts';
import {
  fileNamed,
  listSessions,
  noSuch,
  type SessionPlace,
  type SessionText,
  sessionIn,
  textAt,
} from './session-files.ts';
import type { SessionPort } from './session-port.ts';
import { createSessionWatch } from './session-watch.ts';
import { lossesOf, saveReview, shortPath, takeReview } from './session-words.ts';

export type SessionRunOptions = SessionPlace &
  Readonly<{
    store: ConsoleStore;
    /** The text of the layout that was detected, for a session without a file. */
    detected: () => Promise<string>;
    /** Another session was taken: what acts under its rules is made anew. */
    onTaken: (session: Session, before: Session) => void;
  }>;

export type SessionRun = SessionPort & Readonly<{ close(): Promise<void> }>;

export function createSessionRun(options: SessionRunOptions): SessionRun {
  const run = new Run(options);
  return {
    command: (command) => {
      switch (command.kind) {
        case 'save':
          return run.start(() => run.save(command.name));
        case 'load':
          return run.start(() => run.load(command.name));
        case 'reload':
          return run.start(() => run.reload());
        case 'sessions':
          return run.start(() => run.list());
      }
    },
    chosen: (path) => run.start(() => run.load(path)),
    accepted: () => run.accepted(),
    close: () => run.close(),
  };
}

type Written = SessionText & Readonly<{ before: string | undefined; live: Session }>;

class Run {
  readonly #options: SessionRunOptions;
  readonly #store: ConsoleStore;
  readonly #watch: ReturnType<typeof createSessionWatch>;
  /** What Enter under the shown text does. */
  #accept: (() => void) | undefined;
  /** The file as it was read or written last. */
  #known: SessionText | undefined;
  /** How often another session was taken: names of panes are never used twice. */
  #taken = 0;
  #queue: Promise<unknown>;

  constructor(options: SessionRunOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#watch = createSessionWatch({
      store: options.store,
      look: () => this.start(() => this.#changed()),
    });
    this.#queue = this.#open();
  }

  /** One thing after the other; what is typed meanwhile waits. */
  start(task: () => Promise<void>): void {
    this.#queue = this.#queue.then(task).catch((error: unknown) => {
      const words = error instanceof Error ? error.message : String(error);
      this.#say(`the session file: a bug: ${words}`, 'bad');
    });
  }

  accepted(): void {
    const accept = this.#accept;
    this.#accept = undefined;
    accept?.();
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#watch.close();
  }

  async #open(): Promise<void> {
    const opened = this.#store.getState().session;
    const { origin } = opened;
    if (origin.kind !== 'file') return;
    const text = await textAt(this.#options.host, origin.path);
    if (!text.ok || text.value === undefined) return;
    const known = { path: origin.path, text: text.value };
    const now = sessionIn(known);
    // It was opened a moment ago; somebody may have written it since.
    if (!now.ok || JSON.stringify(now.value) !== JSON.stringify(opened))
      this.#say(`${shortPath(origin.path)} was changed: :reload shows how`, 'warn');
    this.#know(known);
  }

  #know(known: SessionText): void {
    this.#known = known;
    this.#watch.follow(known.path);
  }

  async save(name: string | undefined): Promise<void> {
    const state = this.#store.getState();
    const { origin } = state.session;
    if (name === undefined && origin.kind !== 'file') return this.#askName();
    const target = await this.#target(name);
    if (target === undefined) return;
    const own = origin.kind === 'file' && origin.path === target.path;
    const base = own && target.text !== undefined ? target.text : await this.#base();
    if (base === undefined) return;
    const live = selectSavedWorkspace(state);
    const saved = saveSession(base, { live, loaded: state.file.loaded, path: target.path });
    if (!saved.ok) return this.#tell('Not saved', saved.problem);
    const { text, notes } = saved.value;
    const written: Written = { path: target.path, text, before: target.text, live };
    if (text === target.text) {
      this.#saved(written);
      this.#say(`nothing to save: ${shortPath(target.path)} holds this workspace already`);
      return;
    }
    const changed = own && this.#known !== undefined && this.#known.text !== target.text;
    const words = { path: target.path, before: target.text, after: text, notes, foreign: !own, changed };
    this.#ask(saveReview(words), () => this.start(() => this.#write(written, name)));
  }

  #askName(): void {
    this.#store.dispatch({ kind: 'modal/prompt-opened', purpose: 'command', text: 'save default' });
    this.#say('this workspace has no file yet: say its name; "default" is what opsconsole opens by itself');
  }

  async #target(
    name: string | undefined,
  ): Promise<Readonly<{ path: string; text: string | undefined }> | undefined> {
    const { origin } = this.#store.getState().session;
    if (name === undefined && origin.kind === 'file') {
      const text = await textAt(this.#options.host, origin.path);
      if (text.ok) return { path: origin.path, text: text.value };
      this.#tell('Not saved', text.problem);
      return undefined;
    }
    const found = await fileNamed(this.#options, name ?? '');
    if (found.ok) return found.value;
    this.#tell('Not saved', found.problem);
    return undefined;
  }

  /** The text that a new file begins with: that of the file this session is from, or what was detected. */
  async #base(): Promise<string | undefined> {
    const { origin } = this.#store.getState().session;
    if (origin.kind === 'detected') return this.#options.detected();
    const text = await textAt(this.#options.host, origin.path);
    const found = (text.ok ? text.value : undefined) ?? this.#known?.text;
    if (found === undefined) this.#tell('Not saved', text.ok ? noSuch(origin.path) : text.problem);
    return found;
  }

  async #write(written: Written, name: string | undefined): Promise<void> {
    const { path, text, before } = written;
    const done = await writeDurably({ path, text, expected: before });
    if (!done.ok) return this.#tell('Not saved', done.problem);
    if (done.value === 'changed') {
      this.#say(`${shortPath(path)} was changed meanwhile: nothing was written, look again`, 'warn');
      return this.save(name);
    }
    this.#saved(written);
    this.#say(`saved ${path}: ${diffCount(diffLines(before ?? '', text))} lines`, 'good');
  }

  #saved({ path, text, live }: Written): void {
    this.#store.dispatch({ kind: 'file/saved', live, path });
    this.#know({ path, text });
  }

  async load(name: string): Promise<void> {
    const found = await fileNamed(this.#options, name);
    if (!found.ok) return this.#tell('Not loaded', found.problem);
    const { path, text } = found.value;
    if (text === undefined) return this.#tell('Not loaded', noSuch(path));
    const next = sessionIn({ path, text });
    if (!next.ok) return this.#tell('Not loaded', next.problem);
    const state = this.#store.getState();
    const take = (): void => this.#take(next.value, { path, text });
    if (lossesOf(state, next.value).length === 0) take();
    else this.#ask(takeReview({ state, next: next.value, path }), take);
  }

  async reload(): Promise<void> {
    const state = this.#store.getState();
    const { origin } = state.session;
    if (origin.kind !== 'file') {
      this.#say('this workspace has no file to read again: :save NAME makes one', 'warn');
      return;
    }
    const read = await this.#read(origin.path);
    if (!read.ok) return this.#tell('Not read again', read.problem);
    const { text, next } = read.value;
    const before = this.#known?.text ?? text;
    const review = takeReview({ state, next, path: origin.path, texts: { before, after: text } });
    this.#ask(review, () => this.#take(next, { path: origin.path, text }));
  }

  async #read(path: string): Promise<Result<Readonly<{ text: string; next: Session }>>> {
    const text = await textAt(this.#options.host, path);
    if (!text.ok) return text;
    if (text.value === undefined) return { ok: false, problem: noSuch(path) };
    const next = sessionIn({ path, text: text.value });
    return next.ok ? { ok: true, value: { text: text.value, next: next.value } } : next;
  }

  async list(): Promise<void> {
    const { origin } = this.#store.getState().session;
    const current = origin.kind === 'file' ? origin.path : undefined;
    const items = await listSessions(this.#options, current);
    if (items.length === 0) {
      this.#say('there is no session file yet: :save NAME makes one', 'warn');
      return;
    }
    const at = Math.max(
      0,
      items.findIndex(({ id }) => id === current),
    );
    const picker = { purpose: 'sessions', title: safe('Sessions'), items, filter: EMPTY_INPUT, at } as const;
    this.#store.dispatch({ kind: 'modal/picker-opened', picker });
  }

  /** The file was written by somebody. Only what is good and costs nothing is taken unasked, and only when that is wished. */
  async #changed(): Promise<void> {
    const state = this.#store.getState();
    const { origin, reload } = state.session;
    if (origin.kind !== 'file' || this.#known === undefined) return;
    const text = await textAt(this.#options.host, origin.path);
    if (text.ok && text.value === this.#known.text) return;
    const name = shortPath(origin.path);
    if (text.ok && text.value === undefined) {
      this.#say(`${name} is gone; the workspace stays, and can be saved again`, 'warn');
      return;
    }
    const read = await this.#read(origin.path);
    if (!read.ok) {
      const where = read.problem.summary.replace(sanitise(origin.path), name);
      this.#say(`${where} (the session file is broken; the workspace stays)`, 'bad');
      return;
    }
    const { text: found, next } = read.value;
    if (reload === 'auto' && lossesOf(state, next).length === 0) {
      if (state.modal.modal.kind !== 'none') {
        this.#watch.later();
        return;
      }
      this.#take(next, { path: origin.path, text: found });
      this.#say(`${name} was changed, and is taken`, 'good');
    } else this.#say(`${name} was changed: :reload shows how`, 'warn');
  }

  #take(next: Session, known: SessionText): void {
    const before = this.#store.getState().session;
    const { session } = carryOver(before, next, `s${++this.#taken}:`);
    this.#store.dispatch({ kind: 'workspace/replaced', session });
    this.#know(known);
    this.#options.onTaken(session, before);
    this.#say(`session ${session.name} from ${shortPath(known.path)}`, 'good');
  }

  #ask(review: Review, accept: () => void): void {
    this.#accept = accept;
    this.#store.dispatch({ kind: 'modal/review-opened', review });
  }

  #tell(title: string, found: Problem): void {
    this.#store.dispatch({ kind: 'modal/page-opened', page: problemPage(safeTitle(title), found) });
  }

  #say(text: string, role: NoticeRole = 'plain'): void {
    this.#store.dispatch({ kind: 'modal/noticed', text: sanitise(text, 300), role });
  }
}

const safeTitle = (title: string): SafeText => sanitise(title, 80);
