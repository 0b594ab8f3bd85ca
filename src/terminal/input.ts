// Bytes from the keyboard become input events. Chunks may be cut anywhere; what is unknown is swallowed whole, so that
// no part of an unknown sequence and no part of a paste is ever taken for a key.

import type { InputEvent } from '../core/intent.ts';
import { isStatusAnswer, key, PASTE_START, readCsi, readSs3, withoutAnswers } from './sequences.ts';

/** After a lone ESC: the Escape key, when nothing follows in this time. */
export const ESCAPE_MS = 25;
/** After the start of a sequence or a string: given up when the rest does not come. */
const SEQUENCE_MS = 250;
/** A paste whose end does not come is given as it is after this long without a byte. */
const PASTE_MS = 2_000;
const PASTE_END = '\x1b[201~';
/** UTF-16 units. More of a paste is dropped. */
export const PASTE_MAX = 1 << 20;
const SEQUENCE_MAX = 64;
/** After a paste that was given up: a chunk longer than this is the rest of it, a shorter one is somebody typing. */
const TYPED_MAX = 16;

type State = 'ground' | 'escape' | 'csi' | 'ss3' | 'x10-mouse' | 'string' | 'paste' | 'late-paste';

const WAIT_MS: Readonly<Record<State, number | undefined>> = {
  ground: undefined,
  'late-paste': undefined,
  escape: ESCAPE_MS,
  csi: SEQUENCE_MS,
  ss3: SEQUENCE_MS,
  'x10-mouse': SEQUENCE_MS,
  string: SEQUENCE_MS,
  paste: PASTE_MS,
};

export type InputOptions = Readonly<{
  emit: (event: InputEvent) => void;
  /** The terminal has answered the question for its status. */
  onAnswer?: () => void;
  /** Runs `task` after `ms` unless cancelled. */
  later?: (ms: number, task: () => void) => () => void;
}>;

function realLater(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
}

export class InputParser {
  readonly #emit: (event: InputEvent) => void;
  readonly #onAnswer: () => void;
  readonly #later: (ms: number, task: () => void) => () => void;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #state: State = 'ground';
  #held = '';
  #cancel: (() => void) | undefined;
  /** The character that began a string, until another follows: without one it was typed with Alt. */
  #opener: string | undefined;
  #closed = false;

  constructor({ emit, onAnswer = () => undefined, later = realLater }: InputOptions) {
    this.#emit = emit;
    this.#onAnswer = onAnswer;
    this.#later = later;
  }

  push(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#stopWaiting();
    let text = this.#decoder.decode(bytes, { stream: true });
    if (this.#state === 'late-paste') text = this.#dropLate(text);
    for (let at = 0; at < text.length; ) {
      if (this.#state === 'paste') at = this.#paste(text, at);
      else {
        const point = text.codePointAt(at) ?? 0;
        const character = String.fromCodePoint(point);
        this.#take(character, point);
        at += character.length;
      }
    }
    const wait = WAIT_MS[this.#state];
    if (wait !== undefined) this.#cancel = this.#later(wait, () => this.#timedOut());
  }

  /** Standard input has ended. */
  end(): void {
    if (this.#closed) return;
    this.#stopWaiting();
    this.#closed = true;
    this.#emit({ kind: 'closed' });
  }

  /** Forgets half a sequence, as after the terminal was used by another program. */
  reset(): void {
    this.#stopWaiting();
    this.#enter('ground');
  }

  #stopWaiting(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #enter(state: State): void {
    this.#state = state;
    this.#held = '';
  }

  #timedOut(): void {
    this.#cancel = undefined;
    if (this.#state === 'paste') {
      this.#endPaste();
      this.#enter('late-paste');
      return;
    }
    const lone = this.#state === 'escape';
    const opener = this.#state === 'string' ? this.#opener : undefined;
    this.#enter('ground');
    if (lone) this.#emit(key('Escape'));
    if (opener !== undefined) this.#emit(key(opener, { meta: true }));
  }

  #take(character: string, point: number): void {
    if (this.#state === 'ground') this.#ground(character, point, false);
    else if (this.#state === 'escape') this.#escape(character, point);
    else if (this.#state === 'csi') this.#csi(character, point);
    else if (this.#state === 'ss3') this.#ss3(character, point);
    else if (this.#state === 'string') this.#string(character, point);
    else if (this.#state === 'x10-mouse') {
      this.#held += character;
      if (this.#held.length >= 3) this.#enter('ground');
    }
  }

  #ground(character: string, point: number, meta: boolean): void {
    this.#enter('ground');
    if (point === 0x1b) this.#enter('escape');
    else if (point === 0x0d) this.#emit(key('Enter', { meta }));
    else if (point === 0x09) this.#emit(key('Tab', { meta }));
    else if (point === 0x20) this.#emit(key('Space', { meta }));
    else if (point === 0x7f || point === 0x08) this.#emit(key('Backspace', { meta }));
    else if (point === 0) this.#emit(key('Space', { ctrl: true, meta }));
    else if (point < 0x1b) this.#emit(key(String.fromCharCode(point + 0x60), { ctrl: true, meta }));
    else if (point < 0x20) this.#emit(key(String.fromCharCode(point + 0x40), { ctrl: true, meta }));
    else if (isTyped(point)) this.#emit(key(character, { meta }));
  }

  #escape(character: string, point: number): void {
    if (character === '[') this.#enter('csi');
    else if (character === 'O') this.#enter('ss3');
    else if ('PX]^_'.includes(character)) {
      this.#enter('string');
      this.#opener = character;
    } else if (point === 0x1b) {
      this.#emit(key('Escape'));
      this.#enter('escape');
    } else this.#ground(character, point, true);
  }

  #csi(character: string, point: number): void {
    if (this.#aborted(point)) return;
    const linuxFunction = this.#held === '' && character === '[';
    if (this.#held.length < SEQUENCE_MAX) this.#held += character;
    // The Linux console's "[[A" has a final byte where others have none.
    if (linuxFunction || point < 0x40 || point > 0x7e) return;
    const body = this.#held;
    this.#enter('ground');
    if (body === 'M') this.#enter('x10-mouse');
    else if (body === PASTE_START) this.#enter('paste');
    else if (isStatusAnswer(body)) this.#onAnswer();
    else this.#report(readCsi(body));
  }

  #ss3(character: string, point: number): void {
    if (this.#aborted(point)) return;
    if (this.#held.length < SEQUENCE_MAX) this.#held += character;
    if (point < 0x40 || point > 0x7e) return;
    const body = this.#held;
    this.#enter('ground');
    this.#report(readSs3(body));
  }

  /** OSC, DCS and the like: swallowed up to ST (ESC \\) or BEL. */
  #string(character: string, point: number): void {
    const ending = this.#held !== '';
    this.#opener = undefined;
    if (point === 0x07 || point === 0x18 || point === 0x1a) this.#enter('ground');
    else if (ending && character === '\\') this.#enter('ground');
    else if (ending) this.#escape(character, point);
    else if (point === 0x1b) this.#held = character;
  }

  /** A control byte ends a sequence: ESC begins another, CAN and SUB end it, others would be typed by nobody. */
  #aborted(point: number): boolean {
    if (point === 0x1b) this.#enter('escape');
    else if (point < 0x20) this.#enter('ground');
    return point < 0x20;
  }

  #report(event: InputEvent | undefined): void {
    if (event !== undefined) this.#emit(event);
  }

  /** Takes paste up to its end mark; the mark itself may be cut by a chunk, so a tail as long as it is looked at again. */
  #paste(text: string, from: number): number {
    const seam = this.#held.slice(-(PASTE_END.length - 1));
    const found = (seam + text.slice(from)).indexOf(PASTE_END);
    if (found < 0) {
      this.#hold(text.slice(from));
      return text.length;
    }
    const stop = from + found - seam.length + PASTE_END.length;
    this.#hold(text.slice(from, stop));
    this.#endPaste();
    this.#enter('ground');
    return stop;
  }

  /** Beyond the cap only as much is kept as is needed to see the end mark. */
  #hold(text: string): void {
    const all = this.#held + text;
    const room = PASTE_MAX + PASTE_END.length;
    if (all.length <= room) this.#held = all;
    else this.#held = all.slice(0, PASTE_MAX) + all.slice(-PASTE_END.length);
  }

  #endPaste(): void {
    const ended = this.#held.endsWith(PASTE_END);
    const text = (ended ? this.#held.slice(0, -PASTE_END.length) : this.#held).slice(0, PASTE_MAX);
    this.#emit({ kind: 'paste', text: withoutAnswers(text).replace(/\r\n?/g, '\n') });
  }

  /** The rest of a paste that had stopped: dropped, because its beginning was given already. */
  #dropLate(text: string): string {
    const end = text.indexOf(PASTE_END);
    if (end < 0 && text.length > TYPED_MAX) return '';
    this.#enter('ground');
    return end < 0 ? text : text.slice(end + PASTE_END.length);
  }
}

/** No C1 control, no replacement for bytes that were not UTF-8. */
function isTyped(point: number): boolean {
  return point >= 0xa0 && point !== 0xfffd ? true : point > 0x20 && point < 0x7f;
}
