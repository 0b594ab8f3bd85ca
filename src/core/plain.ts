// The characters that nearly all of the screen is made of, by a table: no regular expression, no segmenter. Whoever
// meets another one looks closer.

// Each is drawn one column wide by every terminal, never joins a neighbour, and hides nothing: ASCII, Latin, the signs
// of our frames and charts. Emoji are left out even where they are narrow: terminals disagree about them.
const RANGES: ReadonlyArray<readonly [number, number]> = [
  [0x20, 0x7e],
  [0xa1, 0xac],
  [0xae, 0x2ff],
  [0x2010, 0x2027],
  [0x2030, 0x203b],
  [0x2190, 0x22ff],
  [0x2500, 0x25fc],
  [0x2713, 0x2713],
  [0x2717, 0x2717],
  [0x2800, 0x28ff],
];
const TABLE = plainTable();

function plainTable(): Uint8Array {
  const table = new Uint8Array(0x2900);
  for (const [first, last] of RANGES) {
    for (let code = first; code <= last; code++)
      if (code < 0x80 || !/\p{Extended_Pictographic}/u.test(String.fromCharCode(code))) table[code] = 1;
  }
  return table;
}

/** True when the terminal and we are sure to agree that this code unit takes one column. */
export function isPlainCode(code: number): boolean {
  return TABLE[code] === 1;
}

export function isPlainText(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (TABLE[text.charCodeAt(at)] !== 1) return false;
  return true;
}
