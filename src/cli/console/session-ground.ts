// What saving and taking a session share: the file as it is known, what is asked, what is said.

import type { Session } from '../../core/pane.ts';
import type { Problem } from '../../core/problem.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { NoticeRole, Review } from '../../store/modal-state.ts';
import { problemPage } from '../../store/select/shields-pages.ts';
import type { ConsoleStore } from '../../store/store.ts';
import type { SessionPlace, SessionText } from './session-files.ts';
import { createSessionWatch, type SessionWatch } from './session-watch.ts';

export type SessionRunOptions = SessionPlace &
  Readonly<{
    store: ConsoleStore;
    /** The text of the session that the console was opened with; of a detected layout, too. */
    opened: string;
    /** Over every session that is read. */
    overlay?: (session: Session) => Session;
    /** Another session was taken: what acts under its rules is made anew. */
    onTaken: (session: Session, before: Session) => void;
  }>;

export class SessionGround {
  readonly options: SessionRunOptions;
  readonly store: ConsoleStore;
  readonly watch: SessionWatch;
  /** The text of the session as it was read or written last; it could be loaded then. */
  knownText: string;
  /** What Enter under the shown text does. */
  #accept: (() => void) | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** `look`: at the file, because it may have changed. */
  constructor(options: SessionRunOptions, look: () => Promise<void>) {
    this.options = options;
    this.store = options.store;
    this.knownText = options.opened;
    this.watch = createSessionWatch({ store: options.store, look: () => this.start(look) });
  }

  /** One thing after the other; what is typed meanwhile waits. */
  start(task: () => Promise<void>): void {
    this.#queue = this.#queue.then(task).catch((error: unknown) => {
      const words = error instanceof Error ? error.message : String(error);
      this.say(`the session file: a bug: ${words}`, 'bad');
    });
  }

  accepted(): void {
    const accept = this.#accept;
    this.#accept = undefined;
    accept?.();
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.watch.close();
  }

  know({ path, text }: SessionText): void {
    this.knownText = text;
    this.watch.follow(path);
  }

  ask(review: Review, accept: () => void): void {
    if (!this.free(review.title)) return;
    this.#accept = accept;
    this.store.dispatch({ kind: 'modal/review-opened', review });
  }

  /**
   * Files take their time. Nothing comes before what was opened meanwhile: what is typed there would be lost, and its
   * Enter would answer a question that nobody read.
   */
  free(what: string): boolean {
    if (this.store.getState().modal.modal.kind === 'none') return true;
    this.say(`${what}: not now, something else is open; ask again when it is closed`, 'warn');
    return false;
  }

  tell(title: string, found: Problem): void {
    const { kind } = this.store.getState().modal.modal;
    if (kind !== 'none') this.say(`${title}: ${found.summary}`, 'bad');
    else this.store.dispatch({ kind: 'modal/page-opened', page: problemPage(safeTitle(title), found) });
  }

  say(text: string, role: NoticeRole = 'plain'): void {
    this.store.dispatch({ kind: 'modal/noticed', text: sanitise(text, 300), role });
  }
}

const safeTitle = (title: string): SafeText => sanitise(title, 80);
