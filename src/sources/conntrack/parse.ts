// Counters of connection tracking, by column name, so that a kernel with more or fewer columns is still read.
// /proc/net/stat/nf_conntrack of Linux 6.18 (hexadecimal, one line per cpu; `entries` is the same total on each):
//   entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new …
//   00000017  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001  00000000 …
// `conntrack -S` of conntrack-tools 1.4.7 (decimal; without root it prints other columns):
//   cpu=0   	found=0 invalid=0 insert=0 insert_failed=0 drop=0 early_drop=0 error=0 search_restart=0 clash_resolve=0 chaintoolong=0

/** Cumulative since boot, summed over cpus; a counter that the kernel does not name is absent. 32 bit per cpu, so they wrap. */
export type ConntrackCounters = Readonly<{ insertFailed?: number; drop?: number; earlyDrop?: number }>;

const COLUMNS = { insert_failed: 'insertFailed', drop: 'drop', early_drop: 'earlyDrop' } as const;

/** /proc/net/stat/nf_conntrack; undefined when the text is not such a table. */
export function parseStatFile(text: string): ConntrackCounters | undefined {
  const [header, ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  const names = header?.trim().split(/\s+/) ?? [];
  if (!names.includes('entries') || lines.length === 0) return undefined;
  const rows = lines.map((line) => line.trim().split(/\s+/));
  if (rows.some((row) => row.length !== names.length || row.some((cell) => !/^[0-9a-f]{1,16}$/i.test(cell))))
    return undefined;
  return sum((name) => {
    const column = names.indexOf(name);
    return column < 0 ? undefined : rows.map((row) => Number.parseInt(row[column] ?? '', 16));
  });
}

/** `conntrack -S`; undefined when no line has the shape "cpu=N key=value …". */
export function parseStatTool(text: string): ConntrackCounters | undefined {
  const rows = text
    .split('\n')
    .filter((line) => /^cpu=\d+\s/.test(line))
    .map(
      (line) =>
        new Map([...line.matchAll(/(\w+)=(\d{1,16})(?=\s|$)/g)].map((m) => [m[1] ?? '', Number(m[2])])),
    );
  if (rows.length === 0) return undefined;
  return sum((name) => {
    const values = rows.map((row) => row.get(name));
    return values.every((value) => value !== undefined) ? values : undefined;
  });
}

function sum(valuesOf: (column: string) => readonly number[] | undefined): ConntrackCounters {
  const found: { insertFailed?: number; drop?: number; earlyDrop?: number } = {};
  for (const [column, field] of Object.entries(COLUMNS)) {
    const values = valuesOf(column);
    if (values !== undefined) found[field] = values.reduce((total, value) => total + value, 0);
  }
  return found;
}
