// What pf says of itself, from `pfctl -v -s info` and `pfctl -s memory` (FreeBSD 13 to 15, OpenBSD 7.x).
//   Status: Enabled for 12 days 05:42:07          Debug: Urgent
//     state-limit                            0            0.0/s
// The same names stand in several sections: "current entries" is of states, of sources, of fragments.

export type PfInfo = Readonly<{
  enabled: boolean;
  /** By section, then by name: "State Table", "current entries". */
  sections: ReadonlyMap<string, ReadonlyMap<string, number>>;
}>;

/** Undefined: this is no such listing. */
export function parsePfInfo(text: string): PfInfo | undefined {
  const status = /^Status: (Enabled|Disabled)\b/.exec(text)?.[1];
  if (status === undefined) return undefined;
  const sections = new Map<string, Map<string, number>>();
  let open: Map<string, number> | undefined;
  for (const line of text.split('\n')) {
    const row = /^ {2}(\S.{0,24}?) +(\d{1,20})(?: states| %|\s+\d+\.\d\/s)?\s*$/.exec(line);
    if (row !== null) {
      const [, name = '', value] = row;
      if (!open?.has(name)) open?.set(name, Number(value));
      continue;
    }
    const section = /^([A-Z][A-Za-z ]{2,40}?)(?: {2,}Total +Rate)?\s*$/.exec(line)?.[1];
    // Rows of `set loginterface` have two columns and belong to nothing that is asked here.
    if (line.startsWith('Interface Stats')) open = undefined;
    else if (section !== undefined) {
      open = new Map();
      sections.set(section, open);
    }
  }
  return { enabled: status === 'Enabled', sections };
}

/** By name: "states", "table-entries". 0 of FreeBSD's anchors means no limit. */
export function parsePfMemory(text: string): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, hard] = /^([a-z-]{1,20}) +(?:hard limit +(\d{1,10})|unlimited)$/.exec(line) ?? [];
    if (name !== undefined) limits.set(name, hard === undefined ? Number.POSITIVE_INFINITY : Number(hard));
  }
  return limits;
}
