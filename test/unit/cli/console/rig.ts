// What the tests of the console's keys share: surroundings that do nothing, and keys that are pressed by their names.

import type { Controller, Effects } from '../../../../src/cli/console/controller.ts';
import { parseChord } from '../../../../src/keys/chords.ts';

const nothing = (): void => undefined;

export const NO_EFFECTS: Effects = {
  ...{ quit: nothing, suspend: nothing, redraw: nothing, setMouse: nothing, poke: nothing },
  ...{ listAsked: nothing, later: () => nothing },
};

export function pressing(controller: Pick<Controller, 'input'>): (...chords: readonly string[]) => void {
  return (...chords) => {
    for (const chord of chords) {
      const key = parseChord(chord);
      if (key === undefined) throw new Error(`${chord} is no key`);
      controller.input({ kind: 'key', key });
    }
  };
}

/** Each letter is a key. */
export const keysOf = (text: string): readonly string[] =>
  [...text].map((letter) => (letter === ' ' ? 'Space' : letter));
