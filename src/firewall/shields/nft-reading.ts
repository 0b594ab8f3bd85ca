// Reads our nft table back: `nft -t list table` (no elements) and `nft list set … armed`. Bytes of the kernel's own
// making, but a foreign table may bear our name: believed only as far as it has our id.

import { SHIELDS_TABLE, WALL_COUNTERS, type WallReading } from './wall.ts';

const HEAD = new RegExp(`^\\s*(?:#[^\\n]*\\n\\s*)*table inet ${SHIELDS_TABLE} \\{`);
/** The comment of the table itself: one tab, before anything else in it. */
const ID = new RegExp(
  `table inet ${SHIELDS_TABLE} \\{[^\\n]*\\n\\s*comment "opsconsole shields v1 id=([0-9a-f]{8})"`,
);

export function parseNftWall(outputs: readonly string[]): WallReading | undefined {
  const [table = '', armed = ''] = outputs;
  if (!HEAD.test(table)) return undefined;
  const id = ID.exec(table)?.[1];
  const counted = WALL_COUNTERS.map((name) => counterOf(table, name));
  if (id === undefined)
    return { seen: 0, armed: false, dropped: { syn: 0, connections: 0, ports: 0, banned: 0 } };
  const [seen, syn, connections, ports, banned] = counted;
  if (
    seen === undefined ||
    syn === undefined ||
    connections === undefined ||
    ports === undefined ||
    banned === undefined
  )
    return undefined;
  return { id, seen, armed: isArmed(armed), dropped: { syn, connections, ports, banned } };
}

function counterOf(table: string, name: string): number | undefined {
  const packets = new RegExp(
    `\\n\\s*counter ${name} \\{\\s*(?:comment "[^"\\n]*"\\s*)?packets (\\d{1,20}) `,
  ).exec(table)?.[1];
  return packets === undefined ? undefined : Number(packets);
}

/** Both families, because both were armed together: with one of them gone the wall is half open. */
function isArmed(listing: string): boolean {
  const elements = /elements = \{([^}]*)\}/.exec(listing)?.[1] ?? '';
  return /\bipv4 timeout/.test(elements) && /\bipv6 timeout/.test(elements);
}
