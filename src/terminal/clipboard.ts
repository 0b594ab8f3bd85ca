// OSC 52: text for the clipboard of the terminal, which may be many hosts away. Nothing answers, so nobody can say that
// it arrived. xterm's ctlseqs ("Manipulate Selection Data"); tmux(1) set-clipboard and allow-passthrough; screen(1) DCS.

/** What stands between us and the terminal: tmux and GNU screen both take such sequences in their own way. */
export type ClipboardWay = 'terminal' | 'tmux' | 'screen' | 'none';

/** Encoded text that terminals and multiplexers are known to take whole (k9s draws the line here, too). */
export const ENCODED_MAX = 74_994;
/** Bytes of text that this is. */
export const CLIPBOARD_MAX = Math.floor(ENCODED_MAX / 4) * 3;
/** screen drops longer strings; osc52.sh and vim-oscyank send as much. */
const SCREEN_CHUNK = 76;

/** `OPSCONSOLE_CLIPBOARD` (terminal, tmux, screen, none) wins: over ssh TERM=screen may be tmux, and TMUX is not passed on. */
export function clipboardWay(env: Readonly<Record<string, string | undefined>>): ClipboardWay {
  const { OPSCONSOLE_CLIPBOARD: wish, TMUX: tmux = '', STY: screen = '', TERM: term = '' } = env;
  if (wish === 'terminal' || wish === 'tmux' || wish === 'screen' || wish === 'none') return wish;
  if (tmux !== '' || term.startsWith('tmux')) return 'tmux';
  if (screen !== '' || term.startsWith('screen')) return 'screen';
  return term === '' || term === 'dumb' || term === 'linux' ? 'none' : 'terminal';
}

/** Sets clipboard and primary selection; undefined when the text is too long or there is no way. */
export function clipboardSequence(text: string, way: ClipboardWay): string | undefined {
  const encoded = Buffer.from(text, 'utf8').toString('base64');
  if (encoded.length > ENCODED_MAX) return undefined;
  const plain = `\x1b]52;cp;${encoded}\x07`;
  switch (way) {
    case 'none':
      return undefined;
    case 'terminal':
      return plain;
    case 'tmux':
      // The first is for tmux itself and its terminal (set-clipboard on), the second goes past it (allow-passthrough on).
      return `${plain}\x1bPtmux;\x1b${plain}\x1b\\`;
    case 'screen':
      return chunks(plain)
        .map((chunk) => `\x1bP${chunk}\x1b\\`)
        .join('');
  }
}

function chunks(text: string): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / SCREEN_CHUNK) }, (_, at) =>
    text.slice(at * SCREEN_CHUNK, (at + 1) * SCREEN_CHUNK),
  );
}
