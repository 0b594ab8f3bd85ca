// Comments of a million elements as a column of numbers into a list of distinct texts; reads like a Map.

export class CommentColumn implements ReadonlyMap<number, string> {
  /** 1 + index into `texts`, 0 = no comment. */
  readonly ids: Uint32Array;
  readonly texts: readonly string[];
  readonly size: number;

  constructor(ids: Uint32Array, texts: readonly string[]) {
    this.ids = ids;
    this.texts = texts;
    let size = 0;
    for (const id of ids) if (id > 0) size++;
    this.size = size;
  }

  get(index: number): string | undefined {
    return this.texts[(this.ids[index] ?? 0) - 1];
  }

  has(index: number): boolean {
    return (this.ids[index] ?? 0) > 0;
  }

  forEach(visit: (text: string, index: number, map: ReadonlyMap<number, string>) => void): void {
    for (const [index, text] of this.entries()) visit(text, index, this);
  }

  *entries(): Generator<[number, string], undefined> {
    for (const [index, id] of this.ids.entries()) {
      const text = this.texts[id - 1];
      if (text !== undefined) yield [index, text];
    }
  }

  *keys(): Generator<number, undefined> {
    for (const [index] of this.entries()) yield index;
  }

  *values(): Generator<string, undefined> {
    for (const [, text] of this.entries()) yield text;
  }

  [Symbol.iterator](): Generator<[number, string], undefined> {
    return this.entries();
  }
}
