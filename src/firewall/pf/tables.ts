// Tables of pf from `pfctl -vv -s Tables` (also -v, and names alone), FreeBSD 13 to 15 and OpenBSD 7.x.
//   -pa-r-C	bans	opsconsole                                          (FreeBSD; OpenBSD 7.7 and later: bans@opsconsole)
//   	References:  [ Anchors: 0                  Rules: 2                  ]

export type PfTable = Readonly<{
  name: string;
  /** "" = the main ruleset. */
  anchor: string;
  /** Absent where only names were listed. */
  flags?: PfFlags;
  addresses?: number;
  rules?: number;
  anchors?: number;
}>;

export type PfFlags = Readonly<{
  constant: boolean;
  persist: boolean;
  active: boolean;
  /** A rule uses it, in its own ruleset or in an anchor. */
  referenced: boolean;
  counters: boolean;
}>;

const HEAD = /^([-c][-p][-a][-i][-r][-h][-C])\t(\S{1,31}?)(?:[\t@](\S{1,1024}))?$/;
const BARE = /^([^\s@:]{1,31})(?:@(\S{1,1024}))?$/;

/** `anchor`: the one that was asked for, where the lines do not name it. Lines that are no table are passed over. */
export function parsePfTables(text: string, anchor = ''): readonly PfTable[] {
  const tables: PfTable[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('\t')) {
      const open = tables.pop();
      if (open !== undefined) tables.push({ ...open, ...detailOf(line) });
      continue;
    }
    const [, flags, name, place = anchor] = HEAD.exec(line) ?? [];
    if (flags !== undefined && name !== undefined) {
      tables.push({ name, anchor: place, flags: readFlags(flags) });
      continue;
    }
    const [, bare, where = anchor] = BARE.exec(line) ?? [];
    if (bare !== undefined) tables.push({ name: bare, anchor: where });
  }
  return tables;
}

function readFlags(text: string): PfFlags {
  const has = (letter: string): boolean => text.includes(letter);
  return {
    constant: has('c'),
    persist: has('p'),
    active: has('a'),
    referenced: has('r') || has('h'),
    counters: has('C'),
  };
}

/** Packet counts are read from the members; here they would be of all members together. */
function detailOf(line: string): Partial<PfTable> {
  const addresses = /^\tAddresses: +(\d{1,10})$/.exec(line)?.[1];
  if (addresses !== undefined) return { addresses: Number(addresses) };
  const [, anchors, rules] =
    /^\tReferences: +\[ Anchors: (\d{1,10}) +Rules: (\d{1,10}) +\]$/.exec(line) ?? [];
  return anchors === undefined || rules === undefined
    ? {}
    : { anchors: Number(anchors), rules: Number(rules) };
}
