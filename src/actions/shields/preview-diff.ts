// The change that a measure makes, in lines: values as "5 → 2", rules of the wall with "+ ". Pure.

import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { formatCount } from '../../core/units.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { Wall, WallPart, WallWriter } from '../../firewall/shields/wall.ts';
import type { RevertItem } from './measure.ts';

export type PartOfWall = Readonly<{
  part: WallPart;
  /** Shows the frame of the wall, too. */
  first: boolean;
}>;

const PARTS: readonly (keyof WallPart)[] = ['synRate', 'connections', 'listed', 'pinSsh', 'banned'];

/** What the text of the wall has because of this part. Knows nothing of nft or iptables: it compares two texts. */
export function wallLines(wall: Wall, writer: WallWriter, { part, first }: PartOfWall): readonly SafeText[] {
  const known = countsOf(first ? [] : textOf(wallOf(wall, []), writer));
  return (
    textOf(
      wallOf(
        wall,
        PARTS.filter((key) => part[key] !== undefined),
      ),
      writer,
    )
      // What only closes a block says nothing beside lines of other blocks.
      .filter((line) => first || /[a-z0-9]/i.test(line))
      .filter((line) => {
        const left = known.get(line) ?? 0;
        if (left > 0) known.set(line, left - 1);
        return left === 0;
      })
      .map((line) => sanitise(`+ ${line}`))
  );
}

/** The wall with only these of its parts: its own values, for merging may have changed what a measure asked for. */
function wallOf(wall: Wall, parts: readonly (keyof WallPart)[]): Wall {
  const { synRate, connections, listed, pinSsh, banned, ...frame } = wall;
  const all = { synRate, connections, listed, pinSsh, banned };
  return {
    ...frame,
    ...Object.fromEntries(Object.entries(all).filter(([key]) => parts.some((one) => one === key))),
  };
}

function textOf(wall: Wall, writer: WallWriter): readonly string[] {
  return writer
    .load(wall)
    .flatMap(({ command: { argv, stdin } }) => (stdin === undefined ? [argv.join(' ')] : stdin.split('\n')))
    .filter((line) => line.trim() !== '');
}

function countsOf(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** Read from what would be put back: each item knows the value before and the one written. */
export function changesOf(items: readonly RevertItem[]): readonly SafeText[] {
  return items.flatMap((item) => changeOf(item)).map((line) => sanitise(line));
}

function changeOf(item: RevertItem): readonly string[] {
  switch (item.kind) {
    case 'sysctl':
      return [`${item.name}  ${value(item.before)} → ${value(item.wrote)}`];
    case 'fail2ban':
      return [`fail2ban ${item.jail} ${item.option}  ${item.before} → ${item.wrote}`];
    case 'include':
      return [`+ ${item.link} → ${item.file}`];
    case 'command':
      return [`when lowered: ${item.argv.join(' ')}`];
    case 'service':
      return [`when lowered: ${item.do} ${item.name}, if it is not so by then`];
    case 'pins':
      return [
        `${formatCount(item.flows.length)} live ssh ${item.flows.length === 1 ? 'flow keeps its' : 'flows keep their'} timeout`,
      ];
    case 'wall':
      return [];
    default:
      return unreachable(item);
  }
}

/** Values of several numbers come with tabs. */
const value = (text: string): string => text.replaceAll('\t', ' ');
