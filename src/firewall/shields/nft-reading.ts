// Reads our nft table back: the counters and the set `armed` in one listing. Bytes of the kernel's own making, but a
// foreign table may bear our name: it is believed only as far as it has our id.

import type { Dropped } from '../../core/shields.ts';
import { SHIELDS_TABLE, WALL_COUNTERS, type WallReading } from './wall.ts';

const HEAD = `table inet ${SHIELDS_TABLE} {`;
const ID = /(?:^|\n)\s*counter seen \{\s*comment "opsconsole shields v1 id=([0-9a-f]{8})"/;

export function parseNftWall(outputs: readonly string[]): WallReading | undefined {
  const text = outputs[0] ?? '';
  if (!text.split('\n').includes(HEAD)) return undefined;
  const id = ID.exec(text)?.[1];
  // Somebody else's table: what it counts is not ours to tell.
  if (id === undefined) return { seen: 0, armed: false, dropped: droppedOf(() => 0) };
  const counted = new Map(WALL_COUNTERS.map((name) => [name, packetsOf(text, name)]));
  if ([...counted.values()].includes(undefined)) return undefined;
  const armed = isArmed(text);
  return {
    id,
    seen: counted.get('seen') ?? 0,
    armed,
    dropped: droppedOf((name) => counted.get(name) ?? 0),
  };
}

export function droppedOf(count: (name: keyof Dropped) => number): Dropped {
  return {
    syn: count('syn'),
    connections: count('connections'),
    ports: count('ports'),
    banned: count('banned'),
  };
}

function packetsOf(text: string, name: string): number | undefined {
  const counter = new RegExp(
    `(?:^|\\n)\\s*counter ${name} \\{\\s*(?:comment "[^"\\n]*"\\s*)?packets (\\d{1,20}) `,
  );
  const packets = counter.exec(text)?.[1];
  return packets === undefined ? undefined : Number(packets);
}

/** Both families, because both are armed together: with one of them gone the wall is half open. */
function isArmed(text: string): boolean {
  const elements = /(?:^|\n)\s*set armed \{[^}]*elements = \{([^}]*)\}/.exec(text)?.[1] ?? '';
  return /\bipv4 timeout/.test(elements) && /\bipv6 timeout/.test(elements);
}
