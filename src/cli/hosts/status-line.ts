// One line at the bottom of a terminal that says what is waited for, gone as soon as something else is printed. Elsewhere nothing.

import { sanitise } from '../../core/sanitise.ts';
import type { Io } from '../io.ts';

export type StatusLine = Readonly<{ show(words: string): void; clear(): void }>;

const WIDTH = 78;

export function statusLine({ stderr, terminal }: Pick<Io, 'stderr' | 'terminal'>): StatusLine {
  let shown = false;
  return {
    show(words) {
      if (!terminal) return;
      shown = true;
      stderr.write(`\r\x1b[K${sanitise(words, WIDTH)}`);
    },
    clear() {
      if (!shown) return;
      shown = false;
      stderr.write('\r\x1b[K');
    },
  };
}
