// The contract of a ban backend. Pure: it says which commands to run and reads their output; it runs nothing.

import type { Family, Net } from '../core/address.ts';
import type { UnixMs } from '../core/brand.ts';
import type { Command, Step } from '../core/plan.ts';
import type { Result } from '../core/result.ts';
import type { BackendId, Members, SetInfo } from '../core/rows.ts';
import type { SafeText } from '../core/sanitise.ts';

/** One element to add. `seconds`: time left from now, null = no timeout. `comment`: raw; the backend strips what its tool cannot hold. */
export type Element = Readonly<{
  net: Net;
  seconds: number | null;
  comment?: string;
  /** Put back as it was listed before: what it was first given, of which `seconds` are left; 0 = the default of the set (nft). */
  lifetime?: number;
  /** When it ends, for sets whose rules carry their end (`ending: 'rule'`); absent: `seconds` from the moment of planning. */
  endsAt?: number;
  /** Put back as it was listed before: the rule itself (iptables). */
  rule?: string;
}>;

/** An element that holds (equals or covers) a wanted address; what undo needs to put it back. */
export type Held = Readonly<{
  wanted: Net;
  holder: Net;
  seconds: number | null | undefined;
  comment?: string;
}>;

/** Reads a listing in chunks of any cut; memory stays proportional to the columns. */
export interface MembersParser {
  push(chunk: Buffer): void;
  end(): Result<Members>;
}

/** Asks a set about one network without listing it. `read` gets the whole answer, also of the exits in `okExits`. */
export type Probe = Readonly<{
  commands: readonly Command[];
  read(answers: readonly ProbeAnswer[]): Presence;
}>;
export type ProbeAnswer = Readonly<{ stdout: string; stderr: string; exitCode: number }>;
/** Asks for all elements that equal, cover or lie inside one network, also those that a full listing hides as repeated. */
export type Touching = Readonly<{
  commands: readonly Command[];
  read(outputs: readonly string[], at: UnixMs): Result<Members>;
}>;
/** `present`: equal, inside a wider element, or (nft intervals) overlapping one. `unknown`: only a listing can tell. */
export type Presence = 'present' | 'absent' | 'unknown';

/** `read`: one Members for each of the same sets, in their order. */
export type Together = Readonly<{
  list(sets: readonly SetInfo[]): Command;
  read(output: string, sets: readonly SetInfo[], at: UnixMs): Result<readonly Members[]>;
}>;

/** A line of `opsconsole doctor`. `todo`: what to do about it. */
export type BackendCheck = Readonly<{ works: boolean; says: SafeText; todo?: SafeText }>;

export interface Backend {
  readonly id: BackendId;
  /** Programs that must exist ("nft"). */
  readonly tools: readonly string[];
  /** Cheap terse commands whose stdouts, in order, `parseSets` reads: headers, counts and the rules that use the sets. */
  readonly listSets: readonly Command[];
  /** Worth running too where the programs exist; see read-sets.ts. */
  readonly listSetsOptional?: readonly Command[];
  /**
   * Listings that the first ones name (the jails, the anchors): run after them, each like an optional one. Few, however
   * many jails there are: one program start can ask many questions. Called again with their outputs until it names no
   * more than it did: what it named before stays at its place.
   */
  followUp?(outputs: readonly (string | undefined)[]): readonly Command[];
  /** Outputs of `listSets`, `listSetsOptional`, `followUp`; undefined = that one could not be run (only the first must). */
  parseSets(outputs: readonly (string | undefined)[]): Result<readonly SetInfo[]>;
  /** Of the same outputs: what is missing or was not read and has no set that could say so. */
  gaps?(outputs: readonly (string | undefined)[]): readonly SafeText[];
  /** Once the sets of all backends are known: what enforces this one, and what contradicts what. See relate.ts. */
  relate?(own: SetInfo, all: readonly SetInfo[]): SetInfo;
  /** Asked instead of a full listing where few networks are meant. */
  touching?(set: SetInfo, net: Net): Touching;
  /** Absent, or undefined for a set: only a listing can tell. */
  probe?(set: SetInfo, net: Net): Probe | undefined;
  /** What doctor says of it. `reading`: of `readSets`; asked only where the first tool exists. */
  check?(reading: Result<SetsReading>): BackendCheck;
  /** Full listing of one set; costs by size (see research: 1 M = 1 s ipset, 35 s nft), the caller decides when. */
  listMembers(set: SetInfo): Command;
  membersParser(set: SetInfo, at: UnixMs): MembersParser;
  /** Listings of many sets in one program start: a hundred jails that changed are not a hundred starts. */
  readonly together?: Together;
  /** Batches: one `ipset restore` or one nft transaction however many elements. Re-adding refreshes the timeout on every kernel. */
  /** `overlapped`: existing elements inside (and, if there are such, equal to) the new ones, deleted with it where no overlap is allowed. */
  planAdd(set: SetInfo, elements: readonly Element[], overlapped?: readonly Net[]): readonly Step[];
  /** `refs`: beside `holders`, what `Members.refs` said of each; 0 = not known. */
  planDelete(set: SetInfo, holders: readonly Net[], refs?: readonly number[]): readonly Step[];
  /**
   * The exact way back of one of its own steps, where adding and deleting depend on what was listed before, or on names
   * that exist only afterwards; undefined = it has none.
   */
  inverse?(step: Step): readonly Step[] | undefined;
  /** An add replaces nothing: an element of the same address stays beside it, with an end of its own. */
  readonly addsBeside?: true;
  /** A daemon that may hang: its reading never holds up an act that does not need it. */
  readonly daemon?: true;
  /** No daemon, but its program may hang: the bans pane waits a moment, then shows what it read last. */
  readonly mayHang?: true;
  /** Steps fail as a whole or not at all (an nft transaction). */
  readonly atomic?: true;
  /** Absent: opsconsole makes no table of its own there. */
  readonly own?: OwnTable;
}

/** `gaps`: what could not be read, one sentence each: their absence must not look like "no rules". */
export type SetsReading = Readonly<{ sets: readonly SetInfo[]; gaps: readonly SafeText[] }>;

/** Opsconsole's own table or sets. `families`: default both. */
export type OwnTable = Readonly<{
  /** Why bans cannot go there, in words with what to do (a rule that the operator must write); undefined = they can. */
  whyNot?(existing: readonly SetInfo[]): SafeText | undefined;
  /** Steps that create what is missing; idempotent. */
  ensure(existing: readonly SetInfo[], families?: readonly Family[]): readonly Step[];
  /** Removes all of our own table/sets and rules again. */
  remove(existing: readonly SetInfo[]): readonly Step[];
  setFor(net: Net): SetInfo;
  /** Made and removed as a whole, for both families (an nft table). */
  whole?: true;
}>;

export type OwningBackend = Backend & Readonly<{ own: OwnTable }>;

export function ownsTable(backend: Backend): backend is OwningBackend {
  return backend.own !== undefined;
}
