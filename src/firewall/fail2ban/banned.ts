// Which jails run and whom each has banned: the answer to `banned` (since 1.0) is one line, the repr() of Python, in which
// every text is quoted, so that neither a space nor a line break in it can pass for another entry. fail2ban 1.0.2:
//   [{'sshd': ['203.0.113.5', '2001:db8::5', '1.2.3.4 and', 'a\nb', "it's"]}, {'mail': []}]

/** One jail. `texts`: as fail2ban keeps them; not all need be addresses. */
export type JailBans = Readonly<{ jail: string; texts: readonly string[] }>;

/** undefined = not an answer to `banned`. */
export function parseBanned(text: string): readonly JailBans[] | undefined {
  const reader = new Reader(text.trim());
  const jails: JailBans[] = [];
  const read = reader.list('[', ']', () => reader.list('{', '}', () => readJail(reader, jails)));
  return read && reader.isAtEnd ? jails : undefined;
}

function readJail(reader: Reader, jails: JailBans[]): boolean {
  const jail = reader.string();
  if (jail === undefined || !reader.take(':')) return false;
  const texts: string[] = [];
  const read = reader.list('[', ']', () => {
    const one = reader.item();
    if (one !== undefined) texts.push(one);
    return one !== undefined;
  });
  jails.push({ jail, texts });
  return read;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
/** Texts without an escape, which are nearly all. */
const PLAIN: Readonly<Record<string, RegExp>> = { "'": /[^'\\]*/y, '"': /[^"\\]*/y };
/** An entry may be a tuple of texts, or a number: shown as it is written. */
const NUMBER = /[^,\]'"()]+/y;
const IN_TUPLE = /[^()'"]*/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** With the space behind it. */
  take(mark: string): boolean {
    if (!this.#text.startsWith(mark, this.#at)) return false;
    this.#at += mark.length;
    while (this.#text[this.#at] === ' ') this.#at++;
    return true;
  }

  list(open: string, close: string, readItem: () => boolean): boolean {
    if (!this.take(open)) return false;
    if (this.take(close)) return true;
    for (;;) {
      if (!readItem()) return false;
      if (this.take(close)) return true;
      if (!this.take(',')) return false;
    }
  }

  item(): string | undefined {
    const next = this.#text[this.#at];
    if (next === "'" || next === '"') return this.string();
    const bare = next === '(' ? this.#tuple() : this.#match(NUMBER).trim();
    return bare === '' ? undefined : bare;
  }

  #tuple(): string | undefined {
    const start = this.#at++;
    for (;;) {
      this.#match(IN_TUPLE);
      const next = this.#text[this.#at];
      if (next === ')') return this.#text.slice(start, ++this.#at);
      if (next === '(' || this.string() === undefined) return undefined;
    }
  }

  string(): string | undefined {
    const quote = this.#text[this.#at] ?? '';
    const plain = PLAIN[quote];
    if (plain === undefined) return undefined;
    this.#at++;
    let value = '';
    for (;;) {
      value += this.#match(plain);
      const next = this.#text[this.#at++];
      if (next === undefined) return undefined;
      if (next === quote) return value;
      const char = this.#escape();
      if (char === undefined) return undefined;
      value += char;
    }
  }

  /** Behind a backslash. */
  #escape(): string | undefined {
    const letter = this.#text[this.#at++] ?? '';
    const digits = HEX_DIGITS[letter];
    if (digits === undefined) return ESCAPES[letter];
    const hex = this.#text.slice(this.#at, this.#at + digits);
    this.#at += digits;
    const code = new RegExp(`^[0-9a-f]{${digits}}$`, 'i').test(hex) ? Number.parseInt(hex, 16) : Number.NaN;
    return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}
