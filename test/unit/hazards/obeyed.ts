// What a terminal does with a text besides showing it. Everything that our output may hold is printable, newlines and,
// on the screen, our own sequences; text from outside may make a terminal do nothing at all.

import xterm from '@xterm/headless';

/** Bytes that a terminal acts on, or that hide or reorder what is read; newline and our own spaces are fine. */
const OBEYABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

/** In words, what `text` makes a terminal do; empty = it is only shown. For the output of commands, not of the screen. */
export async function obeyed(text: string): Promise<readonly string[]> {
  const done: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const found = OBEYABLE.exec(line)?.[0];
    if (found !== undefined) done.push(`line ${index + 1} holds U+${found.codePointAt(0)?.toString(16)}`);
  }
  const terminal = new xterm.Terminal({
    cols: 400,
    rows: 60,
    allowProposedApi: true,
    scrollback: 5000,
    logLevel: 'off',
  });
  terminal.onTitleChange((title) => done.push(`title ${JSON.stringify(title)}`));
  terminal.onBell(() => done.push('bell'));
  terminal.onData((data) => done.push(`answered ${JSON.stringify(data)}`));
  for (const code of [0, 1, 2, 4, 8, 10, 11, 52, 777])
    terminal.parser.registerOscHandler(code, () => done.push(`OSC ${code}`) > 0);
  for (const final of 'ABCDHJKSTXbcfghlmnpqrstux')
    terminal.parser.registerCsiHandler({ final }, () => done.push(`CSI ${final}`) > 0);
  await new Promise<void>((resolve) => terminal.write(text.replaceAll('\n', '\r\n'), resolve));
  if (terminal.buffer.active.type !== 'normal') done.push('alternate screen');
  terminal.dispose();
  return done;
}

/** One of each kind that the checklist names, in text that a log line, a comment or a name may carry. */
export const HOSTILE: readonly (readonly [what: string, text: string])[] = [
  ['clear screen', '\u001b[2J\u001b[H'],
  ['title', '\u001b]0;owned\u0007'],
  ['title, ST', '\u001b]2;owned\u001b\\'],
  ['link', '\u001b]8;;http://198.51.100.1/\u0007x\u001b]8;;\u0007'],
  ['clipboard', '\u001b]52;c;cm0gLXJmIC8=\u0007'],
  ['device control', '\u001bP$q"p\u001b\\'],
  ['application command', '\u001b_payload\u001b\\'],
  ['report', '\u001b[c\u001b[6n\u001b[21t'],
  ['C1 CSI', '\u009b31m\u009b2J'],
  ['C1 OSC', '\u009d0;owned\u009c'],
  ['charset', '\u000e\u000f'],
  ['return', 'a\rb'],
  ['backspace', 'a\b\b\b'],
  ['NUL and DEL', 'a\0b\u007f'],
  ['right to left', 'a\u202eb\u2066c'],
  ['zero width', 'a\u200bb\u2060c\ufeff'],
  ['line separator', 'a\u2028b\u2029c'],
  ['combining flood', `a${'\u0301'.repeat(40)}`],
  ['tags', 'a\u{e0041}b'],
];
