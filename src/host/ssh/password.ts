// Asks for a password on the operator's terminal, without echo: before the full screen, never while it is there.

import { closeSync, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';

/** `cancelled`: the operator pressed Ctrl-C or Ctrl-D, or there is no terminal to ask on. */
export function askPassword(question: string): Promise<Result<string>> {
  let fd: number;
  try {
    fd = openSync('/dev/tty', 'r+');
  } catch {
    return Promise.resolve(
      fail(
        problem('cancelled', 'there is no terminal to ask for a password on', {
          hint: 'start it from a terminal',
        }),
      ),
    );
  }
  const terminal = new ReadStream(fd);
  return new Promise((resolve) => {
    const taker = createTaker();
    const settle = (result: Result<string>): void => {
      terminal.setRawMode(false);
      writeSync(fd, '\r\n');
      terminal.destroy();
      resolve(result);
    };
    terminal.setRawMode(true);
    writeSync(fd, sanitise(question));
    terminal.on('error', () => settle(fail(problem('cancelled', 'the terminal is gone'))));
    terminal.on('data', (bytes: Buffer) => {
      const taken = taker.push(bytes.toString('utf8'));
      if (taken === 'cancelled') settle(fail(problem('cancelled', 'no password was given')));
      else if (taken !== undefined) settle(ok(taken.text));
    });
  }).finally(() => closeQuietly(fd)) as Promise<Result<string>>;
}

export type Taker = Readonly<{ push(text: string): Readonly<{ text: string }> | 'cancelled' | undefined }>;

/** A line as a terminal edits it: Backspace, Ctrl-U, Enter; Ctrl-C, Ctrl-D on an empty line. */
export function createTaker(): Taker {
  let line: string[] = [];
  return {
    push(text) {
      for (const character of text) {
        if (character === '\r' || character === '\n') return { text: line.join('') };
        if (character === '\x03' || (character === '\x04' && line.length === 0)) return 'cancelled';
        if (character === '\x7f' || character === '\b') line.pop();
        else if (character === '\x15') line = [];
        else if (character >= ' ') line.push(character);
      }
      return undefined;
    },
  };
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // The stream has closed it.
  }
}
