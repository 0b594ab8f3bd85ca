// The wall: what the shields put into the packet filter, as one description that nft, iptables+ipset and pf can each
// write down. It can only tighten: an accept of ours ends nothing that other rules would drop.

import type { Family, Net } from '../../core/address.ts';
import type { Command, Step } from '../../core/plan.ts';
import type { Dropped, WallVariant } from '../../core/shields.ts';

/** Absent parts are not built. Ports are TCP. */
export type Wall = Readonly<{
  /** Id of the shields, 8 hex digits: in the table's comment, so that only our own is ever deleted. */
  id: string;
  /** Never limited nor dropped; both families, may overlap. */
  safe: readonly Net[];
  sshPorts: readonly number[];
  /** Absent: both. Only [4] where the kernel has no IPv6 at all (no /proc/sys/net/ipv6): ip6tables would fail. nft needs no telling. */
  families?: readonly Family[];
  /** Seconds after which the kernel itself lets everything through again, even if every process of ours is dead. */
  armedSeconds: number;
  synRate?: Readonly<{ perSecond: number; burst: number }>;
  /** New connections of one source (v6: /64) to these ports over `max` at once are refused. */
  connections?: Readonly<{ max: number; ports: readonly number[] }>;
  /** SYN to local ports that are not among these is dropped. The ssh ports are always among them. */
  listed?: readonly number[];
  /** New ssh flows keep this timeout while the general one is tightened (nft only). Seconds. */
  pinSsh?: Readonly<{ establishedSeconds: number }>;
  /** Dropped whole, before conntrack. None overlaps the safe ones. */
  banned?: readonly Net[];
}>;

/** What one measure adds to the wall. */
export type WallPart = Partial<Pick<Wall, 'synRate' | 'connections' | 'listed' | 'pinSsh' | 'banned'>>;

export const SHIELDS_TABLE = 'opsconsole_shields';
/** Named counters of the nft table and comments of the iptables rules, in the order of `Dropped`, after `seen`. */
export const WALL_COUNTERS = ['seen', 'syn', 'connections', 'ports', 'banned'] as const;

/** What reading the wall back shows. `seen`: packets that passed its first rule, lo included: moves when the hooks live. */
export type WallReading = Readonly<{
  /** Absent: no id in it, so it is not ours. */
  id?: string;
  seen: number;
  /** Whether the kernel timer still runs. */
  armed: boolean;
  dropped: Dropped;
}>;

/** One packet filter that can hold a wall. Pure: commands and readings, nothing is run here. */
export interface WallWriter {
  readonly variant: WallVariant;
  /** Tools that must be there. */
  readonly tools: readonly string[];
  /** Dry runs: touch nothing, fail when `load` would. */
  check(wall: Wall): readonly Command[];
  /** Builds it, replacing a leftover of ours; nft in one transaction. */
  load(wall: Wall): readonly Step[];
  /** Sets the kernel timer anew, to `seconds` from now. Works on a timer that has run out, too. */
  arm(seconds: number): readonly Step[];
  /** All succeed when the standing wall never limits these nets (their first addresses). */
  holds(...nets: readonly Net[]): readonly Command[];
  /** Reads it; a failing first command means there is none. */
  readonly look: readonly Command[];
  /** `outputs`: stdout of each `look`. Undefined = not understood. */
  parse(outputs: readonly string[]): WallReading | undefined;
}
