// Taking a session: another one, or the same one read again because it was asked for or because its file changed. What
// would be lost or ended is asked about first, also when `reload: auto` takes changes by itself.

import type { Session } from '../../core/pane.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { carryOver } from '../../session/carry-over.ts';
import { whyNotUnasked } from '../session-trust.ts';
import { fileNamed, noSuch, type SessionText, sessionIn, textAt } from './session-files.ts';
import type { SessionGround } from './session-ground.ts';
import { lossesOf, shortPath, takeReview } from './session-words.ts';

export class SessionTaking {
  readonly #ground: SessionGround;
  /** How often another session was taken: names of panes are never used twice. */
  #taken = 0;

  constructor(ground: SessionGround) {
    this.#ground = ground;
  }

  async load(name: string): Promise<void> {
    const ground = this.#ground;
    const found = await fileNamed(ground.options, name);
    if (!found.ok) return ground.tell('Not loaded', found.problem);
    const { path, text } = found.value;
    if (text === undefined) return ground.tell('Not loaded', noSuch(path));
    const next = this.#sessionIn({ path, text });
    if (!next.ok) return ground.tell('Not loaded', next.problem);
    const state = ground.store.getState();
    const take = (): void => this.#take(next.value, { path, text });
    if (lossesOf(state, next.value).length > 0)
      ground.ask(takeReview({ state, next: next.value, path }), take);
    else if (ground.free(`load ${shortPath(path)}`)) take();
  }

  async reload(): Promise<void> {
    const ground = this.#ground;
    const { origin } = ground.store.getState().session;
    if (origin.kind !== 'file') {
      ground.say('this workspace has no file to read again: :save NAME makes one', 'warn');
      return;
    }
    const read = await this.#read(origin.path);
    if (!read.ok) return ground.tell('Not read again', read.problem);
    const { text, next } = read.value;
    const texts = { before: ground.knownText, after: text };
    const review = takeReview({ state: ground.store.getState(), next, path: origin.path, texts });
    ground.ask(review, () => this.#take(next, { path: origin.path, text }));
  }

  /** The file may have changed. Only what is good and costs nothing is taken unasked, and only when that is wished. */
  async changed(): Promise<void> {
    const ground = this.#ground;
    const { origin } = ground.store.getState().session;
    if (origin.kind !== 'file') return;
    const text = await textAt(ground.options.host, origin.path);
    if (text.ok && text.value === ground.knownText) return;
    const name = shortPath(origin.path);
    if (text.ok && text.value === undefined) {
      ground.say(`${name} is gone; the workspace stays, and can be saved again`, 'warn');
      return;
    }
    const next = text.ok ? this.#sessionIn({ path: origin.path, text: text.value ?? '' }) : text;
    if (!next.ok) {
      const where = next.problem.summary.replace(sanitise(origin.path), name);
      ground.say(`${where} (the session file is broken; the workspace stays)`, 'bad');
      return;
    }
    if (!text.ok || text.value === undefined) return;
    // What nobody asks for now, as when it was opened unasked: only of somebody who may make us do things anyhow.
    const why = await whyNotUnasked(origin.path, ground.options.env);
    if (why === undefined) this.#offer(next.value, { path: origin.path, text: text.value });
    else ground.say(`${name} was changed, and others may write it: :reload shows how`, 'warn');
  }

  #offer(next: Session, known: SessionText): void {
    const ground = this.#ground;
    const name = shortPath(known.path);
    // As it is now: keys were pressed while the file was read.
    const state = ground.store.getState();
    if (state.session.reload !== 'auto') ground.say(`${name} was changed: :reload shows how`, 'warn');
    else if (state.modal.modal.kind !== 'none') ground.watch.later();
    else {
      const [loss] = lossesOf(state, next);
      if (loss === undefined) {
        this.#take(next, known);
        ground.say(`${name} was changed, and is taken`, 'good');
      } else ground.say(`${name} was changed, and is not taken: :reload asks. ${loss.text}`, 'warn');
    }
  }

  async #read(path: string): Promise<Result<Readonly<{ text: string; next: Session }>>> {
    const text = await textAt(this.#ground.options.host, path);
    if (!text.ok) return text;
    if (text.value === undefined) return fail(noSuch(path));
    const next = this.#sessionIn({ path, text: text.value });
    return next.ok ? ok({ text: text.value, next: next.value }) : next;
  }

  /** With what the command line said of hosts: it holds for every session of this console. */
  #sessionIn(written: SessionText): Result<Session> {
    const read = sessionIn(written);
    const { overlay } = this.#ground.options;
    return read.ok && overlay !== undefined ? ok(overlay(read.value)) : read;
  }

  #take(next: Session, known: SessionText): void {
    const ground = this.#ground;
    const { store, options } = ground;
    const before = store.getState().session;
    const { session } = carryOver(before, next, `s${++this.#taken}:`);
    store.dispatch({ kind: 'workspace/replaced', session });
    ground.know(known);
    options.onTaken(session, before);
    ground.say(`session ${session.name} from ${shortPath(known.path)}`, 'good');
  }
}
