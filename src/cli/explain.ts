// `opsconsole explain LOG|-`: what the console reads in each line, and the address that an act on it would
// take.

import type { LineReading } from '../core/rows.ts';
import { createLineSplitter, lineText } from '../sources/logs/lines.ts';
import { readLine } from '../sources/logs/reading.ts';
import { EXIT, type ExitStatus } from './io.ts';
import { createOutput, type LogIo, readLog } from './log-input.ts';

export type ExplainArgs = Readonly<{ log: string; json: boolean }>;

/**
 * One object per input line in JSON. `others`: distinct, in order of appearance, without `address`. `forwarded`: a list
 * that a peer can make up stands where its address should.
 */
export type Explained = Readonly<{
  line: number;
  format: string;
  kind: string;
  address: string | null;
  others: readonly string[];
  forwarded?: true;
}>;

export async function runExplain(args: ExplainArgs, io: LogIo): Promise<ExitStatus> {
  const output = createOutput(io.stdout);
  const now = Date.now();
  const print = args.json ? printJson : createTable();
  let line = 0;
  let rows: Row[] = [];
  const splitter = createLineSplitter((bytes) => {
    line++;
    const reading = readLine(lineText(bytes), now);
    rows.push({ explained: explain(reading, line), field: reading.field });
  });
  const flush = (): Promise<boolean> => {
    const text = print(rows);
    rows = [];
    return output.write(text);
  };
  const read = await readLog(args.log, io, (chunk) => {
    splitter.push(chunk);
    return flush();
  });
  splitter.end();
  await flush();
  output.close();
  if (read.ok) return EXIT.done;
  const { summary, hint } = read.problem;
  io.stderr.write(`opsconsole explain: ${summary}${hint === undefined ? '' : `; ${hint}`}\n`);
  return EXIT.failed;
}

export function explain(reading: LineReading, line: number): Explained {
  const address = reading.chosen?.text ?? null;
  const others = new Set(reading.all.map(({ net }) => net.text));
  if (address !== null) others.delete(address);
  const { format, kind, forwarded } = reading;
  const doubt = forwarded === undefined ? {} : { forwarded };
  return { line, format, kind, address, others: [...others], ...doubt };
}

type Row = Readonly<{ explained: Explained; field: string | undefined }>;

function printJson(rows: readonly Row[]): string {
  return rows.map(({ explained }) => `${JSON.stringify(explained)}\n`).join('');
}

/** Columns as wide as what was seen so far: a stream cannot be measured beforehand. */
function createTable(): (rows: readonly Row[]) => string {
  const widths = [4, 6, 4, 7, 5];
  let headed = false;
  return (rows) => {
    if (rows.length === 0) return '';
    const cells = rows.map(({ explained, field }) => [
      String(explained.line),
      explained.format,
      explained.kind,
      explained.address ?? '–',
      (explained.address === null ? undefined : field) ?? (explained.forwarded ? 'forwarded' : '–'),
      explained.others.join(' '),
    ]);
    if (!headed) cells.unshift(['line', 'format', 'kind', 'address', 'field', 'others']);
    headed = true;
    for (const row of cells) {
      for (const [index, width] of widths.entries()) widths[index] = Math.max(width, row[index]?.length ?? 0);
    }
    return cells
      .map(
        (row) =>
          `${row
            .map((cell, index) => pad(cell, index, widths))
            .join('  ')
            .trimEnd()}\n`,
      )
      .join('');
  };
}

function pad(cell: string, index: number, widths: readonly number[]): string {
  const width = widths[index] ?? 0;
  return index === 0 ? cell.padStart(width) : cell.padEnd(width);
}
