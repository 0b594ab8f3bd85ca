// Records of a CSV that Go's encoding/csv wrote (cscli -o raw), read in chunks of any cut. Quoted fields may hold commas,
// quotes and newlines: a reason is free text.
//   9,cscli,Ip:203.0.113.5,r 5m,ban,,,1,4m59.168533781s,false,9
//   1,cscli,Ip:203.0.113.5,"hello ""quoted"" \ thing",ban,,,1,59m59.108577173s,false,1

/** A record that is longer is none: its opening quote never closes. */
const RECORD_MAX = 65_536;

export type CsvReader = Readonly<{
  push(chunk: Buffer): void;
  pushText(text: string): void;
  /** Reads a last record without a newline. */
  end(): void;
}>;

export function createCsvReader(read: (fields: readonly string[]) => void): CsvReader {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let pending = '';
  const take = (text: string, last: boolean): void => {
    const ends = endsOfRecords(text);
    let start = 0;
    while (start < text.length) {
      const end = ends(start);
      if (end >= 0) {
        if (end > start) read(fieldsOf(text.slice(start, end)));
        start = end + 1;
        continue;
      }
      const rest = text.slice(start);
      if (!last && rest.length <= RECORD_MAX) break;
      // What never ends is left out up to its first line end: what follows is read again.
      const newline = rest.indexOf('\n');
      if (newline < 0 && !rest.includes('"')) read(fieldsOf(rest));
      start = newline < 0 ? text.length : start + newline + 1;
    }
    pending = text.slice(start);
  };
  return {
    push: (chunk) => take(pending + decoder.decode(chunk, { stream: true }), false),
    pushText: (text) => take(pending + text, false),
    end: () => take(pending + decoder.decode(), true),
  };
}

/** From where a record starts to the newline that ends it, outside of quotes; -1 = it is not there. */
function endsOfRecords(text: string): (start: number) => number {
  let quote = text.indexOf('"');
  let newline = text.indexOf('\n');
  return (start) => {
    let from = start;
    for (;;) {
      if (quote >= 0 && quote < from) quote = text.indexOf('"', from);
      if (newline >= 0 && newline < from) newline = text.indexOf('\n', from);
      if (quote < 0 || (newline >= 0 && newline < quote)) return newline;
      // A doubled quote closes and opens at once, which comes to the same.
      const close = text.indexOf('"', quote + 1);
      if (close < 0) return -1;
      from = close + 1;
    }
  };
}

export function fieldsOf(record: string): readonly string[] {
  if (!record.includes('"')) return record.split(',');
  const fields: string[] = [];
  let index = 0;
  for (;;) {
    let field = '';
    if (record[index] === '"') {
      for (index++; index < record.length; index++) {
        if (record[index] !== '"') field += record[index];
        else if (record[index + 1] === '"') field += record[index++];
        else break;
      }
      index++;
    }
    const comma = record.indexOf(',', index);
    const end = comma < 0 ? record.length : comma;
    fields.push(field + record.slice(index, end));
    if (comma < 0) return fields;
    index = comma + 1;
  }
}
